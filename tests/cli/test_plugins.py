"""Rules that another package brings: found by its entry point, named when they are of no use."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.docs.blocks import ROOT, blocks, matches, steps

RULE = '''"""A service without a team.

## What it does
Reports it.
"""

from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.source.finding import Severity

RULE = Rule(
    code="ACME101", name="team-of-acme", severity=Severity.WARNING, profile=Profile.MINIMAL, aliases=("ownerless",)
)


def check(context):
    for service in context.blueprint.services.values():
        if service.team is None:
            yield Violation(path=service.path, message=f'"{service.name}" has no team', hint="name one")
'''
BLUEPRINT = "svcforge: 1\nsystem: s\ncontexts: {c: {services: {a: {}, b: {team: x}}}}\n"


def installed(folder: Path, files: dict[str, str], points: str) -> None:
    """A package with these modules and entry points, as an installer leaves it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    about = folder / "acme_rules-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[svcforge.rules]\n{points}\n")
    (folder / "blueprint.yaml").write_text(BLUEPRINT)


def svcforge(folder: Path, *arguments: str) -> tuple[int, str, str]:
    environment = {"PATH": os.defpath, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "svcforge", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("file", "point"),
    [("acme.py", "acme = acme"), ("acme/rules/team.py", "acme = acme.rules"), ("acme/rules/team.py", "acme = acme")],
)
def test_a_module_or_a_package_of_modules_brings_rules(tmp_path: Path, file: str, point: str) -> None:
    packages = {} if file == "acme.py" else {"acme/__init__.py": "", "acme/rules/__init__.py": ""}
    installed(tmp_path, {**packages, file: RULE}, point)
    found = 'blueprint.yaml:3:27: ACME101 warning "a" has no team\n'
    for words in ("ACME101", "acme1", "team-of-acme", "ownerless", "plugin"):
        assert svcforge(tmp_path, "lint", "--format", "concise", "--select", words) == (1, found, "")
    assert found in svcforge(tmp_path, "lint", "--format", "concise")[1]
    assert svcforge(tmp_path, "lint", "--format", "concise", "--ignore", "plugin,SF003") == (0, "", "")


def test_it_is_explained_and_listed_and_suppressed_like_ours(tmp_path: Path) -> None:
    installed(tmp_path, {"acme.py": RULE}, "acme = acme")
    code, page, _ = svcforge(tmp_path, "explain", "ownerless")
    assert (code, page.splitlines()[0]) == (0, "ACME101 team-of-acme  (plugin, warning, profile minimal, fix: none)")
    assert "\nACME101  team-of-acme" in svcforge(tmp_path, "rules")[1]
    assert '"ACME101"' in svcforge(tmp_path, "lint", "--format", "sarif")[1]
    text = BLUEPRINT + "lint: {select: [ACME], ignore: [{rule: ownerless, at: a, reason: soon}]}\n"
    (tmp_path / "blueprint.yaml").write_text(text)
    assert svcforge(tmp_path, "lint", "--format", "concise") == (0, "", "")


def test_the_example_of_the_documents_does_what_they_say(tmp_path: Path) -> None:
    document = blocks(ROOT / "docs" / "custom-rules.md")
    files = {block.file: block.text for block in document if block.file}
    [project] = [tomllib.loads(block.text) for block in document if block.language == "toml"]
    [typed] = [block for block in document if block.language == "console" and block.when]
    points = project["project"]["entry-points"]["svcforge.rules"]
    installed(tmp_path, files, "\n".join(f"{name} = {value}" for name, value in points.items()))
    (tmp_path / "blueprint.yaml").write_text(files["blueprint.yaml"])
    for step in list(steps(typed))[1:]:
        _, out, error = svcforge(tmp_path, *step.command.split()[1:])
        assert matches(step.prints, out + error), out + error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nothing_like_it", "\"acme\" cannot be imported: ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("1 +", '"acme" cannot be imported: SyntaxError: invalid syntax'),
        ("", '"acme" is no module with RULE and check, and holds none'),
        ("RULE = 1", '"acme" has no RULE of the class Rule, or no check'),
        (RULE.replace("def check", "def look"), '"acme" has no RULE of the class Rule, or no check'),
        (RULE.replace("## What", "What"), '"acme" has no manual page: begin its docstring like ours'),
        (RULE.replace("ACME101", "SF999"), '"SF999" is no code for a rule: write one like ACME101'),
        (RULE.replace("team-of-acme", "sync-cycle"), '"sync-cycle" stands for another rule already'),
        (RULE.replace("service.team", "service.tem"), "\"ACME101\" fails: AttributeError: 'Service' object has no attribute 'tem'"),
        (RULE.replace("yield Violation", "yield dict"), '"ACME101" fails: TypeError: it yields dict, not Violation'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_a_sentence_with_the_package_s_name(tmp_path: Path, text: str, message: str) -> None:
    installed(tmp_path, {"acme.py": text}, "acme = acme")
    code, out, error = svcforge(tmp_path, "lint")
    assert (code, out) == (2, "")
    assert error.startswith(f'error: the rules of "acme-rules": {message}')
    assert error.endswith('\n  help: mend them, or uninstall "acme-rules"\n')

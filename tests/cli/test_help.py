"""`--help` and `--version`: what they print, and that they cost next to nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from tests.cli import bake_help
from typer.main import get_command

from svcforge import __version__
from svcforge.cli.app import application, run
from svcforge.cli.help import TEXT
from svcforge.cli.verbs import VERBS

HEAVY = ("typer", "click", "pydantic", "yaml", "rich", "jinja2", "networkx", "asyncio")


def test_the_baked_help_is_what_typer_prints_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert bake_help.printed() == TEXT
    assert max(map(len, TEXT.splitlines())) <= 80


def test_the_module_of_the_baked_help_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert bake_help.TARGET.read_text() == bake_help.module()


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [([], TEXT), (["-h"], TEXT), (["--help"], TEXT), (["--version"], f"svcforge {__version__}\n")],
)
def test_a_first_answer_imports_nothing_heavy(arguments: list[str], printed: str) -> None:
    script = (
        "import sys; from svcforge.__main__ import main; code = main(); "
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, printed, "[]\n")


def test_the_long_way_round_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"svcforge {__version__}\n"


def test_a_verb_imports_no_other_verb() -> None:
    script = (
        "import sys; from svcforge.cli.app import run; run(['schema']); "
        "print([m for m in sys.modules if m in ('svcforge.cli.up', 'svcforge.cli.lint')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("verb", VERBS, ids=[v.name for v in VERBS])
def test_every_verb_has_help(verb: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, module, about = verb  # type: ignore[misc]
    monkeypatch.setenv("COLUMNS", "80")
    assert run([name, "--help"]) == 0
    printed = capsys.readouterr().out
    opening = (import_module(f"svcforge.cli.{module}").command.__doc__ or "").split()[0]
    assert printed.startswith(f"Usage: svcforge {name} [OPTIONS]")
    assert opening in printed
    assert f"  {name:<8}  {about}\n" in TEXT
    assert max(map(len, printed.splitlines())) <= 80


def test_every_option_says_what_it_does() -> None:
    group = get_command(application())
    assert isinstance(group, typer.core.TyperGroup)
    silent = [
        f"{command.name} {parameter.name}"
        for command in group.commands.values()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert silent == []


def test_the_modules_of_the_verbs_are_all_listed() -> None:
    folder = bake_help.TARGET.parent
    with_a_command = {f.stem for f in folder.glob("*.py") if "\ndef command(" in f.read_text()}
    assert with_a_command == {verb.module for verb in VERBS}


def test_nobody_needs_a_terminal_for_help() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "svcforge", "lint", "--help"],
        env={"PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "\x1b" not in done.stdout

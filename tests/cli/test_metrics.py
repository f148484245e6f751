"""`svcforge metrics` as a command: table and JSON, exit codes, and what it imports."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from svcforge.cli.app import run

ROOT = Path(__file__).parents[2]
SMALL = "svcforge: 1\nsystem: s\ncontexts: {c: {services: {a: {calls: [b]}, b: {}}}}\n"


def test_the_shop_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["metrics", str(ROOT / "blueprints" / "shop")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("orders ")
    assert max(map(len, lines)) <= 80


def test_entries_are_counted_where_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    counted = []
    for arguments in ([], ["--with-entries"]):
        assert run(["metrics", str(ROOT / "blueprints" / "shop"), "--format", "json", *arguments]) == 0
        counted.append({c["name"] for c in json.loads(capsys.readouterr().out)["components"]})
    assert counted[1] - counted[0] == {"gateway", "mobile", "web"}


def test_standard_input_is_a_blueprint(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SMALL.encode()), encoding="utf-8"))
    assert run(["metrics", "-", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["system"]["calls"] == 1


def test_a_name_that_stands_for_nothing_is_told_and_the_rest_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "blueprint.yaml"
    file.write_text(SMALL.replace("[b]", "[b, nobody]"))
    assert run(["metrics", str(file), "--format", "json"]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("SF001 error  ")
    assert json.loads(printed.out)["system"]["calls"] == 1


@pytest.mark.parametrize("verb", ["metrics", "graph", "generate"])
def test_every_command_names_the_one_that_mends(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "blueprint.yaml"
    file.write_text(SMALL.replace("system: s", "system: s\ndefaults: {stack: python}").replace("[b]", "[bb]"))
    assert run([verb, str(file)]) == 1
    assert "\n1 fixable with svcforge lint --fix --unsafe-fixes\n" in capsys.readouterr().err


def test_what_is_wrong_otherwise_is_left_to_lint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "blueprint.yaml"
    file.write_text(SMALL.replace("b: {}", "b: {calls: [a]}"))
    assert run(["metrics", str(file)]) == 0
    assert capsys.readouterr().err == ""


def test_counting_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    (tmp_path / "blueprint.yaml").write_text(SMALL)
    script = (
        "import sys; from svcforge.cli.app import run; run(['metrics']); "
        "print([m for m in ('networkx', 'rich', 'jinja2', 'asyncio') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == "[]\n"

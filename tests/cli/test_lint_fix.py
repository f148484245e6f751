"""`svcforge lint --fix`, `--diff` and the baseline as commands: what is written, what is said, exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from svcforge.cli.app import run

TWICE = """\
svcforge: 1  # the language
system: s
contexts:
  c:
    services:
      a:
        operations:
          go: {calls: [b.work, b.work]}   # twice
      b: {operations: {work: {}}}
"""
ONCE = TWICE.replace("[b.work, b.work]", "[b.work]")
MISSPELT = TWICE.replace("[b.work, b.work]", "[b.wrok]")
CYCLE = "svcforge: 1\nsystem: s\ncontexts:\n  c:\n    services:\n      a: {calls: [b]}\n      b: {calls: [a]}\n"
LINT = ["lint", "--profile", "minimal"]


@pytest.fixture
def blueprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "blueprint.yaml"


def test_fix_mends_the_file_and_says_what_is_left(blueprint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blueprint.write_text(TWICE)
    assert run([*LINT, "--fix"]) == 0
    assert blueprint.read_text() == ONCE
    assert capsys.readouterr().out.startswith("No findings in 2 services (1 fixed).\n")
    assert run([*LINT, "--fix"]) == 0
    assert blueprint.read_text() == ONCE


@pytest.mark.parametrize(("before", "mark"), [("\r\n", b""), ("\n", b"\xef\xbb\xbf"), ("\r\n", b"\xef\xbb\xbf")])
def test_line_ends_and_a_byte_order_mark_are_kept(blueprint: Path, before: str, mark: bytes) -> None:
    blueprint.write_bytes(mark + TWICE.replace("\n", before).encode())
    assert run([*LINT, "--fix"]) == 0
    assert blueprint.read_bytes() == mark + ONCE.replace("\n", before).encode()


def test_a_fix_that_a_person_must_confirm_is_made_on_demand(
    blueprint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blueprint.write_text(MISSPELT)
    assert run([*LINT, "--fix"]) == 1
    assert blueprint.read_text() == MISSPELT
    assert "\n1 fixable with svcforge lint --fix --unsafe-fixes\n" in capsys.readouterr().out
    assert run([*LINT, "--fix", "--unsafe-fixes"]) == 0
    assert blueprint.read_text() == ONCE


def test_what_can_be_fixed_is_marked_and_counted(blueprint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blueprint.write_text(TWICE.replace("b.work]", "b.work, b.wrok]"))
    assert run(LINT) == 1
    shown = capsys.readouterr().out
    assert "SF002 error  [*] duplicate-declaration" in shown
    assert "SF001 error  unresolved-reference" in shown
    assert "[*] 1 fixable with svcforge lint --fix (1 more with --unsafe-fixes)" in shown
    run([*LINT, "--unsafe-fixes"])
    assert "[*] 2 fixable with svcforge lint --fix\n" in capsys.readouterr().out


def test_diff_shows_what_would_change_and_writes_nothing(blueprint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blueprint.write_text(TWICE)
    assert run([*LINT, "--diff"]) == 1
    assert blueprint.read_text() == TWICE
    said = capsys.readouterr()
    assert said.err == "would fix 1\n"
    assert said.out.splitlines()[:2] == ["--- blueprint.yaml", "+++ blueprint.yaml"]
    assert [line for line in said.out.splitlines()[2:] if line[:1] in "-+"] == [
        "-          go: {calls: [b.work, b.work]}   # twice",
        "+          go: {calls: [b.work]}   # twice",
    ]
    blueprint.write_text(ONCE)
    assert run([*LINT, "--diff"]) == 0
    assert capsys.readouterr() == ("", "nothing to fix\n")


def test_a_fix_is_made_in_the_file_where_the_element_stands(blueprint: Path) -> None:
    blueprint.write_text("svcforge: 1\nsystem: s\ninclude: [parts/*.yaml]\n")
    part = blueprint.parent / "parts" / "c.yaml"
    part.parent.mkdir()
    part.write_text(TWICE.partition("system: s\n")[2])
    assert run([*LINT, "--fix"]) == 0
    assert part.read_text() == ONCE.partition("system: s\n")[2]
    assert blueprint.read_text() == "svcforge: 1\nsystem: s\ninclude: [parts/*.yaml]\n"


def test_nothing_is_written_out_of_the_folder(blueprint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = blueprint.parent / "outside.yaml"
    outside.write_text(TWICE)
    folder = blueprint.parent / "folder"
    folder.mkdir()
    (folder / "blueprint.yaml").symlink_to(outside)
    assert run([*LINT, "--fix", "folder"]) == 2
    assert outside.read_text() == TWICE
    assert "leaves the blueprint's folder" in capsys.readouterr().err


def test_standard_input_is_mended_to_standard_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TWICE.encode()), encoding="utf-8"))
    assert run([*LINT, "-", "--fix"]) == 0
    said = capsys.readouterr()
    assert said.out == ONCE
    assert said.err.startswith("No findings in 2 services (1 fixed).\n")


def test_what_cannot_be_read_is_left_alone(blueprint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blueprint.write_text(TWICE + "nonsense: 1\n")
    assert run([*LINT, "--fix"]) == 2
    assert run([*LINT, "--diff"]) == 2
    assert run([*LINT, "--write-baseline"]) == 2
    assert [file.name for file in blueprint.parent.iterdir()] == ["blueprint.yaml"]
    assert blueprint.read_text() == TWICE + "nonsense: 1\n"


def test_a_suppression_that_covers_nothing_goes(blueprint: Path) -> None:
    blueprint.write_text(ONCE.replace("# twice", "# svcforge: ignore[sync-cycle, SF203]: none of it"))
    assert run([*LINT, "--fix"]) == 0
    assert blueprint.read_text() == ONCE.replace("   # twice", "")


def test_a_baseline_hides_what_is_known_and_only_shrinks(blueprint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blueprint.write_text(CYCLE)
    assert run([*LINT, "--write-baseline"]) == 0
    assert capsys.readouterr().out == ".svcforge-baseline.json: 1 known\n"
    file = blueprint.parent / ".svcforge-baseline.json"
    assert json.loads(file.read_text()) == {"version": 1, "findings": {"SF101": {"a, b": 1}}}

    assert run(LINT) == 0
    assert capsys.readouterr().out.startswith("No findings in 2 services (1 in baseline).\n")
    assert run([*LINT, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["baseline"] == 1

    blueprint.write_text(CYCLE + "      x: {calls: [y]}\n      y: {calls: [x]}\n")
    assert run([*LINT, "--update-baseline"]) == 1
    assert capsys.readouterr().err == ".svcforge-baseline.json: 1 known\n"

    blueprint.write_text(CYCLE.replace("b: {calls: [a]}", "b: {}"))
    assert run(LINT) == 0
    assert "SF903 info  stale-baseline" in capsys.readouterr().out
    assert run([*LINT, "--strict-baseline"]) == 1
    assert run([*LINT, "--strict-baseline", "--update-baseline"]) == 0
    assert json.loads(file.read_text()) == {"version": 1, "findings": {}}


def test_what_is_known_stops_no_generation(blueprint: Path) -> None:
    blueprint.write_text(CYCLE + "defaults: {stack: python}\n")
    assert run(["generate", "--dry-run"]) == 1
    assert run([*LINT, "--write-baseline"]) == 0
    assert run(["generate", "--dry-run"]) == 0


@pytest.mark.parametrize(
    "more",
    [
        "lint: {ignore: [SF001]}\n",
        "lint: {severity: {SF001: info}}\n",
        "lint: {select: [topology]}\n",
        "# svcforge: ignore[SF001]: soon",
    ],
)
def test_what_is_suppressed_stops_generation_where_there_is_no_system_without_it(
    blueprint: Path, capsys: pytest.CaptureFixture[str], more: str
) -> None:
    text = MISSPELT + "defaults: {stack: python}\n"
    blueprint.write_text(text.replace("# twice", more) if more.startswith("#") else text + more)
    assert run(["lint", "--fail-on", "error"]) == 0
    assert run(["generate", "--dry-run"]) == 1
    assert 'there is no operation "b.wrok"' in capsys.readouterr().err


def test_without_a_baseline_there_is_none_to_lower(blueprint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blueprint.write_text(CYCLE)
    assert run([*LINT, "--update-baseline"]) == 2
    assert capsys.readouterr().err.startswith('error: there is no ".svcforge-baseline.json"')


def test_a_file_that_is_no_baseline_is_told_and_may_be_written_anew(
    blueprint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blueprint.write_text(CYCLE)
    (blueprint.parent / ".svcforge-baseline.json").write_text("{")
    assert run(LINT) == 2
    assert capsys.readouterr().err.startswith('error: ".svcforge-baseline.json" is no baseline: it is not JSON')
    assert run([*LINT, "--write-baseline"]) == 0
    assert run(LINT) == 0


@pytest.mark.parametrize("option", ["--write-baseline", "--update-baseline"])
def test_standard_input_has_no_baseline(
    option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CYCLE.encode()), encoding="utf-8"))
    assert run([*LINT, "-", option]) == 2
    assert "a blueprint from standard input has no baseline" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (CYCLE, "Profile reached: none (minimal needs 1 more)"),
        (ONCE, "Profile reached: minimal (recommended needs "),
        ("svcforge: 1\nsystem: s\n", "Profile reached: production"),
    ],
)
def test_the_last_line_says_which_profile_is_reached(
    blueprint: Path, capsys: pytest.CaptureFixture[str], text: str, line: str
) -> None:
    blueprint.write_text(text)
    run(["lint", "--profile", "minimal"])
    assert capsys.readouterr().out.splitlines()[-1].startswith(line)
    run(["lint", "--select", "SF101"])
    assert "Profile reached" not in capsys.readouterr().out


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_standard_input_comes_out_mended_byte_for_byte(mark: bytes, end: str, encoding: str, tmp_path: Path) -> None:
    def bytes_of(text: str) -> bytes:
        return mark + text.replace("# twice", "# zweimal, größer als nötig").replace("\n", end).encode()

    done = subprocess.run(
        [sys.executable, "-m", "svcforge", *LINT, "-", "--fix"],
        cwd=tmp_path,
        input=bytes_of(TWICE),
        env={"PATH": "", "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, bytes_of(ONCE))


@pytest.mark.parametrize("option", ["--fix", "--write-baseline"])
def test_a_file_that_was_locked_is_left_alone(option: str, blueprint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in (blueprint, blueprint.with_name(".svcforge-baseline.json")):
        file.write_text(TWICE if file == blueprint else '{"version": 1, "findings": {}}')
        file.chmod(0o444)
    assert run([*LINT, option]) == 2
    assert "is read-only\n  help: mend its permissions" in capsys.readouterr().err
    assert blueprint.read_text() == TWICE


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--diff", "--output", "json:found.json"], "--diff leaves nothing for --output to do"),
        (["--diff", "--write-baseline"], "--diff leaves nothing for --write-baseline to do"),
        (["--write-baseline", "--output", "json:found.json"], "--write-baseline leaves nothing for --output to do"),
        (["--write-baseline", "--update-baseline"], "--write-baseline leaves nothing for --update-baseline to do"),
    ],
)
def test_options_of_which_one_would_be_passed_over_are_refused(
    blueprint: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    blueprint.write_text(TWICE)
    assert run([*LINT, *options]) == 2
    assert said in capsys.readouterr().err
    assert [file.name for file in blueprint.parent.iterdir()] == [blueprint.name]

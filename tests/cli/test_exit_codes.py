"""Exit codes that all verbs share: usage, unreadable blueprints, bugs of ours, interruptions, lost readers."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from svcforge.cli.app import run
from svcforge.pipeline import starting

READERS = [["lint"], ["metrics"], ["graph"], ["generate"], ["facts", "orders"]]
"""Every verb that takes a blueprint."""
each_reader = pytest.mark.parametrize("verb", READERS, ids=[v[0] for v in READERS])

UNREADABLE: dict[str, Callable[[Path], object]] = {
    "missing": lambda file: None,
    "a folder without one": lambda file: file.mkdir(),
    "empty": lambda file: file.write_bytes(b""),
    "no yaml": lambda file: file.write_bytes(b"svcforge: ["),
    "not our yaml": lambda file: file.write_bytes(b"svcforge: 1\nsystem: &s s\nabout: *s\n"),
    "a duplicate key": lambda file: file.write_bytes(b"svcforge: 1\nsystem: s\nsystem: t\n"),
    "an unknown key": lambda file: file.write_bytes(b"svcforge: 1\nsystem: s\nservices: {}\n"),
    "a bad name": lambda file: file.write_bytes(b"svcforge: 1\nsystem: S!\n"),
    "an include of nothing": lambda file: file.write_bytes(b"svcforge: 1\nsystem: s\ninclude: [no/*.yaml]\n"),
    "not utf-8": lambda file: file.write_bytes(b"svcforge: 1\nsystem: \xff\xfe\n"),
    "binary junk": lambda file: file.write_bytes(bytes(range(256)) * 64),
    "deep": lambda file: file.write_bytes(b"svcforge: 1\nsystem: s\nabout: " + b"[" * 5000),
}


@each_reader
@pytest.mark.parametrize("damage", UNREADABLE, ids=[d.replace(" ", "-") for d in UNREADABLE])
def test_what_cannot_be_read_exits_2_with_a_place_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: list[str], damage: str
) -> None:
    file = tmp_path / "given.yaml"
    UNREADABLE[damage](file)
    before = sorted(tmp_path.rglob("*"))
    assert run([*verb, str(file)]) == 2
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert re.search(r"^SF01[0-3] error  ", said, re.MULTILINE)
    assert re.search(r"^ *--> .*given\.yaml", said, re.MULTILINE)
    assert "Traceback" not in said
    assert sorted(tmp_path.rglob("*")) == before


@each_reader
def test_a_hundred_megabytes_are_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: list[str]
) -> None:
    file = tmp_path / "blueprint.yaml"
    with file.open("wb") as sparse:
        sparse.truncate(100_000_000)
    assert run([*verb, str(file)]) == 2
    printed = capsys.readouterr()
    assert "SF010 error  syntax:" in printed.out + printed.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["linf"],
        ["lint", "--nonsense"],
        ["lint", "a", "b"],
        ["explain"],
        ["token"],
        ["logs", "-n", "-1"],
        ["--nonsense"],
    ],
    ids=" ".join,
)
def test_bad_usage_exits_2_and_says_where_help_is(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.match(r"Usage: svcforge .*\nTry 'svcforge.* -h' for help.\n\nError: ", printed.err)


@pytest.mark.parametrize("verb", ["up", "status", "down", "logs --dir", "token --sub me --dir"])
def test_a_folder_that_nothing_was_generated_into_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    assert run([*verb.split(), str(tmp_path)]) == 2
    assert capsys.readouterr().err == "error: no generated system here\n  help: run `svcforge generate` first\n"


def test_a_bug_of_ours_exits_70_and_leaves_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise ZeroDivisionError("who divides by zero?")

    monkeypatch.setattr(starting, "schema_text", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(["schema"]) == 70
    printed = capsys.readouterr()
    [report] = tmp_path.iterdir()
    assert printed.out == ""
    assert printed.err == (
        f"internal error: ZeroDivisionError; this is a bug of svcforge, and not yours\n  help: send us {report}\n"
    )
    text = report.read_text()
    assert "arguments: schema\n" in text
    assert text.endswith("ZeroDivisionError: who divides by zero?\n")


def test_a_bug_is_told_where_no_report_can_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(starting, "schema_text", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert run(["schema"]) == 70
    assert capsys.readouterr().err.endswith("  help: there is no report of it: No such file or directory\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a POSIX matter")
def test_an_interrupted_command_exits_130_without_a_traceback(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "svcforge", "lint", "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stderr is not None
    child.stdin.write(b"#" * 1_000_000)  # more than a pipe holds: the command is reading when this returns
    child.stdin.flush()
    time.sleep(0.5)  # Python misses a signal that comes just before it begins to wait
    child.send_signal(signal.SIGINT)
    assert child.wait(60) == 130
    assert child.stderr.read() == b"interrupted\n"


def piped_into_nobody(arguments: list[str], folder: Path, lines: int) -> tuple[int, str]:
    """The exit code and the complaints of a command whose reader takes a few lines and leaves."""
    child = subprocess.Popen(
        [sys.executable, "-m", "svcforge", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    for _ in range(lines):
        child.stdout.readline()
    child.stdout.close()
    return child.wait(60), child.stderr.read()


@pytest.mark.parametrize(
    ("arguments", "lines", "code"),
    [
        (["--help"], 0, 0),
        (["schema"], 1, 0),
        (["schema"], 0, 0),
        (["rules"], 0, 0),
        (["lint", "--format", "json"], 1, 1),
        (["lint", "--fail-on", "never"], 1, 0),
    ],
)
def test_a_lost_reader_changes_no_verdict_and_is_no_error(
    tmp_path: Path, arguments: list[str], lines: int, code: int
) -> None:
    services = "".join(f"      s{i}: {{calls: [s{i}]}}\n" for i in range(500))
    (tmp_path / "blueprint.yaml").write_text(f"svcforge: 1\nsystem: s\ncontexts:\n  c:\n    services:\n{services}")
    assert piped_into_nobody(arguments, tmp_path, lines) == (code, "")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("lint . >&-", 1),
        ("lint . 2>&-", 1),
        ("lint . <&- >&- 2>&-", 1),
        ("lint - <&-", 2),
        ("--help >&-", 0),
        ("generate . --dry-run >&- 2>&-", 0),
    ],
)
def test_streams_that_were_closed_from_the_first_change_no_verdict(tmp_path: Path, command: str, code: int) -> None:
    (tmp_path / "blueprint.yaml").write_text(
        "svcforge: 1\nsystem: s\ncontexts: {c: {services: {a: {stack: python}}}}\n"
    )
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m svcforge {command}'],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, re.findall(r"internal error|Traceback", done.stderr)) == (code, [])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a Linux device that is always full")
def test_a_full_disk_behind_standard_output_is_told_and_no_bug_of_ours(tmp_path: Path) -> None:
    (tmp_path / "blueprint.yaml").write_text("svcforge: 1\nsystem: s\n")
    with open("/dev/full", "w") as full:
        child = subprocess.run(
            [sys.executable, "-m", "svcforge", "lint"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (child.returncode, child.stderr) == (2, "error: cannot write to standard output: No space left on device\n")

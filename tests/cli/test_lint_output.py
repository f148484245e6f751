"""What `svcforge lint` prints where: on a terminal, in a pipe, without colours, of files from everywhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.terminal import Terminal

from svcforge.cli.app import run
from svcforge.cli.lint import FOR_PEOPLE
from svcforge.draw.formats import FORMATS as PICTURES
from svcforge.report.formats import FORMATS
from svcforge.report.page import cells

HEAD = "svcforge: 1\nsystem: s\n"
CYCLE = HEAD + "contexts:\n  c:\n    services:\n      a: {calls: [b]}\n      b: {calls: [a]}\n"
LINT = ["lint", "--select", "SF101"]
FULL = """\
SF101 error  sync-cycle: synchronous cycle "a -> b -> a"
  --> {file}:6:19
   |
 6 |       a: {{calls: [b]}}
   |                   ^ the cheapest call to take out
   |
  ::: {file}:7:19  b -> a
  help: turn the call into an event: "a" publishes what happened, and "b"
        subscribes to it
  docs: svcforge explain SF101

Found 1 error in 2 services.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def piped(arguments: list[str], folder: Path, given: bytes = b"", **environment: str) -> str:
    """What a command prints into a pipe, as UTF-8."""
    done = subprocess.run(
        [sys.executable, "-m", "svcforge", *arguments],
        cwd=folder,
        input=given,
        env={"PATH": "", "PYTHONUTF8": "1", **environment},
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    return done.stdout.decode("utf-8")


def shown(printed: str) -> str:
    """Without the line about profiles, which other rules have a say in."""
    return re.sub(r"^Profile reached: .*\n", "", printed, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "text",
    [CYCLE, CYCLE.replace("\n", "\r\n"), "\ufeff" + CYCLE, "\ufeff" + CYCLE.replace("\n", "\r\n")],
    ids=["as it is", "CRLF", "byte-order mark", "both"],
)
def test_a_file_and_standard_input_are_shown_alike_whatever_their_line_ends(folder: Path, text: str) -> None:
    (folder / "blueprint.yaml").write_bytes(text.encode())
    assert shown(piped(LINT, folder)) == FULL.format(file="blueprint.yaml")
    assert shown(piped([*LINT, "-"], folder, text.encode())) == FULL.format(file="<stdin>")


def test_a_pipe_has_80_columns_and_no_colours_whatever_the_environment_says(folder: Path) -> None:
    (folder / "blueprint.yaml").write_text(CYCLE)
    assert shown(piped(LINT, folder, COLUMNS="200", TERM="xterm-256color")) == FULL.format(file="blueprint.yaml")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_a_terminal_has_colours_unless_no_color_is_set(folder: Path) -> None:
    (folder / "blueprint.yaml").write_text(CYCLE)
    coloured, plain, dumb = (
        Terminal(LINT, folder, more) for more in ({}, {"NO_COLOR": "1"}, {"TERM": "dumb"})
    )  # fmt: skip
    assert [terminal.ended() for terminal in (coloured, plain, dumb)] == [1, 1, 1]
    assert "\x1b[1;31merror\x1b[0m" in coloured.screen
    assert "\x1b" not in plain.screen + dumb.screen
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.screen) == plain.screen == dumb.screen
    assert shown(plain.screen.replace("\r\n", "\n")) == FULL.format(file="blueprint.yaml")


def test_places_count_characters_and_carets_stand_under_wide_ones(folder: Path) -> None:
    text = HEAD + 'about: "漢字 é 𝄞", contexts: {}\n'
    (folder / "über uns.yaml").write_text(text, encoding="utf-8")
    printed = piped(["lint", "über uns.yaml"], folder)
    assert "  --> über uns.yaml:3:" in printed
    text = HEAD + 'contexts: {c: {services: {a: {about: "漢字", calls: [b]}, b: {calls: [a]}}}}\n'
    (folder / "blueprint.yaml").write_text(text, encoding="utf-8")
    [code, carets] = shown(piped(LINT, folder)).splitlines()[3:5]
    at = text.splitlines()[2].index("[b]") + 1
    assert f"blueprint.yaml:3:{at + 1}\n" in piped(LINT, folder)
    assert cells(carets.partition("^")[0]) == cells(code.partition("[b]")[0]) + 1


def test_every_line_fits_80_columns_though_a_line_of_the_blueprint_does_not(folder: Path) -> None:
    services = ", ".join(
        f"service-with-a-long-name-{i}: {{calls: [service-with-a-long-name-{(i + 1) % 30}]}}" for i in range(30)
    )
    (folder / "blueprint.yaml").write_text(f"{HEAD}contexts: {{c: {{services: {{{services}}}}}}}\n")
    lines = piped(["lint", "--profile", "production"], folder).splitlines()
    assert len(lines) > 100
    assert [line for line in lines if len(line) > 80] == []


def test_one_blueprint_gives_the_same_text_every_time(folder: Path) -> None:
    (folder / "blueprint.yaml").write_text(CYCLE.replace("b: {", "z: {calls: [a, b]}\n      b: {"))
    for form in ("full", "json", "sarif", "gitlab", "markdown"):
        command = ["lint", "--profile", "production", "--format", form]
        assert len({piped(command, folder, PYTHONHASHSEED=seed) for seed in "123"}) == 1


def test_a_fingerprint_is_of_what_a_finding_is_about_and_not_of_where_it_stands(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for text in (CYCLE, CYCLE.replace("a: {calls: [b]}", "a: {calls: [z, b]}\n      z: {}")):
        (folder / "blueprint.yaml").write_text(text)
        run([*LINT, "--format", "gitlab"])
        found.append([issue["fingerprint"] for issue in json.loads(capsys.readouterr().out)])
        run([*LINT, "--format", "sarif"])
        results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
        found.append([result["partialFingerprints"]["svcforge/v1"] for result in results])
    assert len(found[0]) == 1
    assert found[0] == found[1] == found[2] == found[3]


def test_a_fix_in_sarif_is_what_fix_writes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "blueprint.yaml"
    file.write_text(f"{HEAD}contexts: {{c: {{services: {{shop: {{calls: [ordrs]}}, orders: {{}}}}}}}}  # keep me\n")
    assert run(["lint", "--select", "SF001", "--format", "sarif"]) == 1
    [result] = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    [change] = result["fixes"][0]["artifactChanges"]
    [replacement] = change["replacements"]
    region = replacement["deletedRegion"]
    lines = file.read_text().splitlines(keepends=True)
    line = lines[region["startLine"] - 1]
    new = line[: region["startColumn"] - 1] + replacement["insertedContent"]["text"] + line[region["endColumn"] - 1 :]
    lines[region["startLine"] - 1] = new
    assert run(["lint", "--select", "SF001", "--fix", "--unsafe-fixes"]) == 0
    assert file.read_text() == "".join(lines)


READ_BY_PROGRAMS = [
    *(["lint", "--format", name] for name in FORMATS if name not in FOR_PEOPLE),
    ["lint", "--diff"],
    *(["graph", "--format", name] for name in PICTURES),
    ["metrics", "--format", "json"],
    ["rules", "--format", "json"],
    ["schema"],
    ["facts", "a"],
]


@pytest.mark.parametrize("arguments", READ_BY_PROGRAMS, ids=" ".join)
def test_what_programs_read_is_utf_8_whatever_the_terminal_would_have(arguments: list[str], folder: Path) -> None:
    file = folder / "漢字.yaml"
    file.write_text(
        CYCLE.replace("a: {calls: [b]", "a: {about: größer als 漢字, calls: [b, b]") + "# größer\n", encoding="utf-8"
    )
    named = [] if arguments[0] in ("rules", "schema") else [file.name]
    texts = [
        subprocess.run(
            [sys.executable, "-m", "svcforge", *arguments, *named],
            cwd=folder,
            env={"PATH": "", "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
        ).stdout
        for encoding in ("utf-8", "cp1252")
    ]
    assert texts[0] == texts[1] != b""


@pytest.mark.parametrize(
    ("text", "options", "code", "failures"),
    [
        (CYCLE, [], 1, "1"),
        (CYCLE, ["--fail-on", "never"], 0, "0"),
        (f"{CYCLE}lint: {{fail_on: never}}\n", [], 0, "0"),
        (f"{CYCLE}lint: {{severity: {{SF101: info}}}}\n", ["--fail-on", "info"], 1, "1"),
        ("nonsense: 1\n", ["--fail-on", "never"], 2, "3"),
    ],
)
def test_junit_fails_where_the_exit_code_does(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, options: list[str], code: int, failures: str
) -> None:
    (folder / "blueprint.yaml").write_text(text)
    assert run([*LINT, "--format", "junit", *options]) == code
    [counted] = re.findall(r'<testsuites .* failures="(\d+)"', capsys.readouterr().out)
    assert counted == failures

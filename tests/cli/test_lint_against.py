"""`svcforge lint --against`: a file or a revision, what is new, and what cannot be compared."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from tests.load.test_revision import committed

from svcforge.cli.app import run
from svcforge.load import load_file

HEAD = "svcforge: 1\nsystem: s\n"
OLD = HEAD + "contexts: {c: {services: {a: {calls: [b]}, b: {calls: [a], operations: {x: {}}}, lonely: {}}}}\n"
NEW = OLD.replace("operations: {x: {}}", "").replace("lonely: {}", "lonely: {}, alone: {}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The lines of `lint --format concise` of some rules."""
    run(["lint", "--format", "concise", "--select", "SF003,SF101,SF504", *arguments])
    return capsys.readouterr().out.splitlines()


def codes(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines]


def test_only_what_is_new_is_told_and_what_breaks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "old.yaml").write_text(OLD)
    (folder / "blueprint.yaml").write_text(NEW)
    assert sorted(codes(said(capsys))) == ["SF003", "SF003", "SF101"]
    assert sorted(codes(said(capsys, "--against", "old.yaml"))) == ["SF003", "SF504"]
    assert run(["lint", "--select", "SF003,SF101,SF504", "--against", "old.yaml"]) == 1
    shown = capsys.readouterr().out
    assert 'it stands in "old.yaml"' in shown
    assert "::: old.yaml:3:" in shown
    assert shown.endswith("Found 1 error, 1 warning in 4 services (2 not new).\n")


def test_nothing_new_is_no_finding_and_exits_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "blueprint.yaml").write_text(OLD)
    assert run(["lint", "--against", "blueprint.yaml", "--format", "json"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert (summary["errors"], summary["warnings"], summary["old"] > 1) == (0, 0, True)


def test_what_the_older_version_had_not_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "old.yaml").write_text(OLD.replace("a: {calls: [b]}", "a: {}"))
    (folder / "blueprint.yaml").write_text(OLD)
    assert codes(said(capsys, "--against", "old.yaml")) == ["SF101"]


def test_what_the_older_version_suppressed_is_new_when_it_is_not_any_more(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "old.yaml").write_text(OLD + "lint: {ignore: [SF101]}\n")
    (folder / "blueprint.yaml").write_text(OLD)
    assert codes(said(capsys, "--against", "old.yaml")) == ["SF101"]


def test_the_older_version_is_judged_by_the_rules_of_today(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "old.yaml").write_text(OLD + "lint: {select: [SF2]}\n")
    (folder / "blueprint.yaml").write_text(OLD)
    assert said(capsys, "--against", "old.yaml") == []


def test_a_revision_is_compared_with_all_its_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part, _, rest = OLD.partition("contexts: ")[2].partition(", lonely")
    committed(
        folder,
        {
            "sys/blueprint.yaml": HEAD + "include: [parts/*.yaml]\n",
            "sys/parts/a.yaml": f"contexts: {part}}}}}}}\n",
            "sys/parts/b.yaml": f"contexts: {{c: {{services: {{lonely{rest}",
        },
    )
    (folder / "sys/parts/a.yaml").write_text(
        (folder / "sys/parts/a.yaml").read_text().replace("operations: {x: {}}", "")
    )
    run(["lint", "sys", "--select", "SF504", "--against", "HEAD"])
    shown = capsys.readouterr().out
    assert "--> sys/parts/a.yaml:1:" in shown
    assert "::: HEAD:sys/parts/a.yaml:1:" in shown


def test_standard_input_is_compared_with_a_file_of_a_revision(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(folder, {"sys/one.yaml": OLD})
    for against, expected in (("HEAD:sys/one.yaml", ["SF504"]), ("HEAD", [])):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(NEW.encode()), encoding="utf-8"))
        run(["lint", "-", "--select", "SF504", "--format", "concise", "--against", against])
        out, err = capsys.readouterr()
        assert codes(out.splitlines()) == expected
        assert ("standard input has no name that a revision could know" in err) == (not expected)


@pytest.mark.parametrize(
    ("against", "message"),
    [
        ("nope", '"nope" is neither a file nor a revision of this repository'),
        ("HEAD:sys/no.yaml", 'there is no "sys/no.yaml" in revision "HEAD"'),
        ("HEAD", 'there is no "blueprint.yaml" in revision "HEAD"'),
        ("broken.yaml", 'the older version "broken.yaml" cannot be read: broken.yaml:3:1: unknown key "x"'),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], against: str, message: str
) -> None:
    committed(folder, {"other.yaml": OLD})
    (folder / "blueprint.yaml").write_text(NEW)
    (folder / "broken.yaml").write_text(HEAD + "x: 1\n")
    assert run(["lint", "--against", against]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {message}\n  help: ")


def test_a_blueprint_that_cannot_be_read_is_not_compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "blueprint.yaml").write_text(HEAD + "x: 1\n")
    assert run(["lint", "--against", "nope", "--format", "concise"]) == 2
    assert codes(capsys.readouterr().out.splitlines()) == ["SF011"]


def test_a_baseline_and_an_older_version_both_account_for_what_is_known(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "old.yaml").write_text(OLD)
    (folder / "blueprint.yaml").write_text(NEW)
    assert run(["lint", "--select", "SF003,SF101,SF504", "--write-baseline"]) == 0
    capsys.readouterr()
    assert run(["lint", "--select", "SF003,SF101,SF504", "--against", "old.yaml"]) == 1
    assert capsys.readouterr().out.endswith("Found 1 error in 4 services (3 in baseline).\n")
    assert run(["lint", "--write-baseline", "--against", "old.yaml"]) == 2


HYGIENE = ("unused-suppression", "bad-suppression", "stale-baseline")
READABLE = [file for file in sorted(Path("blueprints/broken").resolve().glob("*.yaml")) if load_file(file).blueprint]


@pytest.mark.parametrize("file", READABLE, ids=lambda file: file.stem)
def test_nothing_is_new_against_itself(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everything = ["lint", str(file), "--profile", "production", "--format", "json"]
    run(everything)
    found = json.loads(capsys.readouterr().out)["findings"]
    run([*everything, "--against", str(file)])
    new = json.loads(capsys.readouterr().out)["findings"]
    # How it is judged is for today: words that the linter's own settings have wrong, and suppressions.
    assert [f for f in new if not f["path"].startswith("lint.") and f["name"] not in HYGIENE] == []
    assert len(new) < len(found)


def test_a_version_without_a_name_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "blueprint.yaml").write_text(OLD)
    assert run(["lint", "--against", ""]) == 2
    assert capsys.readouterr().err.startswith("error: --against names no version\n")

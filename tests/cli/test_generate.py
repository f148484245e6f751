"""`svcforge generate`: what it writes where, what it leaves alone, what stops it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from svcforge.cli.app import run

GOOD = """\
svcforge: 1
system: small
defaults: {stack: python, api_version: v1}
contexts:
  things:
    services:
      things:
        owns: {Thing: {name: text}}
        operations:
          add: {http: POST /things, creates: Thing, public: a test}
"""
CYCLE = GOOD + "      a: {calls: [b]}\n      b: {calls: [a]}\n"
DANGLING = GOOD + "      a: {calls: [nobody]}\n"
MORE = GOOD + "          get_thing: {http: 'GET /things/{id}', reads: Thing, public: a test}\n"
MAIN = "services/things/src/things/main.py"
OPERATIONS = "services/things/src/things/operations.py"
"""What is generated anew where the blueprint has one operation more."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a blueprint."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "blueprint.yaml").write_text(GOOD)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    """All that is there but for what undoes the last run, which knows this machine's inodes."""
    found = {f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}
    return {path: data for path, data in found.items() if not path.startswith(".svcforge/undo/")}


def test_it_writes_beside_the_blueprint_and_says_what_to_do_next(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["generate"]) == 0
    made = len([f for f in files(folder) if f != "blueprint.yaml" and not f.startswith(".svcforge")])
    printed = capsys.readouterr()
    assert " created in " in printed.out
    assert printed.out.endswith("next: svcforge up\n")
    assert printed.err == ""
    assert made > 20
    assert (folder / MAIN).is_file()
    assert (folder / "run.json").is_file()


def test_beside_means_beside_the_file_and_not_where_you_stand(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert run(["generate", "../blueprint.yaml"]) == 0
    assert list(elsewhere.iterdir()) == []
    assert (folder / MAIN).is_file()


def test_output_says_where_and_the_next_step_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "-o", "build/out"]) == 0
    assert (folder / "build" / "out" / MAIN).is_file()
    assert sorted(f.name for f in folder.iterdir()) == ["blueprint.yaml", "build"]
    assert capsys.readouterr().out.endswith("next: svcforge up build/out\n")


def test_a_second_run_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate"]) == 0
    before = files(folder)
    stamps = {f: (folder / f).stat().st_mtime_ns for f in before}
    capsys.readouterr()
    assert run(["generate"]) == 0
    assert files(folder) == before
    assert {f: (folder / f).stat().st_mtime_ns for f in before if not f.startswith(".svcforge")} == {
        f: stamp for f, stamp in stamps.items() if not f.startswith(".svcforge")
    }
    assert capsys.readouterr().out.startswith(".: ")


def test_two_folders_get_the_same_bytes(folder: Path) -> None:
    assert run(["generate", "-o", "one"]) == 0
    assert run(["generate", "-o", "two"]) == 0
    assert files(folder / "one") == files(folder / "two")


def test_a_dry_run_shows_the_tree_and_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "\nservices/things/\n" in f"\n{printed}"
    assert "\n  + src/things/main.py\n" in printed
    assert printed.splitlines()[-1].startswith("would be: ")
    assert printed.splitlines()[-1].endswith(" created")
    assert list(files(folder)) == ["blueprint.yaml"]


def test_a_dry_run_tells_what_a_run_does(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--dry-run", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert run(["generate", "--format", "json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (shown["version"], shown["dry_run"], done["dry_run"]) == (1, True, False)
    assert shown["units"] == done["units"]
    told = {
        f"{unit['folder']}/{file['path']}".lstrip("/")
        for unit in done["units"]
        for file in unit["files"]
        if file["verdict"] == "create"
    }
    written = set(files(folder)) - {"blueprint.yaml"}
    assert told == {f for f in written if ".svcforge/" not in f and f != "svcforge.lock"}


def test_what_the_user_changed_is_merged_with_what_the_blueprint_changes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["generate"]) == 0
    text = (folder / OPERATIONS).read_text()
    (folder / OPERATIONS).write_text(f"# Looked at.\n{text}")
    (folder / "blueprint.yaml").write_text(MORE)
    capsys.readouterr()
    assert run(["generate"]) == 0
    assert "1 merged, " in capsys.readouterr().out
    merged = (folder / OPERATIONS).read_text()
    assert merged.startswith("# Looked at.\n")
    assert len(merged) > len(text) + len("# Looked at.\n")


def test_a_conflict_is_told_until_it_is_resolved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate"]) == 0
    (folder / OPERATIONS).write_text("# mine\n")
    (folder / "blueprint.yaml").write_text(MORE)
    for called in ("between markers in the file", "still to be resolved"):
        capsys.readouterr()
        assert run(["generate"]) == 3
        printed = capsys.readouterr().out
        assert "# mine\n" in (folder / OPERATIONS).read_text()
        assert f"{OPERATIONS}: conflict, {called}\n" in printed
        assert "1 conflict, " in printed
        assert printed.endswith("next: svcforge resolve\n")
    (folder / OPERATIONS).write_text("# mine\n")
    assert run(["generate"]) == 0
    assert (folder / OPERATIONS).read_text() == "# mine\n"


def test_a_deleted_file_stays_deleted_and_is_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate"]) == 0
    (folder / OPERATIONS).unlink()
    (folder / "blueprint.yaml").write_text(MORE)
    capsys.readouterr()
    assert run(["generate"]) == 0
    assert not (folder / OPERATIONS).exists()
    assert f"{OPERATIONS}: left out, you deleted it\n" in capsys.readouterr().out


def test_a_file_that_stood_there_before_is_not_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / MAIN).parent.mkdir(parents=True)
    (folder / MAIN).write_text("# mine\n")
    assert run(["generate"]) == 3
    assert (folder / MAIN).read_text() == "# mine\n"
    beside = "conflict, the new one is beside it in *.svcforge-new; there is no older one to compare with"
    assert f"{MAIN}: {beside}\n" in capsys.readouterr().out
    assert "FastAPI" in (folder / f"{MAIN}.svcforge-new").read_text()


def test_a_file_of_the_users_that_was_there_first_is_theirs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blueprint = GOOD + "          count: {http: GET /count, out: {n: int}, read_only: true, public: a test}\n"
    (folder / "blueprint.yaml").write_text(blueprint)
    logic = folder / "services/things/src/things/logic/count.py"
    logic.parent.mkdir(parents=True)
    logic.write_text("# mine\n")
    assert run(["generate", "--dry-run"]) == 0
    assert "= src/things/logic/count.py  (kept, yours)\n" in capsys.readouterr().out
    assert run(["generate"]) == 0
    printed = capsys.readouterr().out
    assert "created, 1 kept in " in printed
    assert "changed" not in printed
    assert logic.read_text() == "# mine\n"


@pytest.mark.parametrize("options", [[], ["--no-lint"]])
@pytest.mark.parametrize("more", ["", "lint: {ignore: [SF601]}\n"])
def test_nobody_may_insist_on_scopes_that_nobody_checks(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], more: str
) -> None:
    (folder / "blueprint.yaml").write_text(GOOD.replace("public: a test", "scopes: [things:write]") + more)
    assert run(["generate", *options]) == 1
    assert 'SF601 error  unauthenticated-entry: "things.add" asks for a token' in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["blueprint.yaml"]


@pytest.mark.parametrize(("text", "code"), [(CYCLE, "SF101"), (DANGLING, "SF001")])
def test_errors_of_the_linter_stop_it(folder: Path, capsys: pytest.CaptureFixture[str], text: str, code: str) -> None:
    (folder / "blueprint.yaml").write_text(text)
    assert run(["generate"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"{code} error  " in printed.err
    assert printed.err.endswith("nothing was generated\n")
    assert list(files(folder)) == ["blueprint.yaml"]


def test_warnings_of_the_linter_do_not_stop_it(folder: Path) -> None:
    (folder / "blueprint.yaml").write_text(GOOD + "      lonely: {}\n      other: {}\n")
    assert run(["lint"]) == 1
    assert run(["generate", "--dry-run"]) == 0


def test_one_may_insist(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    circle = "      a: {calls: [b.go], operations: {go: {}}}\n      b: {calls: [a.go], operations: {go: {}}}\n"
    (folder / "blueprint.yaml").write_text(GOOD + circle)
    assert run(["generate", "--dry-run"]) == 1
    capsys.readouterr()
    assert run(["generate", "--no-lint"]) == 0
    assert capsys.readouterr().err == ""
    assert (folder / MAIN).is_file()


def test_nobody_can_insist_on_what_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "blueprint.yaml").write_text(DANGLING)
    assert run(["generate", "--no-lint"]) == 1
    assert "SF001 error  " in capsys.readouterr().err
    assert list(files(folder)) == ["blueprint.yaml"]


@pytest.mark.parametrize("platform", ["discovery: eureka", "broker: sqs"])
def test_a_platform_without_a_pack_is_a_warning(
    folder: Path, capsys: pytest.CaptureFixture[str], platform: str
) -> None:
    (folder / "blueprint.yaml").write_text(GOOD.replace("defaults:", f"platform: {{{platform}}}\ndefaults:"))
    name = platform.partition(": ")[2].strip("[]")
    assert run(["generate", "--dry-run"]) == 0
    printed = capsys.readouterr()
    assert f'SF020 warning  missing-pack: there is no pack for "{name}" yet' in printed.err
    assert " created" in printed.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("python", "typescript"),
            'SF020 error  missing-pack: there is no pack for the stack "typescript"',
        ),
        (GOOD.replace("stack: python, ", ""), 'SF020 error  missing-pack: "things" has no stack'),
        (GOOD.replace("owns:", "api: [grpc]\n        owns:"), "SF021 error  missing-ability: "),
        (GOOD.replace("owns:", "event_sourced: [Thing]\n        owns:"), "SF021 error  missing-ability: "),
    ],
    ids=["stack", "no-stack", "grpc", "event-sourcing"],
)
def test_what_a_stack_cannot_do_is_an_error(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    if "event_sourced" in text:
        text = text.replace("operations:", "events: {Added: {thing: uuid, name: text}}\n        operations:")
        text = text.replace("creates: Thing", "creates: Thing, emits: [Added]")
    (folder / "blueprint.yaml").write_text(text)
    assert run(["generate"]) == 1
    assert said in capsys.readouterr().err
    assert list(files(folder)) == ["blueprint.yaml"]


def test_standard_input_needs_a_folder_to_write_to(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode()), encoding="utf-8"))
    assert run(["generate", "-"]) == 2
    assert capsys.readouterr().err == (
        "error: a blueprint from standard input has no folder\n  help: say where to write: -o DIR\n"
    )
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode()), encoding="utf-8"))
    assert run(["generate", "-", "-o", "out"]) == 0
    assert (folder / "out" / MAIN).is_file()


@pytest.mark.parametrize("out", ["blueprint.yaml", "blueprint.yaml/deeper"])
def test_a_folder_that_cannot_be_written_is_told(folder: Path, capsys: pytest.CaptureFixture[str], out: str) -> None:
    assert run(["generate", "-o", out]) == 2
    assert capsys.readouterr().err.startswith(f'error: cannot write in "{out}": ')
    assert files(folder) == {"blueprint.yaml": GOOD.encode()}


def test_an_unknown_format_is_bad_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--format", "xml"]) == 2
    assert "'xml' is not one of 'text', 'json'" in capsys.readouterr().err
    assert list(files(folder)) == ["blueprint.yaml"]

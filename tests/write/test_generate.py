"""Files come to the disk as they were made, and what the user did to them stays."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.write.trees import tree, unit, without_undo

from svcforge.errors import SvcforgeError
from svcforge.packs.pack import read_pack
from svcforge.packs.unit import Part, Unit
from svcforge.write.generate import Report, generate
from svcforge.write.lock import lock_text
from svcforge.write.manifest import kept, manifest_of

Make = Callable[..., Report]
HERE = "services/orders"
PACK = Path(__file__).parent.parent / "render/packs/paths"


def verdicts(report: Report) -> dict[str, str]:
    return {change.path: change.verdict.value for change in report.units[0].changes}


def test_a_first_run_writes_every_file_with_its_mode_and_its_state(make: Make, out: Path) -> None:
    shell = "#!/bin/sh\n"
    report = make({"a.txt": "a\n", "bin/run!": shell, "src/x/y.py": ""})
    assert verdicts(report) == {"a.txt": "create", "bin/run": "create", "src/x/y.py": "create"}
    files = tree(out)
    assert {path: files[path] for path in files if ".svcforge" not in path} == {
        f"{HERE}/a.txt": (b"a\n", 0),
        f"{HERE}/bin/run": (shell.encode(), 0o100),
        f"{HERE}/src/x/y.py": (b"", 0),
    }
    assert files[f"{HERE}/.svcforge/manifest.json"][0].decode().splitlines() == [
        f'{{"lock": 1, "unit": "orders", "packs": [], "input": "{input_of(out)}", "files": {{',
        '"a.txt": {"h":"87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7",'
        '"g":"78981922613b2afb6025042ff6bd878ac1994e85","m":"644","k":"managed","s":"clean","n":2},',
        f'"bin/run": {{"h":"{hash_of(shell.encode())}",'
        '"g":"1a2485251c33a70432394c93fb89330ef214bfc9","m":"755","k":"managed","s":"clean","n":10},',
        '"src/x/y.py": {"h":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",'
        '"g":"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391","m":"644","k":"managed","s":"clean","n":0}',
        "}}",
    ]
    assert files[f"{HERE}/.svcforge/base"][0] == b"a\n#!/bin/sh\n"


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def input_of(out: Path) -> str | None:
    value = json.loads((out / HERE / ".svcforge/manifest.json").read_text())["input"]
    assert value is None or isinstance(value, str)
    return value


def test_the_blob_ids_are_gits(make: Make, out: Path) -> None:
    make({"a.txt": "hello\n"})
    ours = json.loads((out / HERE / ".svcforge/manifest.json").read_text())["files"]["a.txt"]["g"]
    git = subprocess.run(["git", "hash-object", str(out / HERE / "a.txt")], capture_output=True, text=True, check=True)
    assert ours == git.stdout.strip()


def test_a_second_run_changes_nothing_and_does_not_even_render(
    make: Make, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make({"a": "1", "b!": "2"})
    before = tree(out)
    monkeypatch.setattr("svcforge.write.stage.render", None)
    report = make({"a": "1", "b!": "2"})
    assert (verdicts(report), report.units[0].unchanged) == ({}, 2)
    assert tree(out) == before


def test_a_conflict_is_shown_in_the_file_and_waits_until_it_is_resolved(make: Make, out: Path) -> None:
    make({"a": "1", "b": "1", "c=": "1"})
    for name in "ac":
        (out / HERE / name).write_text("mine")
    assert verdicts(make({"a": "2", "b": "2", "c=": "2"})) == {"a": "conflict", "b": "write", "c": "beside"}
    marked = (out / HERE / "a").read_text()
    assert marked.startswith("<<<<<<< yours\nmine\n|||||||")
    assert "\n=======\n2\n>>>>>>> " in marked
    assert [(out / HERE / name).read_text() for name in ("b", "c", "c.svcforge-new")] == ["2", "mine", "2"]
    # Until the user has spoken nothing is touched, whatever else is offered.
    for offered in "23":
        files = {"a": offered, "b": "2", "c=": offered}
        assert verdicts(make(files)) == {"a": "waiting", "c": "waiting"}
        assert [(out / HERE / name).read_text() for name in ("a", "c", "c.svcforge-new")] == [marked, "mine", "2"]
        assert input_of(out) is None
    (out / HERE / "a").write_text("mine and 2")
    (out / HERE / "c.svcforge-new").unlink()
    assert verdicts(make({"a": "2", "b": "2", "c=": "2"})) == {}
    assert [(out / HERE / name).read_text() for name in "ac"] == ["mine and 2", "mine"]
    assert input_of(out) is not None


TEN = "".join(f"line {number}\n" for number in range(10))


def test_what_the_user_and_the_template_changed_is_merged(make: Make, out: Path) -> None:
    make({"a": TEN, "run!": TEN})
    for name in ("a", "run"):
        (out / HERE / name).write_text(TEN.replace("line 2", "mine"))
    offered = TEN.replace("line 7", "offered")
    assert verdicts(make({"a": offered, "run!": offered})) == {"a": "merged", "run": "merged"}
    merged = offered.replace("line 2", "mine").encode()
    assert tree(out / HERE, state=False) == {"a": (merged, 0), "run": (merged, 0o100)}
    assert input_of(out) is not None
    # What is there now is the user's as against what was offered: the next merge begins there.
    assert verdicts(make({"a": offered.replace("line 9", "again"), "run!": offered})) == {"a": "merged"}
    assert (out / HERE / "a").read_bytes() == merged.replace(b"line 9", b"again")


def test_a_merge_that_could_not_be_read_any_more_is_none(make: Make, out: Path) -> None:
    base = '{\n  "a": 1,\n\n\n\n\n  "z": 1\n}\n'
    make({"a.json": base})
    (out / HERE / "a.json").write_text(base.replace('  "a": 1,', '  "a": 1,\n  "b": 2,'))
    offered = base.replace('  "z": 1', '  "b": 3,\n  "z": 1')
    report = make({"a.json": offered})
    assert verdicts(report) == {"a.json": "beside"}
    assert report.units[0].reasons == {"a.json": 'merged, line 1 would be wrong: duplicate key "b"'}
    assert (out / HERE / "a.json.svcforge-new").read_text() == offered


@pytest.mark.parametrize("mine", [b"\0mine", b"\xff", b"x" * 2_000_001])
def test_what_is_no_text_stands_side_by_side(make: Make, out: Path, mine: bytes) -> None:
    make({"a": "1\n"})
    (out / HERE / "a").write_bytes(mine)
    assert verdicts(make({"a": "2\n"})) == {"a": "beside"}
    assert [(out / HERE / name).read_bytes() for name in ("a", "a.svcforge-new")] == [mine, b"2\n"]


def test_what_was_there_before_the_first_run_stands_beside_what_is_offered(make: Make, out: Path) -> None:
    (out / HERE).mkdir(parents=True)
    (out / HERE / "a").write_text("mine")
    assert verdicts(make({"a": "1", "b": "1"})) == {"a": "beside", "b": "create"}
    (out / HERE / "a.svcforge-new").unlink()
    assert verdicts(make({"a": "1", "b": "1"})) == {}
    assert (out / HERE / "a").read_text() == "mine"


def test_a_lost_base_is_never_made_up(make: Make, out: Path) -> None:
    make({"a": TEN, "b": "1"})
    (out / HERE / "a").write_text(TEN.replace("line 2", "mine"))
    (out / HERE / ".svcforge/base").write_text("damaged")
    report = make({"a": TEN.replace("line 7", "offered"), "b": "1"})
    assert verdicts(report) == {"a": "beside"}
    assert report.units[0].reasons == {"a": "there is no older one to compare with"}
    manifest = manifest_of((out / HERE / ".svcforge/manifest.json").read_bytes(), "")
    assert list(kept(manifest, (out / HERE / ".svcforge/base").read_bytes())) == ["a", "b"]


def test_where_no_file_can_stand_beside_it_nothing_is_settled(make: Make, out: Path) -> None:
    make({"a=": "1"})
    (out / HERE / "a").write_text("mine")
    (out / HERE / "a.svcforge-new").mkdir()
    report = make({"a=": "2"})
    assert (verdicts(report), report.units[0].reasons) == ({"a": "refused"}, {"a": "beside it is a folder"})
    (out / HERE / "a.svcforge-new").rmdir()
    assert verdicts(make({"a=": "2"})) == {"a": "beside"}


def test_deleted_files_stay_deleted_and_dropped_ones_go_with_their_folders(make: Make, out: Path) -> None:
    make({"a": "1", "b/c/d": "1", "b/e": "1", "f/g": "1"})
    (out / HERE / "a").unlink()
    (out / HERE / "f/g").write_text("mine")
    assert verdicts(make({"a": "2", "b/e": "1"})) == {"a": "deleted", "b/c/d": "remove", "f/g": "detached"}
    assert sorted(path for path in tree(out / HERE, state=False)) == ["b/e", "f/g"]
    assert not (out / HERE / "b/c").exists()
    assert verdicts(make({"a": "3", "b/e": "1"})) == {"a": "deleted"}


def test_what_is_written_once_is_the_users(make: Make, out: Path) -> None:
    (out / HERE).mkdir(parents=True)
    (out / HERE / "first.py").write_text("the user was first")
    make({"first.py?": "1", "later.py?": "1"})
    (out / HERE / "later.py").write_text("logic")
    assert verdicts(make({"first.py?": "2", "later.py?": "2"})) == {}
    assert tree(out / HERE, state=False) == {"first.py": (b"the user was first", 0), "later.py": (b"logic", 0)}
    assert verdicts(make({})) == {"first.py": "detached", "later.py": "detached"}


def test_a_users_mode_survives_a_new_content(make: Make, out: Path) -> None:
    make({"a": "1", "b!": "1"})
    (out / HERE / "a").chmod(0o640)
    (out / HERE / "b").chmod(0o600)
    make({"a!": "2", "b!": "2"})
    assert [oct((out / HERE / name).stat().st_mode & 0o777) for name in "ab"] == ["0o750", "0o600"]


def test_modes_follow_the_umask_of_the_user(make: Make, out: Path) -> None:
    before = os.umask(0o077)
    try:
        make({"a": "1", "b!": "1"})
    finally:
        os.umask(before)
    assert [oct((out / HERE / name).stat().st_mode & 0o777) for name in "ab"] == ["0o600", "0o700"]


@pytest.mark.parametrize("thing", ["link", "folder", "fifo", "linked folder", "file for a folder"])
def test_what_is_no_plain_file_is_refused_and_nothing_is_written_through_it(
    make: Make, out: Path, tmp_path: Path, thing: str
) -> None:
    make({"a/b": "1", "c": "1"})
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b").write_text("precious")
    target = out / HERE / "a/b"
    target.unlink()
    if thing == "link":
        target.symlink_to(outside / "b")
    elif thing == "folder":
        target.mkdir()
    elif thing == "fifo":
        os.mkfifo(target)
    else:
        target.parent.rmdir()
        if thing == "linked folder":
            target.parent.symlink_to(outside)
        else:
            target.parent.write_text("mine")
    report = make({"a/b": "2", "a/new": "2", "c": "2"})
    assert verdicts(report)["a/b"] == "refused"
    assert report.units[0].reasons["a/b"] in (
        *("a symbolic link", "a folder", "neither a file nor a folder"),
        "behind a symbolic link or a file",
    )
    assert (out / HERE / "c").read_text() == "2"
    assert tree(outside) == {"b": (b"precious", 0)}


@pytest.mark.parametrize("where", ["services", "services/orders", "services/orders/.svcforge", ".svcforge"])
def test_a_unit_or_a_state_behind_a_link_is_an_error(make: Make, out: Path, tmp_path: Path, where: str) -> None:
    make({"a": "1"})
    elsewhere = tmp_path / "elsewhere"
    (out / where).rename(elsewhere)
    (out / where).symlink_to(elsewhere)
    before = tree(elsewhere)
    with pytest.raises(SvcforgeError, match="is a link or no f"):
        make({"a": "2"})
    assert tree(elsewhere) == before


def test_a_dry_run_says_the_same_and_writes_nothing(make: Make, out: Path) -> None:
    assert verdicts(make({"a": "1"}, dry_run=True)) == {"a": "create"}
    assert not out.exists()
    make({"a": "1", "b": "1", "c": "1"})
    (out / HERE / "b").write_text("mine")
    before = tree(out)
    dry = make({"a": "2", "b": "2", "d": "1"}, dry_run=True)
    assert tree(out) == before
    assert dry.units == make({"a": "2", "b": "2", "d": "1"}).units


def test_several_units_and_the_lock_are_written_together(out: Path) -> None:
    facts = json.loads((PACK / "facts.json").read_text())
    pack = read_pack(PACK)
    units = [
        unit({"README.md": "# shop\n"}, "shop", ""),
        Unit("orders", "services/orders", (Part(pack, facts), Part(pack, facts, "again"))),
        unit({"x": "1"}, "platform", "platform/compose"),
    ]
    lock = lock_text([pack], "0" * 64, {})
    done: list[tuple[int, int]] = []
    generate(out, units, lock=lock, durable=True, progress=lambda at, of: done.append((at, of)))
    assert (out / "svcforge.lock").read_bytes() == lock
    assert done == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert (out / "services/orders/again/run.sh").stat().st_mode & 0o100
    assert json.loads((out / "services/orders/.svcforge/manifest.json").read_text())["packs"] == ["stack/paths"]
    before = tree(out)
    report = generate(out, units, lock=lock, durable=False)
    assert [found.unchanged for found in report.units] == [1, 36, 1]
    assert tree(out) == before


def test_two_folders_get_the_same_bytes_state_and_all_from_any_number_of_processes(tmp_path: Path) -> None:
    facts = json.loads((PACK / "facts.json").read_text())
    pack = read_pack(PACK)

    def units(name: str) -> list[Unit]:
        named = facts | {"service": {"name": name, "package": "p"}}
        return [Unit(f"u{n}", f"services/u{n}", (Part(pack, named | {"mesh": n % 2}),)) for n in range(7)]

    for name in ("first", "second"):
        generate(tmp_path / "a", units(name), jobs=1, durable=False)
        generate(tmp_path / "some" / "where" / "else", units(name), jobs=3, durable=False)
        assert without_undo(tree(tmp_path / "a")) == without_undo(tree(tmp_path / "some/where/else"))


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ([unit({}, "a", "x"), unit({}, "a", "y")], 'two units have the name "a"'),
        ([unit({}, "a", "x"), unit({}, "b", "x")], 'two units have the folder "x"'),
        ([unit({}, "a", "X/y"), unit({}, "b", "x/z")], "are the same folder where case is ignored"),
        ([unit({}, "a", "../x")], "is no path to write to"),
        ([unit({"a/.git/hooks/pre-commit": ""}, "a", "x")], 'in "a": "a/.git/hooks/pre-commit" is no path to write to'),
        ([unit({"svcforge.lock": ""}, "a", "")], '"svcforge.lock" is not for templates'),
        ([unit({"b/c": ""}, "a", "x"), unit({}, "b", "x/b")], '"b/c" lies in the folder of another unit'),
        ([unit({"x/b/c/d": ""}, "a", ""), unit({}, "b", "x/b")], '"x/b/c/d" lies in the folder of another unit'),
        ([unit({"a": "", "A": ""}, "a", "x")], "are the same file where case is ignored"),
    ],
)
def test_units_that_would_meet_or_leave_are_refused_and_nothing_is_written(
    out: Path, units: list[Unit], message: str
) -> None:
    with pytest.raises(SvcforgeError, match=message):
        generate(out, units, durable=False)
    assert not out.exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_one_unit_writes_none(out: Path, jobs: int) -> None:
    pack = read_pack(PACK)
    facts = json.loads((PACK / "facts.json").read_text())
    units = [Unit(f"u{n}", f"u{n}", (Part(pack, facts | ({"service": {}} if n in (3, 4) else {})),)) for n in range(6)]
    with pytest.raises(SvcforgeError, match='in "u3": "paths/template/') as caught:
        generate(out, units, jobs=jobs, durable=False)
    assert caught.value.hint == "what a template asks for must be in the facts"
    assert not out.exists()


names = st.sampled_from(["a", "b", "c/d", "c/e", "f/g/h", "x!", "y?", "z="])
versions = st.dictionaries(names, st.sampled_from(["", "one\n", "two\n", "three"]) | st.binary(max_size=8), max_size=7)
edited = st.sampled_from(["a", "b", "c/d", "c/e", "f/g/h", "x", "y", "z", "new"])
edits = st.dictionaries(edited, st.binary(max_size=8).map(lambda data: b"typed by the user: " + data) | st.none())


def names_of(version: dict[str, str | bytes]) -> set[str]:
    return {name.rstrip("!?=") for name in version}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(versions, edits), min_size=1, max_size=3), versions)
def test_every_byte_that_a_user_typed_is_still_there_and_deleted_files_stay_away(
    history: list[tuple[dict[str, str | bytes], dict[str, bytes | None]]], last: dict[str, str | bytes]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out, here = Path(folder, "out"), Path(folder, "out", HERE)
        typed: dict[str, bytes] = {}
        for version, changes in history:
            generate(out, [unit(version)], durable=False)
            for path, data in changes.items():
                target = here / path
                if data is None:
                    target.unlink(missing_ok=True)
                    typed.pop(path, None)
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
                    typed[path] = data
        # A file of the user's own in the way of a generated one leaves the way free when it goes.
        ours = manifest_of((here / ".svcforge/manifest.json").read_bytes(), "").files
        away = {path for path, data in changes.items() if data is None and path in ours and path in names_of(version)}
        generate(out, [unit(last)], durable=False)
        after = tree(out)
        found = {path: data for path, (data, _) in tree(here, state=False).items()}
        for path, data in typed.items():
            left = iter(found[path].split(b"\n"))
            # In their order, whatever a merge or a conflict put between them.
            assert all(line in left for line in data.split(b"\n"))
        assert away.isdisjoint(found)
        generate(out, [unit(last)], durable=False)
        assert tree(out) == after

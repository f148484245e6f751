"""A run that is cut short anywhere, or that fails anywhere, leaves the old tree or the new one and no edit lost."""

from __future__ import annotations

import errno
import itertools
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.write.trees import tree, unit, without_undo

from svcforge.errors import SvcforgeError
from svcforge.packs.unit import Unit
from svcforge.write import names
from svcforge.write.generate import generate

LINES = "".join(f"line {number}\n" for number in range(9))
OLD = [
    unit({"README.md": "1", "kept": "1", "gone": "1"}, "shop", ""),
    unit({"a": "1", "src/b!": "1", "src/deep/c": "1", "same": "1", "mine": LINES, "api=": "1", "deleted": "1"}),
]
NEW = [
    unit({"README.md": "2", "kept": "2"}, "shop", ""),
    unit({"a": "2", "src/b!": "2", "src/new/d": "2", "same": "1", "mine": f"{LINES}2\n", "api=": "2", "deleted": "2"}),
    unit({"x/y": "2", "z": "2"}, "stock", "services/stock"),
]
EDITED = {"services/orders/mine": b"mine\n" + LINES.encode(), "services/orders/api": b"mine", "kept": b"mine"}
"""One is merged, one keeps the new one beside it, one becomes a conflict."""

CHANGING = ("mkdir", "rename", "link", "unlink", "rmdir", "fsync", "fchmod", "write", "open")


def run(out: Path, units: list[Unit]) -> None:
    generate(out, units, lock=b"lock %d\n" % len(units), durable=True, jobs=1)


def laid(out: Path) -> None:
    """An output that a user has worked in."""
    run(out, OLD)
    for path, data in EDITED.items():
        (out / path).write_bytes(data)
    (out / "services/orders/deleted").unlink()


class Interposed:
    """Every call that changes the disk, counted, with something that happens before a chosen one."""

    def __init__(self, before: Callable[[int, str, tuple[object, ...]], None]) -> None:
        self.before, self.count = before, 0
        self.patch = pytest.MonkeyPatch()

    def __enter__(self) -> Interposed:
        for name in CHANGING:
            self.patch.setattr(os, name, self.wrapped(name, getattr(os, name)))
        self.patch.setattr(names, "_rename", self.wrapped("renameat2", names._rename))
        self.patch.setattr(names, "sync", self.wrapped("syncfs", lambda folder: None))
        return self

    def __exit__(self, *_: object) -> None:
        self.patch.undo()

    def wrapped(self, name: str, call: Callable[..., object]) -> Callable[..., object]:
        def replacement(*args: object, **options: object) -> object:
            if name == "open" and not (len(args) > 1 and isinstance(args[1], int) and args[1] & os.O_CREAT):
                return call(*args, **options)
            self.count += 1
            self.before(self.count, name, args)
            return call(*args, **options)

        return replacement


def in_child(work: Callable[[], None]) -> int:
    """The exit code of a forked child that does the work."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_before(number: int, out: Path, units: list[Unit]) -> bool:
    """Run, ending before the n-th change; half of what a write was to write may be there. Whether it ended there."""

    write = os.write

    def end(count: int, name: str, args: tuple[object, ...]) -> None:
        if count == number:
            if name == "write":
                descriptor, data = args
                assert isinstance(descriptor, int)
                assert isinstance(data, bytes)
                write(descriptor, data[: len(data) // 2])
            os._exit(137)

    def work() -> None:
        with Interposed(end):
            run(out, units)

    code = in_child(work)
    assert code in (0, 137)
    return code == 137


@pytest.fixture
def fast_folder() -> Iterator[Path]:
    """A folder in memory where there is one; `syncfs` is of no concern here."""
    root = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else Path("/tmp")
    folder = root / f"svcforge-test-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_a_regeneration_killed_before_any_change_is_finished_by_the_next_run(fast_folder: Path, able: str) -> None:
    base, reference, out = fast_folder / "base", fast_folder / "reference", fast_folder / "out"
    laid(base)
    before = tree(base, state=False)
    shutil.copytree(base, reference)
    run(reference, NEW)
    wanted = without_undo(tree(reference))
    for number in itertools.count(1):
        shutil.copytree(base, out)
        ended = killed_before(number, out, NEW)
        between = tree(out, state=False)
        # Without links, a file is for a moment where only the next run finds it.
        assert all(b"mine" in between[path][0] for path in EDITED if able != "no links" or path in between)
        assert all(
            value in (before.get(path), tree(reference, state=False)[path])
            for path, value in between.items()
            if path in wanted
        )
        run(out, NEW)
        assert without_undo(tree(out)) == wanted
        assert sorted(path.name for path in (out / ".svcforge").iterdir() if path.name != "undo") == [
            *(".gitignore", "base", "busy", "manifest.json")
        ]
        shutil.rmtree(out)
        if not ended:
            break
    assert number > 50


def test_a_first_run_killed_before_any_change_is_finished_by_the_next_run(fast_folder: Path) -> None:
    reference, out = fast_folder / "reference", fast_folder / "out"
    run(reference, NEW)
    wanted = without_undo(tree(reference))
    for number in itertools.count(1):
        ended = killed_before(number, out, NEW)
        run(out, NEW)
        assert without_undo(tree(out)) == wanted
        shutil.rmtree(out)
        if not ended:
            break
    assert number > 30


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES], ids=["disk full", "permission denied"])
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_a_call_that_fails_anywhere_leaves_all_or_nothing(
    fast_folder: Path, error: int, lasting: bool, able: str
) -> None:
    base, reference, out = fast_folder / "base", fast_folder / "reference", fast_folder / "out"
    laid(base)
    old = without_undo(tree(base))
    shutil.copytree(base, reference)
    run(reference, NEW)
    wanted = without_undo(tree(reference))
    outcomes, messages = set(), set()
    for number in itertools.count(1):
        shutil.copytree(base, out)
        room = {"open", "write", "mkdir", "link", "rename", "renameat2"}
        failing = room if error == errno.ENOSPC else room | set(CHANGING)

        def fail(count: int, name: str, _: object, number: int = number, failing: set[str] = failing) -> None:
            if name in failing and (count >= number if lasting else count == number):
                raise OSError(error, os.strerror(error), "somewhere")

        reached = 0
        with Interposed(fail) as interposed:
            try:
                run(out, NEW)
                outcomes.add("done")
            except SvcforgeError as problem:
                messages.add(os.strerror(error).lower() in problem.message)
                # What cannot be removed any more is removed by the next run.
                found = {
                    path: data
                    for path, data in without_undo(tree(out)).items()
                    if "/tx-" not in path and not (lasting and path.endswith(".new"))
                }
                unfinished = found.pop(".svcforge/journal.json", None)
                lost = able == "no links" and unfinished
                whole = "nothing" if found == old else "everything" if found == wanted else "mixed"
                outcomes.add("unfinished" if unfinished else whole)
                assert all(b"mine" in found[path][0] for path in EDITED if not lost or path in found)
            reached = interposed.count
        run(out, NEW)
        assert without_undo(tree(out)) == wanted
        shutil.rmtree(out)
        if reached < number:
            break
    assert messages == {True}
    assert outcomes >= {"nothing", "done"}
    assert "mixed" not in outcomes


def test_a_first_run_on_a_full_disk_leaves_nothing(fast_folder: Path) -> None:
    out = fast_folder / "out"
    for number in range(1, 40, 3):

        def fail(count: int, name: str, _: object, number: int = number) -> None:
            if count >= number and name == "write":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with Interposed(fail), pytest.raises(SvcforgeError, match="no space left on device") as caught:
            run(out, NEW)
        assert caught.value.hint == "make room"
        assert not out.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_a_read_only_folder_in_the_middle_stops_all_of_it(fast_folder: Path) -> None:
    out = fast_folder / "out"
    laid(out)
    for folder, _, files in os.walk(fast_folder):
        os.chown(folder, 65534, 65534)
        for name in files:
            os.chown(Path(folder, name), 65534, 65534)
    (out / "services/orders/src").chmod(0o555)
    before = tree(out)

    def work() -> None:
        os.setegid(65534)
        os.seteuid(65534)
        with pytest.raises(SvcforgeError, match="permission denied"):
            run(out, NEW)

    assert in_child(work) == 0
    assert tree(out) == before


def test_runs_killed_at_random_lose_nothing_and_leave_no_process(fast_folder: Path) -> None:
    out, chance = fast_folder / "out", random.Random(7)
    versions = [
        [unit({f"f{n}": f"{v}\n\n\n{n}\n" for n in range(12)}, f"u{u}", f"services/u{u}") for u in range(20 + v % 3)]
        for v in range(201)
    ]
    generate(out, versions[0], durable=False)
    (out / "services/u3/f3").write_text("0\n\n\n3\nmine\n")
    for units in versions[1:]:
        child = os.fork()
        if child == 0:
            os.setsid()
            generate(out, units, durable=False, jobs=2)
            os._exit(0)
        time.sleep(chance.uniform(0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert (out / "services/u3/f3").read_text().endswith("\n\n\n3\nmine\n")
        generate(out, units, durable=False)
        for made in units:
            here = tree(out / made.folder, state=False)
            mine = {"f3": (made.files[3].data + b"mine\n", 0)} if made.name == "u3" else {}
            assert here == {file.path: (file.data, 0) for file in made.files} | mine
        left = [path.name for path in (out / ".svcforge").iterdir() if path.name.startswith(("tx-", "journal"))]
        assert left == []

"""Where there is no room or no right to write: a sentence that says so, all as it was, and the next run goes through."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.write.test_crash import NEW, fast_folder, in_child, laid, run
from tests.write.trees import tree, without_undo

from svcforge.errors import SvcforgeError
from svcforge.write.conflicts import take
from svcforge.write.eject import eject
from svcforge.write.undo import undo

__all__ = ["fast_folder"]

NOBODY = 65534
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounts, and becomes another user")


def mounted(folder: Path, *options: str) -> None:
    """Mount something there; skipped where even root may not."""
    folder.mkdir(exist_ok=True)
    found = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    if found.returncode:
        pytest.skip("this machine lets nobody mount")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with room for a few files."""
    folder = tmp_path / "disk"
    mounted(folder, "-t", "tmpfs", "-o", "size=400k", "none")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def filled(folder: Path, left: int) -> Path:
    """All but so many pages taken."""
    file = folder / "full"
    free = os.statvfs(folder).f_bavail
    file.write_bytes(b"x" * (free - left) * os.statvfs(folder).f_bsize)
    return file


@AS_ROOT
def test_a_disk_that_is_full_somewhere_on_the_way_is_as_it_was(small: Path) -> None:
    out, outcomes = small / "out", set()
    laid(out)
    before = without_undo(tree(out))
    for left in range(60):
        file, told = filled(small, left), None
        try:
            run(out, NEW)
        except SvcforgeError as problem:
            told = (problem.message, problem.hint)
        finally:
            file.unlink()
        if told is None:
            outcomes.add("done")
            break
        outcomes.add("refused")
        assert told == (f'cannot write in "{out}": no space left on device', "make room")
        assert without_undo(tree(out)) == before
        assert not list((out / ".svcforge").glob("tx-*"))
    assert outcomes == {"refused", "done"}


@AS_ROOT
def test_a_disk_that_is_read_only_is_said_to_be(small: Path) -> None:
    out = small / "out"
    laid(out)
    before = tree(out)
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    for command in (lambda: run(out, NEW), lambda: take(out, "yours"), lambda: eject(out, "orders"), lambda: undo(out)):
        with pytest.raises(SvcforgeError, match="read-only file system") as caught:
            command()
        assert caught.value.hint == "choose another folder"
    assert tree(out) == before


def test_files_may_be_limited_in_size(fast_folder: Path) -> None:
    out = fast_folder / "out"
    laid(out)
    before = tree(out)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))
        with pytest.raises(SvcforgeError, match="file too large"):
            run(out, NEW)

    assert in_child(work) == 0
    assert tree(out) == before


def given_away(folder: Path) -> None:
    """All of it belongs to nobody."""
    for inner, _, files in os.walk(folder):
        os.chown(inner, NOBODY, NOBODY)
        for name in files:
            os.chown(Path(inner, name), NOBODY, NOBODY)


def as_nobody(work: Callable[[], None]) -> int:
    def without_rights() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        work()

    return in_child(without_rights)


@AS_ROOT
@pytest.mark.parametrize(
    "place", ["", ".svcforge", "services", "services/orders", "services/orders/src", "services/orders/.svcforge"]
)
def test_a_folder_that_may_not_be_written_stops_all_of_it(fast_folder: Path, place: str) -> None:
    out = fast_folder / "out"
    laid(out)
    given_away(fast_folder)
    (out / place).chmod(0o555)
    before = tree(out)

    def work() -> None:
        with pytest.raises(SvcforgeError, match="permission denied"):
            run(out, NEW)

    assert as_nobody(work) == 0
    assert tree(out) == before
    (out / place).chmod(0o755)
    assert as_nobody(lambda: run(out, NEW)) == 0
    assert (out / "services/orders/a").read_bytes() == b"2"


@AS_ROOT
def test_a_file_that_may_not_be_read_is_left_and_told_and_all_else_is_written(fast_folder: Path) -> None:
    out = fast_folder / "out"
    laid(out)
    given_away(fast_folder)
    (out / "services/orders/a").chmod(0)

    assert as_nobody(lambda: run(out, NEW)) == 0
    assert (out / "services/orders/a").read_bytes() == b"1"
    assert (out / "services/orders/src/deep/c").exists() is False
    (out / "services/orders/a").chmod(0o644)
    assert as_nobody(lambda: run(out, NEW)) == 0
    assert (out / "services/orders/a").read_bytes() == b"2"


@AS_ROOT
def test_a_file_that_only_may_not_be_written_is_replaced_with_its_mode(fast_folder: Path) -> None:
    """As by any editor that saves by renaming: the folder is what one writes."""
    out = fast_folder / "out"
    laid(out)
    given_away(fast_folder)
    (out / "services/orders/a").chmod(0o444)
    assert as_nobody(lambda: run(out, NEW)) == 0
    assert (out / "services/orders/a").read_bytes() == b"2"
    assert (out / "services/orders/a").stat().st_mode & 0o777 == 0o444


@AS_ROOT
def test_the_state_of_somebody_else_is_an_error(fast_folder: Path) -> None:
    out = fast_folder / "out"
    laid(out)
    before = tree(out)

    def work() -> None:
        with pytest.raises(SvcforgeError, match="permission denied"):
            run(out, NEW)

    assert as_nobody(work) == 0
    assert tree(out) == before

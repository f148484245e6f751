"""Changes of names on file systems that cannot do all of them: what they answer is understood, and the next best is done."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.write.trees import tree, unit, without_undo

from svcforge.errors import SvcforgeError
from svcforge.write import names
from svcforge.write.generate import generate
from svcforge.write.undo import undo

LACKING = sorted(names.UNSUPPORTED)


class Library:
    """A C library on a file system that answers with an error to what it does not know."""

    def __init__(self, error: int) -> None:
        self.error, self.asked = error, 0

    def renameat2(self, *_: object) -> int:
        self.asked += 1
        ctypes.set_errno(self.error)
        return -1

    renameatx_np = renameat2

    def syncfs(self, _: int) -> int:
        return 0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


@pytest.mark.parametrize("error", LACKING, ids=lambda number: errno.errorcode[number])
def test_a_file_system_that_cannot_exchange_is_written_to_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    library, out = Library(error), tmp_path / "out"
    monkeypatch.setattr(names, "_library", lambda: library)
    generate(out, [unit({"a": "1", "b!": "1", "gone": "1"})])
    (out / "services/orders/mine").write_text("mine")
    before = without_undo(tree(out))
    generate(out, [unit({"a": "2", "b!": "2", "c/d": "2"})])
    assert tree(out, state=False) == {
        "services/orders/a": (b"2", 0),
        "services/orders/b": (b"2", 0o100),
        "services/orders/c/d": (b"2", 0),
        "services/orders/mine": (b"mine", 0),
    }
    assert library.asked > 4
    undo(out)
    assert without_undo(tree(out)) == before


def test_any_other_error_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: int) -> None:
    monkeypatch.setattr(names, "_library", lambda: Library(errno.EACCES))
    with pytest.raises(PermissionError):
        names.exchange(folder, "a", folder, "b")


@pytest.mark.parametrize("able", [True, False], ids=["no replace", "by link"])
def test_a_name_that_is_taken_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: int, able: bool
) -> None:
    if not able:
        monkeypatch.setattr(names, "_library", lambda: Library(errno.EINVAL))
    for name in "ab":
        (tmp_path / name).write_text(name)
        (tmp_path / f"{name}-folder").mkdir()
    for one, other in (("a", "b"), ("a-folder", "b-folder")):
        with pytest.raises(FileExistsError):
            names.move_new(folder, one, folder, other)
    names.move_new(folder, "a", folder, "c")
    names.move_new(folder, "a-folder", folder, "c-folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "b-folder", "c", "c-folder"]


def test_folders_that_cannot_be_put_onto_the_disk_are_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, refused = os.fsync, []

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            refused.append(descriptor)
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    generate(tmp_path / "out", [unit({"a": "1"})])
    assert refused
    assert (tmp_path / "out/services/orders/a").read_text() == "1"


def test_a_disk_that_fails_while_it_is_synced_is_an_error_and_nothing_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    generate(out, [unit({"a": "1"})])
    before = without_undo(tree(out))

    def fsync(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(SvcforgeError, match="input/output error"):
        generate(out, [unit({"a": "2"})])
    monkeypatch.undo()
    assert without_undo(tree(out)) == before

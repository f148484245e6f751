"""The disk is looked at one component at a time, and what stands there is called by its name."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from svcforge.merge.entry import Thing
from svcforge.write import disk as disks
from svcforge.write.disk import Disk, Hidden, TooLarge


def test_each_thing_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_text("x")
    (tmp_path / "run").write_text("x")
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("folder/file")
    (tmp_path / "to").symlink_to("folder")
    os.mkfifo(tmp_path / "fifo")
    monkeypatch.chdir(tmp_path)
    server = socket.socket(socket.AF_UNIX)
    server.bind("socket")
    disk = Disk(tmp_path)
    expected = {
        "folder/file": (Thing.FILE, False),
        "run": (Thing.FILE, True),
        "link": (Thing.LINK, False),
        "folder": (Thing.FOLDER, False),
        "fifo": (Thing.OTHER, False),
        "socket": (Thing.OTHER, False),
        "nothing": (Thing.ABSENT, False),
        "nothing/at/all": (Thing.ABSENT, False),
        "to/file": (Thing.HIDDEN, False),
        "run/file": (Thing.HIDDEN, False),
    }
    assert {path: ((seen := disk.look(path)).thing, seen.executable) for path in expected} == expected
    disk.close()
    server.close()


def test_a_file_that_may_not_be_read_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    disk, real = Disk(tmp_path), os.open

    def refuse(path: str, *args: int, **options: int) -> int:
        if path == "file":
            raise PermissionError(13, "permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr(os, "open", refuse)
    assert disk.look("file").thing is Thing.UNREADABLE
    disk.close()


def test_few_folders_are_open_however_many_are_visited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "MOST_OPEN", 5)
    disk = Disk(tmp_path)
    descriptors = Path("/proc/self/fd")
    before = sum(1 for _ in descriptors.iterdir()) if descriptors.exists() else 0
    for number in range(40):
        folder, name = disk.place(f"a/b{number}/c/d/e/file", make=True)
        assert disks.write(folder, name, b"%d" % number) == (tmp_path / f"a/b{number}/c/d/e/file").stat().st_ino
        if before:
            assert sum(1 for _ in descriptors.iterdir()) <= before + 10
    assert len(disk.made) == 1 + 4 * 40
    disk.close()


def test_state_is_read_up_to_a_limit_and_only_from_plain_files(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("12345")
    (tmp_path / "link").symlink_to("file")
    disk = Disk(tmp_path)
    assert disk.read("nothing", 9) is None
    found = disk.read("file", 5)
    assert found is not None
    assert found[0] == b"12345"
    with pytest.raises(TooLarge):
        disk.read("file", 4)
    for path in ("link", "."):
        with pytest.raises(Hidden):
            disk.read(path, 9)
    disk.close()

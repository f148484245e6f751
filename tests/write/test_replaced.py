"""Files of the user's that get another content: all or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from svcforge.errors import SvcforgeError
from svcforge.write.replaced import New, replace


def test_files_get_their_new_text_and_keep_mark_line_ends_and_permissions(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    file.chmod(0o640)
    replace({file: New("a: 1\r\n", "a: 2\r\n"), tmp_path / "new.json": New(None, "{}\n")}, tmp_path)
    assert file.read_bytes() == b"\xef\xbb\xbfa: 2\r\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(f.name for f in tmp_path.iterdir()) == ["a.yaml", "new.json"]


def refused(files: dict[Path, New], home: Path) -> str:
    """Why the files are not written; each is as it was, and nothing is beside it."""
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    with pytest.raises(SvcforgeError) as refusal:
        replace(files, home)
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == before
    return refusal.value.message.replace(str(home), "")


def test_what_has_changed_meanwhile_is_left_and_so_is_all_else(tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_text("1")
    other.write_text("changed")
    assert refused({one: New("1", "2"), other: New("1", "2")}, tmp_path) == '"/b" has changed meanwhile'
    assert refused({one: New("1", "2"), tmp_path / "c": New("1", "2")}, tmp_path) == (
        '"/c" cannot be written: no such file or directory'
    )


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "outside").write_text("1")
    (home / "link").symlink_to(tmp_path / "outside")
    (home / "inside").symlink_to(home / "real")
    (home / "real").write_text("1")
    assert refused({home / "link": New("1", "2")}, home) == '"/link" is a link that leaves the blueprint\'s folder'
    replace({home / "inside": New("1", "2")}, home)
    assert (home / "inside").is_symlink()
    assert (home / "real").read_text() == "2"


def test_a_file_that_cannot_be_exchanged_brings_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_text("1")
    other.write_text("1")
    exchange = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target == other:
            raise OSError(28, os.strerror(28), str(target))
        return exchange(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    message = refused({one: New("1", "2"), other: New("1", "2")}, tmp_path)
    assert message == '"/b" cannot be written: no space left on device'

"""A manifest and a journal are read like anything from a stranger."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.write.trees import tree

from svcforge.errors import SvcforgeError
from svcforge.write import manifest as manifests
from svcforge.write.generate import Report
from svcforge.write.manifest import MANIFEST, Header, Manifest, input_of, manifest_of, manifest_text, without_input

Make = Callable[..., Report]
HERE = "services/orders"
LINE = {"h": "0" * 64, "g": "0" * 40, "m": "644", "k": "managed", "s": "clean", "n": 0}


def manifest(**change: Any) -> bytes:
    return json.dumps({"lock": 1, "unit": "orders", "packs": [], "input": None, "files": {"a": LINE}} | change).encode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "is no manifest"),
        (b"<<<<<<< HEAD\n", "is no manifest"),
        (b"[]", "is no manifest"),
        (b"[" * 100_000, "is no manifest"),
        (manifest(lock=2), "of another version"),
        (manifest(files={"../../outside": LINE}), '"../../outside" is no path to write to'),
        (manifest(files={"/etc/passwd": LINE}), "is no path to write to"),
        (manifest(files={".git/hooks/pre-commit": LINE}), "is no path to write to"),
        (manifest(files={"a": LINE, "A": LINE}), "are the same file"),
        (manifest(files={"a": LINE | {"h": "../../x"}}), "files.a.h"),
        (manifest(files={"a": LINE | {"n": -1}}), "files.a.n"),
        (manifest(files={"a": LINE | {"m": "4755"}}), "files.a.m"),
        (manifest(files={"a": LINE | {"s": "trusted"}}), "files.a.s"),
        (manifest(extra=1), "extra"),
    ],
)
def test_a_bad_manifest_is_refused_and_nothing_is_touched(make: Make, out: Path, text: bytes, message: str) -> None:
    make({"a": "1"})
    (out / HERE / ".svcforge/manifest.json").write_bytes(text)
    before = tree(out)
    with pytest.raises(SvcforgeError) as caught:
        make({"a": "2"})
    assert message in caught.value.message
    assert tree(out) == before


def test_a_manifest_without_end_is_not_read(make: Make, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make({"a": "1"})
    monkeypatch.setitem(manifests.LARGEST, MANIFEST, 100)
    with pytest.raises(SvcforgeError, match="is too large"):
        make({"a": "2"})


def test_a_manifest_cannot_make_svcforge_remove_what_it_did_not_write(make: Make, out: Path) -> None:
    make({"a": "1"})
    (out / HERE / "precious").write_text("typed")
    lines = (out / HERE / ".svcforge/manifest.json").read_text()
    (out / HERE / ".svcforge/manifest.json").write_text(
        lines.replace('"a": {', f'"precious": {json.dumps(LINE)},\n"a": {{')
    )
    make({"a": "2"})
    assert (out / HERE / "precious").read_text() == "typed"


def test_a_manifest_reads_back_as_it_was_written() -> None:
    text = manifest()
    read = manifest_of(text, "")
    assert manifest_of(manifest_text(read), "") == read
    written = manifest_text(Manifest(Header("é", ("stack/a",), "0" * 64), read.files))
    assert input_of(written) == "0" * 64
    assert input_of(without_input(written)) is None
    assert manifest_of(without_input(written), "").files == read.files
    assert [input_of(bad) for bad in (b"", b"{", b"[]", b'{"lock": 2, "input": "x", "files": {\n')] == [None] * 4


def journal(out: Path, staging: str = "tx-1", folder: str = "", **steps: list[Any]) -> None:
    state = out / ".svcforge"
    (state / "tx-1").mkdir()
    (state / "tx-1/0.0").write_text("evil")
    unit = {"unit": "x", "folder": folder, "files": [], "state": []} | steps
    (state / "journal.json").write_text(json.dumps({"version": 1, "staging": staging, "units": [unit]}))


@pytest.mark.parametrize(
    "bad",
    [
        {"files": [["put", "../../outside", "0.0", 1, None]]},
        {"files": [["put", ".git/hooks/pre-commit", "0.0", 1, None]]},
        {"files": [["put", "/etc/passwd", "0.0", 1, None]]},
        {"files": [["put", "a", "../../../etc/passwd", 1, None]]},
        {"files": [["put", "a", "0.0", 1, "x"]]},
        {"files": [["move", "a", "../outside", 1]]},
        {"files": [["move", ".git/hooks", "a", 1]]},
        {"files": [["shell", "a", "0.0", 1, None]]},
        {"files": [["put", ".svcforge/manifest.json", "0.0", 1, None]]},
        {"state": [["put", "a", "0.0", 1, None]]},
        {"state": [["put", "x/.svcforge/manifest.json", "0.0", 1, None]]},
        {"folder": "../x"},
        {"folder": "services", "files": [["put", "a", "0.0", 1, None]]},
        {"staging": "../.."},
        {"staging": "base"},
    ],
)
def test_a_bad_journal_is_refused_and_nothing_is_touched(make: Make, out: Path, bad: dict[str, Any]) -> None:
    make({"a": "1"})
    journal(out, **bad)
    before = tree(out.parent)
    with pytest.raises(SvcforgeError, match="is no journal of svcforge"):
        make({"a": "2"})
    assert tree(out.parent) == before


def test_a_journal_from_elsewhere_replaces_and_removes_nothing(make: Make, out: Path) -> None:
    make({"a": "1", "b": "1"})
    journal(
        out,
        files=[
            ["put", "services/orders/a", "0.0", 1, [1, 1, 1, 420]],
            ["remove", "services/orders/b", "0.1", [1, 1, 1, 420]],
        ],
    )
    make({"a": "1", "b": "1"})
    assert tree(out / HERE, state=False) == {"a": (b"1", 0), "b": (b"1", 0)}


def test_a_journal_writes_through_no_link(make: Make, out: Path, tmp_path: Path) -> None:
    make({"a": "1"})
    (tmp_path / "outside").mkdir()
    (out / "link").symlink_to(tmp_path / "outside")
    journal(out, files=[["put", "link/a", "0.0", 1, None]])
    make({"a": "1"})
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("name", ["busy", "journal.json", "svcforge.lock", "manifest.json", "base"])
def test_a_link_in_the_place_of_state_is_not_followed(make: Make, out: Path, tmp_path: Path, name: str) -> None:
    make({"a": "1", "b": "1"})
    (out / HERE / "b").write_text("typed")
    precious = tmp_path / "precious"
    precious.write_text("precious")
    where = {"busy": ".svcforge", "journal.json": ".svcforge", "svcforge.lock": "."}
    state = out / where.get(name, f"{HERE}/.svcforge")
    (state / name).unlink(missing_ok=True)
    (state / name).symlink_to(precious)
    with pytest.raises(SvcforgeError):
        make({"a": "2", "b": "2"}, lock=b"lock")
    assert precious.read_text() == "precious"
    assert (out / HERE / "a").read_text() == "1"


def test_a_link_in_the_place_of_what_is_kept_for_undoing_is_not_followed(make: Make, out: Path, tmp_path: Path) -> None:
    make({"a": "1"})
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious")
    shutil.rmtree(out / ".svcforge/undo")
    (out / ".svcforge/undo").symlink_to(precious)
    make({"a": "2"})
    assert tree(precious) == {"file": (b"precious", 0)}
    assert not (out / ".svcforge/undo").is_symlink()


def test_a_fifo_does_not_hang_a_run(make: Make, out: Path) -> None:
    make({"a": "1"})
    (out / HERE / ".svcforge/manifest.json").unlink()
    os.mkfifo(out / HERE / ".svcforge/manifest.json")
    with pytest.raises(SvcforgeError, match="is a link or no file"):
        make({"a": "2"})

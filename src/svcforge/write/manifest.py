"""The manifest of a unit and its base: what was last offered for each file, in `<unit>/.svcforge/`.

The manifest is JSON with its header on the first line and one line a file, sorted, so that git merges it line by
line; the base is the bytes of these files one after the other in the same order. Where a file's bytes begin is the
sum of the lengths before it: were it written down, one longer file would change every line after it. Nothing in
either names a folder, a machine, a user or a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcforge import process
from svcforge.errors import SvcforgeError
from svcforge.merge.entry import Entry, State
from svcforge.packs.card import FileKind
from svcforge.render.gate import STATE, check_paths
from svcforge.write.disk import Disk, Hidden, TooLarge

VERSION = 1
"""Of the format; raised when an older svcforge could not read it."""

MANIFEST, BASE = f"{STATE}/manifest.json", f"{STATE}/base"

PATIENCE = 10.0
"""Seconds."""

LARGEST = {MANIFEST: 64 << 20, BASE: 1 << 30}
"""Bytes that are read of each; a hundred thousand files need less."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says: the unit, the packs that filled it, and the hash of what went in.

    `input` is None when something offered was not accepted: the next run must look again. Of an ejected unit nothing is
    generated any more.
    """

    unit: str
    packs: tuple[str, ...]
    input: str | None
    ejected: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """The header and an entry a file, sorted by path."""

    header: Header
    files: Mapping[str, Entry] = field(default_factory=dict)

    def offsets(self) -> Iterator[tuple[str, int, int]]:
        """Path, beginning and end in the base of each file whose bytes are kept."""
        at = 0
        for path, entry in self.files.items():
            if entry.size is not None:
                yield path, at, at + entry.size
                at += entry.size


def manifest_text(manifest: Manifest) -> bytes:
    """The manifest as it is written: the same for the same content."""
    header = manifest.header
    first = {"lock": VERSION, "unit": header.unit, "packs": header.packs, "input": header.input}
    if header.ejected:
        first["ejected"] = True
    lines = [f'{json.dumps(first, ensure_ascii=False)[:-1]}, "files": {{']
    for path, entry in sorted(manifest.files.items()):
        mode = "755" if entry.executable else "644"
        size = "" if entry.size is None else f',"n":{entry.size}'
        lines.append(
            f'{json.dumps(path, ensure_ascii=False)}: {{"h":"{entry.hash}","g":"{entry.blob}",'
            f'"m":"{mode}","k":"{entry.kind}","s":"{entry.state}"{size}}},'
        )
    if manifest.files:
        lines[-1] = lines[-1][:-1]
    return "\n".join([*lines, "}}", ""]).encode()


def manifest_of(text: bytes, name: str) -> Manifest:
    """The manifest in a text that anybody may have written; `name` is what messages call it.

    Raises SvcforgeError when it is none, is of a newer version, or names a path that may not be written.
    """
    try:
        found = _Document.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["loc"] == ("lock",):
            raise SvcforgeError(f'"{name}" is of another version of svcforge', "install that version") from None
        where = ".".join(map(str, first["loc"]))
        raise SvcforgeError(
            f'"{name}" is no manifest: {where + ": " if where else ""}{first["msg"].lower()}',
            "svcforge doctor --fix, if git merged it; else restore it from git; without it, files that differ are kept",
        ) from None
    try:
        check_paths(found.files)
    except SvcforgeError as error:
        raise SvcforgeError(f'"{name}" is no manifest: {error.message}', "restore it from git") from None
    files = {
        path: Entry(line.h, line.g, line.m == "755", line.k, line.s, line.n)
        for path, line in sorted(found.files.items())
    }
    return Manifest(Header(found.unit, found.packs, found.input, found.ejected), files)


def input_of(text: bytes) -> str | None:
    """The input hash that a manifest's first line states, without reading on; None when it states none."""
    try:
        header = json.loads(text.partition(b"\n")[0] + b"}}")
    except (ValueError, RecursionError):
        return None
    value = header.get("input") if isinstance(header, dict) and header.get("lock") == VERSION else None
    return value if isinstance(value, str) else None


def is_ejected(text: bytes) -> bool:
    """Whether a manifest's first line says that the unit is the user's, without reading on."""
    try:
        header = json.loads(text.partition(b"\n")[0] + b"}}")
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and header.get("ejected") is True


def without_input(text: bytes) -> bytes:
    """The manifest's text, its input hash taken out: the next run must look again."""
    first, _, rest = text.partition(b"\n")
    header = json.loads(first + b"}}") | {"input": None}
    del header["files"]
    return f'{json.dumps(header, ensure_ascii=False)[:-1]}, "files": {{\n'.encode() + rest


def read_state(disk: Disk, folder: str, name: str) -> tuple[bytes, tuple[int, int, int, int]] | None:
    """The bytes of one of a unit's state files with their signature; None when there are none.

    Raises SvcforgeError when a link or something else stands there.
    """
    path = f"{folder}/{name}" if folder else name
    try:
        return disk.read(path, LARGEST[name])
    except Hidden as error:
        raise SvcforgeError(
            f'"{error}" is a link or no file', "svcforge writes through no links: put a plain one there"
        ) from None
    except TooLarge:
        raise SvcforgeError(f'"{path}" is too large', "restore it from git") from None


def kept(manifest: Manifest, base: bytes) -> dict[str, bytes]:
    """The bytes last offered, by path, as far as they are what the manifest says."""
    found = {}
    for path, begin, end in manifest.offsets():
        data = base[begin:end]
        if hashlib.sha256(data).hexdigest() == manifest.files[path].hash:
            found[path] = data
    return found


class Offered:
    """What was last offered, read when it is first asked for; never anything but what the manifest says.

    Where the base is lost or damaged, the user's git repository may still have the bytes, by the id that it gives them.
    """

    def __init__(self, known: Manifest, disk: Disk, folder: str, out: Path) -> None:
        self.known, self.disk, self.folder, self.out = known, disk, folder, out
        self.kept: dict[str, bytes] | None = None

    def bytes_of(self, path: str) -> bytes | None:
        """The bytes of a file; None where they are nowhere."""
        if self.kept is None:
            found = read_state(self.disk, self.folder, BASE)
            self.kept = kept(self.known, found[0]) if found else {}
        if path not in self.kept and path in self.known.files:
            data = self._committed(self.known.files[path])
            if data is not None:
                self.kept[path] = data
        return self.kept.get(path)

    def _committed(self, entry: Entry) -> bytes | None:
        """The bytes of a file as they were committed once; None where no repository has them."""
        try:
            asked = ("git", "cat-file", "blob", entry.blob)
            found = process.run(asked, cwd=self.out, env=process.ASKING_GIT, timeout=PATIENCE)
        except SvcforgeError:
            return None
        known = found.ok and hashlib.sha256(found.raw).hexdigest() == entry.hash
        return found.raw if known else None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Line(_Strict):
    h: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    g: Annotated[str, Field(pattern="^[0-9a-f]{40}$")]
    m: Literal["644", "755"]
    k: FileKind
    s: State
    n: Annotated[int, Field(ge=0, le=1 << 40, strict=True)] | None = None


class _Document(_Strict):
    lock: Literal[1]
    unit: Annotated[str, Field(max_length=255)]
    packs: tuple[str, ...]
    input: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None
    ejected: bool = False
    files: dict[str, _Line]

"""What has been shipped already and must not change: the models that a service's migrations were made from.

And what the user's own migrations are: ours follow the last one that they find.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from svcforge.errors import SvcforgeError
from svcforge.model.elements import Service
from svcforge.write.disk import Disk, Hidden, TooLarge
from svcforge.write.manifest import MANIFEST, is_ejected, manifest_of, read_state
from svcforge.write.workspace import peek

SCHEMA, VERSIONS = "migrations/schema.json", "migrations/versions"

REVISION = re.compile(rb"^revision(?:\s*:[^=\n]+)?\s*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
DOWN = re.compile(rb"^down_revision(?:\s*:[^=\n]+)?\s*=\s*([^\n]*)", re.MULTILINE)
SETTLES = re.compile(rb"^settles(?:\s*:[^=\n]+)?\s*=\s*\[([^\]]*)\]", re.MULTILINE)
QUOTED = re.compile(rb"[\"']([^\"']+)[\"']")
"""How a migration says which revision it is, which it follows, what it settles, and each one of those."""

OURS = re.compile(r"[0-9]{4,}_(initial|change)\.py")
"""What our own migrations are called."""

LARGEST = 16 << 20
"""Bytes of a schema that is read."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["entity", "copy"]
    name: str
    columns: list[dict[str, Any]]
    unique: list[list[str]]
    indexes: list[list[str]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: str
    slug: str
    renames: dict[str, dict[str, str]]
    tables: dict[str, _Table]
    kit: list[str]
    after: str | None = None
    settled: list[str] | None = None


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: Literal[1]
    migrations: list[_Model]


def shipped_models(out: Path, services: Iterable[Service]) -> dict[str, Sequence[dict[str, Any]]]:
    """The models in `migrations/schema.json` of each service that has one, by its name.

    The last one of each also says under `heads` which migrations nothing follows yet, the user's own included, and
    under `following` what those of the user's that follow ours have settled.

    Raises SvcforgeError when one is not what svcforge wrote, or another command is at work.
    """
    disk = peek(out)
    if disk is None:
        return {}
    try:
        found = {
            service.name: _models(disk, f"services/{service.name}")
            or (_models(disk, f"services/{service.was}") if service.was else [])
            for service in services
        }
    finally:
        disk.close()
    return {name: models for name, models in found.items() if models}


def part_of(folder: Path) -> str:
    """The part that a repository of its own is of, as its manifest says.

    Raises SvcforgeError where it does not.
    """
    disk = peek(folder)
    if disk is None:
        raise SvcforgeError(f'there is no "{folder}"', "name a folder that was generated into")
    try:
        text = read_state(disk, "", MANIFEST)
    finally:
        disk.close()
    if text is None:
        raise SvcforgeError(f'"{folder}" was not generated', f'there is no "{MANIFEST}" in it')
    return manifest_of(text[0], MANIFEST).header.unit


def shipped_in(folder: Path) -> Iterator[tuple[str, Sequence[dict[str, Any]]]]:
    """The service of a repository of its own, with its models; nothing where it is none or has none.

    Raises SvcforgeError when they are not what svcforge wrote.
    """
    try:
        name = part_of(folder)
    except SvcforgeError:
        return
    disk = peek(folder)
    if disk is not None:
        try:
            yield name, _models(disk, "")
        finally:
            disk.close()


def _models(disk: Disk, folder: str) -> list[dict[str, Any]]:
    inside = f"{folder}/" if folder else ""
    path = inside + SCHEMA
    state = read_state(disk, folder, MANIFEST)
    if state is not None and is_ejected(state[0]):
        return []
    try:
        read = disk.read(path, LARGEST)
        if read is None:
            return _none(disk, inside + VERSIONS, path)
        schema = TypeAdapter(_Schema).validate_python(json.loads(read[0]))
    except (ValidationError, ValueError, Hidden, TooLarge) as error:
        raise SvcforgeError(
            f'"{path}" is not what svcforge wrote', "restore it from git: migrations follow from it"
        ) from error
    models = [
        {k: v for k, v in model.model_dump().items() if k not in ("after", "settled") or v}
        for model in schema.migrations
    ]
    if models:
        found = _recorded(_revisions(disk, inside + VERSIONS), models[-1]["number"])
        models[-1]["heads"] = _heads(found)
        models[-1]["following"] = _settled(found, models[-1]["number"])
    return models


def _none(disk: Disk, versions: str, path: str) -> list[dict[str, Any]]:
    """No models; an error where migrations were made from some: they would be made anew, as if they had not shipped."""
    if any(revision.ours for revision in _revisions(disk, versions).values()):
        raise SvcforgeError(f'there are migrations, but no "{path}"', "restore it from git: migrations follow from it")
    return []


class _Revision(NamedTuple):
    """A migration: which it follows (several where it joins them), what of the blueprint it settles, and whose it is."""

    follows: tuple[str, ...]
    settles: tuple[str, ...]
    ours: bool


def _revisions(disk: Disk, folder: str) -> dict[str, _Revision]:
    """The migrations of Alembic in a folder."""
    try:
        with os.scandir(disk.folder(folder)) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(".py")]
        texts = [(name, found[0]) for name in names if (found := disk.read(f"{folder}/{name}", LARGEST))]
    except (OSError, Hidden, TooLarge):
        return {}
    return {
        own[1].decode(): _Revision(_said(DOWN, text), _said(SETTLES, text), OURS.fullmatch(name) is not None)
        for name, text in texts
        if (own := REVISION.search(text))
    }


def _recorded(revisions: Mapping[str, _Revision], last: str) -> dict[str, _Revision]:
    """Those that ours can follow: not what we made after the last that is recorded, nor what follows that.

    Such are there while a conflict about the record waits: they are made again as they are.
    """
    gone = {name for name, revision in revisions.items() if revision.ours and name > last}
    while more := {name for name, one in revisions.items() if name not in gone and not gone.isdisjoint(one.follows)}:
        gone |= more
    return {name: revision for name, revision in revisions.items() if name not in gone}


def _said(where: re.Pattern[bytes], text: bytes) -> tuple[str, ...]:
    found = where.search(text)
    return tuple(word.decode(errors="replace") for word in QUOTED.findall(found[1])) if found else ()


def _heads(revisions: Mapping[str, _Revision]) -> list[str]:
    """Those that no other follows, sorted."""
    return sorted(set(revisions) - {one for revision in revisions.values() for one in revision.follows})


def _settled(revisions: Mapping[str, _Revision], last: str) -> list[str]:
    """What is settled by the migrations that come after the last of ours, sorted."""
    found: set[str] = set()
    later = set(_heads(revisions)) - {last}
    seen = {last}
    while later:
        name = later.pop()
        seen.add(name)
        if name in revisions:
            found.update(revisions[name].settles)
            later |= set(revisions[name].follows) - seen
    return sorted(found)

"""`svcforge.lock`: which packs, in which state, made which units of the workspace; small, for people to review."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from svcforge import __version__
from svcforge.errors import SvcforgeError
from svcforge.merge.entry import Thing
from svcforge.packs.pack import Pack
from svcforge.packs.unit import Unit
from svcforge.render.gate import check_path
from svcforge.write.disk import Disk, Hidden, TooLarge
from svcforge.write.journal import WORKSPACE_LOCK
from svcforge.write.manifest import MANIFEST

VERSION = 1


def lock_text(packs: Iterable[Pack], blueprint: str, units: Mapping[str, str]) -> bytes:
    """The lock of a workspace.

    Args:
        packs: every pack that the blueprint chose.
        blueprint: SHA-256 of the blueprint in hex.
        units: the name of each unit by its folder, those that the blueprint no longer has included while they are there.
    """
    known = {
        f"{pack.card.kind}/{pack.card.pack}": {
            "source": "bundled",
            "ref": None,
            "commit": None,
            "digest": pack.digest,
            "renderer": "fast",
        }
        for pack in packs
    }
    found = {
        "lock": VERSION,
        "svcforge": __version__,
        "blueprint": blueprint,
        "packs": dict(sorted(known.items())),
        "units": dict(sorted(units.items())),
    }
    return (json.dumps(found, indent=2) + "\n").encode()


def units_of(text: bytes) -> dict[str, str]:
    """The units that a lock lists: name by folder; none where it is no lock of ours, or anybody has put a bad path in."""
    try:
        found = _Lock.model_validate_json(text).units
        for folder in filter(None, found):
            check_path(folder)
    except (ValidationError, SvcforgeError):
        return {}
    return found


class _Lock(BaseModel):
    units: dict[str, str] = {}


def gone(out: Path, planned: Iterable[Unit]) -> tuple[Unit, ...]:
    """The units that were generated once and are planned no more, as far as they are still there; without files."""
    try:
        disk = Disk(out)
    except OSError:
        return ()
    try:
        found = disk.read(WORKSPACE_LOCK, 1 << 20)
        wanted = {folder for unit in planned for folder in (unit.folder, unit.was)}
        known = units_of(found[0]) if found else {}
        return tuple(
            Unit(name, folder)
            for folder, name in known.items()
            if folder and folder not in wanted and disk.look(f"{folder}/{MANIFEST}").thing is Thing.FILE
        )
    except (Hidden, TooLarge, OSError):
        return ()
    finally:
        disk.close()

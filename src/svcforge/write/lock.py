"""`svcforge.lock`: which packs, in which state, made which units of the workspace; small, for people to review."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from svcforge import __version__
from svcforge.errors import SvcforgeError
from svcforge.merge.entry import Thing
from svcforge.packs.pack import Pack
from svcforge.packs.unit import Unit
from svcforge.render.foreign import ForeignRenderer
from svcforge.render.gate import check_path
from svcforge.render.unit import renderer
from svcforge.write.disk import Disk, Hidden, TooLarge
from svcforge.write.journal import WORKSPACE_LOCK
from svcforge.write.manifest import MANIFEST
from svcforge.write.parted import joined_lock

VERSION = 1


def lock_text(packs: Iterable[Pack], blueprint: str, units: Mapping[str, str]) -> bytes:
    """The lock of a workspace.

    Args:
        packs: every pack that the blueprint chose or brings.
        blueprint: SHA-256 of the blueprint in hex.
        units: the name of each unit by its folder, those that the blueprint no longer has included while they are there.
    """
    known = {key_of(pack): pin_of(pack).model_dump() for pack in packs}
    found = {
        "lock": VERSION,
        "svcforge": __version__,
        "blueprint": blueprint,
        "packs": dict(sorted(known.items())),
        "units": dict(sorted(units.items())),
    }
    return (json.dumps(found, indent=2) + "\n").encode()


class Pin(BaseModel):
    """What a lock says of a pack: where it comes from, which commit that was, and what was in it."""

    source: Annotated[str, Field(max_length=4096)]
    ref: str | None = None
    commit: Annotated[str, Field(pattern="^[0-9a-f]{40}([0-9a-f]{24})?$")] | None = None
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    renderer: Literal["fast", "copier"] = "fast"


def key_of(pack: Pack) -> str:
    """What a lock calls a pack."""
    return f"{pack.card.kind}/{pack.card.pack}"


def pin_of(pack: Pack) -> Pin:
    """What a lock says of a pack."""
    if pack.origin is None:
        return Pin(source="bundled", digest=pack.digest)
    name = "copier" if isinstance(found := renderer(pack), ForeignRenderer) and found.beyond else "fast"
    return Pin(**asdict(pack.origin), digest=pack.digest, renderer=name)


def pins_of(text: bytes) -> dict[str, Pin]:
    """The packs that a lock pins, by kind and name.

    Raises SvcforgeError where that is not what is written there.
    """
    try:
        return _Pins.model_validate_json(text).packs
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
        raise SvcforgeError(
            f'"{WORKSPACE_LOCK}" does not pin packs as svcforge does: "{place}" is not well-formed',
            "take it back from your repository, or run svcforge pack update",
        ) from None


def repinned(text: bytes | None, pins: Mapping[str, Pin]) -> bytes:
    """A lock with these packs pinned, and all else that it says as it was.

    Raises SvcforgeError where it is no lock.
    """
    try:
        found = json.loads(text or lock_text((), "", {}))
        found["packs"] = dict(
            sorted({**found["packs"], **{key: pin.model_dump() for key, pin in pins.items()}}.items())
        )
    except (ValueError, KeyError, TypeError):
        raise SvcforgeError(f'"{WORKSPACE_LOCK}" is no lock of svcforge', "take it back from your repository") from None
    return (json.dumps(found, indent=2) + "\n").encode()


def read_lock(out: Path) -> bytes | None:
    """The text of a workspace's lock, put together where git has left two sides in it; None where there is none.

    Raises SvcforgeError where something else stands in its place.
    """
    try:
        disk = Disk(out)
    except OSError:
        return None
    try:
        found = disk.read(WORKSPACE_LOCK, 1 << 20)
        return joined_lock(found[0]) if found else None
    except (Hidden, TooLarge):
        raise SvcforgeError(f'"{WORKSPACE_LOCK}" is no file of svcforge', "move it away") from None
    except OSError as error:
        raise SvcforgeError(f'cannot read "{WORKSPACE_LOCK}": {error.strerror}') from None
    finally:
        disk.close()


def units_of(text: bytes) -> dict[str, str]:
    """The units that a lock lists: name by folder; none where it is no lock of ours, or anybody has put a bad path in."""
    try:
        found = _Lock.model_validate_json(text).units
        for folder in filter(None, found):
            check_path(folder)
    except (ValidationError, SvcforgeError):
        return {}
    return found


class _Pins(BaseModel):
    packs: dict[str, Pin] = {}


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
        known = units_of(joined_lock(found[0])) if found else {}
        return tuple(
            Unit(name, folder)
            for folder, name in known.items()
            if folder and folder not in wanted and disk.look(f"{folder}/{MANIFEST}").thing is Thing.FILE
        )
    except (Hidden, TooLarge, OSError):
        return ()
    finally:
        disk.close()

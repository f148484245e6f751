"""What `pack update` and `pack trust` do: versions become pins in the lock, and a person's word for one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError
from svcforge.pipeline import read
from svcforge.pipeline.generating import beside
from svcforge.pipeline.shelving import address_of, from_folder, from_git, of_commit, pinned, shelf_of, shelved

if TYPE_CHECKING:
    from svcforge.load import Loaded
    from svcforge.model.elements import PackSource
    from svcforge.packs.pack import Pack
    from svcforge.pipeline.shelving import Packs
    from svcforge.write.lock import Pin


SHORTEST = 7
"""Characters of a commit or a digest that name it well enough for a person."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A pack from git, with the commit that the lock named before, if any, and the one that it names now."""

    pack: Pack
    before: str | None
    now: str


def update(source: str, out: Path | None, names: Sequence[str] = (), *, locked: bool = False) -> tuple[Moved, ...]:
    """Fetch the packs of a blueprint that come from git, and pin what their versions are now.

    Args:
        source: the blueprint, as a command names it.
        out: where the lock is; None is beside the blueprint.
        names: of which packs; none is all.
        locked: fetch what is pinned already, and move nothing.

    Raises SvcforgeError, and moves no pin, where one cannot be fetched or is not what was pinned.
    """
    from svcforge.write.generate import generate
    from svcforge.write.lock import key_of, pin_of, pins_of, read_lock, repinned

    loaded, folder = _readable(source), out or beside(source)
    text = read_lock(folder)
    pins = pins_of(text) if text else {}
    moved: list[Moved] = []

    def brought(one: PackSource, packs: Packs) -> Pack:
        if not from_git(one):
            return from_folder(loaded, one, packs)
        known = {key: pin for key, pin in pins.items() if pin.source == one.source}
        if names and known and not any(key.partition("/")[2] in names for key in known):
            return pinned(loaded, one, packs, known.values())
        pack = _again(loaded, one, packs, known.values()) if locked else _fetched(loaded, one, packs)
        before = known.get(key_of(pack))
        assert pack.origin is not None
        moved.append(Moved(pack, before.commit if before else None, pack.origin.commit or ""))
        return pack

    shelf = shelved(loaded.blueprint.packs if loaded.blueprint else (), brought)
    found = [pack.card.pack for pack in shelf.brought if pack.origin and pack.origin.commit]
    for name in names:
        if name not in found:
            raise SvcforgeError(f'no pack "{name}" comes from git', f"these do: {', '.join(found) or 'none'}")
    if moved and not locked:
        generate(folder, (), lock=repinned(text, {key_of(one.pack): pin_of(one.pack) for one in moved}))
    return tuple(moved)


def _fetched(loaded: Loaded, one: PackSource, packs: Packs) -> Pack:
    """What a version is now."""
    from svcforge.packs.git import fetched, forget, taken_out

    address = address_of(loaded, one)
    commit = fetched(address, one.at or "")
    # What is pinned is what the repository has, whatever has become of the cache.
    forget(address, commit)
    return of_commit(taken_out(address, commit), one, commit, packs)


def _again(loaded: Loaded, one: PackSource, packs: Packs, pins: Iterable[Pin]) -> Pack:
    """What is pinned, fetched where it is not here or not what it was."""
    from svcforge.packs.git import fetched, forget, taken_out

    pin = next((pin for pin in pins if pin.ref == one.at and pin.commit), None)
    if pin is not None and pin.commit is not None:
        address = address_of(loaded, one)
        try:
            return pinned(loaded, one, packs, [pin])
        except SvcforgeError:
            fetched(address, one.at or "")
            forget(address, pin.commit)
            taken_out(address, pin.commit)
    return pinned(loaded, one, packs, [pin] if pin else [])


def trust_pack(source: str, out: Path | None, name: str, version: str) -> Path:
    """Trust a pack that a blueprint brings, as it is now, so that its tasks and extensions run; where that is kept.

    Args:
        name: of the pack.
        version: how its commit begins, or its digest where it comes from a folder; seven characters at least.

    Raises SvcforgeError where there is no such pack, or it is another version.
    """
    from svcforge.packs.trust import trust

    shelf = shelf_of(_readable(source), out or beside(source))
    found = [pack for pack in shelf.brought if pack.card.pack == name]
    if not found:
        names = ", ".join(pack.card.pack for pack in shelf.brought)
        raise SvcforgeError(f'the blueprint brings no pack "{name}"', f"it brings: {names or 'none'}")
    for pack in found:
        now = (pack.origin and pack.origin.commit) or pack.digest
        if len(version) >= SHORTEST and now.startswith(version):
            return trust(pack.digest, f"{name}@{now}")
    raise SvcforgeError(f'"{name}" is at {now[:12]}', f"look at that one, then: svcforge pack trust {name}@{now[:12]}")


def _readable(source: str) -> Loaded:
    """The blueprint that a command names.

    Raises SvcforgeError where it cannot be read.
    """
    loaded = read(source)
    if loaded.blueprint is None:
        raise SvcforgeError(f'"{loaded.file}" cannot be read as a blueprint', f"svcforge lint {source} says why")
    return loaded

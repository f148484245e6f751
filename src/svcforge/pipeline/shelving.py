"""The shelf of a run: the packs that come with svcforge, and those that the blueprint brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.load import Loaded
    from svcforge.model.elements import PackSource
    from svcforge.packs.card import Kind
    from svcforge.packs.pack import Pack
    from svcforge.write.lock import Pin

    Packs = Mapping[tuple[Kind, str], Pack]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every pack by kind and name, those that the blueprint brings, and what is to be said of them."""

    packs: dict[tuple[Kind, str], Pack]
    brought: tuple[Pack, ...] = ()
    notes: tuple[str, ...] = ()


def shelf_of(loaded: Loaded, out: Path) -> Shelf:
    """The packs from which a blueprint may choose: ours, and in their order those that it brings.

    One of the kind and name of ours takes its place, with a note. Packs from git are those that the lock pins, from
    the cache; nothing is fetched.

    Args:
        out: where the lock is.

    Raises SvcforgeError for what is no pack, is not pinned or not here, and for two of one kind and name.
    """
    from svcforge.write.lock import pins_of, read_lock

    sources = loaded.blueprint.packs if loaded.blueprint else ()
    lock = read_lock(out) if any(from_git(source) for source in sources) else None
    pins = list(pins_of(lock).values()) if lock else []

    def read(source: PackSource, packs: Packs) -> Pack:
        return pinned(loaded, source, packs, pins) if from_git(source) else from_folder(loaded, source, packs)

    return shelved(sources, read)


def shelved(sources: Iterable[PackSource], read: Callable[[PackSource, Packs], Pack]) -> Shelf:
    """Ours, and those that `read` makes of the sources, each of which may extend those before it."""
    from svcforge.packs.shelf import bundled

    packs = dict(bundled().packs)
    brought: dict[tuple[Kind, str], Pack] = {}
    notes = []
    for source in sources:
        pack = read(source, packs)
        key = (pack.card.kind, pack.card.pack)
        if key in brought:
            raise SvcforgeError(f'the packs "{_said(brought[key])}" and "{_said(pack)}" are both the {" ".join(key)}')
        if key in packs:
            notes.append(f'"{_said(pack)}" is used in place of the {key[0]} "{key[1]}" that comes with svcforge')
        packs[key] = brought[key] = pack
    return Shelf(packs, tuple(brought.values()), tuple(notes))


def from_git(source: PackSource) -> bool:
    """Whether a pack comes from a repository: one with a version does, wherever it is.

    Raises SvcforgeError for an address without a version.
    """
    from svcforge.packs.git import is_address

    if source.at is None and is_address(source.source):
        raise SvcforgeError(f'the pack "{source.source}" has no version', "say which: at: v1.2.0")
    return source.at is not None


def address_of(loaded: Loaded, source: PackSource) -> str:
    """What git is asked for: an address, or a repository on this machine by its absolute path."""
    from svcforge.packs.git import is_address

    return source.source if is_address(source.source) else str((home_of(loaded) / source.source).resolve())


def from_folder(loaded: Loaded, source: PackSource, packs: Packs) -> Pack:
    """The pack in a folder, from where the blueprint is."""
    from svcforge.packs.foreign import foreign_pack
    from svcforge.packs.pack import Origin

    root = (home_of(loaded) / source.source).resolve()
    return foreign_pack(root, root.name, Origin(source.source), packs)


def of_commit(root: Path, source: PackSource, commit: str, packs: Packs) -> Pack:
    """The pack that was taken out of a repository; without a card it is called like that."""
    from svcforge.packs.foreign import foreign_pack
    from svcforge.packs.pack import Origin

    name = source.source.rstrip("/").replace(":", "/").rpartition("/")[2].removesuffix(".git")
    return foreign_pack(root, name, Origin(source.source, source.at, commit), packs)


def pinned(loaded: Loaded, source: PackSource, packs: Packs, pins: Iterable[Pin]) -> Pack:
    """The pack of a repository as the lock pins it.

    Raises SvcforgeError where it is not pinned, not in the cache, or not what was pinned.
    """
    from svcforge.packs.git import tree_of

    said = f'"{source.source}" at "{source.at}"'
    pin = next((pin for pin in pins if (pin.source, pin.ref) == (source.source, source.at) and pin.commit), None)
    if pin is None or pin.commit is None:
        raise SvcforgeError(f"the pack {said} is not pinned yet", "svcforge pack update fetches and pins it")
    root = tree_of(address_of(loaded, source), pin.commit)
    if not root.is_dir():
        raise SvcforgeError(f"the pack {said} is not on this machine", "svcforge pack update --locked fetches it")
    pack = of_commit(root, source, pin.commit, packs)
    if pack.digest != pin.digest:
        raise SvcforgeError(
            f"the pack {said} is not what svcforge.lock pins: its files have another digest",
            "svcforge pack update --locked takes them out again; if that does not help, the lock was changed",
        )
    return pack


def home_of(loaded: Loaded) -> Path:
    """The folder from which a blueprint names others; of one from standard input, where svcforge was started."""
    from svcforge.load import STANDARD_INPUT

    return Path() if loaded.file == STANDARD_INPUT else Path(loaded.file).parent


def _said(pack: Pack) -> str:
    return pack.origin.source if pack.origin else pack.card.pack

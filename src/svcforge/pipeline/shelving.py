"""The shelf of a run: the packs that come with svcforge, and those that the blueprint brings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.load import Loaded
    from svcforge.packs.card import Kind
    from svcforge.packs.pack import Pack


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every pack by kind and name, those that the blueprint brings, and what is to be said of them."""

    packs: dict[tuple[Kind, str], Pack]
    brought: tuple[Pack, ...] = ()
    notes: tuple[str, ...] = ()


def shelf_of(loaded: Loaded) -> Shelf:
    """The packs from which a blueprint may choose: ours, and in their order those that it brings.

    One of the kind and name of ours takes its place, with a note.
    Raises SvcforgeError for what is no pack, and for two of one kind and name.
    """
    from svcforge.packs.shelf import bundled

    packs = dict(bundled().packs)
    brought: dict[tuple[Kind, str], Pack] = {}
    notes = []
    for source in loaded.blueprint.packs if loaded.blueprint else ():
        pack = _from_folder(loaded, source.source, packs)
        key = (pack.card.kind, pack.card.pack)
        if key in brought:
            raise SvcforgeError(f'the packs "{_said(brought[key])}" and "{_said(pack)}" are both the {" ".join(key)}')
        if key in packs:
            notes.append(f'"{_said(pack)}" is used in place of the {key[0]} "{key[1]}" that comes with svcforge')
        packs[key] = brought[key] = pack
    return Shelf(packs, tuple(brought.values()), tuple(notes))


def _from_folder(loaded: Loaded, source: str, packs: dict[tuple[Kind, str], Pack]) -> Pack:
    from svcforge.packs.foreign import foreign_pack
    from svcforge.packs.pack import Origin

    root = (home_of(loaded) / source).resolve()
    return foreign_pack(root, root.name, Origin(source), packs)


def home_of(loaded: Loaded) -> Path:
    """The folder from which a blueprint names others; of one from standard input, where svcforge was started."""
    from svcforge.load import STANDARD_INPUT

    return Path() if loaded.file == STANDARD_INPUT else Path(loaded.file).parent


def _said(pack: Pack) -> str:
    return pack.origin.source if pack.origin else pack.card.pack

"""The shelf: where the packs that come with svcforge stand, and how one is found by kind and name."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import get_args

import svcforge
from svcforge.errors import SvcforgeError
from svcforge.packs.card import Kind
from svcforge.packs.pack import CARD, Pack, read_pack


def templates_folder() -> Path:
    """Where the bundled packs are: inside the installed package, else beside `src` in a checkout.

    Raises SvcforgeError when they are in neither place.
    """
    package = Path(svcforge.__file__).parent
    return _first_folder(package / "_templates", package.parent.parent / "templates")


def blueprints_folder() -> Path:
    """Where the example systems are, found like the templates."""
    package = Path(svcforge.__file__).parent
    return _first_folder(package / "_blueprints", package.parent.parent / "blueprints")


def _first_folder(*places: Path) -> Path:
    for place in places:
        if place.is_dir():
            return place
    raise SvcforgeError("the templates of svcforge are missing", "install svcforge again")


@dataclass(frozen=True)
class Shelf:
    """The packs in the folders `stacks/*` and `platforms/*` of one root, found by looking."""

    root: Path

    @cached_property
    def packs(self) -> dict[tuple[Kind, str], Pack]:
        """Every pack by kind and name, sorted.

        Raises SvcforgeError for a card that is wrong or that says another name or kind than its folder.
        """
        found = {}
        for kind in get_args(Kind):
            for card in sorted((self.root / f"{kind}s").glob(f"*/{CARD}")):
                folder = f"{kind}s/{card.parent.name}"
                pack = read_pack(card.parent, folder)
                for key, said, stands in (("pack", pack.card.pack, card.parent.name), ("kind", pack.card.kind, kind)):
                    if said != stands:
                        raise SvcforgeError(f'"{folder}/{CARD}": "{key}" is "{said}", but the folder says "{stands}"')
                found[kind, pack.card.pack] = pack
        return found

    def names(self, kind: Kind) -> tuple[str, ...]:
        """The names of all packs of a kind, sorted."""
        return tuple(name for of, name in self.packs if of == kind)

    def find(self, kind: Kind, name: str) -> Pack:
        """The pack of that kind and name.

        Raises SvcforgeError naming the nearest ones when there is none.
        """
        pack = self.packs.get((kind, name))
        if pack is None:
            names = self.names(kind)
            near = difflib.get_close_matches(name, names, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(names) or 'none'}"
            raise SvcforgeError(f'there is no {kind} pack "{name}"', hint)
        return pack


def bundled() -> Shelf:
    """The shelf of the packs that come with svcforge."""
    return Shelf(templates_folder())

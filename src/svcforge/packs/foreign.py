"""Packs of somebody else's: a folder with a card, a card that extends another, or a Copier template without one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.packs.card import EVERYTHING, Card, Kind, read_card
from svcforge.packs.pack import CARD, Origin, Pack, files_of

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

COPIER = ("copier.yml", "copier.yaml")

Packs = Mapping[tuple[Kind, str], Pack]


def foreign_pack(root: Path, name: str, origin: Origin, packs: Packs) -> Pack:
    """The pack in a folder that is not ours.

    Args:
        root: the folder.
        name: what a template without a card is called, and what messages call the folder.
        origin: where it comes from.
        packs: those that it may extend.

    Raises SvcforgeError when it is none, its card is wrong, or it holds anything but files.
    """
    if not root.is_dir():
        raise SvcforgeError(f'there is no pack "{origin.source}": no such folder', 'see "packs" in the blueprint')
    files = dict(files_of(root))
    bases: list[Pack] = []

    def extended(base: str, kind: str | None) -> Card:
        found = [pack for (of, called), pack in packs.items() if called == base and kind in (None, of)]
        if not found:
            raise SvcforgeError(
                f'"{name}/{CARD}" extends "{base}", and there is no such pack',
                f"there are: {', '.join(sorted({called for _, called in packs}))}",
            )
        bases.append(found[0])
        return found[0].card

    if CARD in files:
        try:
            text = files[CARD].data.decode()
        except UnicodeDecodeError:
            raise SvcforgeError(f'"{name}/{CARD}" is not UTF-8') from None
        return Pack(read_card(text, f"{name}/{CARD}", extended), root, origin, bases[0] if bases else None)
    if not any(path in files for path in COPIER):
        raise SvcforgeError(
            f'"{origin.source}" is no pack',
            f"a pack has a card, {CARD}, or is a template of Copier's with a copier.yml",
        )
    return Pack(_uncarded(name), root, origin)


def _uncarded(name: str) -> Card:
    """The card of a Copier template that has none: a stack of its folder's name, all of it merged with one's edits."""
    if not NAME.fullmatch(name):
        raise SvcforgeError(
            f'a template in a folder called "{name}" can be no stack',
            f"call the folder in lower case and hyphens, or give it a card, {CARD}",
        )
    return Card(pack=name, kind="stack", unit="service", can=(EVERYTHING,), into="{{ service.folder }}")

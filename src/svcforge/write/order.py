"""A unit that is ordered, and what has been prepared of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from svcforge.merge.changes import ChangeSet
from svcforge.packs.unit import Unit
from svcforge.write.journal import UnitSteps


@dataclass(frozen=True, slots=True)
class Order:
    """A unit to be made.

    Args:
        unit: the unit.
        number: of the unit in this run; names in staging begin with it.
        inner: folders of other units inside this one, from its own folder.
        gone: whether the unit is no more: what the user has not touched is removed, and with the last of it the state.
        restored: paths, from its own folder, that are made again though the user has deleted them.
        shown: whether the old and the new bytes of what would be written are to be told.
    """

    unit: Unit
    number: int
    inner: frozenset[str] = frozenset()
    gone: bool = False
    restored: frozenset[str] = frozenset()
    shown: bool = False


Texts = tuple[bytes | None, bytes | None]
"""A file before and after; None where there is none."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What becomes of a unit, and the steps that make it so; None when nothing is to be done.

    `texts` are, where they are asked for, the bytes of each file that would be touched: before and after, None where
    there is none.
    """

    changes: ChangeSet
    steps: UnitSteps | None = None
    texts: Mapping[str, Texts] = field(default_factory=dict)

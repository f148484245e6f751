"""Patches against what was made: which of them change nothing can only be seen when the manifests are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svcforge.model.blueprint import Blueprint
    from svcforge.packs.unit import Unit
    from svcforge.source.finding import Finding

MANIFEST = ".yaml"


def idle_patches(blueprint: Blueprint, units: Iterable[Unit]) -> tuple[Finding, ...]:
    """The findings of patches that match no object which the units make.

    A system without patches, or without a pack that applies them, is not rendered for this.
    """
    from svcforge.plan.patches import ABILITY, idle, objects
    from svcforge.render.unit import render

    cards = [(unit, [part.pack.card for part in unit.parts]) for unit in units]
    if not blueprint.patches or not any(ABILITY in card.can for _, found in cards for card in found):
        return ()
    bringing = [unit for unit, found in cards if any(card.components or ABILITY in card.can for card in found)]
    files = (file for unit in bringing for file in render(unit) if file.path.endswith(MANIFEST))
    return tuple(idle(blueprint, (found for file in files for found in objects(file.data.decode()))))

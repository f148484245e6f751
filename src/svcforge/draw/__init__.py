"""Pictures of a blueprint: the model makes a scene, the scene makes a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svcforge.model.blueprint import Blueprint
    from svcforge.source.finding import Finding


def drawing(blueprint: Blueprint, findings: Iterable[Finding] = (), *, view: str, format: str) -> str:
    """A picture of a blueprint as text, with findings on what they are about; the same bytes for the same input.

    Args:
        view: a name in `views.VIEWS`.
        format: a name in `formats.FORMATS`.
    """
    from svcforge.draw.formats import FORMATS
    from svcforge.draw.scene import marked
    from svcforge.draw.views import VIEWS

    return FORMATS[format](marked(VIEWS[view](blueprint), findings))

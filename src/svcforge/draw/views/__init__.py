"""The views: what of a blueprint is in a picture. One more is a module here and a line in the dict."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from svcforge.draw.scene import Scene
from svcforge.draw.views import contexts, data, events, services
from svcforge.model.blueprint import Blueprint

VIEWS: Mapping[str, Callable[[Blueprint], Scene]] = {
    "services": services.scene,
    "contexts": contexts.scene,
    "events": events.scene,
    "data": data.scene,
}
"""Name of a view -> the scene that it makes of a blueprint. The first one is the default."""

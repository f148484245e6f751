"""The services of each context, what calls them, and who hears of whose events."""

from __future__ import annotations

from svcforge.draw.dependencies import arrows
from svcforge.draw.nodes import bff_node, context_cluster, external_node, gateway_node, service_node
from svcforge.draw.scene import Scene
from svcforge.model.blueprint import Blueprint


def scene(blueprint: Blueprint) -> Scene:
    """Services by context, gateway, BFFs and externals, with calls, sagas and events between them."""
    gateway = (gateway_node(blueprint, blueprint.gateway),) if blueprint.gateway else ()
    nodes = (
        *gateway,
        *(bff_node(blueprint, bff) for bff in blueprint.bffs.values()),
        *(service_node(blueprint, service) for service in blueprint.services.values()),
        *(external_node(external) for external in blueprint.externals.values()),
    )
    places: dict[str, str] = {}
    for node in (*nodes[len(gateway) :], *gateway):
        places.setdefault(node.label, node.id)
    return Scene(
        view="services",
        title=blueprint.system,
        about=blueprint.about,
        nodes=nodes,
        clusters=tuple(context_cluster(context) for context in blueprint.contexts.values() if context.services),
        edges=arrows(blueprint, places.get),
    )

"""The context map: who is upstream of whom, and what contexts really call and hear."""

from __future__ import annotations

from svcforge.draw.dependencies import arrows
from svcforge.draw.nodes import external_node
from svcforge.draw.scene import Edge, EdgeKind, Node, NodeKind, Scene
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Context

BOTH_WAYS = ("partnership", "shared-kernel", "separate-ways")
"""Relations without an upstream side."""


def scene(blueprint: Blueprint) -> Scene:
    """Contexts with their services, the relations that they declare, and the dependencies that follow."""
    places = {name: f"context.{service.context}" for name, service in blueprint.services.items()}
    for name in blueprint.externals:
        places.setdefault(name, f"external.{name}")
    dependencies = arrows(blueprint, places.get, loops=False)
    used = {edge.target for edge in dependencies}
    outside = [node for external in blueprint.externals.values() if (node := external_node(external)).id in used]
    return Scene(
        view="contexts",
        title=blueprint.system,
        about=blueprint.about,
        nodes=(*(_node(context) for context in blueprint.contexts.values()), *outside),
        edges=(*_relations(blueprint), *dependencies),
    )


def _node(context: Context) -> Node:
    return Node(
        id=f"context.{context.name}",
        kind=NodeKind.CONTEXT,
        label=context.name,
        sublabel=" · ".join(word for word in (context.subdomain, context.team and f"team {context.team}") if word),
        rows=tuple(context.services),
        details=(context.about,) if context.about else (),
        paths=(context.path,),
    )


def _relations(blueprint: Blueprint) -> list[Edge]:
    """One arrow for each pair, from downstream to upstream, labelled with all that it is."""
    joined: dict[tuple[str, str], Edge] = {}
    for context in blueprint.contexts.values():
        for relation in context.relations:
            if relation.to not in blueprint.contexts or relation.to == context.name:
                continue
            ends = (f"context.{context.name}", f"context.{relation.to}")
            before = joined.get(ends)
            sides = () if relation.kind in BOTH_WAYS else ("D → U",)
            label = (*(before.label if before else ()), relation.kind, *sides)
            joined[ends] = Edge(
                id=f"relation:{ends[0]}->{ends[1]}",
                kind=EdgeKind.RELATION,
                source=ends[0],
                target=ends[1],
                label=tuple(dict.fromkeys(label)),
                details=() if relation.kind in BOTH_WAYS else (f"{relation.to} is upstream",),
                paths=(*(before.paths if before else ()), relation.path),
            )
    return list(joined.values())

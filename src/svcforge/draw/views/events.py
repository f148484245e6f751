"""Who publishes which event, and who does what when it hears of it."""

from __future__ import annotations

from svcforge.draw.dependencies import event_name
from svcforge.draw.nodes import context_cluster, service_node
from svcforge.draw.scene import Edge, EdgeKind, Node, NodeKind, Scene
from svcforge.model import edges as model
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Event
from svcforge.source.finding import Path


def scene(blueprint: Blueprint) -> Scene:
    """Publishers, their events, and subscribers, by context; a saga hears the event that starts it."""
    edges = (*_published(blueprint), *_heard(blueprint), *_starting(blueprint))
    seen = {end for edge in edges for end in (edge.source, edge.target)}
    services = [node for s in blueprint.services.values() if (node := service_node(blueprint, s)).id in seen]
    events = [_event_node(blueprint, event) for event in blueprint.events.values()]
    sagas = [
        Node(id=f"saga.{s.name}", kind=NodeKind.SAGA, label=s.name, sublabel="saga", paths=(s.path,))
        for s in blueprint.sagas.values()
        if f"saga.{s.name}" in seen
    ]
    nodes = (*services, *events, *sagas)
    used = {node.cluster for node in nodes}
    clusters = (context_cluster(context) for context in blueprint.contexts.values())
    return Scene(
        view="events",
        title=blueprint.system,
        about=blueprint.about,
        nodes=nodes,
        clusters=tuple(cluster for cluster in clusters if cluster.id in used),
        edges=edges,
    )


def _cluster(blueprint: Blueprint, service: str | None) -> str | None:
    context = blueprint.context_of(service) if service else None
    return f"context.{context.name}" if context else None


def _event_id(event: Event) -> str:
    return f"event.{event.service}.{event.name}.v{event.version}"


def _event_node(blueprint: Blueprint, event: Event) -> Node:
    return Node(
        id=_event_id(event),
        kind=NodeKind.EVENT,
        label=event_name(blueprint, event.service, event.name, event.version),
        details=tuple(f"{field.name}: {field.type}" for field in event.fields),
        cluster=_cluster(blueprint, event.service),
        paths=(event.path,),
    )


def _published(blueprint: Blueprint) -> list[Edge]:
    found = []
    for event in blueprint.events.values():
        operations = [o for o in blueprint.services[event.service].operations.values() if event.name in o.emits]
        found.append(
            Edge(
                id=f"publish:{_event_id(event)}",
                kind=EdgeKind.ASYNC,
                source=f"service.{event.service}",
                target=_event_id(event),
                label=tuple(operation.name for operation in operations),
                details=("in no operation's `emits`",) if not operations else (),
                paths=tuple((*operation.path, "emits") for operation in operations),
            )
        )
    return found


def _heard(blueprint: Blueprint) -> list[Edge]:
    """Subscriptions and copies; one to a whole service comes from the service."""
    joined: dict[tuple[str, str], tuple[dict[str, None], list[Path]]] = {}
    for edge in model.edges(blueprint):
        if edge.sync or edge.source not in blueprint.services or edge.target not in blueprint.services:
            continue
        event = blueprint.event(edge.target, edge.event, edge.version)
        source = _event_id(event) if event else f"service.{edge.target}"
        lines, paths = joined.setdefault((source, f"service.{edge.source}"), ({}, []))
        what = f"copy {edge.path[-2]}" if edge.kind is model.EdgeKind.COPY else edge.source_operation
        if what:
            lines[what] = None
        paths.append(edge.path)
    return [
        Edge(
            id=f"hear:{source}->{target}",
            kind=EdgeKind.ASYNC,
            source=source,
            target=target,
            label=tuple(lines),
            paths=tuple(paths),
        )
        for (source, target), (lines, paths) in joined.items()
    ]


def _starting(blueprint: Blueprint) -> list[Edge]:
    found = []
    for saga in blueprint.sagas.values():
        if event := blueprint.event(saga.owner, saga.event):
            found.append(
                Edge(
                    id=f"start:{_event_id(event)}->saga.{saga.name}",
                    kind=EdgeKind.SAGA,
                    source=_event_id(event),
                    target=f"saga.{saga.name}",
                    label=("starts",),
                    paths=((*saga.path, "starts"),),
                )
            )
    return found

"""Whose data is where: entities and copies of each service, the ids they hold of each other's, and shared stores."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.draw.nodes import service_node
from svcforge.draw.scene import Cluster, Edge, EdgeKind, Node, NodeKind, Scene
from svcforge.model import edges as model
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Copy, CopyFeed, Entity, Service, Store
from svcforge.model.types import Kind, Type


def scene(blueprint: Blueprint) -> Scene:
    """A frame for each service that keeps or uses data.

    A service stands in its frame as a node of its own only where an arrow needs it: for a store that it uses,
    another's table, or an event that belongs to none of its entities.
    """
    stores = _stores(blueprint)
    edges = (*_references(blueprint), *_fed(blueprint), *_uses(blueprint, stores))
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    nodes: list[Node] = []
    for service in blueprint.services.values():
        frame = f"data.{service.name}"
        nodes += [_entity_node(service, entity, frame) for entity in service.entities.values()]
        nodes += [_copy_node(service, copy, frame) for copy in service.copies.values()]
        node = service_node(blueprint, service)
        if node.id in ends:
            nodes.append(Node(id=node.id, kind=node.kind, label=node.label, details=node.details, cluster=frame))
    framed = {node.cluster for node in nodes}
    return Scene(
        view="data",
        title=blueprint.system,
        about=blueprint.about,
        nodes=(*nodes, *_store_nodes(edges, stores)),
        clusters=tuple(c for s in blueprint.services.values() if (c := _cluster(blueprint, s)).id in framed),
        edges=edges,
    )


def _cluster(blueprint: Blueprint, service: Service) -> Cluster:
    own = service.store if service.store not in blueprint.stores else None
    keeps = bool(service.entities or service.copies) and service.generated
    return Cluster(
        id=f"data.{service.name}",
        kind=NodeKind.SERVICE,
        label=service.name,
        sublabel=own or (blueprint.platform.store if keeps and not service.store else None) or "",
        details=(service.about,) if service.about else (),
        paths=(service.path,),
    )


def _entity_node(service: Service, entity: Entity, frame: str) -> Node:
    return Node(
        id=f"entity.{service.name}.{entity.name}",
        kind=NodeKind.ENTITY,
        label=entity.name,
        sublabel="event-sourced" if entity.event_sourced else "",
        rows=tuple(f"{field.name}: {field.type}" for field in entity.fields),
        cluster=frame,
        paths=(entity.path,),
    )


def _copy_node(service: Service, copy: Copy, frame: str) -> Node:
    kept = dict.fromkeys(name for feed in copy.feeds for name in (*(feed.keep or ()), *feed.literals))
    return Node(
        id=f"copy.{service.name}.{copy.name}",
        kind=NodeKind.COPY,
        label=copy.name,
        sublabel="copy",
        rows=tuple(kept),
        cluster=frame,
        paths=(copy.path,),
    )


# --- references by id


def _references(blueprint: Blueprint) -> list[Edge]:
    """One arrow for each pair of entities, labelled with the fields that hold the id."""
    joined: dict[tuple[str, str], list[tuple[str, tuple[str | int, ...]]]] = {}
    for service in blueprint.services.values():
        for entity in service.entities.values():
            for field in entity.fields:
                for name, type_ in _ids(blueprint, service.name, field.name, field.type, frozenset()):
                    owner = blueprint.services.get(type_.service or service.name)
                    if owner and type_.name in owner.entities:
                        ends = (f"entity.{service.name}.{entity.name}", f"entity.{owner.name}.{type_.name}")
                        joined.setdefault(ends, []).append((name, field.path))
    return [
        Edge(
            id=f"reference:{source}->{target}",
            kind=EdgeKind.REFERENCE,
            source=source,
            target=target,
            label=tuple(dict.fromkeys(name for name, _ in fields)),
            paths=tuple(path for _, path in fields),
        )
        for (source, target), fields in joined.items()
    ]


def _ids(
    blueprint: Blueprint, service: str, name: str, type_: Type, seen: frozenset[str]
) -> Iterator[tuple[str, Type]]:
    """The references in a field, through lists and value objects: `lines.product`."""
    if type_.kind is Kind.REF:
        yield name, type_
    elif type_.kind is Kind.LIST and type_.of:
        yield from _ids(blueprint, service, name, type_.of, seen)
    elif type_.kind is Kind.VALUE and type_.name not in seen and (value := blueprint.value(service, type_.name)):
        for field in value.fields:
            yield from _ids(blueprint, service, f"{name}.{field.name}", field.type, seen | {type_.name})


# --- copies


def _fed(blueprint: Blueprint) -> list[Edge]:
    """The events that keep a copy, from the entity that they are about."""
    joined: dict[tuple[str, str], list[tuple[CopyFeed, str]]] = {}
    for edge in model.edges(blueprint):
        if edge.feed is None or edge.target not in blueprint.services:
            continue
        ends = (_subject(blueprint, edge), f"copy.{edge.source}.{edge.path[-2]}")
        joined.setdefault(ends, []).append((edge.feed, edge.event or ""))
    return [
        Edge(
            id=f"copy:{source}->{target}",
            kind=EdgeKind.ASYNC,
            source=source,
            target=target,
            label=tuple(dict.fromkeys(event for _, event in feeds if event)),
            paths=tuple(feed.path for feed, _ in feeds),
        )
        for (source, target), feeds in joined.items()
    ]


def _subject(blueprint: Blueprint, edge: model.Edge) -> str:
    """The node of the entity that an event is about: the one that the operation which emits it changes."""
    publisher = blueprint.services[edge.target]
    for operation in publisher.operations.values():
        if edge.event in operation.emits and operation.entity in publisher.entities:
            return f"entity.{publisher.name}.{operation.entity}"
    return f"service.{publisher.name}"


# --- stores


_Stores = dict[str, tuple[str, tuple[Store, ...]]]
"""Name of a declared store -> the node it is drawn as, and all stores that are the same (server, schema)."""


def _stores(blueprint: Blueprint) -> _Stores:
    same: dict[tuple[str | None, ...], list[Store]] = {}
    for store in blueprint.stores.values():
        place = (store.server, store.schema) if store.server else (None, store.name)
        same.setdefault(place, []).append(store)
    return {s.name: (f"store.{group[0].name}", tuple(group)) for group in same.values() for s in group}


def _uses(blueprint: Blueprint, stores: _Stores) -> list[Edge]:
    """What services keep in declared stores, and whose tables they reach into."""
    found: dict[str, Edge] = {}

    def add(service: Service, target: str, path: tuple[str | int, ...]) -> None:
        source = f"service.{service.name}"
        edge = Edge(id=f"use:{source}->{target}", kind=EdgeKind.USE, source=source, target=target, paths=(path,))
        found.setdefault(edge.id, edge)

    for service in blueprint.services.values():
        if service.store in stores:
            add(service, stores[service.store][0], (*service.path, "store"))
        for use in service.uses:
            owner, _, entity = use.name.partition(".")
            if use.name in stores:
                add(service, stores[use.name][0], use.path)
            elif owner in blueprint.services and entity in blueprint.services[owner].entities:
                add(service, f"entity.{owner}.{entity}", use.path)
    return list(found.values())


def _store_nodes(edges: tuple[Edge, ...], stores: _Stores) -> list[Node]:
    nodes = []
    for id_, same in dict(stores.values()).items():
        users = {edge.source for edge in edges if edge.target == id_}
        first = same[0]
        place = "/".join(word for word in (first.server, first.schema) if word)
        nodes.append(
            Node(
                id=id_,
                kind=NodeKind.SHARED_STORE if len(users) > 1 else NodeKind.STORE,
                label=", ".join(store.name for store in same),
                sublabel=" · ".join(word for word in (first.engine, place) if word),
                paths=tuple(store.path for store in same),
            )
        )
    return nodes

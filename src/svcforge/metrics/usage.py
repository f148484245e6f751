"""How much of what a service offers its clients use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcforge.lint.context import Indexes
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.routes import operations_behind


def cohesion(indexes: Indexes) -> Mapping[str, float]:
    """SIUC, service interface usage cohesion: `|used (client, operation)| / (|clients| * |operations|)`.

    (Perepletchikov, Ryan, Frampton 2007.) 1 where each client uses all that is offered. Clients are those that name an
    operation, the gateway, BFFs and sagas' owners among them; operations are those with `http` and those that clients
    call. A service without clients has none.
    """
    used = _used(indexes)
    found: dict[str, float] = {}
    for service, operations in offered(indexes).items():
        clients = {client for client, _ in used.get(service, ())}
        if clients:
            found[service] = len(used[service]) / (len(clients) * len(operations))
    return found


def offered(indexes: Indexes) -> Mapping[str, tuple[str, ...]]:
    """The operations that each business service offers to others: those with `http`, then those that clients call."""
    used = _used(indexes)
    found: dict[str, tuple[str, ...]] = {}
    for name, service in indexes.blueprint.business.items():
        opened = [o.name for o in service.operations.values() if o.http]
        found[name] = tuple(dict.fromkeys((*opened, *sorted(operation for _, operation in used.get(name, ())))))
    return found


def _used(indexes: Indexes) -> Mapping[str, set[tuple[str, str]]]:
    """The operations of each business service that its clients name: (client, operation)."""
    used: dict[str, set[tuple[str, str]]] = {}
    for edge in indexes.edges:
        if edge.sync and edge.target in indexes.blueprint.business and edge.source != edge.target:
            used.setdefault(edge.target, set()).update((edge.source, name) for name in _operations(indexes, edge))
    return used


def _operations(indexes: Indexes, edge: Edge) -> Iterator[str]:
    if edge.kind is EdgeKind.ROUTE:
        yield from (o.name for o in operations_behind(indexes.blueprint, indexes.blueprint.routes[edge.path]))
    elif edge.operation is not None:
        yield edge.operation

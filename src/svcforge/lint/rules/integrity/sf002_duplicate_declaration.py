"""The same thing declared twice.

## What it does
Reports two elements of one kind whose names are equal once case, `-` and `_` are left out (services, BFFs, externals
and stores share one name space; an event's name is unique in its context), two operations of a service that answer
the same request, two routes for the same requests, and two equal edges: the same caller, the same operation, the
same inputs. What runs beside a broker has another name than the broker.

## Why is this bad?
Two services with one name cannot both be meant by a call. Names that differ in a dash only become one environment
variable, one table, one folder. An edge written twice is called twice.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders:
        operations:
          create_order: {calls: [inventory.reserve_items, inventory.reserve_items]}
      inventory:
        operations:
          reserve_items: {}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders:
        operations:
          create_order: {calls: [inventory.reserve_items]}
      inventory:
        operations:
          reserve_items: {}
```

## Refactorings
- take one of the two out, or give it a name of its own

## Options
None.

## References
- YAML 1.2.2, 3.2.1.3: keys of a mapping are unique

## Also known as
- `duplicate-name`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.routes import is_parameter, segments_of, version_in_path
from svcforge.source.edit import Delete
from svcforge.source.edit import Edit as Change
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF002", name="duplicate-declaration", severity=Severity.ERROR, profile=Profile.MINIMAL, fix=Fix.SAFE,
    aliases=("duplicate-name",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Names, requests, routes and edges that are there twice."""
    blueprint = context.blueprint
    for duplicate in blueprint.duplicates:
        yield _twice(f'{duplicate.kind} "{duplicate.name}" is declared twice', duplicate.path, duplicate.first)
    yield from _alike("name", _top_names(blueprint))
    yield from _named_like_the_broker(blueprint)
    for service in blueprint.services.values():
        yield from _alike("entity", ((n, e.path) for n, e in service.entities.items()))
        yield from _alike("operation", ((n, o.path) for n, o in service.operations.items()))
    yield from _same_requests(blueprint)
    yield from _same_edges(context.indexes.edges)


def _twice(message: str, path: Path, first: Path, fix: tuple[Change, ...] = ()) -> Violation:
    return Violation(
        path=path,
        at_key=True,
        message=message,
        hint="remove one of the two, or rename it",
        related=(Related(first, "first here"),),
        fix=fix,
    )


def _top_names(blueprint: Blueprint) -> Iterator[tuple[str, Path]]:
    for elements in (blueprint.services, blueprint.bffs, blueprint.externals, blueprint.stores):
        for name, element in elements.items():
            yield name, element.path


def _named_like_the_broker(blueprint: Blueprint) -> Iterator[Violation]:
    """What runs beside the broker under the broker's name; where all exists already, it may well be the broker."""
    broker, gateway = blueprint.platform.broker, blueprint.gateway
    generated = [s for s in blueprint.services.values() if s.generated and blueprint.abilities_of(s.name) is None]
    if broker is None or not generated:
        return
    beside = {s.name: s.path for s in generated}
    beside |= {b.name: b.path for b in blueprint.bffs.values() if blueprint.abilities_of(b.name) is None}
    beside |= {e.name: e.path for e in blueprint.externals.values()}
    beside |= {gateway.name: gateway.path} if gateway and gateway.has is None else {}
    if broker in beside:
        yield _twice(f'"{broker}" is the broker too, which runs beside it', beside[broker], ("platform", "broker"))


def _alike(kind: str, names: Iterable[tuple[str, Path]]) -> Iterator[Violation]:
    """Names that differ, but not once case, dashes and underscores are left out."""
    seen: dict[str, tuple[str, Path]] = {}
    for name, path in names:
        first, first_path = seen.setdefault(name.replace("-", "").replace("_", "").lower(), (name, path))
        if first != name:
            yield _twice(
                f'{kind} "{name}" differs from "{first}" in dashes, underscores or case only', path, first_path
            )


def _same_requests(blueprint: Blueprint) -> Iterator[Violation]:
    for service in blueprint.services.values():
        answered: dict[tuple[str, str, str], tuple[str, Path]] = {}
        for name, operation in service.operations.items():
            if operation.http:
                version = version_in_path(blueprint, operation)
                key = (version, operation.http.method, _shape(operation.http.path))
                first, path = answered.setdefault(key, (name, operation.path))
                if first != name:
                    request = f"{operation.http.method} {operation.http.path}"
                    yield _twice(f'"{name}" answers the same request as "{first}": {request}', operation.path, path)
    for bff in blueprint.bffs.values():
        gathered: dict[tuple[str, str], Path] = {}
        for endpoint in bff.endpoints:
            path = gathered.setdefault((endpoint.http.method, _shape(endpoint.http.path)), endpoint.path)
            if path != endpoint.path:
                request = f"{endpoint.http.method} {endpoint.http.path}"
                yield _twice(f'endpoint "{request}" takes the same requests as another', endpoint.path, path)
    routed: dict[tuple[str | None, str], Path] = {}
    for route in blueprint.gateway.routes if blueprint.gateway else ():
        path = routed.setdefault((route.method, _shape(route.prefix)), route.path)
        if path != route.path:
            yield _twice(f'route "{route.prefix}" takes the same requests as another', route.path, path)


def _shape(path: str) -> str:
    return "/".join("{}" if is_parameter(segment) else segment for segment in segments_of(path))


def _same_edges(edges: Iterable[Edge]) -> Iterator[Violation]:
    seen: dict[tuple[object, ...], Edge] = {}
    for edge in edges:
        if edge.kind is EdgeKind.CALL or edge.kind is EdgeKind.STEP:
            flow = edge.path[1] if edge.kind is EdgeKind.STEP else edge.source_operation
            key: tuple[object, ...] = (edge.kind, edge.source, flow, edge.target, edge.operation)
            verb, what = "calls", edge.operation
        elif edge.kind is EdgeKind.SUBSCRIPTION:
            key = (edge.kind, edge.source, edge.source_operation, edge.target, edge.event, edge.version)
            verb, what = "subscribes to", edge.event
        else:
            continue
        first = seen.setdefault(key, edge)
        if first is not edge and _inputs(first) == _inputs(edge):
            name = f"{edge.target}.{what}" if what else edge.target
            message = f'"{edge.source}" {verb} "{name}" twice in the same way'
            # Only one that says nothing of its own may go unread.
            alike = isinstance(edge.path[-1], int) and _said(edge) == _said(first)
            fix = (Delete(edge.path),) if alike else ()
            yield _twice(message, edge.path, first.path, fix)


def _said(edge: Edge) -> object:
    """All that an edge says, apart from where it says it."""
    said = edge.call or edge.subscription
    return replace(said, path=()) if said else None


def _inputs(edge: Edge) -> tuple[object, ...]:
    said = edge.call or edge.subscription
    return (said.sources, said.literals) if said else ()

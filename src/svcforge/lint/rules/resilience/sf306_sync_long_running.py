"""A caller that waits for something slow.

## What it does
Reports a call, or a part of a BFF's endpoint, that waits for an operation which is `long_running`, takes (`takes`,
its 99th percentile) more than two seconds, or cannot answer within the caller's effective timeout: its own time plus
that of the calls it waits for, all the way down. A route is judged by the last two, since a long-running operation
answers 202 at once. A saga's step and `wait: false` do not wait. What is reported further down is not counted again.

## Why is this bad?
A connection, a thread and a user's patience are held for work that nobody needs to watch; a timeout below what the
work takes turns every slow answer into an error and a retry into twice the work.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        operations:
          close_month: {calls: [reports.build]}
      reports:
        operations:
          build: {long_running: true}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        operations:
          close_month: {calls: [{to: reports.build, wait: false}]}
      reports:
        operations:
          build: {long_running: true}
```

## Options
None.

## References
- RFC 9110, 15.3.3: 202 Accepted
- M. Nygard: Release It!, 2nd edition, 2018: Blocked Threads, Timeouts

## Also known as
- `blocking-long-running-call`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.latency import NOTHING, Latency, endpoint_latency, latencies, own
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import timeout
from svcforge.model.elements import Operation, Route
from svcforge.model.policy import duration_text
from svcforge.model.routes import endpoints_behind, operations_behind
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF306", name="sync-long-running", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("blocking-long-running-call",),
)  # fmt: skip

SLOW = 2000
"""Milliseconds that nobody should wait for (lint.md, "How conditions are read")."""


def check(context: LintContext) -> Iterator[Violation]:
    """Calls and parts, then routes, that wait for what is slow."""
    blueprint = context.blueprint
    offered = [s.operations for s in blueprint.services.values()] + [e.operations for e in blueprint.externals.values()]
    if not any(o.takes or o.long_running for operations in offered for o in operations.values()):
        return
    found = latencies(context.indexes, lambda edge, latency: _reason(blueprint, edge, latency) is None)

    def of(edge: Edge) -> Latency:
        node = (edge.target, edge.operation or "")
        return found.get(node) or own(node, blueprint.operation(*node))

    calls = [e for e in context.indexes.waiting if e.call is not None]
    for edge in calls:
        if reason := _reason(blueprint, edge, of(edge)):
            yield _violation(blueprint, edge, f'"{_caller(edge)}" waits for "{edge.target}.{edge.operation}", {reason}')
    parts = {e.path: e for e in calls if e.kind is EdgeKind.PART}
    for edge in context.indexes.waiting:
        if edge.kind is EdgeKind.ROUTE:
            yield from _through_route(blueprint, edge, blueprint.routes[edge.path], found, parts)


def _reason(blueprint: Blueprint, edge: Edge, latency: Latency) -> str | None:
    """Why a call should not wait for its operation, if it should not."""
    operation = blueprint.operation(edge.target, edge.operation)
    if operation is None:
        return None
    if operation.long_running:
        return "which is long-running"
    return _too_slow(operation) or _too_late(blueprint, edge, latency)


def _too_slow(operation: Operation) -> str | None:
    if operation.takes and operation.takes > SLOW:
        return f"which takes {duration_text(operation.takes)}, more than {duration_text(SLOW)}"
    return None


def _too_late(blueprint: Blueprint, edge: Edge, latency: Latency) -> str | None:
    limit = timeout(blueprint, edge).value if latency.total else None
    if not limit or latency.total <= limit:
        return None
    made_of = " + ".join(f"{name} {duration_text(takes)}" for name, takes in latency.parts)
    sum_ = f" ({made_of})" if len(latency.parts) > 1 else ""
    return f"which takes {duration_text(latency.total)}{sum_}, more than the timeout of {duration_text(limit)}"


def _through_route(
    blueprint: Blueprint, edge: Edge, route: Route, found: dict[tuple[str, str], Latency], parts: dict[Path, Edge]
) -> Iterator[Violation]:
    """What a route of the gateway leads to: operations of a service, or endpoints of a BFF."""
    for operation in operations_behind(blueprint, route):
        node = (operation.owner, operation.name)
        latency = found.get(node) or own(node, operation)
        reason = None if operation.long_running else _too_slow(operation) or _too_late(blueprint, edge, latency)
        if reason:
            yield _violation(
                blueprint, edge, f'route "{route.prefix}" waits for "{".".join(node)}", {reason}', operation
            )

    def of(part: Edge) -> Latency:
        node = (part.target, part.operation or "")
        latency = found.get(node) or own(node, blueprint.operation(*node))
        return NOTHING if _reason(blueprint, part, latency) else latency

    for endpoint in endpoints_behind(blueprint, route):
        reason = _too_late(blueprint, edge, endpoint_latency(endpoint, of, parts))
        if reason:
            name = f"{endpoint.http.method} {endpoint.http.path}"
            yield _violation(blueprint, edge, f'route "{route.prefix}" waits for "{name}" of "{edge.target}", {reason}')


def _caller(edge: Edge) -> str:
    return f"{edge.source}.{edge.source_operation}" if edge.source_operation else edge.source


def _violation(blueprint: Blueprint, edge: Edge, message: str, behind: Operation | None = None) -> Violation:
    operation = behind or blueprint.operation(edge.target, edge.operation)
    limit = timeout(blueprint, edge)
    related = [Related(operation.path, f"{operation.owner}.{operation.name} is here")] if operation else []
    if limit.origin and limit.origin[: len(edge.path)] != edge.path and "timeout of" in message:
        related.append(Related(limit.origin, "the timeout is set here"))
    return Violation(
        path=edge.path,
        message=message,
        hint="make it long_running (202 and a job)" + (", or raise the timeout" if limit.value else "")
        if edge.kind is EdgeKind.ROUTE
        else "do not wait: a saga's step, `wait: false`, or an event when it is done"
        + (f"; or give it more than {duration_text(limit.value)}" if "timeout of" in message else ""),
        note="waits here",
        related=tuple(related),
        about=(f"{edge.source} -> {edge.target}",),
    )

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

from collections.abc import Callable, Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.latency import PARTS_NAMED, Latencies, Node
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import timeout
from svcforge.model.elements import Operation
from svcforge.model.policy import Milliseconds, duration_text
from svcforge.model.routes import endpoints_behind, operations_behind
from svcforge.source.finding import Related, Severity

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

    def harmless(edge: Edge, latency: Milliseconds) -> bool:
        return _slow(blueprint, edge) is None and not _too_late(blueprint, edge, latency)

    latencies = Latencies(context.indexes, harmless)
    for edge in context.indexes.waiting:
        if edge.kind is EdgeKind.ROUTE:
            yield from _through_route(blueprint, edge, latencies, harmless)
        elif edge.operation and not harmless(edge, latencies.of(edge)):
            slow = _slow(blueprint, edge)
            reason = slow or _sum(blueprint, edge, latencies, (edge.target, edge.operation))
            subject = f'"{_caller(edge)}" waits for "{edge.target}.{edge.operation}"'
            operation = blueprint.operation(edge.target, edge.operation)
            yield _violation(blueprint, edge, f"{subject}, {reason}", operation, late=not slow)


def _slow(blueprint: Blueprint, edge: Edge) -> str | None:
    """Why nobody should wait for the operation of a call, whatever the timeout."""
    operation = blueprint.operation(edge.target, edge.operation)
    if operation is not None and operation.long_running:
        return "which is long-running"
    return _takes_long(operation) if operation else None


def _takes_long(operation: Operation) -> str | None:
    if operation.takes and operation.takes > SLOW:
        return f"which takes {duration_text(operation.takes)}, more than {duration_text(SLOW)}"
    return None


def _too_late(blueprint: Blueprint, edge: Edge, latency: Milliseconds) -> bool:
    limit: Milliseconds | None = timeout(blueprint, edge).value if latency else None
    return limit is not None and 0 < limit < latency


def _sum(blueprint: Blueprint, edge: Edge, latencies: Latencies, node: Node) -> str:
    """The latency of an operation, with what it consists of, beside the timeout that it breaks."""
    total, made_of = latencies.of_operation(node), latencies.made_of(node)
    listed = " + ".join(f"{'.'.join(part)} {duration_text(takes)}" for part, takes in made_of)
    more = " + ..." if len(made_of) == PARTS_NAMED else ""
    witness = f" ({listed}{more})" if len(made_of) > 1 else ""
    return f"which takes {duration_text(total)}{witness}, {_more_than_timeout(blueprint, edge)}"


def _more_than_timeout(blueprint: Blueprint, edge: Edge) -> str:
    return f"more than the timeout of {duration_text(timeout(blueprint, edge).value)}"


def _through_route(
    blueprint: Blueprint, edge: Edge, latencies: Latencies, harmless: Callable[[Edge, Milliseconds], bool]
) -> Iterator[Violation]:
    """What a route of the gateway leads to: operations of a service, or endpoints of a BFF."""
    route = blueprint.routes[edge.path]
    for operation in operations_behind(blueprint, route):
        node = (operation.owner, operation.name)
        slow = _takes_long(operation)
        if not operation.long_running and (slow or _too_late(blueprint, edge, latencies.of_operation(node))):
            reason = slow or _sum(blueprint, edge, latencies, node)
            message = f'route "{route.prefix}" waits for "{".".join(node)}", {reason}'
            yield _violation(blueprint, edge, message, operation, late=not slow)
    for endpoint in endpoints_behind(blueprint, route):
        latency = latencies.of_endpoint(endpoint, harmless)
        if _too_late(blueprint, edge, latency):
            request = f"{endpoint.http.method} {endpoint.http.path}"
            reason = f"which takes {duration_text(latency)}, {_more_than_timeout(blueprint, edge)}"
            message = f'route "{route.prefix}" waits for "{request}" of "{edge.target}", {reason}'
            yield _violation(blueprint, edge, message, None, late=True)


def _caller(edge: Edge) -> str:
    return f"{edge.source}.{edge.source_operation}" if edge.source_operation else edge.source


def _violation(blueprint: Blueprint, edge: Edge, message: str, operation: Operation | None, *, late: bool) -> Violation:
    """The finding; `late` where the timeout is what is broken."""
    limit = timeout(blueprint, edge)
    related = [Related(operation.path, f"{operation.owner}.{operation.name} is here")] if operation else []
    if late and limit.origin and limit.origin[: len(edge.path)] != edge.path:
        related.append(Related(limit.origin, "the timeout is set here"))
    if edge.kind is EdgeKind.ROUTE:
        hint = (
            "make the operation long_running, which answers 202 and a job"
            if operation
            else "gather less, or in parallel"
        )
    else:
        hint = "do not wait: a saga's step, `wait: false`, or an event when it is done"
    return Violation(
        path=edge.path,
        message=message,
        hint=hint + ("; or raise the timeout" if late else ""),
        note="waits here",
        related=tuple(related),
    )

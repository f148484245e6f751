"""A caller that waits for something slow.

## What it does
Reports a call, or a part of a BFF's endpoint, that waits for an operation which is `long_running`, takes more than
two seconds, or takes longer than the caller's effective timeout. What an operation takes is its own 99th percentile
(`takes`) and that of the calls it waits for, all the way down: an upper bound, and as much of it as is written. A
route is judged by the last two, since a long-running operation answers 202 at once. A saga's step and `wait: false`
do not wait. What is reported further down is not counted again.

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

## Refactorings
- accept the work (202), and let the caller ask for its state
- tell the end of it with an event

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

from svcforge.lint.calls import caller, origin
from svcforge.lint.context import LintContext
from svcforge.lint.latency import Latencies, Node
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import timeout
from svcforge.model.policy import Milliseconds, duration_text
from svcforge.model.routes import endpoints_behind, operations_behind
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF306", name="sync-long-running", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("blocking-long-running-call",),
    since="0.1",
)  # fmt: skip

SLOW = 2000
"""Milliseconds that nobody should wait for (lint.md, "How conditions are read")."""


def check(context: LintContext) -> Iterator[Violation]:
    """Calls, parts and routes that wait for what is slow."""
    blueprint = context.blueprint
    offered = [s.operations for s in blueprint.services.values()] + [e.operations for e in blueprint.externals.values()]
    if not any(o.takes or o.long_running for operations in offered for o in operations.values()):
        return

    def harmless(edge: Edge, latency: Milliseconds) -> bool:
        return not _long_running(blueprint, edge) and _limit(blueprint, edge, latency) is None

    latencies = Latencies(context.indexes, harmless)
    for edge in context.indexes.waiting:
        if edge.kind is EdgeKind.ROUTE:
            yield from _through_route(blueprint, edge, latencies)
        elif edge.operation and not harmless(edge, latencies.of(edge)):
            node = (edge.target, edge.operation)
            long = _long_running(blueprint, edge)
            reason = "which is long-running" if long else _too_long(blueprint, edge, latencies, node)
            late = not long and latencies.of(edge) <= SLOW
            yield _violation(
                blueprint, edge, f'"{caller(edge)}" waits for "{".".join(node)}", {reason}', node, late=late
            )


def _long_running(blueprint: Blueprint, edge: Edge) -> bool:
    operation = blueprint.operation(edge.target, edge.operation)
    return operation is not None and operation.long_running


def _limit(blueprint: Blueprint, edge: Edge, latency: Milliseconds) -> str | None:
    """What a latency is more than: what anybody should wait for, or what this caller does."""
    if latency > SLOW:
        return duration_text(SLOW)
    limit: Milliseconds | None = timeout(blueprint, edge).value if latency else None
    return f"the timeout of {duration_text(limit)}" if limit and limit < latency else None


def _too_long(blueprint: Blueprint, edge: Edge, latencies: Latencies, node: Node) -> str:
    """The latency of an operation with what it consists of, and what it is more than."""
    total = latencies.of_operation(node)
    return f"which takes {duration_text(total)}{latencies.witness(node)}, more than {_limit(blueprint, edge, total)}"


def _through_route(blueprint: Blueprint, edge: Edge, latencies: Latencies) -> Iterator[Violation]:
    """What a route of the gateway leads to: operations of a service, or endpoints of a BFF."""
    route = blueprint.routes[edge.path]
    for operation in operations_behind(blueprint, route):
        node = (operation.owner, operation.name)
        latency = latencies.of_operation(node)
        if not operation.long_running and _limit(blueprint, edge, latency):
            message = (
                f'route "{route.prefix}" waits for "{".".join(node)}", {_too_long(blueprint, edge, latencies, node)}'
            )
            yield _violation(blueprint, edge, message, node, late=latency <= SLOW)
    for endpoint in endpoints_behind(blueprint, route):
        latency = latencies.of_endpoint(endpoint)
        if limit := _limit(blueprint, edge, latency):
            request = f'"{endpoint.http.method} {endpoint.http.path}" of "{edge.target}"'
            reason = f"which takes {duration_text(latency)}, more than {limit}"
            message = f'route "{route.prefix}" waits for {request}, {reason}'
            yield _violation(blueprint, edge, message, None, late=latency <= SLOW)


def _violation(blueprint: Blueprint, edge: Edge, message: str, node: Node | None, *, late: bool) -> Violation:
    """The finding; `late` where the caller's timeout is what is exceeded."""
    operation = blueprint.operation(*node) if node else None
    related = [Related(operation.path, f"{operation.owner}.{operation.name} is here")] if operation else []
    if late:
        related += origin(edge, "the timeout", timeout(blueprint, edge))
    hint = "do not wait: a saga's step, `wait: false`, or an event when it is done"
    if edge.kind is EdgeKind.ROUTE:
        hint = (
            "make the operation long_running, so that it answers 202 and a job" if operation else "gather less at once"
        )
    return Violation(
        path=edge.path,
        message=message,
        hint=hint + ("; or raise the timeout" if late else ""),
        note="waits here",
        related=tuple(related),
    )

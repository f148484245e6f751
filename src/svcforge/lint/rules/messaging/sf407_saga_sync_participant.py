"""A saga that calls its participants and waits on the line.

## What it does
Reports a saga of an existing service (`has`) with steps in other services that are spoken over REST or gRPC, as far
as `over` or the callee's `api` say so. A saga that svcforge generates keeps a log and asks again until there is an
answer, so nothing is lost while a participant is down.

## Why is this bad?
It need not be, if the orchestrator remembers what it has asked. Where it does not, a step that is cut off has been
done or not and nobody knows; commands over a broker wait until the participant is back.

## Example
```yaml
svcforge: 1
system: food
platform: {broker: {engine: kafka, tls: strict}, mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
  api_version: v1
contexts:
  food:
    services:
      orders:
        has: [health, tracing, metrics, logs, contract, outbox]
        replicas: 2
        operations: {place: {}}
      kitchen:
        api: [rest]
        operations: {cook: {}, call_off: {}}
sagas:
  ordering:
    starts: orders.place
    steps: [{do: kitchen.cook, undo: kitchen.call_off}]
```

## Use instead
```yaml
svcforge: 1
system: food
platform: {broker: {engine: kafka, tls: strict}, mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
  api_version: v1
contexts:
  food:
    services:
      orders:
        has: [health, tracing, metrics, logs, contract, outbox]
        replicas: 2
        operations: {place: {}}
      kitchen:
        api: [rest]
        operations: {cook: {}, call_off: {}}
sagas:
  ordering:
    starts: orders.place
    steps: [{do: kitchen.cook, undo: kitchen.call_off, over: broker}]
```

## Refactorings
- send steps as commands over the broker
- keep a log of the steps, so that they are asked again

## Options
None.

## References
- C. Richardson: Microservices Patterns, 2018, chapter 4: sagas over asynchronous messages

## Also known as
- `synchronous-saga`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import call_policy
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF407", name="saga-sync-participant", severity=Severity.INFO, profile=Profile.PRODUCTION,
    aliases=("synchronous-saga",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Sagas of existing services with steps over REST or gRPC."""
    blueprint = context.blueprint
    spoken: dict[str, list[Edge]] = {}
    for edge in context.indexes.edges:
        exists = edge.kind is EdgeKind.STEP and blueprint.abilities_of(edge.source) is not None
        if exists and _protocol(blueprint, edge) in ("rest", "grpc"):
            spoken.setdefault(str(edge.path[1]), []).append(edge)
    for name, steps in spoken.items():
        participants = sorted({edge.target for edge in steps})
        yield Violation(
            path=steps[0].path,
            message=f'"{name}" waits on the line for {quoted(participants)}',
            hint="send the step as a command (`over: broker`), or keep a log of the steps and ask again",
            related=tuple(Related(edge.path, f"{edge.target}.{edge.operation}") for edge in steps[1:]),
            about=(name,),
        )


def _protocol(blueprint: Blueprint, edge: Edge) -> str | None:
    """What a step is spoken over, where that is said."""
    service = blueprint.services.get(edge.target)
    said = call_policy(blueprint, edge, "over").value
    return str(said) if said else service.api[0] if service and service.api else None

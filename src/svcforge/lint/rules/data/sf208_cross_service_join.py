"""An answer that is joined from the data of many services.

## What it does
Reports a query that needs more than `max_owners` services and externals: an operation that only reads (`reads`,
`lists`, `read_only`, or GET) with the services that it calls, and its own where it reads there; and an endpoint of a
BFF with the parts that take values from each other. Parts that stand side by side are no join: a page may show ten
panels.

## Why is this bad?
The join runs in memory, page by page and row by row, and is available only while all of them are. It grows slower
with each service, and none of them can be changed without it.

## Example
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  shop:
    services:
      history:
        owns: {Visit: {user: uuid}}
        operations:
          overview: {read_only: true, calls: [a.look, b.look, c.look, d.look, e.look]}
      a: {owns: {A: {x: int}}, operations: {look: {read_only: true}}}
      b: {owns: {B: {x: int}}, operations: {look: {read_only: true}}}
      c: {owns: {C: {x: int}}, operations: {look: {read_only: true}}}
      d: {owns: {D: {x: int}}, operations: {look: {read_only: true}}}
      e: {owns: {E: {x: int}}, operations: {look: {read_only: true}}}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq, metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  shop:
    services:
      history:
        owns: {Visit: {user: uuid}}
        copies: {Seen: {a.AChanged: {}}}
        operations:
          overview: {read_only: true, calls: [b.look, c.look, d.look, e.look]}
      a:
        owns: {A: {x: int}}
        events: {AChanged: {a: uuid, x: int}}
        operations: {change: {updates: A, emits: [AChanged]}}
      b: {owns: {B: {x: int}}, operations: {look: {read_only: true}}}
      c: {owns: {C: {x: int}}, operations: {look: {read_only: true}}}
      d: {owns: {D: {x: int}}, operations: {look: {read_only: true}}}
      e: {owns: {E: {x: int}}, operations: {look: {read_only: true}}}
```

## Refactorings
- keep a read model that follows the owners' events: CQRS
- show less at once

## Options
- `max_owners` = 4: an aggregate with what it refers to, as an order with its customer, products and delivery.

## References
- C. Richardson: Microservices Patterns, 2018, chapter 7: API composition and its drawbacks, CQRS

## Also known as
- `distributed-join`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.model.elements import Endpoint, Operation, Part, Verb
from svcforge.source.finding import Path, Related, Severity

MAX_OWNERS = Option("max_owners", 4, "an aggregate with what it refers to: an order, its customer, products, delivery")

RULE = Rule(
    code="SF208", name="cross-service-join", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    options=(MAX_OWNERS,), aliases=("distributed-join",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Operations that read from many, then endpoints."""
    most = context.option(MAX_OWNERS)
    for service in context.blueprint.services.values():
        for operation in service.operations.values():
            owners = _asked(operation)
            if len(owners) > most:
                yield _violation(operation.path, f"{service.name}.{operation.name}", owners, most)
    for bff in context.blueprint.bffs.values():
        for endpoint in bff.endpoints:
            for joined in _joins(endpoint):
                owners = {p.call.target: p.path for p in reversed(joined) if p.call.target}
                if len(owners) > most:
                    subject = f"{endpoint.http.method} {endpoint.http.path} of {bff.name}"
                    yield _violation(endpoint.path, subject, owners, most)


def _asked(operation: Operation) -> dict[str, Path]:
    """The owners whose data a query reads, with where; none for what is no query."""
    own = operation.verb in (Verb.READS, Verb.LISTS)
    if not (own or operation.read_only or (operation.http and operation.http.method == "GET")):
        return {}
    owners = {call.target: call.path for call in reversed(operation.calls) if call.target}
    return owners | {operation.owner: operation.path} if own and owners else owners


def _joins(endpoint: Endpoint) -> list[list[Part]]:
    """The parts of an endpoint in their order, those together that take values from each other."""
    group: dict[str, list[str]] = {}
    for part in endpoint.parts:
        group[part.name] = [part.name]
        for argument in part.arguments:
            root = (argument.source or "").partition(".")[0].partition("[")[0]
            if root in group and group[root] is not group[part.name]:
                less, more = sorted((group[root], group[part.name]), key=len)
                more += less
                group.update(dict.fromkeys(less, more))
    joined: dict[int, list[Part]] = {}
    for part in endpoint.parts:
        joined.setdefault(id(group[part.name]), []).append(part)
    return list(joined.values())


def _violation(path: Path, subject: str, owners: dict[str, Path], most: int) -> Violation:
    names = sorted(owners)
    return Violation(
        path=path,
        message=f'"{subject}" joins the data of {len(names)} services, more than {most}: {quoted(names, most=12)}',
        hint="keep a read model of what is asked together (`copies`), or ask for less at once",
        note=f"{len(names)} owners in one answer",
        at_key=True,
        related=tuple(Related(at, name) for name, at in sorted(owners.items()) if at != path),
    )

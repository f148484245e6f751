"""A call that is repeated although repeating it does it twice.

## What it does
Reports `retries` written on a call whose operation may not be repeated: it is not `read_only` or `idempotent`, has no
verb that comes out the same twice (`reads`, `lists`, `deletes`, `updates` with `set`, `creates` with `by`), and is no
GET, PUT or DELETE. Retries in `defaults` are silent, since they apply only to what may be repeated. A saga's step is
repeated under a key that a generated service keeps; a step of one that exists (`has`) is asked as a call is.

## Why is this bad?
An answer that was lost is not work that was not done: the second attempt takes the money again.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders:
        operations:
          pay: {calls: [{to: bank.charge, retries: 2}]}
externals:
  bank:
    operations:
      charge: {http: POST /charges}
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
          pay: {calls: [{to: bank.charge, retries: 2}]}
externals:
  bank:
    operations:
      charge: {http: POST /charges, idempotent: by key}
```

## Refactorings
- make the operation idempotent, by a key that the caller sends
- take the retries out

## Options
None.

## References
- RFC 9110, 9.2.2: Idempotent Methods
- M. Brooker: Timeouts, retries and backoff with jitter, Amazon Builders' Library

## Also known as
- `unsafe-retry`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.calls import callee, caller
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF305", name="retry-non-idempotent", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("unsafe-retry",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Calls that ask for retries of what may not be repeated."""
    blueprint = context.blueprint
    for edge in context.indexes.edges:
        retries = edge.call.policy.retries if edge.call else None
        if not retries or _keyed(blueprint, edge):
            continue
        operation = blueprint.operation(edge.target, edge.operation)
        if operation is not None and not operation.repeatable:
            times = "once" if retries == 1 else f"{retries} times"
            yield Violation(
                path=(*edge.path, "retries"),
                message=f'"{caller(edge)}" repeats "{callee(edge)}" up to {times}, and it is not safe to repeat',
                hint='make the operation "idempotent: by key" or "by field <name>", or take the retries out',
                related=(Related(operation.path, f"{callee(edge)} is here"),),
            )


def _keyed(blueprint: Blueprint, edge: Edge) -> bool:
    """Whether it is a saga's step, which a generated service knows again by its key."""
    return (
        edge.kind is EdgeKind.STEP and blueprint.abilities_of(edge.target) is None and edge.target in blueprint.services
    )

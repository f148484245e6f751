"""A value that is needed and that nothing provides.

## What it does
Fills every input of a call, a step, a handler and a schedule, every field of an event, of a copy and of what is
created, by name from what is in scope there, and reports the required ones that have no source, and those whose
source is of another type; `with` and `set` that give what nothing takes; and values in `where` that do not fit.
A call to another service's operation that has `scopes`, or takes a claim of the token, is reported where no user's
token need come with it: from a saga, a handler, a schedule, and an operation that is internal, public or signed.

## Why is this bad?
What the blueprint does not say, a generator would have to invent. The slip is cheap here, and a failing request later.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        operations:
          create_order: {creates: Order, calls: [payments.charge]}
      payments:
        operations:
          charge: {in: {amount: decimal}}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        operations:
          create_order: {creates: Order, calls: [{to: payments.charge, with: {amount: total}}]}
      payments:
        operations:
          charge: {in: {amount: decimal}}
```

## Refactorings
- let a call, an event or the caller provide the value, or make it optional

## Options
None.

## References
- The language's reference, "Where values come from"

## Also known as
- `missing-input`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.unmapped import problems
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF004",
    name="unmapped-input",
    severity=Severity.ERROR,
    profile=Profile.MINIMAL,
    aliases=("missing-input",),
    since="0.1",
)


def check(context: LintContext) -> Iterator[Violation]:
    """Every need without a source (worked out in the model, since packs need the sources too)."""
    for problem in problems(context.blueprint):
        yield Violation(path=problem.path, message=problem.message, hint=problem.hint)

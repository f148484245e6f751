"""A field to filter by, or a part of an endpoint, whose name stands for something else in the same place.

## What it does
Reports fields called `ids`, `limit` or `cursor` in the `filter` of an operation that lists, and parts of an endpoint
called `degraded`. Everything else may be called anything: where a name means something to a language or to the code
around it, it is only the code that calls it a little differently.

## Why is this bad?
Every list is paged with `limit` and `cursor` and asked for certain rows with `ids`, and every endpoint names the parts
that a fallback stands in for as `degraded`. On the wire, one name cannot mean two things.

## Example
```yaml
svcforge: 1
system: bank
contexts:
  cards:
    services:
      cards:
        owns: {Card: {limit: int}}
        operations:
          list_cards: {lists: Card, filter: [limit]}
```

## Use instead
```yaml
svcforge: 1
system: bank
contexts:
  cards:
    services:
      cards:
        owns: {Card: {credit_limit: int}}
        operations:
          list_cards: {lists: Card, filter: [credit_limit]}
```

## Refactorings
- rename the field or the part

## Options
None.

## References
- The language's reference, "Operations" and "Elements"

## Also known as
Nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.elements import Verb
from svcforge.source.finding import Severity

RULE = Rule(code="SF025", name="taken-name", severity=Severity.ERROR, profile=Profile.MINIMAL, since="0.1")

PAGED = ("ids", "limit", "cursor")
"""What every list takes."""

GATHERED = "degraded"
"""What every endpoint answers besides its parts."""


def check(context: LintContext) -> Iterator[Violation]:
    """Filters and parts that are called as what is there already."""
    blueprint = context.blueprint
    for service in blueprint.services.values():
        for operation in service.operations.values():
            for at, name in enumerate(operation.filter if operation.verb is Verb.LISTS else ()):
                if name in PAGED:
                    message = f'"{service.name}.{operation.name}" has an input "{name}" already, as every list does'
                    hint = f'call the field otherwise, like "{operation.entity or "the"}_{name}"'.lower()
                    yield Violation(path=(*operation.path, "filter", at), message=message, hint=hint)
    for bff in blueprint.bffs.values():
        for endpoint in bff.endpoints:
            for part in endpoint.parts:
                if part.name == GATHERED:
                    message = f'every endpoint of "{bff.name}" answers "{GATHERED}" already: the parts that failed'
                    yield Violation(path=part.path, message=message, hint="choose another name for the part")

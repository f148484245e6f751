"""A name that stands for something which is not declared.

## What it does
Follows every reference of the blueprint: calls, subscriptions, copies, sagas, routes, endpoints' parts, types,
fields in `by`, `filter` and `where`, stores and libraries in `uses`, contexts in `relations`, and the rules that the
`lint` block names. A name within two letters of a declared one is suggested; where only one is that close, the fix
writes it.

## Why is this bad?
An edge that leads nowhere cannot be generated, drawn or judged: everything that depends on it is guesswork.
Usually it is a slip of the finger, or what is left of a renaming.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders:
        operations:
          create_order: {calls: [inventory.reserv_items]}
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
- name what is declared, or declare what is named

## Options
None.

## References
- Istio, `istioctl analyze`, IST0101 ReferencedResourceNotFound
- rhysd/actionlint, checks of undefined names in expressions

## Also known as
- `dangling-reference`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.source.edit import Replace
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF001", name="unresolved-reference", severity=Severity.ERROR, profile=Profile.MINIMAL, fix=Fix.UNSAFE,
    aliases=("dangling-reference",),
    since="0.1",
)  # fmt: skip

_SHAPES = {
    "operation": "write service.operation of a service or an external that is declared",
    "event": "write service.Event of a service that is declared",
}


def check(context: LintContext) -> Iterator[Violation]:
    """Every reference that was followed in vain."""
    for reference in context.blueprint.unresolved:
        at_key = reference.path[-1] == reference.text
        near = reference.nearest
        yield Violation(
            path=reference.path,
            at_key=at_key,
            message=f'there is no {reference.kind} "{reference.text}"',
            hint=f'did you mean "{near}"?'
            if near
            else _SHAPES.get(
                reference.kind, f"write the name of one that is declared, or declare this {reference.kind}"
            ),
            fix=(Replace(reference.path, near, key=at_key, old=reference.text),) if near and reference.certain else (),
        )

"""A service that reaches into the data of another.

## What it does
Reports `uses` of another service's table (`catalog.Product`), and of a store that another service calls its own
(`store:`), to read or to write.

## Why is this bad?
The owner no longer knows who depends on its tables, and cannot change them; its rules, events and authorization are
passed by. It is the shared database in a smaller place.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  catalog:
    services:
      catalog:
        owns: {Product: {sku: text, price: decimal}}
  reporting:
    services:
      reports: {uses: [catalog.Product]}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  catalog:
    services:
      catalog:
        owns: {Product: {sku: text, price: decimal}}
        events: {ProductAdded: {product: uuid, sku: text, price: decimal}}
        operations:
          add_product: {creates: Product, emits: [ProductAdded]}
  reporting:
    services:
      reports:
        copies: {Product: {catalog.ProductAdded: {}}}
```

## Refactorings
- call an operation of the owner
- keep a copy of what the owner publishes
- move the data to the service that uses it

## Options
None.

## References
- D. Taibi, V. Lenarduzzi: On the Definition of Microservice Bad Smells, IEEE Software 35(3), 2018: Inappropriate
  Service Intimacy

## Also known as
- `inappropriate-service-intimacy`
- `inappropriate-intimacy`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.stores import Access, accesses
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF203", name="foreign-data-access", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("inappropriate-service-intimacy", "inappropriate-intimacy"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Uses of others' tables, then of others' stores."""
    blueprint = context.blueprint
    for service in blueprint.services.values():
        for use in service.uses:
            owner, dot, table = use.name.partition(".")
            entity = blueprint.services[owner].entities.get(table) if dot and owner in blueprint.services else None
            if entity is not None and owner != service.name:
                yield _violation(service.name, use.name, owner, use.path, entity.path)
    owned: dict[str, list[Access]] = {}
    for access in accesses(blueprint):
        if access.owned:
            owned.setdefault(access.store.name, []).append(access)
    for access in accesses(blueprint):
        owners = owned.get(access.store.name, [])
        if not access.owned and len(owners) == 1:
            first = owners[0]
            yield _violation(access.service.name, access.store.name, first.service.name, access.path, first.path)


def _violation(service: str, what: str, owner: str, path: Path, declared: Path) -> Violation:
    return Violation(
        path=path,
        message=f'"{service}" reaches into "{what}", which belongs to "{owner}"',
        hint=f'call an operation of "{owner}", or keep a copy of what it publishes (`copies`)',
        related=(Related(declared, f"{owner} owns it"),),
        about=(service, f"{service} -> {owner}"),
    )

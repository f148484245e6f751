"""Several services on one database.

## What it does
Reports services that use the same server and schema, whether by one entry of `stores` or by several with an equal
`server` and `schema`. A store without `schema` is its whole server, and so shares with everyone on that server. It is
an error where the services are in different contexts, a warning inside one context.

## Why is this bad?
The schema becomes an interface that nobody has agreed on: no service can change its tables, its engine or its load
without the others, and what one writes the other's rules have never seen.

## Example
```yaml
svcforge: 1
system: robots
stores:
  sessions: {engine: redis, server: redis-1}
contexts:
  sales:
    services:
      cart: {uses: [sessions]}
  identity:
    services:
      users: {uses: [sessions]}
```

## Use instead
```yaml
svcforge: 1
system: robots
stores:
  carts: {engine: redis, server: redis-1}
  logins: {engine: redis, server: redis-2}
contexts:
  sales:
    services:
      cart: {uses: [carts]}
  identity:
    services:
      users: {uses: [logins]}
```

## Refactorings
- split the database: to each service the data that it decides about (50%)
- let one service manage the data for the others: a data manager (41%)
- merge the services (9%)

In brackets, how often the literature advises each for this smell (Neri, Soldani, Zimmermann, Brogi 2020).

## Options
None.

## References
- D. Taibi, V. Lenarduzzi: On the Definition of Microservice Bad Smells, IEEE Software 35(3), 2018: Shared Persistency
- D. Neri et al.: Design principles, architectural smells and refactorings for microservices, SICS 35, 2020: Shared
  Persistence
- I. Pigazzini et al.: Towards microservice smells detection, TechDebt 2020 (MARS)

## Also known as
- `shared-persistency`
- `shared-persistence`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.stores import Access, by_server, services, shared
from svcforge.lint.wording import quoted
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF201", name="shared-database", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("shared-persistency", "shared-persistence"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Each database that several services use."""
    for on_one_server in by_server(context.blueprint).values():
        for group in shared(on_one_server):
            yield _violation(group)


def _violation(group: list[Access]) -> Violation:
    first, names = group[0], services(group)
    contexts = sorted({access.service.context for access in group})
    others = [a for a in group[1:] if a.service is not first.service or a.store is not first.store]
    return Violation(
        path=first.path,
        message=f"{quoted(names)} share {_database(group)} "
        f"{'across the contexts' if len(contexts) > 1 else 'inside the context'} {quoted(contexts)}",
        hint="leave the data to one of them, which offers operations or events; the others call it or keep a copy",
        note=f"{first.service.name} uses it here",
        related=tuple(Related(a.path, f"{a.service.name} uses it as {a.store.name}") for a in others),
        severity=Severity.ERROR if len(contexts) > 1 else Severity.WARNING,
        about=tuple(names),
    )


def _database(group: list[Access]) -> str:
    """The database by the name of its store, and where it is."""
    stores = sorted({access.store.name for access in group})
    server = next((access.store.server for access in group if access.store.server), None)
    schemas = {access.store.schema for access in group}
    where = [f'server "{server}"'] if server else []
    where += [f'schema "{next(iter(schemas))}"'] if schemas != {None} and len(schemas) == 1 else []
    names = ", ".join(f'"{store}"' for store in stores)
    return f"the database {names}" + (f" ({', '.join(where)})" if where else "")

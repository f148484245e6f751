"""A transaction that is committed in several services at once.

## What it does
Reports a saga with `transaction` (2pc, xa or tcc) whose steps reach more than its own service, or whose one service
uses several databases.

## Why is this bad?
Every participant holds its locks until the slowest has answered, and all of them wait when the coordinator fails
between the two phases. The services are available only together, which is what they were taken apart for.

## Example
```yaml
svcforge: 1
system: bank
contexts:
  money:
    services:
      transfers: {operations: {transfer: {}}}
      accounts: {operations: {debit: {}, credit: {}}}
sagas:
  transfer:
    starts: transfers.transfer
    transaction: 2pc
    steps: [accounts.debit, accounts.credit]
```

## Use instead
```yaml
svcforge: 1
system: bank
contexts:
  money:
    services:
      transfers: {operations: {transfer: {}}}
      accounts: {operations: {debit: {}, give_back: {}, credit: {}}}
sagas:
  transfer:
    starts: transfers.transfer
    steps:
      - {do: accounts.debit, undo: accounts.give_back}
      - accounts.credit
```

## Refactorings
- make it a saga: each step is committed by itself and has a compensation
- join what must be committed at once

## Options
None.

## References
- J. Bogner et al.: Towards a Collaborative Repository for the Documentation of Service-Based Antipatterns, 2019:
  Transactional Integration
- P. Helland: Life beyond Distributed Transactions, CIDR 2007
- H. Garcia-Molina, K. Salem: Sagas, SIGMOD 1987

## Also known as
- `transactional-integration`
- `two-phase-commit`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.stores import accesses
from svcforge.lint.wording import quoted
from svcforge.model.elements import Saga
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF206", name="distributed-transaction", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("transactional-integration", "two-phase-commit"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Sagas that are a transaction over several services or databases."""
    for saga in context.blueprint.sagas.values():
        if saga.transaction is None:
            continue
        services = sorted(_participants(saga))
        stores = _stores_of(context, services[0]) if len(services) == 1 else []
        if len(services) > 1 or len(stores) > 1:
            over = quoted(services) if len(services) > 1 else f'the databases {quoted(stores)} of "{services[0]}"'
            yield Violation(
                path=(*saga.path, "transaction"),
                message=f'"{saga.name}" is a {saga.transaction} transaction over {over}',
                hint="remove `transaction`, commit each step by itself, and say what undoes it (`undo`)",
                related=tuple(Related(step.do.path, step.do.to) for step in saga.steps),
                about=(saga.name, *services),
            )


def _participants(saga: Saga) -> set[str]:
    return {name for name in (saga.owner, *(step.do.target for step in saga.steps)) if name}


def _stores_of(context: LintContext, service: str) -> list[str]:
    return sorted({a.store.name for a in accesses(context.blueprint) if a.service.name == service})

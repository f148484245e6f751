"""A saga that cannot be undone, or cannot be brought to its end.

## What it does
Looks at the steps of a saga around its pivot, the point of no return: the step with `pivot: true`, else the last one.
Reported are: a step before the pivot that changes something and has no `undo`; a step after it that is not safe to
repeat, since steps there are retried until they succeed; and a second pivot. A step that only reads (`read_only`,
`reads`, `lists`, GET) needs nothing. What svcforge generates recognises a repeated internal step by its key; an
existing service or an external has to say so (`idempotent`). A saga with `transaction` is SF206.

## Why is this bad?
A saga has no rollback but its own. When the third step fails and the first cannot be undone, the card stays charged
for an order that does not exist, and somebody writes a script.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders: {operations: {check_out: {}, confirm: {}}}
      stock: {operations: {reserve: {}}}
sagas:
  checkout:
    starts: orders.check_out
    steps: [stock.reserve, orders.confirm]
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders: {operations: {check_out: {}, confirm: {}}}
      stock: {operations: {reserve: {}, release: {}}}
sagas:
  checkout:
    starts: orders.check_out
    steps: [{do: stock.reserve, undo: stock.release}, orders.confirm]
```

## Refactorings
- give each step before the pivot a compensation, and retry those after it
- put steps that cannot be undone last

## Options
None.

## References
- C. Richardson: Microservices Patterns, 2018, chapter 4: compensatable, pivot and retriable transactions
- H. Garcia-Molina, K. Salem: Sagas, SIGMOD 1987

## Also known as
- `missing-compensation`
- `non-compensatable-step`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Operation, Saga, Step, Verb
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF406", name="saga-missing-compensation", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("missing-compensation", "non-compensatable-step"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """What is wrong with the steps of each saga, in their order."""
    for saga in context.blueprint.sagas.values():
        if saga.transaction is None and saga.steps:
            yield from _steps(context.blueprint, saga)


def _steps(blueprint: Blueprint, saga: Saga) -> Iterator[Violation]:
    pivots = [i for i, step in enumerate(saga.steps) if step.pivot]
    pivot = pivots[0] if pivots else len(saga.steps) - 1
    no_return = Related(saga.steps[pivot].path, "from here on there is no way back")
    for i, step in enumerate(saga.steps):
        operation = blueprint.operation(step.do.target, step.do.operation)
        if operation is not None and i < pivot and step.undo is None and not _reads(operation):
            hint = "name what undoes it (`undo`), or move it behind the pivot if it can be retried until it succeeds"
            yield _violation(saga, step, "changes something before the pivot, and nothing undoes it", hint, no_return)
        if operation is not None and i > pivot and not _retriable(blueprint, saga, operation):
            hint = "make it safe to repeat (`idempotent: by field ...`), or move it before the pivot with an `undo`"
            yield _violation(saga, step, "comes after the pivot and is not safe to repeat", hint, no_return)
        if i in pivots[1:]:
            hint = "keep one point of no return: before it steps are undone, after it they are retried"
            yield _violation(saga, step, "is a second pivot", hint, no_return, (*step.path, "pivot"))


def _reads(operation: Operation) -> bool:
    got = operation.http is not None and operation.http.method == "GET"
    return operation.read_only or got or operation.verb in (Verb.READS, Verb.LISTS)


def _retriable(blueprint: Blueprint, saga: Saga, operation: Operation) -> bool:
    """Whether a step may be asked again: by nature, or because svcforge generates it and knows its key."""
    generated = operation.owner in blueprint.services and blueprint.abilities_of(operation.owner) is None
    return operation.repeatable or (generated and (operation.http is None or operation.owner == saga.owner))


def _violation(saga: Saga, step: Step, what: str, hint: str, pivot: Related, path: Path | None = None) -> Violation:
    return Violation(
        path=path or step.path,
        message=f'step "{step.do.to}" of "{saga.name}" {what}',
        hint=hint,
        related=() if pivot.path == step.path else (pivot,),
        about=(saga.name,),
    )

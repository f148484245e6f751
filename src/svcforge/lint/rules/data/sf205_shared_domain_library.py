"""A domain model that several contexts share as a library.

## What it does
Reports a library of kind `domain`, `entities` or `model` that services of two or more contexts use. Libraries of kind
`sdk`, `util` or `contract` are no model: they may be shared.

## Why is this bad?
The contexts stop having models of their own. A field that one needs is a release of all, and the services can be
deployed apart only as long as nobody changes the library.

## Example
```yaml
svcforge: 1
system: food
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
libraries: {common: entities}
contexts:
  ordering:
    services:
      orders: {uses: [common], calls: [kitchen]}
  cooking:
    services:
      kitchen: {uses: [common]}
```

## Use instead
```yaml
svcforge: 1
system: food
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
libraries: {tickets: contract}
contexts:
  ordering:
    services:
      orders: {uses: [tickets], calls: [kitchen]}
  cooking:
    services:
      kitchen: {uses: [tickets]}
```

## Refactorings
- give each context a model of its own
- share the contract and not the model

## Options
None.

## References
- D. Taibi, V. Lenarduzzi: On the Definition of Microservice Bad Smells, IEEE Software 35(3), 2018: Shared Libraries
- DAMP: found in FTGO (`ftgo-common`) and Train Ticket (`ts-common`)
- S. Newman: Building Microservices, 2nd edition, 2021, chapter 5: DRY and the perils of code reuse

## Also known as
- `shared-libraries`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.model.elements import Use
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF205", name="shared-domain-library", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("shared-libraries",),
    since="0.1",
)  # fmt: skip

MODELS = ("domain", "entities", "model")
"""Kinds of libraries that hold what a context should decide by itself."""

PLACES = 12
"""Uses that are shown with a finding."""


def check(context: LintContext) -> Iterator[Violation]:
    """Libraries with a model that several contexts use."""
    blueprint = context.blueprint
    models = {name: library for name, library in blueprint.libraries.items() if library.kind in MODELS}
    uses: dict[str, list[Use]] = {}
    for service in blueprint.services.values() if models else ():
        for use in service.uses:
            if use.name in models:
                uses.setdefault(use.name, []).append(use)
    for name, library in models.items():
        users = uses.get(name, [])
        contexts = sorted({blueprint.services[use.source].context for use in users})
        if len(contexts) > 1:
            yield Violation(
                path=library.path,
                message=f'the library "{name}" of kind "{library.kind}" is shared by the contexts {quoted(contexts)}',
                hint="give each context a model of its own; share a contract (`contract`) or technical code (`util`, `sdk`)",
                at_key=True,
                related=tuple(Related(use.path, f"{use.source} uses it") for use in users[:PLACES]),
                about=(name, *(use.source for use in users)),
            )

"""A service that calls many others.

## What it does
Reports a business service that calls seven or more distinct business services by itself. The owner of a saga is
left out, since conducting others is its work and its log survives a failure; BFFs gather for a living.

## Why is this bad?
It need not be, which is why it is information: of the services that call six others, people called one in three a
problem. But it knows everybody's interface, is up only when all of them are, and half of what it began stays done
when one fails.

## Example
```yaml
svcforge: 1
system: network
platform: {mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
contexts:
  posts:
    services:
      compose: {calls: [texts, media, mentions, urls, timelines, ids, users]}
      texts: {}
      media: {}
      mentions: {}
      urls: {}
      timelines: {}
      ids: {}
      users: {}
```

## Use instead
```yaml
svcforge: 1
system: network
platform: {broker: {engine: rabbitmq, tls: strict}, mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
  scale: {min: 2}
contexts:
  posts:
    services:
      compose:
        owns: {Post: {text: text}}
        events: {PostWritten: {post: uuid, text: text}}
        operations: {write: {creates: Post, emits: [PostWritten]}}
        calls: [texts, media, ids, users]
      texts: {}
      media: {}
      mentions: {subscribes: [compose.PostWritten]}
      urls: {subscribes: [compose.PostWritten]}
      timelines: {subscribes: [compose.PostWritten]}
      ids: {}
      users: {}
```

## Refactorings
- publish what happened and let the others subscribe
- make what must happen as one a saga

## Options
- `min_callees` = 7: at six only a third of what was found had been marked by people as a problem.

## References
- CIMET: Greedy Service; its detector at ADS >= 6 had a precision of one in three
- D. Rud, A. Schmietendorf, R. Dumke: Product metrics for service-oriented infrastructures, IWSM 2006: ADS

## Also known as
- `greedy-service`
- `microservice-greedy`
- `god-orchestrator`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.wording import counted, quoted
from svcforge.source.finding import Related, Severity

MIN_CALLEES = Option("min_callees", 7, "at six only a third of what was found had been marked as a problem")

RULE = Rule(
    code="SF106", name="fan-out-orchestrator", severity=Severity.INFO, profile=Profile.PRODUCTION,
    options=(MIN_CALLEES,), aliases=("greedy-service", "microservice-greedy", "god-orchestrator"),
    since="0.1",
)  # fmt: skip

PLACES = 12
"""Calls that are shown with a finding."""


def check(context: LintContext) -> Iterator[Violation]:
    """Services with many callees and no saga."""
    least = context.option(MIN_CALLEES)
    conductors = {saga.owner for saga in context.blueprint.sagas.values()}
    for name, service in context.blueprint.business.items():
        callees = sorted(context.indexes.callees[name])
        if len(callees) >= least and name not in conductors:
            calls = context.indexes.sync[name]
            yield Violation(
                path=service.path,
                message=f'"{name}" calls {counted(len(callees), "service")}: {quoted(callees)}',
                hint="publish what happened and let those who need no answer subscribe; what must be done as one is a saga",
                at_key=True,
                related=tuple(Related(calls[callee][0].path, f"{name} -> {callee}") for callee in callees[:PLACES]),
            )

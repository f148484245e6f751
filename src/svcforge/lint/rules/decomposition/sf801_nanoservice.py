"""A service too small to be worth its own deployment.

## What it does
In systems of `min_services` business services and more, reports one with one or two operations and at most one entity
that has nothing else to be a service for: it publishes and hears no event, keeps no copy, takes part in no saga, calls
no external, runs on no schedule, and has at most one caller or a share of all operations of at most `max_share`. A
service whose operations are not described is not judged.

The literature counts operations and entities only, which marks half of a good system; what a service says to the
others is what the network is worth.

## Why is this bad?
Each service has a pipeline, a database, dashboards and a place in every outage. Where it only does what its one caller
could do in the process, all of that buys a slower function call.

## Example
```yaml
svcforge: 1
system: posts
platform: {mesh: istio, metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
contexts:
  posts:
    services:
      writing: {calls: [ids, texts, media]}
      reading: {calls: [texts, media]}
      ids: {operations: {next_id: {out: {id: uuid}}}}
      texts: {}
      media: {}
```

## Use instead
```yaml
svcforge: 1
system: posts
platform: {mesh: istio, metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
contexts:
  posts:
    services:
      writing: {calls: [texts, media], operations: {next_id: {out: {id: uuid}}}}
      reading: {calls: [texts, media]}
      texts: {}
      media: {}
```

## Refactorings
- make it a part of the service that uses it

## Options
- `max_operations` = 2: one to write and one to read.
- `max_share` = 0.03: of all operations; with more callers a small service is a shared one.
- `min_services` = 5: in smaller systems every service has a large share.

## References
- J. Bogner et al.: Towards a Collaborative Repository for the Documentation of Service-Based Antipatterns, 2019:
  Nano Service
- DAMP, Nano Service; by counts alone it marks 22 of the 45 services of Train Ticket

## Also known as
- `nano-service`
- `fine-grained-service`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.wording import counted, quoted
from svcforge.model.edges import EdgeKind
from svcforge.model.elements import Service
from svcforge.source.finding import Severity

MAX_OPERATIONS = Option("max_operations", 2, "one to write and one to read")
MAX_SHARE = Option("max_share", 0.03, "of all operations; with more callers a small service is a shared one")
MIN_SERVICES = Option("min_services", 5, "in smaller systems every service has a large share")

RULE = Rule(
    code="SF801", name="nanoservice", severity=Severity.INFO, profile=Profile.PRODUCTION,
    options=(MAX_OPERATIONS, MAX_SHARE, MIN_SERVICES), aliases=("nano-service", "fine-grained-service"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Services with few operations, little data, and nobody else to talk to."""
    business, indexes = context.blueprint.business, context.indexes
    if len(business) < context.option(MIN_SERVICES):
        return
    most, share = context.option(MAX_OPERATIONS), context.option(MAX_SHARE)
    busy = {publisher for publisher, _ in indexes.subscribed}
    busy |= {edge.target for edge in indexes.edges if edge.kind is EdgeKind.STEP}
    everything = sum(len(service.operations) for service in business.values())
    for name, service in business.items():
        operations, callers = len(service.operations), sorted(indexes.callers[name])
        small = 0 < operations <= most and len(service.entities) <= 1
        alone = len(callers) <= 1 or operations <= share * everything
        if small and alone and name not in busy and not _has_its_reasons(context, service):
            of = f"called by {quoted(callers)}" if callers else "called by no other service"
            yield Violation(
                path=service.path,
                message=f'"{name}" has {counted(operations, "operation")} and is {of}: is it worth a service?',
                hint=f'make it a part of "{callers[0]}"'
                if callers
                else "make it a part of the service that it changes with",
                at_key=True,
            )


def _has_its_reasons(context: LintContext, service: Service) -> bool:
    """Whether a service has something to be one for beside its operations."""
    calls = [*service.calls, *(call for operation in service.operations.values() for call in operation.calls)]
    talks = service.events or service.subscriptions or service.copies
    outward = any(call.target in context.blueprint.externals for call in calls)
    return bool(talks) or outward or any(operation.schedule for operation in service.operations.values())

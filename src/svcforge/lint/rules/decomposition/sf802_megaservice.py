"""A service that has taken in half of the system.

## What it does
In systems of `min_services` business services and more, reports one that offers more than `max_share` of all
operations, more than twice the mean of the others and more than that mean by two standard deviations, and owns more
than `max_entities` entities. Many operations on few entities are a rich interface; many entities alone may be one
large model.

## Why is this bad?
It is the monolith again, with a network around it: everybody's changes meet in it, it is deployed as one and fails as
one, and the team that owns it is in every meeting.

## Example
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  shop:
    services:
      core:
        owns: {A: {x: int}, B: {x: int}, C: {x: int}, D: {x: int}, E: {x: int}, F: {x: int}}
        operations:
          {a: {reads: A}, b: {reads: B}, c: {reads: C}, d: {reads: D}, e: {reads: E}, f: {reads: F}, g: {lists: A}}
      one: {owns: {G: {x: int}}, operations: {h: {reads: G}}, calls: [core]}
      two: {owns: {H: {x: int}}, operations: {i: {reads: H}}, calls: [core]}
      three: {owns: {I: {x: int}}, operations: {j: {reads: I}}, calls: [core]}
      four: {owns: {J: {x: int}}, operations: {k: {reads: J}}, calls: [core]}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  shop:
    services:
      core:
        owns: {A: {x: int}, B: {x: int}, C: {x: int}}
        operations: {a: {reads: A}, b: {reads: B}, c: {reads: C}, g: {lists: A}}
      rest:
        owns: {D: {x: int}, E: {x: int}, F: {x: int}}
        operations: {d: {reads: D}, e: {reads: E}, f: {reads: F}}
      one: {owns: {G: {x: int}}, operations: {h: {reads: G}}, calls: [core]}
      two: {owns: {H: {x: int}}, operations: {i: {reads: H}}, calls: [core]}
      three: {owns: {I: {x: int}}, operations: {j: {reads: I}}, calls: [rest]}
      four: {owns: {J: {x: int}}, operations: {k: {reads: J}}, calls: [rest]}
```

## Refactorings
- split it along what changes together

## Options
- `max_share` = 0.2: of all operations, in a system of five and more.
- `max_entities` = 5: a context's aggregates, each with its parts.
- `min_services` = 5: in smaller systems every service has a large share.

## References
- J. Bogner et al.: Towards a Collaborative Repository for the Documentation of Service-Based Antipatterns, 2019:
  Mega Service
- DAMP, Mega Service

## Also known as
- `mega-service`
- `god-service`
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.source.finding import Severity

MAX_SHARE = Option("max_share", 0.2, "of all operations, in a system of five and more")
MAX_ENTITIES = Option("max_entities", 5, "a context's aggregates, each with its parts")
MIN_SERVICES = Option("min_services", 5, "in smaller systems every service has a large share")

RULE = Rule(
    code="SF802", name="megaservice", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    options=(MAX_SHARE, MAX_ENTITIES, MIN_SERVICES), aliases=("mega-service", "god-service"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Services with a share of operations that stands out, and many entities."""
    business = context.blueprint.business
    if len(business) < max(2, context.option(MIN_SERVICES)):
        return
    counts = {name: len(service.operations) for name, service in business.items()}
    total, squares = sum(counts.values()), sum(count * count for count in counts.values())
    for name, service in business.items():
        count, entities = counts[name], len(service.entities)
        if count <= context.option(MAX_SHARE) * total or entities <= context.option(MAX_ENTITIES):
            continue
        # Of the others: in a small system the one that stands out would raise the deviation itself.
        mean = (total - count) / (len(business) - 1)
        deviation = sqrt(max(0.0, (squares - count * count) / (len(business) - 1) - mean * mean))
        if count > mean + max(mean, 2 * deviation):
            yield Violation(
                path=service.path,
                message=f'"{name}" offers {count} of {total} operations ({count / total:.0%}) and owns {entities} entities; '
                f"the other services offer {mean:.1f} each",
                hint="split it along its entities: those that change together stay together",
                note=f"{count / total:.0%} of all operations",
                at_key=True,
            )

"""A change that breaks those who rely on the version before it.

## What it does
Compares the blueprint with an older version of it, `svcforge lint --against main` (a revision in git) or `--against
old.yaml` (a file), and reports

- an operation, an event or a service that is gone, or has another name (`was` tells a renaming from a removal);
- an operation, an event or an entity that belongs to another service now, and a service with events that has moved to
  another context, whose name they bear;
- a field of an input, an answer, an event or a value object that is gone or has another name;
- an input that is new and required, or required and was not; a type or a range that takes less than it did; a field
  that is answered and may be empty now, or is of a type that its readers do not know;
- another method or path of an operation, and one that is no longer open to the gateway; a route of the gateway, and an
  endpoint of a BFF or a part of its answer, that is gone; a route that leads to another version;
- an operation that takes a job (`long_running`) where it answered at once, or that follows an event where it was
  called, and the other way round.

Operations of a service whose `api_version` is higher than before, or whose own path bears a higher version
(`/v2/orders`), may change. A version of an event may not, since its messages outlive a deployment: those under way and
in stores are read by new code, the new ones by old code. It gets a next version beside it, and may end when it has one.
An operation may have one as well: `versions: {1: ..., 2: ...}` keeps what was written without versions where it is, as
the first; one that is dropped is an operation that is gone, and no `api_version` excuses that.

What is added breaks nobody: operations, events, optional inputs, fields of answers, words of an enumeration that is
answered. An operation that only its own service uses (a handler, a schedule, a step of its own saga) is nobody else's
business.

Findings that the older version has too are not shown, only counted.

## Why is this bad?
Services are deployed one by one. Between two deployments, and for callers outside the blueprint much longer, the old
caller meets the new callee: its requests are refused, its messages cannot be read.

## Example
```yaml before.yaml
svcforge: 1
system: shop
defaults: {api_version: v1}
contexts:
  ordering:
    services:
      orders:
        operations:
          get_total: {in: {order: uuid}, out: {total: decimal}, read_only: true}
      mail: {calls: [{to: orders.get_total, timeout: 1s, breaker: {}, auth: service}]}
```

```yaml
svcforge: 1
system: shop
defaults: {api_version: v1}
contexts:
  ordering:
    services:
      orders:
        operations:
          get_total: {in: {order: uuid, currency: text}, out: {total: decimal}, read_only: true}
      mail: {calls: [{to: orders.get_total, timeout: 1s, breaker: {}, auth: service, set: {currency: EUR}}]}
```

## Use instead
```yaml before.yaml
svcforge: 1
system: shop
defaults: {api_version: v1}
contexts:
  ordering:
    services:
      orders:
        operations:
          get_total: {in: {order: uuid}, out: {total: decimal}, read_only: true}
      mail: {calls: [{to: orders.get_total, timeout: 1s, breaker: {}, auth: service}]}
```

```yaml
svcforge: 1
system: shop
defaults: {api_version: v1}
contexts:
  ordering:
    services:
      orders:
        operations:
          get_total: {in: {order: uuid, currency: text = EUR}, out: {total: decimal}, read_only: true}
      mail: {calls: [{to: orders.get_total, timeout: 1s, breaker: {}, auth: service}]}
```

## Refactorings
- add beside what is there, and remove it when nobody uses it
- raise the major version, and serve both for a while

## Options
None.

## References
- Buf: Breaking change detection, https://buf.build/docs/breaking/
- Confluent: Schema evolution and compatibility, https://docs.confluent.io/platform/current/schema-registry/fundamentals/
- T. Preston-Werner: Semantic Versioning 2.0.0, https://semver.org

## Also known as
- `backward-incompatible-change`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.breaks import breaks
from svcforge.lint.context import LintContext
from svcforge.lint.promises import Versions
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF504", name="breaking-change", severity=Severity.ERROR, profile=Profile.RECOMMENDED,
    aliases=("backward-incompatible-change",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """What no longer holds of the older version; nothing where there is none to compare with."""
    earlier = context.earlier
    if earlier is not None:
        for broken in breaks(Versions(earlier.blueprint, context.blueprint)):
            yield earlier.violation(broken)

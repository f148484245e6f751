"""A baseline that counts more than there is.

## What it does
Compares `.svcforge-baseline.json` with what its rules find: reports each subject of which fewer findings are left than
the file counts. It is an error with `--strict-baseline`. `svcforge lint --update-baseline` lowers the counts, and never
raises one.

## Why is this bad?
Good news that has to be kept: until the count is lowered, the same number of new problems may come back unseen.

## Example
Nothing calls in a circle, and the baseline still has one.

```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders: {calls: [{to: inventory, timeout: 1s, breaker: {}}]}
      inventory: {}
```

```json
{
  "version": 1,
  "findings": {
    "SF101": {
      "inventory, orders": 1
    }
  }
}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders: {calls: [{to: inventory, timeout: 1s, breaker: {}}]}
      inventory: {}
```

```json
{
  "version": 1,
  "findings": {}
}
```

## Refactorings
- lower the counts

## Options
None.

## References
- ESLint, bulk suppressions: `--prune-suppressions`
- PHPStan, the baseline: reportUnmatchedIgnoredErrors

## Also known as
- `unmatched-baseline`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.source.finding import Severity, Span

RULE = Rule(
    code="SF903", name="stale-baseline", severity=Severity.INFO, profile=Profile.MINIMAL,
    aliases=("unmatched-baseline",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Entries of the baseline that count more than was found."""
    for one in context.upkeep.stale:
        yield Violation(
            path=(),
            span=Span(one.file, 1, 1, 1, 1),
            message=f'the baseline counts {one.counted} {one.rule} of "{one.subject}", and there are {one.found}',
            hint="lower the counts: svcforge lint --update-baseline",
            severity=Severity.ERROR if context.upkeep.strict else None,
        )

"""A suppression that covers nothing.

## What it does
Reports a comment `# svcforge: ignore[...]` or an entry of `lint.ignore` which named rules that ran and found nothing
there. A rule that did not run, for its profile or a selection, makes no suppression unused. The fix takes the rule
out of the comment, or the comment or the entry away.

## Why is this bad?
What was suppressed is mended, and the next one like it will go unseen. A suppression that nobody needs also tells
the reader of a problem that is not there.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders: {calls: [{to: inventory, timeout: 1s, breaker: {}}]} # svcforge: ignore[sync-cycle]: to be broken up
      inventory: {}
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

## Refactorings
- take the suppression away

## Options
None.

## References
- Ruff, rule RUF100 unused-noqa
- ESLint, `--report-unused-disable-directives`

## Also known as
- `unused-ignore`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.lint.upkeep import Suppression, WithFate
from svcforge.source.edit import Delete, Edit, Rewrite
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF901", name="unused-suppression", severity=Severity.WARNING, profile=Profile.MINIMAL, fix=Fix.SAFE,
    aliases=("unused-ignore",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Suppressions of rules that ran and found nothing there."""
    for fate in context.upkeep.suppressions:
        if fate.unused:
            said = ", ".join(f'"{word.text}"' for word in fate.unused)
            at = f' at "{fate.suppression.at}"' if fate.suppression.at else ""
            yield Violation(
                path=fate.suppression.path,
                span=fate.suppression.span,
                message=f"there is nothing of {said}{at} to suppress",
                hint="take the suppression away",
                fix=(_without(fate),),
            )


def _without(fate: WithFate) -> Edit:
    one: Suppression = fate.suppression
    bracket = one.bracket()
    if bracket is None or one.span is None:
        return Delete(one.path)
    left = [word.text for word in one.words if word not in fate.unused]
    return Rewrite(bracket, ", ".join(left)) if left else Rewrite(one.span)

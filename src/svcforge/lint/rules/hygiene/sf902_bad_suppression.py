"""A suppression that cannot be read, names no rule, has ended, or does not say why.

## What it does
Reports a comment `# svcforge: ignore` that does not go on as `[rule, rule] until 2027-01-01: reason` (`until` and the
reason may be missing), a rule in it that does not exist, a comment or an entry of `lint.ignore` whose `until` has
passed, and, in profile `production`, one without a reason. The fix corrects the name of a rule, or takes away what has
ended.

## Why is this bad?
What is suppressed by mistake or for longer than was agreed is a finding that nobody sees. In a year only the reason
tells whether the suppression is still right.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      # svcforge: ignore[sync-cycle] until 2020-01-31: to be broken up
      orders: {calls: [{to: inventory, timeout: 1s, breaker: {}}]}
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
- mend what it covers, or agree on another day and reason

## Options
None.

## References
- Ruff, rule RUF102 invalid-rule-code
- eslint-plugin-eslint-comments, rule require-description

## Also known as
- `expired-suppression`
- `unexplained-suppression`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.lint.upkeep import Suppression
from svcforge.source.edit import Delete, Rewrite
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF902", name="bad-suppression", severity=Severity.WARNING, profile=Profile.MINIMAL, fix=Fix.UNSAFE,
    aliases=("expired-suppression", "unexplained-suppression"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Suppressions that are not what they should be."""
    for fate in context.upkeep.suppressions:
        one = fate.suppression
        if not one.readable:
            yield _unreadable(one)
            continue
        if one.comment:
            yield from _unknown_rules(one)
        if fate.ended:
            yield Violation(
                path=one.path,
                span=one.span,
                message=f"the suppression of {_named(one)} ended on {one.until}",
                hint="mend what it covered and take it away, or agree on another day",
                fix=(Rewrite(one.span) if one.span else Delete(one.path),),
            )
        elif one.reason is None:
            yield Violation(
                path=one.path,
                span=one.span,
                message=f"the suppression of {_named(one)} does not say why",
                hint='end it with ": <reason>"' if one.comment else "add `reason`",
                profile=Profile.PRODUCTION,
            )


def _unreadable(one: Suppression) -> Violation:
    said = one.comment.text if one.comment else str(one.until)
    hint = "write # svcforge: ignore[rule, rule] until 2027-01-01: reason" if one.comment else "write a day: 2027-01-31"
    return Violation(path=one.path, span=one.span, message=f'"{said}" suppresses nothing', hint=hint)


def _unknown_rules(one: Suppression) -> Iterator[Violation]:
    bracket = one.bracket()
    for word in one.words:
        if not word.codes and bracket:
            words = ", ".join(word.near if other is word and word.near else other.text for other in one.words)
            yield Violation(
                path=one.path,
                span=one.span,
                message=f'there is no rule "{word.text}"',
                hint=f'did you mean "{word.near}"?' if word.near else 'see "svcforge rules"',
                fix=(Rewrite(bracket, words),) if word.near else (),
            )


def _named(one: Suppression) -> str:
    return ", ".join(f'"{word.text}"' for word in one.words)

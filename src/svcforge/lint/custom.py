"""The rules that a blueprint makes for itself, as rules of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcforge.lint.catalogue import Check, Entry
from svcforge.lint.context import LintContext
from svcforge.lint.rule import CUSTOM, Profile, Rule, Violation
from svcforge.lint.templates import Applied
from svcforge.lint.things import Things
from svcforge.model.custom import (
    CustomRule,
    ForbiddenEdge,
    Independence,
    Layers,
    MaxDegree,
    Quantified,
    RequiredField,
    Selector,
    Template,
)
from svcforge.source.finding import Severity


def entries(rules: tuple[CustomRule, ...]) -> Mapping[str, Entry]:
    """The rules by their codes, `custom/<name>`; each profile holds them."""
    found = (_entry(rule) for rule in rules)
    return {entry.rule.code: entry for entry in found}


def _entry(rule: CustomRule) -> Entry:
    record = Rule(
        code=f"{CUSTOM}/{rule.name}", name=rule.name, severity=Severity(rule.severity), profile=Profile.MINIMAL
    )
    why = (rule.message or "a rule that this blueprint makes for itself").removesuffix(".")
    until = f" It holds until {rule.until}." if rule.until else ""
    asked = f"## What it does\n{_asked(rule.template)}{until} It stands in `lint.custom.{rule.name}`."
    return Entry(record, _check(rule), f"{why[0].upper()}{why[1:]}.\n\n{asked}")


def _asked(template: Template) -> str:
    """What a rule asks, in a sentence."""
    match template:
        case ForbiddenEdge(source, target, by):
            return f"Reports {_EDGES[by]} from `{source.text}` to `{target.text}`."
        case RequiredField(of, that, fields):
            return f"Reports {of}{_that(that)} without {' or '.join(f'`{key}`' for key in fields)}."
        case Layers(order, by):
            return f"Reports {_EDGES[by]} that lead up in {' over '.join(f'`{one.text}`' for one in order)}."
        case Independence(groups, by):
            return f"Reports {_EDGES[by]} between {' and '.join(f'`{one.text}`' for one in groups)}."
        case MaxDegree(of, incoming, outgoing, by):
            sides = ((incoming, "from"), (outgoing, "to"))
            most = " or ".join(f"more than {number} {way} others" for number, way in sides if number is not None)
            return f"Reports `{of.text}` with {_EDGES[by]} {most}."
        case Quantified(of, that, quantifier, tests, number):
            words = " and ".join(f"`{test.text}`" for test in tests) or str(number)
            return f"Looks at {of}{_that(that)}: {quantifier.replace('_', ' ')} {words}."


_EDGES = {"any": "calls and events", "call": "calls", "event": "events"}


def _that(selector: Selector) -> str:
    return f" with `{selector.text}`" if selector.text else ""


def _check(rule: CustomRule) -> Check:
    def check(context: LintContext) -> Iterator[Violation]:
        if rule.until is not None and context.today is not None and context.today.isoformat() > rule.until:
            yield Violation(
                path=(*rule.path, "until"),
                message=f'the rule "{rule.name}" has ended on {rule.until}, and asks nothing any more',
                hint="remove it, or give it a later day",
                severity=Severity.INFO,
            )
            return
        yield from Applied(rule, Things(context.indexes)).violations()

    return check

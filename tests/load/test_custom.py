"""What may be written below `lint.custom`, and what is said of what may not."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.load import load_text
from svcforge.load.assertion import assertion
from svcforge.load.grammar import Bad
from svcforge.load.schema import json_schema
from svcforge.model.custom import PROPERTIES

HEAD = "svcforge: 1\nsystem: s\n"


def wrong(rule: str, name: str = "mine") -> list[str]:
    """What is wrong with a rule, as `message | hint`."""
    found = load_text(f"{HEAD}lint: {{custom: {{{name}: {rule}}}}}\n").findings
    return [f"{f.code} {f.message} | {f.hint}" for f in found]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{}", "SF011 a rule asks one thing, and this one nothing | write one of forbidden-edge, required-field,"),
        ("{layers: [a], assert: x}", 'SF011 a rule asks one thing, and this one "layers" and "assert" | write one of'),
        ("{forbidden-egde: {}}", "SF011 a rule asks one thing, and this one nothing"),
        ("{layers: [a], sevrity: info}", 'SF011 unknown key "sevrity" | did you mean "severity"?'),
        ("{layers: [{contxt: a}]}", 'SF011 unknown key "contxt" | did you mean "context"?'),
        ("{layers: [{role: busines}]}", 'SF011 "busines" is no word here | did you mean "business"?'),
        ("{layers: a}", 'SF011 "layers" should be a list or a mapping, not "a"'),
        ("{forbidden-edge: {from: a}}", 'SF011 "forbidden-edge" lacks "to"'),
        ("{forbidden-edge: {from: a, to: b, by: cal}}", 'SF011 "cal" is not known here | did you mean "call"?'),
        ("{max-degree: {in: many}}", 'SF011 "many"'),
        ("{layers: [a], until: soon}", 'SF011 "soon" is no day | write it as 2027-06-30'),
        ("{layers: [a], until: 2027-02-30}", 'SF011 "2027-02-30" is no day'),
        ("{required-field: {of: service, field: team}}", 'SF011 "service" is not known here | did you mean "services"?'),
        ("{required-field: {of: events, field: tier}}", 'SF011 "tier" is no property of events | write one of name,'),
        ("{required-field: {of: calls, that: {sorce: a}, field: tls}}", 'SF011 "sorce" is no property of calls | did you mean "source"?'),
        ("{assert: servces.all_have(team)}", 'SF011 "servces" is no kind of element | did you mean "services"?'),
        ("{assert: services.al_have(team)}", 'SF011 "al_have" is no quantifier | did you mean "all_have"?'),
        ("{assert: services.all_have(tem)}", 'SF011 "tem" is no property of services | did you mean "team"?'),
        ("{assert: services.all_have()}", 'SF011 "all_have" does not say what | name a property:'),
        ("{assert: services.at_most(x)}", 'SF011 "x" is no number | write at_most(3)'),
        ("{assert: services.that(=a).at_most(1)}", 'SF011 "=a" is no condition'),
        ("{assert: services}", 'SF011 "services" is no assertion | write it like'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_the_nearest_word(rule: str, expected: str) -> None:
    [found] = wrong(rule)
    assert found.startswith(expected)


def test_a_rule_has_a_name_as_a_service_has() -> None:
    assert [found.partition(" | ")[0] for found in wrong("{layers: [a]}", "No_Way")] == [
        'SF012 "No_Way" is no name for a rule'
    ]


def test_the_schema_completes_rules() -> None:
    schema = json_schema()["$defs"]
    keys = schema["CustomDoc"]["properties"]
    assert {"forbidden-edge", "required-field", "layers", "independence", "max-degree", "assert"} < set(keys)
    assert schema["RequiredFieldDoc"]["properties"]["of"]["enum"] == list(PROPERTIES)
    assert {"name", "context", "role", "not"} < set(schema["SelectorDoc"]["properties"])
    assert schema["ForbiddenEdgeDoc"]["properties"]["by"]["enum"] == ["any", "call", "event"]


@given(st.text(alphabet="services.that(role=ny)!|,_ *at_most13", max_size=60))
def test_any_assertion_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Bad):
        assert assertion(text).of in PROPERTIES

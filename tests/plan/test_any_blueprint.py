"""Whatever a blueprint says, it is planned: facts that are plain data, the same each time."""

from __future__ import annotations

import json
import re

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.plan.planned import PACKS
from tests.strategies import Data, as_text, blueprints

from svcforge.load import load_text
from svcforge.model.blueprint import Blueprint
from svcforge.model.unmapped import problems
from svcforge.packs.shelf import blueprints_folder
from svcforge.plan.plan import plan

generous = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
TEXT = (blueprints_folder() / "shop" / "blueprint.yaml").read_text(encoding="utf-8")
WORDS = list(re.finditer(r"\b[A-Za-z][\w-]+(\.[A-Za-z]\w+)?\b", re.sub(r"#.*", lambda m: " " * len(m[0]), TEXT)))


def canonical(blueprint: Blueprint) -> list[str]:
    """The facts of every unit as text."""
    return [json.dumps(part.facts, allow_nan=False) for unit in plan(blueprint, PACKS).units for part in unit.parts]


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """The shop with some of its words exchanged for others of its words, and some lines left out."""
    text = TEXT
    for word in sorted(draw(st.lists(st.sampled_from(WORDS), max_size=4, unique=True)), key=lambda m: -m.start()):
        text = text[: word.start()] + draw(st.sampled_from(WORDS))[0] + text[word.end() :]
    lines = text.split("\n")
    for number in sorted(draw(st.lists(st.integers(0, len(lines) - 1), max_size=3, unique=True)), reverse=True):
        del lines[number]
    return "\n".join(lines)


@generous
@given(mutants())
def test_a_shop_with_anything_wrong_in_it_is_planned(text: str) -> None:
    first, second = load_text(text).blueprint, load_text(text).blueprint
    assume(first is not None)
    assert first is not None
    assert second is not None
    assert [p.message for p in problems(first)] == [p.message for p in problems(second)]
    assert canonical(first) == canonical(second)


@generous
@given(blueprints())
def test_any_valid_blueprint_is_planned(data: Data) -> None:
    blueprint = load_text(as_text(data)).blueprint
    assert blueprint is not None
    assert len(canonical(blueprint)) == len(plan(blueprint, PACKS).units)

"""Whatever a blueprint says, it is drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from xml.etree import ElementTree

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests import strategies
from tests.draw.systems import SHOP

from svcforge.draw import drawing
from svcforge.draw.formats import FORMATS
from svcforge.draw.views import VIEWS
from svcforge.load import load_text
from svcforge.model.blueprint import Blueprint
from svcforge.pipeline import judged
from svcforge.source.finding import Finding

_TEXT = SHOP.read_text(encoding="utf-8")
_WORDS = list(re.finditer(r"\b[A-Za-z][\w-]+(\.[A-Za-z]\w+)?\b", re.sub(r"#.*", lambda m: " " * len(m[0]), _TEXT)))


@st.composite
def mutants(draw: st.DrawFn) -> Blueprint:
    """The shop with some of its words exchanged for others of its words, and some lines left out."""
    text = _TEXT
    for word in sorted(draw(st.lists(st.sampled_from(_WORDS), max_size=4, unique=True)), key=lambda m: -m.start()):
        text = text[: word.start()] + draw(st.sampled_from(_WORDS))[0] + text[word.end() :]
    lines = text.split("\n")
    for number in sorted(draw(st.lists(st.integers(0, len(lines) - 1), max_size=3, unique=True)), reverse=True):
        del lines[number]
    blueprint = load_text("\n".join(lines)).blueprint
    assume(blueprint is not None)
    assert blueprint is not None
    return blueprint


def check(blueprint: Blueprint, findings: Iterable[Finding] = ()) -> None:
    """Each view in each format can be read back, and says of its parts only what is there."""
    for view in VIEWS:
        texts = {name: drawing(blueprint, findings, view=view, format=name) for name in FORMATS}
        document = json.loads(texts["json"])
        ids = {node["id"] for node in document["nodes"]}
        assert len(ids) == len(document["nodes"])
        assert {edge[end] for edge in document["edges"] for end in ("source", "target")} <= ids
        assert {node["cluster"] for node in document["nodes"]} <= {None, *(c["id"] for c in document["clusters"])}
        assert ElementTree.fromstring(texts["svg"]).tag.endswith("svg")


@settings(max_examples=25, deadline=None)
@given(mutants())
def test_every_mutant_of_the_shop_is_drawn(blueprint: Blueprint) -> None:
    check(blueprint)


@settings(max_examples=25, deadline=None)
@given(strategies.blueprints())
def test_every_blueprint_is_drawn_with_its_findings(data: strategies.Data) -> None:
    loaded = load_text(strategies.as_text(data))
    assert loaded.blueprint is not None
    check(loaded.blueprint, judged(loaded).report.findings)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(strategies.damaged())
def test_every_damaged_blueprint_that_can_be_read_is_drawn(data: object) -> None:
    blueprint = load_text(strategies.as_text(data)).blueprint
    assume(blueprint is not None)
    assert blueprint is not None
    check(blueprint)


def test_most_mutants_can_be_read() -> None:
    # A property of nothing holds always: this one says that there is something.
    word = next(w for w in _WORDS if w[0] == "orders.OrderConfirmed")
    changed = _TEXT[: word.start()] + "orders.OrderLost" + _TEXT[word.end() :]
    assert load_text(changed).blueprint is not None

"""Whatever a blueprint says, it is drawn."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.draw.systems import SHOP

from svcforge.draw import drawing
from svcforge.draw.formats import FORMATS
from svcforge.draw.views import VIEWS
from svcforge.load import load_text
from svcforge.model.blueprint import Blueprint

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


@settings(max_examples=25, deadline=None)
@given(mutants())
def test_every_view_is_drawn_in_every_format(blueprint: Blueprint) -> None:
    for view in VIEWS:
        texts = {name: drawing(blueprint, view=view, format=name) for name in FORMATS}
        document = json.loads(texts["json"])
        ids = {node["id"] for node in document["nodes"]}
        assert len(ids) == len(document["nodes"])
        assert {edge[end] for edge in document["edges"] for end in ("source", "target")} <= ids
        assert {node["cluster"] for node in document["nodes"]} <= {None, *(c["id"] for c in document["clusters"])}
        assert ElementTree.fromstring(texts["svg"]).tag.endswith("svg")


def test_most_mutants_can_be_read() -> None:
    # A property of nothing holds always: this one says that there is something.
    word = next(w for w in _WORDS if w[0] == "orders.OrderConfirmed")
    changed = _TEXT[: word.start()] + "orders.OrderLost" + _TEXT[word.end() :]
    assert load_text(changed).blueprint is not None

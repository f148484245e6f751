"""The quick filters give what those of Jinja and Copier give."""

from __future__ import annotations

from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2_ansible_filters.core_filters import to_nice_json

from svcforge.render.environment import environment
from svcforge.render.filters import nice_json

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
PLAIN = st.none() | st.booleans() | st.integers() | TEXTS
DATA = st.recursive(
    PLAIN | st.floats(allow_nan=False), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
)  # fmt: skip


@given(DATA, st.integers(0, 5), st.booleans(), st.booleans())
def test_nice_json_is_the_same_text(value: Any, indent: int, sort_keys: bool, ascii_only: bool) -> None:
    options = {"indent": indent, "sort_keys": sort_keys, "ensure_ascii": ascii_only}
    assert nice_json(to_nice_json)(value, **options) == to_nice_json(value, **options)


@pytest.mark.parametrize("value", [{1: 2}, {None: 1}, (1, 2), {"a": (1,)}, {}, [], [[]], {"a": {}}, "é\x7f\ud800"])
def test_nice_json_of_other_things_is_too(value: Any) -> None:
    assert nice_json(to_nice_json)(value) == to_nice_json(value)


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ('{{ [3, 1, 2] | select("odd") | map("string") | join(",") }}', "3,1"),
        ('{% macro m(a, b="x") %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(b=3, a=4) }}', "1x1243"),
        ("{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}", "False"),
        ("{% macro m() %}{{ varargs | join }}{{ kwargs.k }}{% endmacro %}{{ m(1, 2, k=3) }}", "123"),
        ("{% macro m(a) %}<{{ caller() }}{{ a }}>{% endmacro %}{% call m(1) %}in{% endcall %}", "<in1>"),
        ('{% set ns = namespace(a=1) %}{% for x in [1, 2] %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}', "4"),
        ('{% for x in ["a-b"] %}{{ x.split("-") | join }}{% endfor %}', "ab"),
    ],
)  # fmt: skip
def test_calls_give_what_jinja_gives(template: str, printed: str) -> None:
    env = environment({}, jinja2.DictLoader({"t": template}))
    assert env.get_template("t").render() == printed == jinja2.Environment().from_string(template).render()


@pytest.mark.parametrize(
    "template", ["{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{% endmacro %}{{ m(b=2) }}"]
)
def test_a_macro_called_with_what_it_does_not_take_is_an_error(template: str) -> None:
    env = environment({}, jinja2.DictLoader({"t": template}))
    with pytest.raises(TypeError, match="takes no"):
        env.get_template("t").render()

"""Ansible's filters as svcforge has them print what those of the library that Copier uses print."""

from __future__ import annotations

from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2_ansible_filters import AnsibleCoreFiltersExtension

from svcforge.render.ansible import FILTERS
from svcforge.render.environment import OUTSIDE

THEIRS = jinja2.Environment(extensions=[AnsibleCoreFiltersExtension], undefined=jinja2.StrictUndefined)
OURS = jinja2.Environment(undefined=jinja2.StrictUndefined)
OURS.filters.update(FILTERS)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)
MAPPINGS = st.dictionaries(st.sampled_from("abcdef"), DATA, max_size=4)
LISTS = st.sampled_from(["replace", "keep", "append", "prepend", "append_rp", "prepend_rp"])


def both(name: str, *args: Any, **options: Any) -> tuple[Any, Any]:
    return OURS.filters[name](*args, **options), THEIRS.filters[name](*args, **options)


@pytest.mark.parametrize(
    "template",
    [
        '{{ "no"|bool }}{{ "Yes"|bool }}{{ none|bool }}{{ 1|bool }}{{ 2|bool }}{{ "TRUE"|bool }}',
        '{{ "x"|hash("nope") }}',
        "{{ 12|md5 }}",
        '{{ "é"|sha1 }}{{ "é"|checksum }}{{ "é"|b64encode }}',
        '{{ "a\\n\\nb"|comment }}',
        '{{ "a\\n\\nb"|comment("c") }}',
        '{{ "a\\n\\nb"|comment("cblock") }}',
        '{{ "a\\n\\nb"|comment("xml") }}',
        '{{ "a\\n\\nb"|comment("erlang") }}',
        '{{ "a\\nb"|comment("plain", prefix="#######\\n#", postfix="#\\n#######\\n   ###") }}',
        '{{ "a\\nb"|comment(decoration="! ") }}',
        '{{ "a\\nb"|comment("cblock", prefix_count=2, postfix_count=0) }}',
        '{{ "a\\nb"|comment("plain", newline="\\n") }}',
        '{{ "a\\n"|comment }}',
        '{{ ""|comment }}',
        '{{ "  "|comment("c") }}',
        "{{ 1|extract([4,5]) }}",
        '{{ "a"|extract({"a": {"b": 3}}, "b") }}',
        '{{ "a"|extract({"a": {"b": {"c": 1}}}, ["b","c"]) }}',
        '{{ [1,[2,[3,[4]]]]|flatten }}{{ [1,[2,[3,[4]]]]|flatten(1) }}{{ [1,[2,[3,[4]]]]|flatten(levels=2) }}{{ [1,none,"null","None",""]|flatten }}{{ [(1,2),[(3,)]]|flatten }}{{ [1]|flatten(0) }}{{ [[1]]|flatten(0) }}',
        '{{ "a.b[^$*\\\\x]"|regex_escape }}',
        '{{ "a.b[^$*\\\\x]"|regex_escape("posix_basic") }}',
        '{{ "foo bar"|regex_replace("O", "0", true) }}{{ "ab"|regex_replace("(a)", "\\\\1\\\\1") }}{{ 12|regex_replace("1","2") }}',
        '{{ "ab\\nAb"|regex_findall("^a.", true, true) }}{{ "a1b2"|regex_findall("([a-z])(\\\\d)") }}',
        '{{ "foobar"|regex_search("o+") }}{{ "foobar"|regex_search("x") }}{{ "foobar"|regex_search("(o+)(b)", "\\\\2", "\\\\1") }}{{ "foobar"|regex_search("(?P<n>o+)", "\\\\g<n>") }}{{ "FOO"|regex_search("o", ignorecase=true) }}{{ "a\\nb"|regex_search("^b", multiline=true) }}',
        '{{ [{"n":1,"l":[1,2]},{"n":2,"l":[3]}]|subelements("l") }}',
        '{{ {"x":{"n":1,"l":{"k":[1,2]}}}|subelements("l.k") }}',
        '{{ {"x":{"n":1,"l":{"k":[1,2]}}}|subelements(["l","k"]) }}',
        '{{ [{"n":1}]|subelements("l", skip_missing=true) }}',
        '{{ [{"n":1,"l":[1]},{"n":1}]|subelements("l", true) }}',
        '{{ none|ternary(1,2) }}{{ none|ternary(1,2,3) }}{{ 0|ternary(1,2,3) }}{{ "x"|ternary(1,2) }}',
        '{{ "2020-01-02 03:04:05"|to_datetime }}{{ "2020"|to_datetime("%Y") }}',
        '{{ {"b":[1,"é"],"a":{"x":none}}|to_json }}{{ {"b":1,"a":2}|to_json(sort_keys=true, indent=2) }}',
        '{{ {"b":[1,"é"],"a":{}}|to_nice_json }}{{ [1]|to_nice_json(2, false) }}',
        '{{ {"b":[1,"é"],"a":{"x":none, "y": [1]}, "t": true, "s": "no", "z": 1.5, "d": {}}|to_yaml }}',
        '{{ {"b":[1,"é"],"a":{"x":none, "y": [1, {"q": 2}]}}|to_nice_yaml }}{{ {"b":[1]}|to_nice_yaml(2, sort_keys=false) }}',
        '{{ {"b":[1]}|to_yaml(default_flow_style=false) }}{{ "x"|to_yaml }}{{ "x"|to_nice_yaml }}',
        '{{ "a: [1, 2.5, no, 2020-01-01]\\n"|from_yaml }}{{ "--- 1\\n--- 2\\n"|from_yaml_all|list }}{{ ""|from_yaml }}',
        '{{ "[1]"|from_json }}',
        '{{ "it s"|quote }}{{ ""|quote }}',
        "{{ 3|quote }}",
        '{{ "a"|to_uuid }}{{ "a"|type_debug }}{{ 1|type_debug }}{{ {}|type_debug }}',
        '{{ "/a/b.c"|basename }}{{ "/a/b.c"|dirname }}{{ "/a/b.c"|splitext }}{{ "c:\\\\a\\\\b"|win_basename }}{{ "c:\\\\a\\\\b"|win_dirname }}{{ "c:\\\\a\\\\b"|win_splitdrive }}',
        '{{ [{"a":2,"b":1},{"a":1,"b":3},{"a":2,"b":0}]|ans_groupby("a") }}',
        '{{ {"a":{"b":1,"c":[1]}}|combine({"a":{"d":2,"c":[2]}}, recursive=true) }}{{ {"a":{"b":1}}|combine({"a":{"d":2}}) }}{{ [{"a":1},{"b":2}]|combine }}{{ {"a":1}|combine([{"b":1},{"c":2}]) }}{{ {}|combine }}',
        '{{ "aGk="|b64decode }}',
    ],
)
def test_a_template_prints_the_same(template: str) -> None:
    assert OURS.from_string(template).render() == THEIRS.from_string(template).render()


@pytest.mark.parametrize(
    "template",
    [
        '{{ "a"|regex_escape("perl") }}', '{{ "foo"|regex_search("(o+)", "1") }}', '{{ [{"n": 1}]|subelements("l") }}',
        '{{ [{"l": 3}]|subelements("l") }}', "{{ nothing|mandatory }}", '{{ nothing|mandatory("why") }}',
        '{{ {"a": 1}|combine(3) }}', '{{ {"a": 1}|combine([[{}]]) }}', '{{ {}|combine({}, list_merge="zip") }}',
        '{{ {"a": nothing}|combine({}) }}', '{{ [{"a": nothing}]|combine }}', '{{ "a: ]"|from_yaml }}', '{{ "["|from_json }}',
    ],
)  # fmt: skip
def test_what_theirs_refuse_is_refused(template: str) -> None:
    for environment in (OURS, THEIRS):
        with pytest.raises(Exception, match=r"."):
            environment.from_string(template).render()


def test_there_is_each_of_theirs_that_looks_at_nothing_but_its_input() -> None:
    theirs = set(THEIRS.filters) - set(jinja2.Environment().filters)
    assert set(FILTERS) == theirs - set(OUTSIDE)


@given(MAPPINGS, MAPPINGS, st.booleans(), LISTS)
def test_mappings_are_joined_alike_and_in_the_same_order(
    first: dict[str, Any], second: dict[str, Any], recursive: bool, lists: str
) -> None:
    ours, theirs = both("combine", first, second, recursive=recursive, list_merge=lists)
    assert str(ours) == str(theirs)
    assert ours is not first
    assert ours is not second


@given(st.lists(st.dictionaries(TEXTS, st.integers(), max_size=3), max_size=4))
def test_lists_of_mappings_are_joined_alike(mappings: list[dict[str, int]]) -> None:
    ours, theirs = both("combine", mappings, {"a": 1}, [{"b": 2}])
    assert str(ours) == str(theirs)


@given(st.text("a# \n", max_size=8), st.sampled_from(["plain", "erlang", "c", "cblock", "xml"]))
def test_comments_are_alike(text: str, style: str) -> None:
    ours, theirs = both("comment", text, style)
    assert ours == theirs


@given(st.recursive(st.sampled_from([0, 1, "", "a", None, "null"]), st.lists), st.none() | st.integers(0, 3))
def test_lists_are_flattened_alike(items: Any, levels: int | None) -> None:
    ours, theirs = both("flatten", [items, 7], levels)
    assert ours == theirs


@given(DATA)
def test_yaml_and_json_are_alike(value: Any) -> None:
    for name in ("to_json", "to_nice_json", "to_yaml", "to_nice_yaml"):
        ours, theirs = both(name, value)
        assert ours == theirs
    written = OURS.filters["to_yaml"](value)
    assert both("from_yaml", written)[0] == both("from_yaml", written)[1]


@given(TEXTS, st.sampled_from(["(.)", ".", "^a", "a|b"]), st.booleans(), st.booleans())
def test_texts_are_searched_alike(text: str, pattern: str, ignorecase: bool, multiline: bool) -> None:
    options = {"ignorecase": ignorecase, "multiline": multiline}
    for name in ("regex_search", "regex_findall"):
        ours, theirs = both(name, text, pattern, **options)
        assert ours == theirs
    assert len(set(both("regex_replace", text, pattern, "<x>", ignorecase=ignorecase))) == 1
    assert len(set(both("regex_escape", text))) == len(set(both("regex_escape", text, "posix_basic"))) == 1


@given(TEXTS)
def test_what_is_made_of_a_text_is_alike(text: str) -> None:
    for name in (
        "b64encode",
        "md5",
        "sha1",
        "checksum",
        "hash",
        "to_uuid",
        "quote",
        "bool",
        "basename",
        "dirname",
        "splitext",
    ):
        ours, theirs = both(name, text)
        assert ours == theirs

"""Fixes as changes of text: what is written where, and that nothing else is touched."""

from __future__ import annotations

import pytest

from svcforge.source.edit import Delete, Edit, Put, Replace, Rewrite
from svcforge.source.patch import Patch
from svcforge.source.place import Span
from svcforge.source.tree import Mapping
from svcforge.source.yaml import read_text


def patched(text: str, *fixes: tuple[Edit, ...]) -> str:
    """The text of one file after the fixes."""
    root = read_text(text, "f").data
    assert isinstance(root, Mapping)
    return Patch(root, {"f": text}, "f").patched(fixes).texts.get("f", text)


def one(text: str, edit: Edit) -> str:
    return patched(text, (edit,))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  b: 1 # x\n\n# y\nc: 2\n", "a:\n  b: 1 # x\n  k: v\n\n# y\nc: 2\n"),
        ("a: {b: 1} # x\n", "a: {b: 1, k: v} # x\n"),
        ("a: {b: 1,}\n", "a: {b: 1, k: v,}\n"),
        ("a: { b: 1 }\n", "a: { b: 1, k: v }\n"),
        ("a: {b}\n", "a: {b, k: v}\n"),
        ("a: {\n  b: 1, # x\n  c: 2 # y\n}\n", "a: {\n  b: 1, # x\n  c: 2, k: v # y\n}\n"),
        ("a: {}\n", "a: {k: v}\n"),
        ("a: # x\nb: 1\n", "a: {k: v} # x\nb: 1\n"),
        ("a:", "a: {k: v}"),
        ("a:\n  b: 1", "a:\n  b: 1\n  k: v"),
        ("a:\r\n  b: 1\r\nc: 2\r\n", "a:\r\n  b: 1\r\n  k: v\r\nc: 2\r\n"),
        ("a:\n  b: |\n    text\n\nc: 2\n", "a:\n  b: |\n    text\n\n  k: v\nc: 2\n"),
        ("a:\n  b:\n  - 1\n  - 2 # x\nc: 3\n", "a:\n  b:\n  - 1\n  - 2 # x\n  k: v\nc: 3\n"),
        ("{a: {b: 1}}\n", "{a: {b: 1, k: v}}\n"),
        ("b: 1 # x\n", "b: 1 # x\na: {k: v}\n"),
    ],
)
def test_a_key_is_added_as_the_last_one_in_the_style_of_the_mapping(before: str, after: str) -> None:
    assert one(before, Put(("a",), "k", "v")) == after


def test_mappings_on_the_way_are_made() -> None:
    assert one("s: 1\n", Put(("a", "b"), "k", 3)) == "s: 1\na: {b: {k: 3}}\n"
    assert one("a:\n  c: 1\n", Put(("a", "b"), "k", True)) == "a:\n  c: 1\n  b: {k: true}\n"


def test_a_short_form_becomes_the_long_one() -> None:
    put = Put(("a", 0), "k", "v", short="to")
    assert one("a: [x.y, z]\n", put) == "a: [{to: x.y, k: v}, z]\n"
    assert one("a:\n  - x.y # c\n", put) == "a:\n  - {to: x.y, k: v} # c\n"
    assert one("a:\n  - to: x.y # c\n", put) == "a:\n  - to: x.y # c\n    k: v\n"
    assert one("a: ['x, y']\n", put) == "a: [{to: 'x, y', k: v}]\n"
    assert one("a:\n  - x, y\n", put) == 'a:\n  - {to: "x, y", k: v}\n'


def test_keys_of_one_fix_are_added_together() -> None:
    fix = (Put(("a", 0), "k", 1, short="to"), Put(("a", 0), "l", 2, short="to"))
    assert patched("a: [x]\n", fix) == "a: [{to: x, k: 1, l: 2}]\n"
    assert patched("a:\n  - to: x\n", fix) == "a:\n  - to: x\n    k: 1\n    l: 2\n"


def test_edits_of_one_place_are_made_one_after_the_other() -> None:
    fix = (Delete(("a", "b")), Put(("a",), "k", "v"))
    assert patched("a: {b: 1} # x\n", fix) == "a: {k: v} # x\n"
    assert patched("a:\n  b: 1 # x\nc: 2\n", fix) == "a:\n  k: v\nc: 2\n"
    assert patched("a:\r\n  c: 0\r\n  b: 1 # x\r\n# y\r\nz: 2\r\n", fix) == "a:\r\n  c: 0\r\n  k: v\r\n# y\r\nz: 2\r\n"
    assert patched("l:\n- a:\n    b: |\n      x\nc: 2\n", (Delete(("l", 0, "a", "b")), Put(("l", 0, "a"), "k", 1))) == (
        "l:\n- a:\n    k: 1\nc: 2\n"
    )
    assert patched("a: [1, 2, 3]\n", (Delete(("a", 0)), Delete(("a", 1)))) == "a: [3]\n"


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: {k: 1}\n", Put(("a",), "k", 2)),
        ("a: [1]\n", Put(("a",), "k", 2)),
        ("a: x\n", Put(("a",), "k", 2)),
        ("a: x\n", Replace(("b",), 2)),
        ("a:\n  b: 1\n", Replace(("a",), 2)),
        ("a: x\n", Delete(("b",))),
        ("a: x\n", Delete(())),
        ("? a\n: x\nb: 1\n", Delete(("a",))),
    ],
)
def test_an_edit_that_cannot_be_made_changes_nothing(text: str, edit: Edit) -> None:
    assert one(text, edit) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: b # x\n", "a: new # x\n"),
        ("a: 'b'\n", "a: 'new'\n"),
        ('a: "b"\n', 'a: "new"\n'),
        ("a: {x: 1}\n", "a: new\n"),
        ("a: [1,\n  2]\nc: d\n", "a: new\nc: d\n"),
        ("a: |\n  b\nc: d\n", "a: new\nc: d\n"),
        ("a: # x\n", "a: new # x\n"),
    ],
)
def test_a_value_is_replaced_in_its_quotes(before: str, after: str) -> None:
    assert one(before, Replace(("a",), "new")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: ref ordrs.Order # x\n", "a: ref orders.Order # x\n"),
        ("a: [ordrs]\n", "a: [orders]\n"),
        ("a: 'ordrs'\n", "a: 'orders'\n"),
        ("a: {to: ordrs}\n", "a: {to: orders}\n"),
        ("a: ordrs or ordrs\n", "a: ordrs or ordrs\n"),
        ("a: ordrs-2\n", "a: ordrs-2\n"),
    ],
)
def test_a_name_in_a_text_is_replaced_where_it_stands_once(before: str, after: str) -> None:
    assert one(before, Replace(("a", "to"), "orders", old="ordrs")) == after


def test_a_key_is_renamed() -> None:
    assert one("a: {'b': 1} # x\n", Replace(("a", "b"), "c", key=True)) == "a: {'c': 1} # x\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  b: 1 # x\n  c: 2\n", "a:\n  c: 2\n"),
        ("a:\n  c: 2\n  # about b\n  b:\n    d: 1 # x\n    e: 2\n# y\nf: 3\n", "a:\n  c: 2\n  # about b\n# y\nf: 3\n"),
        ("a: {b: 1, c: 2}\n", "a: {c: 2}\n"),
        ("a: {c: 2, b: 1}\n", "a: {c: 2}\n"),
        ("a: {b: 1}\n", "a: {}\n"),
        ("a: {\n  b: 1, # x\n  c: 2, # y\n}\n", "a: {\n  c: 2, # y\n}\n"),
        ("a: {\n  c: 2, # y\n  b: 1 # x\n}\n", "a: {\n  c: 2, # y\n}\n"),
        ("a: {c: 2, # y\n  b: 1}\n", "a: {c: 2, # y\n  }\n"),
        ("a: {b: 1, # x\n  c: 2}\n", "a: { # x\n  c: 2}\n"),
        ("a: # y\n  b: 1 # x\nc: 2\n", "a: {} # y\nc: 2\n"),
        ("a:\n  b: |\n    text\n  c: 2\n", "a:\n  c: 2\n"),
        ("a:\r\n  c: 2\r\n  b: 1\r\n", "a:\r\n  c: 2\r\n"),
        ("a:\n  c: 2\n  b: 1", "a:\n  c: 2\n"),
    ],
)
def test_a_key_goes_with_the_comment_at_its_end(before: str, after: str) -> None:
    assert one(before, Delete(("a", "b"))) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: [x, y, z]\n", "a: [x, z]\n"),
        ("a: [x, y]\n", "a: [x]\n"),
        ("a:\n- x\n- y # c\n- z\n", "a:\n- x\n- z\n"),
        ("a:\n  - x\n  - b: 1\n    c: 2 # c\n  - z\n", "a:\n  - x\n  - z\n"),
        ("a:\n  - x\n  -\n    b: 1\n  - z\n", "a:\n  - x\n  - z\n"),
    ],
)
def test_an_entry_of_a_list_goes(before: str, after: str) -> None:
    assert one(before, Delete(("a", 1))) == after


def test_the_first_key_behind_a_dash_gives_its_place_to_the_next() -> None:
    assert one("a:\n  - b: 1 # x\n    # about c\n    c: 2\n", Delete(("a", 0, "b"))) == (
        "a:\n  - # about c\n    c: 2\n"
    )
    assert one("a:\n  - b: 1\n", Delete(("a", 0, "b"))) == "a:\n  - {}\n"
    assert one("a:\n  -\n    - |-\n      x\nb: 1\n", Delete(("a", 0, 0))) == "a:\n  -\n    []\nb: 1\n"


def test_a_comment_is_rewritten_or_goes_with_its_line() -> None:
    assert one("a: 1 # gone\nb: 2\n", Rewrite(Span("f", 1, 6, 1, 12))) == "a: 1\nb: 2\n"
    assert one("a: 1\n  # gone\nb: 2\n", Rewrite(Span("f", 2, 3, 2, 9))) == "a: 1\nb: 2\n"
    assert one("a: 1 # old\n", Rewrite(Span("f", 1, 8, 1, 11), "new")) == "a: 1 # new\n"


def test_of_fixes_that_meet_the_first_is_made_and_equal_ones_are_one() -> None:
    text = "a: {}\nb: {}\n"
    root = read_text(text, "f").data
    assert isinstance(root, Mapping)
    fixes = [(Put(("a",), "k", 1),), (Put(("a",), "l", 1),), (Put(("b",), "m", 1),), (Put(("a",), "k", 1),)]
    done = Patch(root, {"f": text}, "f").patched(fixes)
    assert (done.texts, done.made) == ({"f": "a: {k: 1}\nb: {m: 1}\n"}, (0, 2, 3))


def test_a_fix_is_made_whole_or_not_at_all() -> None:
    assert patched("a: 1\nb: 2\n", (Replace(("a",), 3), Delete(("c",)))) == "a: 1\nb: 2\n"


def test_deletions_do_not_empty_a_list_between_them() -> None:
    assert patched("a:\n  - x\n\n  - x\n", (Delete(("a", 0)),), (Delete(("a", 1)),)) == "a:\n\n  - x\n"

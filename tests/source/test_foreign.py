"""YAML and JSON of others: everything that YAML has, with places, and never more than a machine can bear."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from svcforge.source.foreign import MAX_DEPTH, read_foreign
from svcforge.source.tree import Mapping, Quoted


def first(text: str) -> object:
    return read_foreign(text, "f").documents[0]


def test_every_document_is_read_with_the_places_of_its_keys() -> None:
    found = read_foreign("a: 1\n---\n---\nb:\n  c: x\n", "f.yaml")
    assert found.problem is None
    assert found.documents[0] == {"a": "1"}
    last = found.documents[-1]
    assert isinstance(last, Mapping)
    assert last["b"].keys_at["c"][:2] == ("f.yaml", 5)


def test_scalars_stay_text_and_quotes_are_remembered() -> None:
    found = first("[no, '~', 012, 1e3]")
    assert found == ["no", "~", "012", "1e3"]
    assert [isinstance(value, Quoted) for value in found] == [False, True, False, False]


def test_anchors_and_merge_keys_are_written_out_and_own_keys_win() -> None:
    assert first("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{y: 4}, *a]}") == {
        "a": {"x": "1", "y": "2"},
        "b": {"x": "1", "y": "3"},
        "c": {"y": "4", "x": "1"},
    }


def test_tags_mean_nothing_and_keys_that_are_no_text_are_left_out() -> None:
    assert first("a: !reset [1]\nb: !Ref x\n? [k]\n: v\n") == {"a": ["1"], "b": "x"}


def test_what_comes_before_a_mistake_is_kept() -> None:
    found = read_foreign("a: 1\n---\nb: [\n", "f")
    assert (found.documents, found.problem is not None and found.problem[0] >= 3) == (({"a": "1"},), True)


def test_json_that_is_no_yaml_is_read_without_places() -> None:
    assert first('{"a": "\\ud83d\\ude00", "b": [1, true, null, 1.5]}') == {"a": "😀", "b": ["1", "true", "null", "1.5"]}


def test_bombs_stay_small_and_depth_has_an_end() -> None:
    laughs = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(8)
    )
    found = read_foreign(laughs, "f")
    assert (found.problem, len(found.documents)) == (None, 1)
    assert first("a: &a [*a]") == {"a": [""]}
    assert read_foreign("[" * (MAX_DEPTH + 5) + "]" * (MAX_DEPTH + 5), "f").problem is not None
    assert read_foreign("[" * 100_000, "f").problem is not None


@given(st.text() | st.text(alphabet="{}[]:,-&*!|>'\"#%@`? \n\tab01<"))
@example("\x00")
@example("? ? ?")
@example("<<: {a: 1}")
def test_no_text_raises(text: str) -> None:
    read_foreign(text, "f")

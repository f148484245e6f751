"""YAML as text with places."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from svcforge.source.finding import Span
from svcforge.source.tree import Quoted, key_span_of, span_of
from svcforge.source.yaml import MAX_DEPTH, read_text

NAMES = st.text("abcdefgh_", min_size=1, max_size=6)
TREES = st.recursive(
    st.text("xyz019.-", max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


def messages(text: str) -> list[tuple[int, int, str]]:
    return [(f.span.line, f.span.column, f.message) for f in read_text(text, "f.yaml").findings if f.span]


def test_scalars_stay_text_whatever_they_look_like():
    data = read_text("{a: no, b: 1.10, c: 0123, d: 12:30, e: 2027-06-30, f: null, g: true}", "f").data
    assert data == {"a": "no", "b": "1.10", "c": "0123", "d": "12:30", "e": "2027-06-30", "f": "null", "g": "true"}


def test_quoted_scalars_can_be_told_from_plain_ones():
    data = read_text("{a: '1', b: 1}", "f").data
    assert isinstance(data["a"], Quoted)
    assert not isinstance(data["b"], Quoted)


def test_every_value_and_key_has_its_place():
    data = read_text("a:\n  b: [x, yy]\n  c: {d: e}\n", "f").data
    assert span_of(data, ("a", "b", 1)) == Span("f", 2, 10, 2, 12)
    assert span_of(data, ("a", "b")) == Span("f", 2, 3, 2, 4)
    assert key_span_of(data, ("a", "c", "d")) == Span("f", 3, 7, 3, 8)
    assert span_of(data, ("a", "missing", "x")) == Span("f", 1, 1, 1, 2)


def test_columns_count_characters_and_not_bytes():
    assert span_of(read_text("ä: {ö: ü}", "f").data, ("ä", "ö")) == Span("f", 1, 8, 1, 9)


def test_what_is_not_part_of_the_language_is_found_all_in_one_run():
    text = "a: 1\na: 2\n<<: {}\nb: &x 1\nc: *x\nd: !!int 3\n"
    assert messages(text) == [
        (2, 1, 'duplicate key "a"'),
        (3, 1, 'merge key "<<" is not part of the language'),
        (4, 4, 'anchor "&x" is not part of the language'),
        (5, 4, 'alias "*x" is not part of the language'),
        (6, 4, 'tag "tag:yaml.org,2002:int" is not part of the language'),
    ]


def test_a_second_document_ends_the_reading():
    assert messages("a: 1\n---\nb: 2\n") == [(2, 1, "a second document begins here")]


def test_syntax_errors_have_a_place_and_a_hint():
    (finding,) = read_text("a: {http: GET /o/{id}, x: 1}", "f").findings
    assert finding.span == Span("f", 1, 18, 1, 19)
    assert "put quotes" in (finding.hint or "")
    (finding,) = read_text("a:\n\tb: 1", "f").findings
    assert (finding.message, finding.hint) == ("a tab in the indentation", "indent with spaces")


def test_control_characters_are_found_where_they_are():
    assert messages("a: ok\nb: x\x07y\n") == [(2, 5, 'control character "U+0007" is not allowed')]


def test_an_empty_file_is_a_finding():
    assert messages("") == [(1, 1, "the file is empty")]
    assert messages("# nothing\n") == [(1, 1, "the file is empty")]


def test_deep_nesting_stops_the_reading():
    (finding,) = read_text("[" * 100_000, "f").findings
    assert finding.message == f"nested deeper than {MAX_DEPTH} levels"


def test_a_byte_order_mark_and_crlf_move_nothing():
    data = read_text("\ufeffa: 1\r\nb: 2\r\n", "f").data
    assert span_of(data, ("b",)) == Span("f", 2, 4, 2, 5)


@given(TREES.filter(lambda tree: isinstance(tree, dict) and tree))
def test_reading_equals_a_loader_that_keeps_text(tree: object):
    text = yaml.safe_dump(tree, default_flow_style=False)
    assert read_text(text, "f").data == yaml.load(text, yaml.BaseLoader)


@given(st.text(max_size=80))
def test_no_text_makes_reading_raise(text: str):
    document = read_text(text, "f")
    assert document.data is not None or document.findings

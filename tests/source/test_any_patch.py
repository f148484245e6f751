"""Any edit of any YAML: the data is the old data with the edit made, and the other lines are what they were."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from svcforge.source.edit import Delete, Edit, Put, Replace
from svcforge.source.patch import Patch
from svcforge.source.place import Path
from svcforge.source.scalar import written
from svcforge.source.tree import Mapping
from svcforge.source.yaml import read_text

NAMES = st.sampled_from(["a", "b", "orders", "create_order", "GET /x", "Ä"])
WORDS = st.sampled_from(
    ["x", "1s", "a.b", "it's", "a: b", "#no", "[", "", "漢字", "two words", "GET /o/{id}", "-", "null"]
)
FLOW = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=4
)
DATA = st.dictionaries(
    NAMES,
    st.recursive(
        FLOW,
        lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAMES, inner, min_size=1, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def written_data(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A text of YAML in mixed styles with a comment wherever one may stand, and its data."""
    data = draw(DATA)
    notes = iter(range(10_000))

    def note() -> str:
        return f" # note {next(notes)}" if draw(st.booleans()) else ""

    def above(indent: int) -> list[str]:
        return (
            [" " * indent + f"# note {next(notes)}"] if draw(st.integers(0, 3)) == 0 else [""] * draw(st.integers(0, 1))
        )

    def scalar(value: str) -> str:
        return written(value, draw(st.sampled_from(["", "'", '"'])) if value else '"')

    def on_a_line(value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{scalar(k)}: {on_a_line(v)}" for k, v in value.items()) + "}"
        return "[" + ", ".join(map(on_a_line, value)) + "]" if isinstance(value, list) else scalar(value)

    def in_lines(value: Any, indent: int) -> list[str]:
        pad = " " * (indent + 2)
        if isinstance(value, dict):
            return [
                "{" + note(),
                *(f"{pad}{scalar(k)}: {on_a_line(v)},{note()}" for k, v in value.items()),
                pad + "}" + note(),
            ]
        return ["[" + note(), *(f"{pad}{on_a_line(v)},{note()}" for v in value), pad + "]" + note()]

    def literal(value: str, indent: int) -> list[str]:
        return ["|-", " " * (indent + 2) + value]

    def block(value: Any, indent: int) -> list[str]:
        lines: list[str] = []
        entries = value.items() if isinstance(value, dict) else ((None, item) for item in value)
        for key, inner in entries:
            lead = " " * indent + ("-" if key is None else f"{scalar(key)}:")
            lines += above(indent)
            style = draw(st.sampled_from(["block", "line", "lines"]))
            if not isinstance(inner, dict | list):
                plain = inner and inner == inner.strip() and style == "block" and inner.isprintable()
                first, *more = literal(inner, indent) if plain else [scalar(inner) + note()]
                lines += [f"{lead} {first}", *more]
            elif style == "block" and inner:
                below = block(inner, indent + 2)
                if key is None and draw(st.booleans()) and below[0].strip() and "#" not in below[0][: indent + 3]:
                    lines += [f"{lead} {below[0][indent + 2 :]}", *below[1:]]
                else:
                    lines += [lead + note(), *below]
            elif style == "lines" and inner:
                first, *more = in_lines(inner, indent)
                lines += [f"{lead} {first}", *more]
            else:
                lines.append(f"{lead} {on_a_line(inner)}{note()}")
        return lines

    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(block(data, 0))
    return text + draw(st.sampled_from(["", end, end * 2])), data


def paths(value: Any, path: Path = ()) -> list[Path]:
    """Every path below a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, v in inner for found in ((*path, key), *paths(v, (*path, key)))]


def at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def edited(data: Any, edit: Edit) -> Any:
    """The data with the edit made: what an edit means."""
    root = copy.deepcopy(data)
    if isinstance(edit, Put):
        at(root, edit.path)[edit.key] = edit.value
    elif isinstance(edit, Replace):
        at(root, edit.path[:-1])[edit.path[-1]] = edit.value
    elif isinstance(edit, Delete):
        del at(root, edit.path[:-1])[edit.path[-1]]
    return root


def edits_of(data: Any) -> st.SearchStrategy[Edit]:
    """An edit that can be made: a key put into any mapping, any scalar replaced, anything deleted."""
    every = paths(data)
    mappings = [(), *(path for path in every if isinstance(at(data, path), dict))]
    scalars = [path for path in every if isinstance(at(data, path), str)]
    puts = st.builds(Put, st.sampled_from(mappings), st.sampled_from(["new", "a b", "9"]), FLOW)
    deletes = st.builds(Delete, st.sampled_from(every))
    replaces = st.builds(Replace, st.sampled_from(scalars), FLOW) if scalars else deletes
    return st.one_of(puts, deletes, replaces)


def patch_of(text: str, edit: Edit) -> str | None:
    root = read_text(text, "f").data
    assert isinstance(root, Mapping), text
    return Patch(root, {"f": text}, "f").patched([(edit,)]).texts.get("f")


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_the_data_after_an_edit_is_the_data_with_the_edit_made(draws: st.DataObject) -> None:
    text, data = draws.draw(written_data())
    edit = draws.draw(edits_of(data))
    assert read_text(text, "f").data == data
    changed = patch_of(text, edit)
    assert changed is not None
    assert read_text(changed, "f").data == edited(data, edit)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_key_in_place_of_another_is_one_fix(draws: st.DataObject) -> None:
    text, data = draws.draw(written_data())
    keys = [path for path in paths(data) if isinstance(path[-1], str)]
    gone = draws.draw(st.sampled_from(keys))
    put, delete = Put(gone[:-1], "new", draws.draw(FLOW)), Delete(gone)
    expected = edited(edited(data, put), delete)
    root = read_text(text, "f").data
    assert isinstance(root, Mapping)
    for fix in ((put, delete), (delete, put)):
        changed = Patch(root, {"f": text}, "f").patched([fix]).texts["f"]
        assert read_text(changed, "f").data == expected


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_lines_that_an_edit_is_not_about_stay_byte_for_byte(draws: st.DataObject) -> None:
    text, data = draws.draw(written_data())
    edit = draws.draw(edits_of(data))
    changed = patch_of(text, edit)
    assert changed is not None
    before, after = text.splitlines(keepends=True), changed.splitlines(keepends=True)
    same = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    tail = 0
    while tail < min(len(before), len(after)) - same and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    touched = before[same : len(before) - tail]
    assert len(touched) <= lines_of(data, edit, text)


def lines_of(data: Any, edit: Edit, text: str) -> int:
    """How many lines of the old text an edit may touch: one, those of what goes, and the key that stays behind."""
    from svcforge.source.splice import Splicer

    if isinstance(edit, Put):
        return 1
    splicer = Splicer(text)
    _, node = splicer._at(edit.path)
    end = splicer.rows.place(splicer._content_end(node))[0]
    parent = at(data, edit.path[:-1])
    start = node.start_mark.line + 1
    if len(parent) == 1 or isinstance(parent, list):
        start = min(start, splicer._at(edit.path[:-1])[1].start_mark.line)
    # A key may stand a line above its value, the next entry may move up, and comments above a moved entry go along.
    return end - start + 4


@given(st.recursive(st.text() | st.integers() | st.booleans(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)))
def test_whatever_is_written_is_read_as_the_same(value: Any) -> None:
    def words(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: words(v) for k, v in value.items()}
        if isinstance(value, list):
            return [words(v) for v in value]
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)

    for text in (f"k: {written(value)}\n", f"- [{written(value)}]\n", f"? {{k: {written(value)}}}\n"[2:]):
        read = read_text(text, "f")
        if read.findings:
            assert "<<" in text
            continue
        data: Any = read.data
        assert (data["k"] if isinstance(data, dict) else data[0][0]) == words(value)

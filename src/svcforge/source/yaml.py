"""YAML as plain text-valued data, with the place of every key and value, read from libyaml's events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Any

import yaml

from svcforge.frozen import frozen
from svcforge.source.finding import Finding, Related, Severity, Span
from svcforge.source.tree import Mapping, Place, Quoted, Sequence

MAX_DEPTH = 100
"""Deepest nesting that is read (blueprint.md, "YAML and names")."""

MAX_PROBLEMS = 200
"""Problems reported of one file; a file with more of them is not a blueprint."""

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What libyaml counts as the end of a line; lines of a source frame are split the same way."""


@frozen()
class Document:
    """One file read: its data (None when there is none), and what is wrong with it as YAML."""

    file: str
    data: Mapping | Sequence | str | None
    findings: list[Finding] = field(default_factory=list)


def lines(text: str) -> list[str]:
    """The lines of a text as libyaml numbers them, without their ends."""
    return BREAK.split(text.removeprefix("\ufeff"))


def read_text(text: str, file: str) -> Document:
    """Read one YAML document; every scalar stays text (a `Quoted` when it was quoted).

    Anchors, aliases, tags, merge keys, duplicate keys, keys that are no text, a second document and
    nesting beyond `MAX_DEPTH` are findings (SF010); reading goes on after each where it can.
    """
    return _Reader(text.removeprefix("\ufeff"), file).read()


def composed(text: str) -> Any:
    """The document as PyYAML's nodes, whose marks tell where everything begins and ends; None of a text without one.

    It takes as long as reading does: for the few texts that are changed. Raises ValueError where the text is no YAML.
    """
    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ValueError("not YAML") from error


def broken(text: str) -> tuple[int, str] | None:
    """What keeps a text from being YAML of any kind, as line and problem; None when nothing does.

    Tags, anchors and several documents are welcome here; a mapping with two equal keys is not.
    """
    try:
        for root in yaml.compose_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            nodes = [root] if root is not None else []
            # An anchor may stand for what holds it, and for much more than one place.
            visited: set[int] = set()
            while nodes:
                node = nodes.pop()
                if id(node) in visited:
                    continue
                visited.add(id(node))
                if isinstance(node, yaml.MappingNode):
                    seen = set()
                    for key, value in node.value:
                        nodes += (key, value)
                        if isinstance(key, yaml.ScalarNode) and key.value in seen:
                            return key.start_mark.line + 1, f'duplicate key "{key.value}"'
                        seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
                elif isinstance(node, yaml.SequenceNode):
                    nodes += node.value
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return (mark.line + 1 if mark else 1), error.problem or error.context or "not YAML"
    except yaml.YAMLError as error:
        return 1, str(error).splitlines()[0]
    return None


class _Reader:
    """One pass over the events of one file."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.findings: list[Finding] = []
        self.stack: list[tuple[Mapping | Sequence | None, str | None, bool]] = []

    def read(self) -> Document:
        data: Any = None
        try:
            # The pure-Python fallback of PyYAML accepts the same events, so a missing libyaml only costs time.
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(self.text)
            data = self._build(loader.get_event)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except yaml.reader.ReaderError as error:
            self._unreadable(error)
        except _Stop:
            pass
        if data is None and not self.findings:
            self._add("the file is empty", 'begin with "svcforge: 1" and "system: <name>"', (self.file, 1, 1, 1, 1))
        return Document(self.file, data, self.findings)

    def _build(self, event: Any) -> Any:
        # One loop, written out on purpose: it runs once a scalar, and large blueprints have a million of them.
        file, stack = self.file, self.stack
        current: Mapping | Sequence | None = None
        key: str | None = None
        has_key = False
        root: Any = None
        documents = 0
        value: Any
        while True:
            e = event()
            kind = type(e)
            if kind is yaml.ScalarEvent:
                start, end = e.start_mark, e.end_mark
                place = (file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
                value = Quoted(e.value) if e.style else e.value
                if e.anchor is not None or e.tag is not None:
                    self._refuse_marks(e, place)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                start = e.start_mark
                place = (file, start.line + 1, start.column + 1, start.line + 1, start.column + 2)
                value = Mapping() if kind is yaml.MappingStartEvent else Sequence()
                if e.anchor is not None or e.tag is not None:
                    self._refuse_marks(e, place)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                current, key, has_key = stack.pop()
                continue
            elif kind is yaml.AliasEvent:
                start, end = e.start_mark, e.end_mark
                place = (file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
                self._add(f'alias "*{e.anchor}" is not part of the language', "write the value out", place)
                value = Quoted("")
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    mark = e.start_mark
                    place = (file, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 4)
                    self._add("a second document begins here", 'one file holds one document: remove the "---"', place)
                    raise _Stop
                continue
            elif kind is yaml.StreamEndEvent:
                return root
            else:
                continue
            if current is None:
                root = value
            elif isinstance(current, Mapping):
                if not has_key:
                    if kind is yaml.ScalarEvent:
                        key = self._key(current, value, place)
                        has_key = True
                        continue
                    if kind is not yaml.AliasEvent:
                        self._add("a key is a list or a mapping", "a key is plain text", place)
                    raise _Stop
                if key is not None:
                    current[key] = value
                    current.values_at[key] = place
                has_key = False
            else:
                current.append(value)
                current.values_at.append(place)
            if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                stack.append((current, key, has_key))
                if len(stack) > MAX_DEPTH:
                    self._add(f"nested deeper than {MAX_DEPTH} levels", "a blueprint needs fewer than a dozen", place)
                    raise _Stop
                current, has_key = value, False

    def _key(self, mapping: Mapping, key: str, place: Place) -> str | None:
        """The key to store under, or None for one that is refused."""
        if key == "<<":
            self._add(
                'merge key "<<" is not part of the language', "write the keys out, or use a `defaults` block", place
            )
            return None
        if key in mapping.keys_at:
            first = Related((), "first here", Span(*mapping.keys_at[key]))
            self._add(f'duplicate key "{key}"', "remove one of the two, or join them", place, (first,))
            return None
        mapping.keys_at[key] = place
        return key

    def _refuse_marks(self, event: Any, place: Place) -> None:
        if event.anchor is not None:
            self._add(
                f'anchor "&{event.anchor}" is not part of the language', "write the value out where it is used", place
            )
        if event.tag is not None:
            self._add(
                f'tag "{event.tag}" is not part of the language', "put quotes around the value if it is text", place
            )

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        rows = lines(self.text)
        # libyaml notices an unclosed bracket on the line after the last one.
        row = min(mark.line, len(rows) - 1) if mark else 0
        column = min(mark.column if mark and row == mark.line else len(rows[row]), len(rows[row]))
        problem = (error.problem or error.context or "not YAML").strip()
        context = f" ({error.context})" if error.context and error.context != problem else ""
        hint = next(
            (hint for words, hint in _HINTS if words in problem),
            "check the indentation, and quote what holds { } [ ] , : #",
        )
        if rows[row][column : column + 1] == "\t":
            problem, context, hint = "a tab in the indentation", "", "indent with spaces"
        self._add(problem + context, hint, (self.file, row + 1, column + 1, row + 1, column + 2))

    def _unreadable(self, error: yaml.reader.ReaderError) -> None:
        character = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
        before = self.text[: error.position] if isinstance(error.position, int) else ""
        at = self.text.find(chr(character))
        before = self.text[:at] if at >= 0 else before
        rows = BREAK.split(before)
        line, column = len(rows), len(rows[-1]) + 1
        self._add(
            f'control character "U+{character:04X}" is not allowed',
            "remove it",
            (self.file, line, column, line, column + 1),
        )

    def _add(self, message: str, hint: str, place: Place, related: tuple[Related, ...] = ()) -> None:
        self.findings.append(
            Finding("SF010", "syntax", Severity.ERROR, message, hint, tuple(self._path()), Span(*place), related)
        )
        if len(self.findings) >= MAX_PROBLEMS:
            raise _Stop

    def _path(self) -> Iterator[str | int]:
        for container, key, _ in self.stack[1:]:
            yield key if isinstance(container, Mapping) and key is not None else len(container or ())


class _Stop(Exception):
    """Reading this file any further makes no sense."""


_HINTS = (
    ("mapping values are not allowed", "put quotes around a value that holds a colon and a space, or start a new line"),
    ("could not find expected ':'", "a key needs a colon and a space after it"),
    (
        "did not find expected ',' or '}'",
        'inside { } put quotes around a value with braces or commas: {http: "GET /orders/{id}"}',
    ),
    ("did not find expected ',' or ']'", "inside [ ] put quotes around a value with brackets or commas"),
    ("found character that cannot start any token", "put quotes around the value"),
    ("found unexpected end of stream", "a quote or a bracket is not closed"),
    ("did not find expected key", "check the indentation of this line"),
    ("did not find expected '-' indicator", "check the indentation of this line"),
    ("did not find expected alphabetic", "put quotes around a value that begins with * or &"),
    ("block sequence entries are not allowed", "start the list on a line of its own"),
    ("found undefined", "put quotes around the value"),
)

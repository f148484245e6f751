"""YAML and JSON that others wrote, as text-valued data with places: anchors, merge keys, tags, several documents."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import yaml

from svcforge.frozen import frozen
from svcforge.source.tree import Mapping, Place, Quoted, Sequence

MAX_DEPTH = 100
"""Deepest nesting that is read."""


@frozen()
class Foreign:
    """The documents of a file in order, and what ended the reading early: its line and what is wrong."""

    documents: tuple[Mapping | Sequence | str, ...]
    problem: tuple[int, str] | None = None


def read_foreign(text: str, file: str) -> Foreign:
    """Read every document of a file; scalars stay text (a `Quoted` when quoted), later keys win, tags mean nothing.

    What stands for an anchor is the same object, so that a bomb of anchors stays small for who does not unfold it.
    """
    reader = _Reader(file)
    problem = None
    try:
        # One loop over libyaml's events: its own composer recurses in C, and deep nesting would end the process.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text.removeprefix("\ufeff"))
        while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ((mark.line + 1 if mark else 1), error.problem or error.context or "not YAML")
    except yaml.YAMLError as error:
        problem = (1, str(error).partition("\n")[0] or "not YAML")
    except _TooDeep as error:
        return Foreign(tuple(reader.documents), (error.line, f"nested deeper than {MAX_DEPTH} levels"))
    if problem and not reader.documents and (plain := _json(text)) is not None:
        # JSON escapes of halved characters and tabs are no YAML; there the places are lost.
        return Foreign((_placed(plain, file, 0),))
    return Foreign(tuple(reader.documents), problem)


class _TooDeep(Exception):
    """A file nested deeper than what is read."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(slots=True)
class _Frame:
    """A container that is being filled: its anchor, and in a mapping the key that waits for its value.

    `skipping`: the key was no text, and its value goes with it; `merged`: what merge keys bring.
    """

    container: Mapping | Sequence
    place: Place
    anchor: str | None
    key: str | None = None
    skipping: bool = False
    merged: list[Mapping] = field(default_factory=list)


class _Reader:
    """Makes our data of YAML events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.documents: list[Mapping | Sequence | str] = []
        self.stack: list[_Frame] = []
        self.anchors: dict[str, Any] = {}

    def take(self, event: Any) -> None:
        """Take the next event."""
        kind = type(event)
        if kind is yaml.DocumentStartEvent:
            self.anchors = {}
        elif kind is yaml.ScalarEvent:
            self._add(Quoted(event.value) if event.style else event.value, self._place(event), event.anchor)
        elif kind is yaml.AliasEvent:
            # An anchor that is not whole yet stands for what holds it: for nothing.
            self._add(self.anchors.get(event.anchor, ""), self._place(event), None)
        elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            if len(self.stack) >= MAX_DEPTH:
                raise _TooDeep(event.start_mark.line + 1)
            container = Mapping() if kind is yaml.MappingStartEvent else Sequence()
            self.anchors.pop(event.anchor, None)
            self.stack.append(_Frame(container, self._place(event), event.anchor))
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            frame = self.stack.pop()
            for source in frame.merged:
                _fill(frame.container, source)
            self._add(frame.container, frame.place, frame.anchor)

    def _add(self, value: Any, place: Place, anchor: str | None) -> None:
        """Put a value where it belongs: into the open container, or to the documents."""
        if anchor is not None:
            self.anchors[anchor] = value
        if not self.stack:
            self.documents.append(value)
            return
        frame = self.stack[-1]
        if isinstance(frame.container, Sequence):
            frame.container.append(value)
            frame.container.values_at.append(place)
        elif frame.skipping:
            frame.skipping = False
        elif frame.key is None:
            self._key(frame, frame.container, value, place)
        else:
            if frame.key == MERGE:
                several = value if isinstance(value, Sequence) else [value]
                frame.merged += [each for each in several if isinstance(each, Mapping)]
            else:
                frame.container[frame.key] = value
                frame.container.values_at[frame.key] = place
            frame.key = None

    def _key(self, frame: _Frame, mapping: Mapping, value: Any, place: Place) -> None:
        if not isinstance(value, str):
            frame.skipping = True
        elif value == "<<" and not isinstance(value, Quoted):
            frame.key = MERGE
        else:
            frame.key = str(value)
            mapping.keys_at[frame.key] = place

    def _place(self, event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        return (self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


MERGE = "\0<<"
"""Stands for a merge key, which no text of YAML can be."""


def _fill(mapping: Mapping | Sequence, source: Mapping) -> None:
    """Add what a merge key brings; what is there already, the mapping itself said or an earlier source."""
    if isinstance(mapping, Mapping):
        for key in source:
            if key not in mapping:
                mapping[key] = source[key]
                mapping.keys_at[key], mapping.values_at[key] = source.keys_at[key], source.values_at[key]


def _placed(value: Any, file: str, depth: int) -> Any:
    """JSON data in the same form, all of it on line 1."""
    nowhere: Place = (file, 1, 1, 1, 1)
    if depth > MAX_DEPTH:
        return ""
    if isinstance(value, dict):
        mapping = Mapping()
        for key, item in value.items():
            mapping[key] = _placed(item, file, depth + 1)
            mapping.keys_at[key] = mapping.values_at[key] = nowhere
        return mapping
    if isinstance(value, list):
        sequence = Sequence()
        for item in value:
            sequence.append(_placed(item, file, depth + 1))
            sequence.values_at.append(nowhere)
        return sequence
    if isinstance(value, str):
        return Quoted(value.encode("utf-8", "replace").decode("utf-8"))
    return json.dumps(value)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

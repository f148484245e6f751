"""YAML and JSON that others wrote, as text-valued data with places: anchors, merge keys, tags, several documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from svcforge.source.tree import Mapping, Place, Quoted, Sequence

MAX_DEPTH = 100
"""Deepest nesting that is read."""

MAX_VALUES = 2_000_000
"""Values read from one file, what anchors stand for counted each time; a bomb has more."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """The documents of a file in order, and what ended the reading early: its line and what is wrong."""

    documents: tuple[Mapping | Sequence | str, ...]
    problem: tuple[int, str] | None = None


def read_foreign(text: str, file: str) -> Foreign:
    """Read every document of a file; scalars stay text (a `Quoted` when quoted), later keys win, tags mean nothing."""
    found: list[Mapping | Sequence | str] = []
    problem = None
    build = _Builder(file)
    try:
        for root in yaml.compose_all(text.removeprefix("\ufeff"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if root is not None:
                found.append(build.value(root, 0))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ((mark.line + 1 if mark else 1), error.problem or error.context or "not YAML")
    except (yaml.YAMLError, RecursionError) as error:
        problem = (1, str(error).partition("\n")[0] or "not YAML")
    except _TooMuch as error:
        problem = (error.line, error.what)
    if problem and not found and (plain := _json(text)) is not None:
        # JSON escapes of halved characters and tabs are no YAML; there the places are lost.
        return Foreign((build.placed(plain, 0),))
    return Foreign(tuple(found), problem)


class _TooMuch(Exception):
    """A file nested or grown beyond what is read."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line, self.what = line, what


class _Builder:
    """Makes our data of YAML nodes, every anchor written out."""

    def __init__(self, file: str) -> None:
        self.file, self.values = file, 0

    def value(self, node: Any, depth: int) -> Any:
        """The data of a node; one scalar is one place."""
        self.values += 1
        line = node.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise _TooMuch(line, f"nested deeper than {MAX_DEPTH} levels")
        if self.values > MAX_VALUES:
            raise _TooMuch(line, f"more than {MAX_VALUES} values")
        if isinstance(node, yaml.ScalarNode):
            return Quoted(node.value) if node.style else node.value
        if isinstance(node, yaml.SequenceNode):
            sequence = Sequence()
            for item in node.value:
                sequence.append(self.value(item, depth + 1))
                sequence.values_at.append(self._place(item))
            return sequence
        return self._mapping(node, depth)

    def _mapping(self, node: Any, depth: int) -> Mapping:
        mapping = Mapping()
        # What a merge key brings stands behind what the mapping says itself.
        for merged in (v for k, v in node.value if _is_merge(k)):
            for source in _merged(merged):
                self._fill(mapping, self.value(source, depth + 1))
        for key, item in node.value:
            if isinstance(key, yaml.ScalarNode) and not _is_merge(key):
                mapping[key.value] = self.value(item, depth + 1)
                mapping.keys_at[key.value] = self._place(key)
                mapping.values_at[key.value] = self._place(item)
        return mapping

    def _fill(self, mapping: Mapping, other: Any) -> None:
        if isinstance(other, Mapping):
            for key in other:
                if key not in mapping:
                    mapping[key] = other[key]
                    mapping.keys_at[key], mapping.values_at[key] = other.keys_at[key], other.values_at[key]

    def _place(self, node: Any) -> Place:
        start, end = node.start_mark, node.end_mark
        return (self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def placed(self, value: Any, depth: int) -> Any:
        """JSON data in the same form, all of it on line 1."""
        if depth > MAX_DEPTH:
            return ""
        nowhere: Place = (self.file, 1, 1, 1, 1)
        if isinstance(value, dict):
            mapping = Mapping()
            for key, item in value.items():
                mapping[key] = self.placed(item, depth + 1)
                mapping.keys_at[key] = mapping.values_at[key] = nowhere
            return mapping
        if isinstance(value, list):
            sequence = Sequence()
            for item in value:
                sequence.append(self.placed(item, depth + 1))
                sequence.values_at.append(nowhere)
            return sequence
        if isinstance(value, str):
            return Quoted(value.encode("utf-8", "replace").decode("utf-8"))
        return json.dumps(value)


def _is_merge(key: Any) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.value == "<<" and not key.style


def _merged(node: Any) -> Iterator[Any]:
    """The mappings that a merge key names; the first of several has the last word, as YAML 1.1 has it."""
    if isinstance(node, yaml.MappingNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        yield from (item for item in node.value if isinstance(item, yaml.MappingNode))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

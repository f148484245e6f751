"""An edit as replacements of stretches of one text, so that comments, order and style of all the rest are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from svcforge.source.edit import Delete, Edit, Put, Replace, Rewrite
from svcforge.source.place import Path
from svcforge.source.rows import Rows
from svcforge.source.scalar import written
from svcforge.source.yaml import composed

Node = Any
"""A node of PyYAML: `id` is "mapping", "sequence" or "scalar"; marks have an index into the text."""


_BLANK = re.compile(r"[ \t]*")
_COMMA = re.compile(r"[ \t]*,")
_REST = re.compile(r"[ \t]*(#[^\r\n\x85\u2028\u2029]*)?")


class Inapplicable(Exception):
    """An edit that cannot be made here: its place is not there, or is written in a way that is not touched."""


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """A text in place of the characters from start up to, not including, end."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with all the splices made; they may not overlap."""
    parts, at = [], 0
    for splice in sorted(splices):
        parts += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join([*parts, text[at:]])


class Splicer:
    """One text, and where everything in it stands. Raises ValueError where it is no YAML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Node = composed(text)
        self._keys: dict[int, dict[str, tuple[Node, Node]]] = {}
        self.rows = Rows(text)

    def splices(self, edits: Sequence[Edit]) -> tuple[Splice, ...]:
        """The splices that make some edits together; raises Inapplicable."""
        found = sorted(splice for edits_there in _by_place(edits) for splice in self._splices(edits_there))
        if any(one.end >= other.start for one, other in pairwise(found)):
            return (self._one_after_the_other(edits),)
        return tuple(found)

    def _splices(self, edits: Sequence[Edit]) -> tuple[Splice, ...]:
        """The splices of one edit, or of several keys that are put into one mapping."""
        edit = edits[0]
        if isinstance(edit, Put):
            return (self._put(edit, {put.key: put.value for put in edits if isinstance(put, Put)}),)
        if isinstance(edit, Replace):
            return (self._replace(edit),)
        if isinstance(edit, Delete):
            return self._delete(edit.path)
        return (self._rewrite(edit),)

    def _one_after_the_other(self, edits: Sequence[Edit]) -> Splice:
        """One splice for edits of the same place, made in an excerpt that begins where their container does.

        What is deleted goes last, from the end, so that no path moves.
        """
        within, node = self._container(edits)
        start = node.start_mark.index
        end = _range(node)[1] if node.flow_style else self.rows.line_end(self._content_end(node))
        indent = "" if node.flow_style else " " * node.start_mark.column
        text = indent + self.text[start:end]
        deletions = [edit for edit in edits if isinstance(edit, Delete)]
        for edit in (*(edit for edit in edits if not isinstance(edit, Delete)), *reversed(deletions)):
            excerpt = Splicer(text)
            excerpt.rows.newline = self.rows.newline
            text = spliced(text, excerpt._splices([_moved(edit, within)]))
        return Splice(start, end, text.removeprefix(indent))

    def _container(self, edits: Sequence[Edit]) -> tuple[int, Node]:
        """The innermost mapping or list that all the edits are in, and how long its path is."""
        if any(isinstance(edit, Rewrite) for edit in edits):
            raise Inapplicable(edits)
        paths = [
            edit.path if isinstance(edit, Put) else edit.path[:-1] for edit in edits if not isinstance(edit, Rewrite)
        ]
        node, within = self.root, 0
        for parts in zip(*paths, strict=False):
            inner = self._child(node, parts[0]) if len(set(parts)) == 1 else None
            if inner is None or inner[1].id == "scalar":
                break
            node, within = inner[1], within + 1
        return within, node

    # Putting

    def _put(self, edit: Put, entries: dict[str, Any]) -> Splice:
        node, rest = self.root, edit.path
        while rest and node is not None and (inner := self._child(node, rest[0])) is not None:
            node, rest = inner[1], rest[1:]
        if node is None or not all(isinstance(part, str) for part in rest):
            raise Inapplicable(edit)
        for part in reversed(rest):
            entries = {str(part): entries}
        texts = [f"{written(key)}: {written(value)}" for key, value in entries.items()]
        if node.id == "scalar":
            return self._long_form(node, ", ".join(texts), edit.short if not rest else None)
        if node.id != "mapping" or any(self._child(node, key) for key in entries):
            raise Inapplicable(edit)
        return self._entries(node, texts)

    def _long_form(self, node: Node, entries: str, short: str | None) -> Splice:
        """A mapping in place of nothing, or of the short form of one."""
        start, end = _range(node)
        if start == end and not node.style:
            return Splice(start, end, f"{self._before_value(start)}{{{entries}}}")
        if short is None or node.style in ("|", ">"):
            raise Inapplicable(entries)
        said = self.text[start:end] if node.style else written(str(node.value))
        return Splice(start, end, f"{{{short}: {said}, {entries}}}")

    def _entries(self, mapping: Node, entries: list[str]) -> Splice:
        """Entries after the last one of a mapping."""
        if mapping.flow_style:
            at = max(_range(node)[1] for node in mapping.value[-1]) if mapping.value else _range(mapping)[0] + 1
            return Splice(at, at, (", " if mapping.value else "") + ", ".join(entries))
        at = self.rows.line_end(self._content_end(mapping))
        indent = " " * mapping.start_mark.column
        if self.rows.at_line_start(at):
            return Splice(at, at, "".join(f"{indent}{entry}{self.rows.newline}" for entry in entries))
        return Splice(at, at, "".join(f"{self.rows.newline}{indent}{entry}" for entry in entries))

    # Replacing

    def _replace(self, edit: Replace) -> Splice:
        if edit.old is not None:
            return self._replace_name(edit, edit.old)
        key, node = self._at(edit.path)
        if edit.key:
            if key is None:
                raise Inapplicable(edit)
            node = key
        if node.id != "scalar" and not node.flow_style:
            raise Inapplicable(edit)
        start, end = _range(node)
        quote = node.style if node.id == "scalar" and node.style in ("'", '"') else ""
        space = self._before_value(start) if start == end else ""
        # A block scalar goes up to the line after it.
        after = self.rows.newline if end > start and self.rows.at_line_start(end) else ""
        return Splice(start, end, space + written(edit.value, quote) + after)

    def _replace_name(self, edit: Replace, old: str) -> Splice:
        node: Node | None = self.root
        key: Node | None = None
        for part in edit.path:
            inner = self._child(node, part) if node is not None else None
            if inner is None:
                break
            key, node = inner
        node = key if edit.key else node
        if node is None or (node.id != "scalar" and not node.flow_style):
            raise Inapplicable(edit)
        start, end = _range(node)
        found = list(re.finditer(rf"(?<![\w-]){re.escape(old)}(?![\w-])", self.text[start:end]))
        if len(found) != 1:
            raise Inapplicable(edit)
        return Splice(start + found[0].start(), start + found[0].end(), str(edit.value))

    # Deleting

    def _delete(self, path: Path) -> tuple[Splice, ...]:
        if not path:
            raise Inapplicable(path)
        parent_key, parent = self._at(path[:-1])
        key, node = self._at(path)
        entries = [(k, v) for k, v in parent.value] if parent.id == "mapping" else [(None, v) for v in parent.value]
        index = next(i for i, (_, value) in enumerate(entries) if value is node)
        if parent.flow_style:
            return (self._flow_entry_gone(entries, index),)
        if len(entries) == 1:
            return self._only_entry_gone(parent_key, parent, node)
        start = key.start_mark.index if key is not None else self._dash(parent, node)
        end = self.rows.line_end(max(self._content_end(node), start))
        line = self.rows.line_start(start)
        lead = self.text[line:start]
        if not lead.strip(" "):
            return (Splice(line, self.rows.after_break(end), ""),)
        if set(lead) <= set(" -") and index == 0:
            # The first entry of what stands behind a dash: the next one moves up to it.
            return (Splice(start, self.rows.next_word(end), ""),)
        raise Inapplicable(path)

    def _flow_entry_gone(self, entries: list[tuple[Node, Node]], index: int) -> Splice:
        first = entries[index][0] or entries[index][1]
        start = first.start_mark.index
        end = max(_range(n)[1] for n in entries[index] if n is not None)
        comma = _COMMA.match(self.text, end)
        line, rest = self.rows.line_start(start), _REST.match(self.text, comma.end() if comma else end)
        if rest and not self.text[line:start].strip() and self.rows.line_end(end) == rest.end():
            return Splice(line, self.rows.after_break(rest.end()), "")
        if comma:
            space = _BLANK.match(self.text, comma.end())
            # A comment needs the space before it.
            gone = comma.end() if space is None or self.text.startswith("#", space.end()) else space.end()
            return Splice(start, gone, "")
        before = max((_range(n)[1] for n in entries[index - 1] if n is not None), default=start) if index else start
        return Splice(before if re.fullmatch(r"[ \t]*,[ \t]*", self.text[before:start]) else start, end, "")

    def _only_entry_gone(self, key: Node | None, parent: Node, node: Node) -> tuple[Splice, ...]:
        """The whole block of a container's one entry, and `{}` or `[]` where the container begins."""
        empty = "{}" if parent.id == "mapping" else "[]"
        start = parent.start_mark.index
        end = self.rows.line_end(max(self._content_end(node), start))
        line = self.rows.line_start(start)
        if key is None or self.text[line:start].strip():
            # A block scalar goes up to the line after it.
            return (Splice(start, end, empty + (self.rows.newline if self.rows.at_line_start(end) else "")),)
        colon = re.compile(r"\s*:").match(self.text, key.end_mark.index)
        if colon is None:
            raise Inapplicable(empty)
        return Splice(colon.end(), colon.end(), f" {empty}"), Splice(line, self.rows.after_break(end), "")

    # Rewriting

    def _rewrite(self, edit: Rewrite) -> Splice:
        span = edit.span
        start = self.rows.starts[span.line - 1] + span.column - 1
        end = self.rows.starts[span.end_line - 1] + span.end_column - 1
        if not start <= end <= len(self.text):
            raise Inapplicable(edit)
        if edit.text or end != self.rows.line_end(end):
            return Splice(start, end, edit.text)
        line = self.rows.line_start(start)
        before = self.text[line:start].rstrip(" \t")
        return Splice(line + len(before), end, "") if before else Splice(line, self.rows.after_break(end), "")

    # Places

    def _child(self, node: Node, part: str | int) -> tuple[Node | None, Node] | None:
        """A container's entry: its key (None in a list) and its value."""
        if node.id == "mapping" and isinstance(part, str):
            known = self._keys.get(id(node))
            if known is None:
                known = self._keys[id(node)] = {k.value: (k, v) for k, v in node.value if k.id == "scalar"}
            return known.get(part)
        if node.id == "sequence" and isinstance(part, int) and 0 <= part < len(node.value):
            return None, node.value[part]
        return None

    def _at(self, path: Path) -> tuple[Node | None, Node]:
        """The key that ends a path (None in a list, and of the root), and what stands there."""
        found: tuple[Node | None, Node] = (None, self.root)
        for part in path:
            inner = self._child(found[1], part) if found[1] is not None else None
            if inner is None:
                raise Inapplicable(path)
            found = inner
        if found[1] is None:
            raise Inapplicable(path)
        return found

    def _content_end(self, node: Node) -> int:
        """Where the last character of a node stands; a block's own mark is behind the comments after it."""
        if node.id == "scalar" or node.flow_style:
            return _range(node)[1]
        last = node.value[-1] if node.id == "sequence" else node.value[-1][1]
        key_end = 0 if node.id == "sequence" else _range(node.value[-1][0])[1]
        return max(self._content_end(last), key_end)

    def _dash(self, sequence: Node, item: Node) -> int:
        """Where the dash of a block sequence's item stands."""
        line = item.start_mark.line
        column = sequence.start_mark.column
        while line >= sequence.start_mark.line:
            at: int = self.rows.starts[line] + column
            if at <= item.start_mark.index and self.text[at : at + 1] == "-":
                return at
            line -= 1
        raise Inapplicable(item)

    def _before_value(self, at: int) -> str:
        """What must stand between a key without a value, or a dash, and the value that it gets."""
        if self.text[at - 1 : at].isspace():
            return ""
        return " " if self.text[at - 1 : at] in (":", "-") else ": "


def _range(node: Node) -> tuple[int, int]:
    start: int = node.start_mark.index
    end: int = node.end_mark.index
    return start, end


def _moved(edit: Edit, within: int) -> Edit:
    """The edit as one of a container whose path has so many parts."""
    return edit if isinstance(edit, Rewrite) else replace(edit, path=edit.path[within:])


def _by_place(edits: Sequence[Edit]) -> list[list[Edit]]:
    """The edits one by one, but keys that are put into the same mapping together."""
    puts: dict[Path, list[Edit]] = {}
    found: list[list[Edit]] = []
    for edit in edits:
        if isinstance(edit, Put) and edit.path in puts:
            puts[edit.path].append(edit)
        else:
            found.append([edit])
            if isinstance(edit, Put):
                puts[edit.path] = found[-1]
    return found

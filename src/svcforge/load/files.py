"""Files to one tree: reading with limits, includes, and joining, with every path knowing its file."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from collections.abc import Mapping as TextMap
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from svcforge.load.origin import DISK, Origin
from svcforge.source.finding import Finding, Path, Related, Severity, Span
from svcforge.source.tree import Mapping
from svcforge.source.yaml import Document, read_text

MAX_BYTES = 32 * 1024 * 1024
"""Largest file that is read (blueprint.md, "YAML and names")."""
MAX_FILES = 10_000

JOINED = ("contexts", "externals", "values", "stores", "libraries", "sagas", "bffs")
"""What an included file may hold."""


Held = TextMap[str, str]
"""Texts by the names that are shown of their files."""


@dataclass(slots=True)
class Tree:
    """Everything that was read: the joined data, the text of each file by its shown name, and what is wrong.

    `globs` are those of the includes, each with the folder that it is for.
    """

    root: Mapping = field(default_factory=Mapping)
    sources: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    globs: list[tuple[FilePath, str]] = field(default_factory=list)


def read_tree(file: FilePath, shown: str, held: Held = MappingProxyType({}), origin: Origin = DISK) -> Tree:
    """Read a blueprint and all that it includes; problems are findings (SF010, SF013).

    Texts that are `held`, by the names that are shown, are not read from where the others come from.
    """
    return _Reading(file, shown, held, origin).read(file, shown)


def tree_of(text: str, shown: str) -> Tree:
    """The tree of a text that has no folder; an `include` in it is a finding."""
    tree = Tree(sources={shown: text})
    document = read_text(text, shown)
    tree.findings += document.findings
    if (root := _mapping(document, tree)) is not None:
        tree.root = root
        if includes := root.get("include"):
            tree.findings.append(
                _at(
                    root,
                    ("include",),
                    "a blueprint without a folder cannot include files",
                    "name a file instead of standard input" if includes else "",
                )
            )
    return tree


class _Reading:
    """One walk over a blueprint and its includes."""

    def __init__(self, main: FilePath, shown: str, held: Held, origin: Origin) -> None:
        self.tree = Tree()
        self.held, self.origin = held, origin
        self.folder = main.parent
        self.shown_folder = FilePath(shown).as_posix().removesuffix(main.name)
        self.home = origin.real(main.parent)
        self.seen: set[FilePath] = set()
        self.open: list[FilePath] = []

    def read(self, main: FilePath, shown: str) -> Tree:
        document = self._document(main, shown)
        if (root := _mapping(document, self.tree)) is not None:
            self.tree.root = root
            self.open = [self.origin.real(main)]
            self.seen = {*self.open}
            self._include(root, main)
        return self.tree

    def _include(self, data: Mapping, file: FilePath) -> None:
        patterns = data.get("include")
        for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
            if isinstance(pattern, str):
                for found in self._matches(data, ("include", index), pattern, file):
                    self._join(data, ("include", index), found, self._shown(found))

    def _shown(self, file: FilePath) -> str:
        """The name of an included file: as the blueprint's own, which it is in a folder with or below."""
        return self.shown_folder + file.relative_to(self.folder).as_posix()

    def _matches(self, data: Mapping, path: Path, pattern: str, file: FilePath) -> Iterator[FilePath]:
        if (
            not pattern
            or pattern.startswith(("/", "~"))
            or "\\" in pattern
            or ":" in pattern
            or ".." in pattern.split("/")
        ):
            self._problem(
                data,
                path,
                f'"{pattern}" leaves the blueprint\'s folder',
                "name files in this folder or below it, with /",
            )
            return
        self.tree.globs.append((file.parent, pattern))
        found = self.origin.matches(file.parent, pattern)
        if glob.has_magic(pattern):
            own = self.origin.real(file)
            found = [one for one in found if self.origin.real(one) != own]
        if not found:
            self._problem(data, path, f'"{pattern}" matches no file', "create the file, or remove the line")
        yield from found

    def _join(self, data: Mapping, path: Path, file: FilePath, shown: str) -> None:
        real = self.origin.real(file)
        if not real.is_relative_to(self.home):
            self._problem(data, path, f'"{shown}" is a link that leaves the blueprint\'s folder', "copy the file here")
            return
        if real in self.open:
            self._problem(data, path, f'"{shown}" includes itself', "remove one of the includes")
            return
        if real in self.seen:
            return
        if len(self.seen) >= MAX_FILES:
            self._problem(data, path, f"more than {MAX_FILES} files are included", "narrow the pattern")
            return
        self.seen.add(real)
        document = self._document(file, shown)
        if (part := _mapping(document, self.tree)) is None:
            return
        for key in part:
            if key not in JOINED and key != "include":
                hint = f"an included file holds {', '.join(JOINED)}; move this to the main file"
                self.tree.findings.append(
                    _at(part, (key,), f'"{key}" may not stand in an included file', hint, key=True)
                )
        self.open.append(real)
        self._include(part, file)
        self.open.pop()
        _merge(self.tree.root, part, [key for key in part if key in JOINED], (), self.tree.findings)

    def _document(self, file: FilePath, shown: str) -> Document:
        text = self.held[shown] if shown in self.held else self._text(file, shown)
        if isinstance(text, Document):
            return text
        self.tree.sources[shown] = text
        document = read_text(text, shown)
        self.tree.findings += document.findings
        return document

    def _text(self, file: FilePath, shown: str) -> str | Document:
        """The text of a file, or the finding why there is none."""
        try:
            size = self.origin.size(file)
            if size is None:
                return self._unreadable(shown, f'"{shown}" is not a file', "name a YAML file")
            if size > MAX_BYTES:
                return self._unreadable(
                    shown,
                    f'"{shown}" has {size // 1_000_000} MB, more than {MAX_BYTES // 1_000_000}',
                    "split it with `include`",
                )
            raw = self.origin.read(file)
        except FileNotFoundError:
            return self._unreadable(
                shown, f'"{shown}" does not exist', 'name a blueprint, or run "svcforge init" to make one'
            )
        except OSError as error:
            return self._unreadable(
                shown, f'"{shown}" cannot be read: {(error.strerror or str(error)).lower()}', "mend its permissions"
            )
        text = decoded(raw)
        if text is None:
            return self._unreadable(shown, f'"{shown}" is not text in UTF-8', "save it as UTF-8")
        return text

    def _unreadable(self, shown: str, message: str, hint: str) -> Document:
        found = unreadable(shown, message, hint)
        self.tree.findings.append(found)
        return Document(shown, None, [found])

    def _problem(self, data: Mapping, path: Path, message: str, hint: str) -> None:
        self.tree.findings.append(_at(data, path, message, hint))


def unreadable(shown: str, message: str, hint: str) -> Finding:
    """The finding for a source that cannot be read at all (SF010)."""
    return Finding("SF010", "syntax", Severity.ERROR, message, hint, (), Span(shown, 1, 1, 1, 1))


def decoded(raw: bytes) -> str | None:
    """The text of a file in UTF-8 (a byte-order mark is dropped), or None."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _mapping(document: Document, tree: Tree) -> Mapping | None:
    if isinstance(document.data, Mapping):
        return document.data
    if document.data is not None:
        span = Span(document.file, 1, 1, 1, 2)
        hint = 'begin with "svcforge: 1" and "system: <name>"'
        tree.findings.append(Finding("SF010", "syntax", Severity.ERROR, "the file is no mapping", hint, (), span))
    return None


def _at(data: Any, path: Path, message: str, hint: str, *, key: bool = False) -> Finding:
    from svcforge.load.problems import finding

    return finding("SF013", "include", message, hint or None, data, path, at_key=key)


def _merge(into: Mapping, part: Mapping, keys: list[str], path: Path, findings: list[Finding]) -> None:
    """Join mappings of the same name; anything else that stands twice is a finding."""
    for key in keys:
        value = part[key]
        if key not in into:
            into[key], into.keys_at[key], into.values_at[key] = value, part.keys_at[key], part.values_at[key]
        elif isinstance(into[key], Mapping) and isinstance(value, Mapping):
            _merge(into[key], value, list(value), (*path, key), findings)
        else:
            first = Related((*path, key), "first here", Span(*into.keys_at[key]))
            findings.append(
                Finding(
                    "SF013",
                    "include",
                    Severity.ERROR,
                    f'"{key}" is given in two files',
                    "remove one of the two",
                    (*path, key),
                    Span(*part.keys_at[key]),
                    (first,),
                )
            )

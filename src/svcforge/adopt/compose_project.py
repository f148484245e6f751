"""Compose files as one project: includes followed, what services extend, `.env` files; every service in its layers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from svcforge.adopt.files import Read
from svcforge.adopt.interpolation import Value, Values, environment_file, filled
from svcforge.adopt.looking import entries, items, mapping, origin_of, text, texts, true, unread
from svcforge.adopt.reach import ABSENT, Reach, Refused, real
from svcforge.adopt.system import Note, Origin
from svcforge.source.foreign import read_foreign
from svcforge.source.tree import Mapping, Place

LONGEST_CHAIN = 50
"""Services that extend each other, files that include each other."""
_REMOTE = re.compile(r"[a-z+]+://|git@|oci:|github\.com")


@dataclass(frozen=True, slots=True)
class Scope:
    """A compose file: its folder, from which its paths lead, and what its variables stand for."""

    file: str
    folder: Path
    values: Values


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place says of a service; a later layer adds to the earlier ones."""

    data: Mapping
    place: Place
    scope: Scope


class Project:
    """The services of compose files by name, each with its layers; `notes` is what could not be followed."""

    def __init__(self, documents: Sequence[Read], reach: Reach) -> None:
        self.name: tuple[str, Origin] | None = None
        self.services: dict[str, list[Layer]] = {}
        self.notes: list[Note] = []
        self._reach = reach
        self._known: dict[Path, list[Mapping]] = {}
        for document in documents:
            self._known.setdefault(real(document.path), []).append(document.data)
        named = {real(document.path) for document in documents if document.named}
        included, extended = self._referred(documents)
        self._first: dict[str, Layer] = {}
        self._starts: dict[Path, Path] = {}
        self._done: set[Path] = set()
        for again in (False, True):  # files that include each other are nobody's start: they come at last
            for document in documents:
                there = real(document.path)
                if there in self._done or (there in included and not again):
                    continue
                if there in extended and there not in named:
                    told = "read only for the services that extend those in it"
                    self.notes += [Note(Origin(document.file, 1), told)] if not again else []
                    continue
                self._start(document, named)

    def _start(self, document: Read, named: set[Path]) -> None:
        """Add a file that nobody includes; one beside another may be for another occasion."""
        path = document.path
        first = self._starts.setdefault(path.parent, path)
        if path != first and real(path) not in named and "override" not in path.name:
            told = f'read on top of "{first.name}": name the files that are started together, if these are not'
            self.notes.append(Note(Origin(document.file, 1), told))
        self._file(path, self._scope(path, {}), ())

    def variables(self, layer: Layer) -> Iterator[tuple[str, Value]]:
        """The variables of a service's `env_file`, those of the files in order."""
        written = layer.data.get("env_file")
        listed = items(layer.data, "env_file") if not isinstance(written, str) else [(written, None)]
        for entry, place in listed:
            path = text(entry) or text(entry, "path")
            where = Origin.of(place) if place else origin_of(layer.data, "env_file", file=layer.scope.file)
            optional = isinstance(entry, Mapping) and not true(entry, "required") and "required" in entry
            if path:
                yield from self._environment(layer.scope, path, Origin(where.file, where.line, "env_file"), optional)

    def _environment(self, scope: Scope, path: str, where: Origin, optional: bool) -> Iterator[tuple[str, Value]]:
        path = filled(path, scope.values).text
        file = scope.folder / path
        read = self._reach.text(file)
        if isinstance(read, str):
            yield from environment_file(read, self._reach.shown(file), scope.values).items()
        elif not (optional and read.reason == ABSENT):
            self.notes.append(Note(where, f'not followed: "{path}": {read.reason}'))

    def _scope(self, path: Path, outer: Values, folder: Path | None = None, env: Sequence[str] = ()) -> Scope:
        """A file's scope: `.env` in its folder or the files named instead, under what the including file knows."""
        folder = folder or path.parent
        values: dict[str, Value] = {}
        for name in env or (".env",):
            read = self._reach.text(folder / name)
            if isinstance(read, str):
                values |= environment_file(read, self._reach.shown(folder / name), {**values, **outer})
        return Scope(self._reach.shown(path), folder, {**values, **outer})

    def _referred(self, documents: Sequence[Read]) -> tuple[set[Path], set[Path]]:
        """The files that others include, and those in which they extend services."""
        included: set[Path] = set()
        extended: set[Path] = set()
        for document in documents:
            folder = document.path.parent
            for entry, _ in _listed(document.data, "include"):
                included |= {real(folder / path) for path in _paths(entry)}
            for _, service, _ in entries(document.data, "services"):
                if file := text(service, "extends", "file"):
                    extended.add(real(folder / file))
        own = {real(document.path) for document in documents}
        return included & own, (extended & own) - included

    def _documents(self, path: Path) -> list[Mapping] | Refused:
        there = real(path)
        if there not in self._known:
            read = self._reach.text(path)
            if isinstance(read, Refused):
                return read
            foreign = read_foreign(read, self._reach.shown(path))
            self.notes += unread(foreign, self._reach.shown(path))
            self._known[there] = [data for data in foreign.documents if isinstance(data, Mapping)]
        return self._known[there]

    def _file(self, path: Path, scope: Scope, chain: tuple[Path, ...]) -> Refused | None:
        """Add what a file says, after what it includes."""
        there = real(path)
        if there in chain or len(chain) > LONGEST_CHAIN:
            return Refused("it includes itself")
        if there in self._done:
            return None
        documents = self._documents(path)
        if isinstance(documents, Refused):
            return documents
        self._done.add(there)
        for data in documents:
            if (name := filled(text(data, "name"), scope.values).text) and self.name is None and not chain:
                self.name = (name, origin_of(data, "name", file=scope.file, what="name"))
            for entry, origin in _listed(data, "include", scope.file):
                self._include(entry, origin, scope, (*chain, there))
            for service, written, place in entries(data, "services"):
                if not isinstance(written, Mapping):
                    self.notes.append(Note(Origin.of(place), f'not read: "{service}" is no service'))
                else:
                    layers = self._layers(written, place, scope, ((there, service),))
                    self._add(service, layers, layers[-1])
        return None

    def _include(self, entry: object, origin: Origin, scope: Scope, chain: tuple[Path, ...]) -> None:
        paths = list(_paths(entry))
        if not paths:
            return
        directory = text(entry, "project_directory")
        for path in paths:
            folder = scope.folder / directory if directory else (scope.folder / paths[0]).parent
            if _REMOTE.match(path):
                self.notes.append(Note(origin, f'not followed: "{path}": nothing is fetched'))
                continue
            inner = self._scope(scope.folder / path, scope.values, folder, texts(entry, "env_file"))
            if refused := self._file(scope.folder / path, inner, chain):
                self.notes.append(Note(origin, f'not followed: "{path}": {refused.reason}'))

    def _layers(self, data: Mapping, place: Place, scope: Scope, chain: tuple[tuple[Path, str], ...]) -> list[Layer]:
        """A service as its file says it, after what it extends."""
        own = Layer(data, place, scope)
        service = text(data, "extends") or text(data, "extends", "service")
        if not service:
            return [own]
        origin = origin_of(data, "extends", file=scope.file, what="extends")
        file = text(data, "extends", "file")
        path = scope.folder / file if file else chain[-1][0]
        step = (real(path), service)
        documents = self._documents(path)
        if isinstance(documents, Refused):
            self.notes.append(Note(origin, f'not followed: "{file}": {documents.reason}'))
            return [own]
        if step in chain or len(chain) > LONGEST_CHAIN:
            self.notes.append(Note(origin, f'not followed: "{service}" extends itself'))
            return [own]
        for document in documents:
            found = mapping(document, "services").get(service)
            if isinstance(found, Mapping):
                there = mapping(document, "services").keys_at[service]
                inner = Scope(self._reach.shown(path), path.parent, scope.values) if file else scope
                return [*self._layers(found, there, inner, (*chain, step)), own]
        self.notes.append(Note(origin, f'not followed: there is no service "{service}" in "{file or scope.file}"'))
        return [own]

    def _add(self, service: str, layers: list[Layer], own: Layer) -> None:
        """Add what a file says of a service; those of one name in folders beside each other may be two."""
        first = self._first.setdefault(service, own)
        folders = {str(real(first.scope.folder)), str(real(own.scope.folder))}
        if os.path.commonpath(folders) not in folders:
            told = f'"{service}" is in "{first.scope.file}" too: taken as one; import them apart if they are two'
            self.notes.append(Note(Origin.of(own.place), told))
        self.services.setdefault(service, []).extend(layers)


def _listed(data: Mapping, key: str, file: str = "") -> Iterator[tuple[object, Origin]]:
    """The items of a list, or the one text in its stead, with their places."""
    if single := text(data, key):
        yield single, origin_of(data, key, file=file, what=key)
    for item, place in items(data, key):
        yield item, Origin.of(place, key)


def _paths(entry: object) -> Iterator[str]:
    """The files that an entry of `include` names."""
    yield from [text(entry)] if text(entry) else texts(entry, "path")

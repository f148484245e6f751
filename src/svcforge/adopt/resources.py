"""Objects on their way through Kustomize: what they are called, which ones a patch is for, and generated ConfigMaps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from svcforge.adopt.looking import entries, items, mapping, text, texts
from svcforge.adopt.patches import with_entry, without_entry
from svcforge.adopt.system import Note, Origin
from svcforge.source.tree import Mapping, Place, Quoted

ReadText = Callable[[Path, Origin, str], str | None]
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|git::|github\.com[/:]|[^/]+\.[a-z]+/.*(\?ref=|//)")
_PLAIN_PATTERN = re.compile(r"[A-Za-z0-9 /|()\[\].*+?^$-]*")
_REPEATED = re.compile(r"[*+?]")
_REPEATED_GROUP = re.compile(r"\)[*+?]")


class From(Protocol):
    """Where objects are made: a kustomization."""

    path: Path
    file: str
    data: Mapping


def is_remote(name: str) -> bool:
    """Whether a resource is an address on the network."""
    return bool(_REMOTE.match(name))


def flat(document: object) -> Iterator[Mapping]:
    """The objects of a document: the items of a list one by one."""
    if text(document, "kind").endswith("List") and isinstance(document, Mapping) and "items" in document:
        yield from (item for item, _ in items(document, "items") if isinstance(item, Mapping))
    elif isinstance(document, Mapping):
        yield document


@dataclass(frozen=True, slots=True)
class Resource:
    """An object, the file that it stands in, and the names that it had before prefixes."""

    data: Mapping
    file: str
    path: Path
    before: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """What it is."""
        return text(self.data, "kind")

    @property
    def name(self) -> str:
        """What it is called now."""
        return text(self.data, "metadata", "name")

    @property
    def namespace(self) -> str:
        """Where it lives; empty where it does not say so."""
        return text(self.data, "metadata", "namespace")

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others."""
        return self.kind, self.namespace, self.name

    @property
    def is_built_in(self) -> bool:
        """Whether Kubernetes itself defines its kind, and how its lists are merged."""
        group = text(self.data, "apiVersion").rpartition("/")[0]
        return "." not in group or (group.endswith(".k8s.io") and not group.startswith("gateway."))

    def without_identity(self, patch: Mapping) -> Mapping:
        """A patch without what says which object it is for."""
        kept = without_entry(without_entry(patch, "kind"), "apiVersion")
        if not isinstance(metadata := kept.get("metadata"), Mapping):
            return kept
        inner = without_entry(without_entry(metadata, "name"), "namespace")
        return with_entry(kept, "metadata", inner, patch.keys_at["metadata"])

    def with_metadata(self, key: str, value: object, place: Place) -> Resource:
        """The same with another entry of its metadata."""
        old = mapping(self.data, "metadata")
        changed = with_entry(old, key, value, place)
        if key in old.keys_at:  # a changed name still stands where it stood
            changed.keys_at[key] = old.keys_at[key]
        at = self.data.keys_at.get("metadata", place)
        return replace(self, data=with_entry(self.data, "metadata", changed, at))


class Target:
    """Which objects a patch is for."""

    def __init__(self, said: Mapping) -> None:
        self.said = said
        self.unread = ""
        self._group = text(said, "group")
        self._kind, self._name = text(said, "kind"), text(said, "name")
        self._namespace = text(said, "namespace")
        self._labels = [pair.strip() for pair in text(said, "labelSelector").split(",") if pair.strip()]
        for pattern in (self._kind, self._name, self._namespace):
            # Kustomize's own patterns cannot take long; of ours those that could are not read.
            slow = len(_REPEATED.findall(pattern)) > 3 or _REPEATED_GROUP.search(pattern)
            if slow or not _PLAIN_PATTERN.fullmatch(pattern):
                self.unread = f'the pattern "{pattern}" is not read'
        if text(said, "annotationSelector") or any(re.search(r"[!() ]", label) for label in self._labels):
            self.unread = "its selector is not read"

    @classmethod
    def of(cls, patch: object) -> Target:
        """The object that a patch itself names."""
        named = Mapping()
        metadata = mapping(patch, "metadata")
        for key, value in (("kind", text(patch, "kind")), *((k, text(metadata, k)) for k in ("name", "namespace"))):
            if value:
                named[key] = Quoted(value)
        return cls(named)

    def __str__(self) -> str:
        return f'{self._kind or "object"} "{self._name}"' if self._name else self._kind or "object that it names"

    def fits(self, each: Resource) -> bool:
        """Whether an object is one of those."""
        if self.unread or not self.said:
            return False
        group = text(each.data, "apiVersion").rpartition("/")[0]
        pairs = [label.replace("==", "=").partition("=") for label in self._labels]
        own = {key: text(value) for key, value, _ in entries(each.data, "metadata", "labels")}
        return (
            (not self._group or self._group == group)
            and _matches(self._kind, {each.kind})
            and _matches(self._name, {each.name, *each.before})
            and _matches(self._namespace, {each.namespace})
            and all(own.get(key.strip()) == value.strip() if equals else key in own for key, equals, value in pairs)
        )


def _matches(pattern: str, words: set[str]) -> bool:
    """Whether a pattern, all of it, fits one of the words; an empty one fits all."""
    if not pattern:
        return True
    try:
        return any(re.fullmatch(pattern, word[:253]) for word in words)
    except re.error:
        return pattern in words


def generated(each: From, resources: list[Resource], read: ReadText, notes: list[Note]) -> list[Resource]:
    """The objects with the ConfigMaps that a kustomization generates, or adds to."""
    found = list(resources)
    for entry, at in items(each.data, "configMapGenerator"):
        name, origin = text(entry, "name"), Origin.of(at, "configMapGenerator")
        data = _data(each, entry, origin, read)
        behavior = text(entry, "behavior")
        index = next((i for i, r in enumerate(found) if r.kind == "ConfigMap" and name in {r.name, *r.before}), None)
        if behavior in ("merge", "replace") and index is None:
            notes.append(Note(origin, f'there is no ConfigMap "{name}" to {behavior}'))
        if not name:
            continue
        if index is None:
            found.append(Resource(_config_map(name, text(entry, "namespace"), data, at), each.file, each.path))
            continue
        old = found[index]
        whole = mapping(old.data, "data") if behavior == "merge" else Mapping()
        for key, value in data.items():
            whole = with_entry(whole, key, value, data.keys_at[key])
        found[index] = replace(old, data=with_entry(old.data, "data", whole, at))
    return found


def _config_map(name: str, namespace: str, data: Mapping, at: Place) -> Mapping:
    metadata = with_entry(Mapping(), "name", Quoted(name), at)
    metadata = with_entry(metadata, "namespace", Quoted(namespace), at) if namespace else metadata
    made = Mapping()
    for key, value in (("apiVersion", "v1"), ("kind", "ConfigMap"), ("metadata", metadata), ("data", data)):
        made = with_entry(made, key, value, at)
    return made


def _data(each: From, entry: object, origin: Origin, read: ReadText) -> Mapping:
    """The data of a generated ConfigMap: literals, rows of files, whole files; each with its place."""
    data = Mapping()

    def add(key: str, value: str, place: Place) -> None:
        data[key] = Quoted(value)
        data.keys_at[key] = data.values_at[key] = place

    for literal, at in items(entry, "literals"):
        key, equals, value = text(literal).partition("=")
        if equals:
            add(key.strip(), value.strip("'\""), at)
    for name in (*texts(entry, "envs"), *texts(entry, "env")):
        written = read(each.path.parent / name, origin, name)
        shown = _beside(each, name)
        for number, row in enumerate((written or "").splitlines(), 1):
            key, equals, value = row.strip().partition("=")
            if equals and not key.startswith("#"):
                add(key, value, (shown, number, 1, number, 1))
    for name in texts(entry, "files"):
        key, equals, path = name.partition("=")
        file = path if equals else key
        written = read(each.path.parent / file, origin, file)
        if written is not None:
            # The text begins one line below its key in a manifest: line 0 makes the lines those of the file.
            add(key if equals else Path(file).name, written, (_beside(each, file), 0, 1, 0, 1))
    return data


def _beside(each: From, name: str) -> str:
    """How a file beside a kustomization is shown."""
    return str(Path(each.file).parent / name)

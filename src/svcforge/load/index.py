"""What is declared, and what each written reference stands for; those that stand for nothing are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import chain

from svcforge.load.document import BlueprintDoc, ServiceDoc
from svcforge.load.versions import Operations, nearest_version, references, resolved, versioned, versions_of
from svcforge.load.words import closest
from svcforge.model.elements import Unresolved
from svcforge.source.finding import Path

COMPARED_AT_MOST = 100
"""Names that stand for nothing and are compared with every service: who has more of them misses a file, not a letter."""


class Index:
    """Look-ups over the document, and the references that were followed in vain."""

    def __init__(self, doc: BlueprintDoc) -> None:
        self.doc = doc
        self.services: dict[str, ServiceDoc] = {}
        for context in doc.contexts.values():
            for name, service in context.services.items():
                self.services.setdefault(name, service)
        self.unresolved: list[Unresolved] = []
        self.nodes = dict.fromkeys((*self.services, *doc.externals, *doc.bffs))
        self.parties = {**self.nodes, doc.gateway.name: None} if doc.gateway else self.nodes
        self._near_service, self._near_node = _Near(self.services), _Near(self.nodes)
        self._near_party = _Near(self.parties)
        self.versions: dict[tuple[str, str], tuple[int, ...]] = {
            (owner, name): versions_of(event)
            for owner, service in self.services.items()
            for name, event in service.events.items()
        }

    def named(self, kind: str, text: str, path: Path, *known: Collection[str]) -> str | None:
        """Follow a reference to a name that is one of those known; None when it is none of them."""
        if any(text in names for names in known):
            return text
        self._lost(kind, text, path, closest(text, chain(*known)))
        return None

    def _lost(self, kind: str, text: str, path: Path, near: Sequence[str]) -> None:
        """A reference that stands for nothing, with what it could be."""
        self.unresolved.append(
            Unresolved(kind=kind, text=text, nearest=near[0] if near else None, certain=len(near) == 1, path=path)
        )

    def operation(self, text: str, path: Path, *, service_alone: bool = False) -> tuple[str | None, str | None]:
        """Follow `service.operation[.vN]` (or a service alone, where that is allowed) to owner and operation."""
        owner, dot, name = text.partition(".")
        if not dot:
            if service_alone:
                return self._service(text, path, self._near_party), None
            self._lost("operation", text, path, self._suggestions(text))
            return None, None
        operations = self.operations(owner)
        if operations is None:
            self._lost("operation", text, path, [f"{close}.{name}" for close in self._near_node.to(owner)])
        elif (found := resolved(operations, name)) is not None:
            return owner, found
        else:
            self._lost("operation", text, path, [f"{owner}.{close}" for close in _near_operations(name, operations)])
        return None, None

    def own_operation(self, text: str, path: Path, operations: Operations) -> str | None:
        """Follow `operation[.vN]` of the service in which it is written."""
        found = resolved(operations, text)
        if found is None:
            self._lost("operation", text, path, _near_operations(text, operations))
        return found

    def _service(self, text: str, path: Path, near: _Near) -> str | None:
        """Follow a reference that names no operation and no event."""
        if text in near.known:
            return text
        self._lost("service", text, path, near.to(text))
        return None

    def operations(self, owner: str) -> Operations | None:
        """The operations of a service or an external; None when neither is declared."""
        if owner in self.services:
            return self.services[owner].operations
        return self.doc.externals[owner].operations if owner in self.doc.externals else None

    def event(self, text: str, path: Path, *, service_alone: bool = False) -> tuple[str | None, str | None, int | None]:
        """Follow `service.Event[.vN]` to publisher, event and version (None: the highest)."""
        owner, dot, rest = text.partition(".")
        if not dot and service_alone:
            return self._service(text, path, self._near_service), None, None
        name, version = versioned(rest)
        service = self.services.get(owner)
        if service is None:
            near = [f"{close}.{rest}" for close in self._near_service.to(owner)] if dot else []
        elif name not in service.events:
            near = [f"{owner}.{close}" for close in closest(name, service.events)]
        elif version is not None and version not in self.versions[owner, name]:
            near = [f"{owner}.{name}"]
        else:
            return owner, name, version
        self._lost("event", text, path, near)
        return None, None, None

    def _suggestions(self, name: str) -> list[str]:
        owners = self._owners.get(name, ())
        return [f"{owners[0]}.{name}"] if len(owners) == 1 else []

    @cached_property
    def _owners(self) -> dict[str, list[str]]:
        """The services that have an operation of a name."""
        found: dict[str, list[str]] = {}
        for owner, service in self.services.items():
            for name in service.operations:
                found.setdefault(name, []).append(owner)
        return found


class _Near:
    """Suggestions for names that stand for nothing, from many that are declared."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = known
        self._kept: dict[str, list[str]] = {}

    def to(self, name: str) -> list[str]:
        """The declared names closest to one; none any more when `COMPARED_AT_MOST` others have been asked for."""
        if name not in self._kept:
            self._kept[name] = closest(name, self.known) if len(self._kept) < COMPARED_AT_MOST else []
        return self._kept[name]


def _near_operations(text: str, operations: Operations) -> list[str]:
    """What may be meant by a reference to none of the operations."""
    near = nearest_version(operations, text)
    return [near] if near else closest(text, references(operations))

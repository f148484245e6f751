"""What is declared, and what each written reference stands for; the ones that stand for nothing are kept as such."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from svcforge.load.document import BlueprintDoc, ServiceDoc, VersionsDoc
from svcforge.load.words import closest
from svcforge.model.elements import Reference
from svcforge.source.finding import Path


class Index:
    """Look-ups over the document, and the references that were followed."""

    def __init__(self, doc: BlueprintDoc) -> None:
        self.doc = doc
        self.services: dict[str, ServiceDoc] = {}
        for context in doc.contexts.values():
            for name, service in context.services.items():
                self.services.setdefault(name, service)
        self.references: list[Reference] = []
        self.nodes = (*self.services, *doc.externals, *doc.bffs)
        self.versions: dict[tuple[str, str], tuple[int, ...]] = {
            (owner, name): versions_of(event)
            for owner, service in self.services.items()
            for name, event in service.events.items()
        }

    def named(self, kind: str, text: str, known: Iterable[str], path: Path) -> str | None:
        """Follow a reference to one of the known names; None when it is none of them."""
        known = known if isinstance(known, dict | set | frozenset | tuple | list) else tuple(known)
        resolved = text in known
        self._followed(kind, text, path, resolved=resolved, near=() if resolved else closest(text, known))
        return text if resolved else None

    def _followed(self, kind: str, text: str, path: Path, *, resolved: bool, near: Sequence[str] = ()) -> None:
        self.references.append(
            Reference(
                kind=kind, text=text, resolved=resolved, nearest=near[0] if near else None, certain=len(near) == 1, path=path,
            )
        )  # fmt: skip

    def operation(self, text: str, path: Path, *, service_alone: bool = False) -> tuple[str | None, str | None]:
        """Follow `service.operation` (or a service alone, where that is allowed) to owner and operation."""
        owner, dot, name = text.partition(".")
        if not dot:
            if service_alone:
                return self.named("service", text, (*self.nodes, *self._gateway()), path), None
            self._followed("operation", text, path, resolved=False, near=self._suggestions(text))
            return None, None
        operations = self.operations(owner)
        if operations is None:
            near = [f"{close}.{name}" for close in closest(owner, self.nodes)]
            self._followed("operation", text, path, resolved=False, near=near)
            return None, None
        resolved = name in operations
        near = [] if resolved else [f"{owner}.{close}" for close in closest(name, operations)]
        self._followed("operation", text, path, resolved=resolved, near=near)
        return (owner, name) if resolved else (None, None)

    def operations(self, owner: str) -> Iterable[str] | None:
        """The operations of a service or an external; None when neither is declared."""
        if owner in self.services:
            return self.services[owner].operations
        return self.doc.externals[owner].operations if owner in self.doc.externals else None

    def event(self, text: str, path: Path, *, service_alone: bool = False) -> tuple[str | None, str | None, int | None]:
        """Follow `service.Event[.vN]` to publisher, event and version (None: the highest)."""
        owner, dot, rest = text.partition(".")
        if not dot and service_alone:
            return self.named("service", text, tuple(self.services), path), None, None
        name, version = _versioned(rest)
        service = self.services.get(owner)
        near: list[str] = []
        resolved = False
        if service is None:
            near = [f"{close}.{rest}" for close in closest(owner, tuple(self.services))] if dot else []
        elif name in service.events:
            resolved = version is None or version in self.versions[owner, name]
            near = [] if resolved else [f"{owner}.{name}"]
        else:
            near = [f"{owner}.{close}" for close in closest(name, service.events)]
        self._followed("event", text, path, resolved=resolved, near=near)
        return (owner, name, version) if resolved else (None, None, None)

    def _gateway(self) -> tuple[str, ...]:
        return (self.doc.gateway.name,) if self.doc.gateway else ()

    def _suggestions(self, name: str) -> list[str]:
        owners = [owner for owner, service in self.services.items() if name in service.operations]
        return [f"{owners[0]}.{name}"] if len(owners) == 1 else []


def versions_of(event: object) -> tuple[int, ...]:
    """The versions of an event as written; an event without versions is version 1."""
    if not isinstance(event, VersionsDoc):
        return (1,)
    return tuple(int(v) for v in event.versions if re.fullmatch(r"[1-9]\d{0,3}", v)) or (1,)


def _versioned(text: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(.+)\.v([1-9]\d{0,3})", text)
    return (match[1], int(match[2])) if match else (text, None)

"""What everything of a system is called in its blueprint: each node, each database of a store, each gateway."""

from __future__ import annotations

from svcforge.adopt.joined import System
from svcforge.adopt.naming import Names
from svcforge.adopt.system import Kind, Node, Origin, Route
from svcforge.adopt.wording import clean

_KINDS = {Kind.SERVICE: "service", Kind.STORE: "store", Kind.BROKER: "broker", Kind.EXTERNAL: "external"}


class Named:
    """A system with a name for everything, given once."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.names = Names()
        self.name = {key: self.names.of(key, node.name, _KINDS[node.kind]) for key, node in system.nodes.items()}
        self.stores = {place: self._store_name(place) for place in self._schemas()}

    def aka(self, key: str, node: Node) -> list[str]:
        """What the sources call a node, where that is another name."""
        names = [name for name in (node.name, *node.aka) if clean(name) != self.name[key]]
        return list(dict.fromkeys(clean(name) for name in names if clean(name)))

    def _schemas(self) -> dict[tuple[str, str | None], Origin]:
        """The databases of each store: those that somebody names, else the store as a whole."""
        found: dict[tuple[str, str | None], Origin] = {}
        for key, node in self.system.of(Kind.STORE):
            uses = self.system.uses.get(key, [])
            found |= {(key, link.schema): link.origin for link in uses}
            if not uses:
                found[key, None] = node.origin
        return found

    def _store_name(self, place: tuple[str, str | None]) -> str:
        key, schema = place
        if schema is None:
            return self.name[key]
        return self.names.of(f"{key}/{schema}", f"{self.system.nodes[key].name} {schema}", "store")

    def plain_routes(self) -> dict[tuple[str | None, str], Route]:
        """The routes of the one gateway that the language knows: the first of each prefix."""
        found: dict[tuple[str | None, str], Route] = {}
        for route in self.system.routes:
            found.setdefault((route.method, route.prefix), route)
        return found

    def further_gateways(self) -> dict[str, list[Route]]:
        """Routes whose prefix another host has too, by a gateway of their own: the language knows no hosts."""
        plain = self.plain_routes()
        found: dict[str, list[Route]] = {}
        for route in self.system.routes:
            if plain[route.method, route.prefix].target != route.target:
                name = self.names.of(f"hosts of {route.gateway}", f"{route.gateway} hosts", "gateway")
                found.setdefault(name, []).append(route)
        return found

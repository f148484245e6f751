"""A system as the text of a blueprint: every line with the place that it comes from behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from svcforge.adopt import services
from svcforge.adopt.joined import System
from svcforge.adopt.named import Named
from svcforge.adopt.naming import dashed
from svcforge.adopt.silence import Ignored
from svcforge.adopt.system import Kind, Origin
from svcforge.adopt.wording import Lines, clean, flow, scalar

PLACES = ("broker", "discovery", "mesh", "metrics", "tracing", "logs", "secrets")
SHOWN = 12
"""Files that are named at the top."""


class Draft:
    """The blueprint of a system, written once: `text` adds the rules that it leaves out."""

    def __init__(self, system: System) -> None:
        self._before = _Text(system).rows()
        after = Lines()
        if system.notes:
            after.comment("", "What could not be read, or is not sure:")
            after.comment(*(f"- {note}" for note in system.notes))
        self._after = after.rows

    def text(self, ignored: Sequence[Ignored] = ()) -> str:
        """The text; `ignored` are rules that it leaves out, each with the reason."""
        return "\n".join([*self._before, *_lint(ignored), *self._after]) + "\n"


class _Text:
    """Prints the blocks in the order of the language."""

    def __init__(self, system: System) -> None:
        self.system, self.named, self.lines = system, Named(system), Lines()

    def rows(self) -> list[str]:
        """The lines from the first to what is left out by the linter."""
        system, origin = self.system.name
        self.lines.comment("A first blueprint of a system that exists, made by `svcforge import` of", *self._sources())
        self.lines.comment("Behind each line stands the place that it comes from; what no source says is unset.")
        here = origin or Origin(self.system.sources[0], 1)
        self.lines.add(0, "svcforge: 1", here)
        self.lines.add(0, f"system: {dashed(system, 'system')}", here)
        self._platform()
        self._defaults()
        self._externals()
        self._store_block()
        self._contexts(dashed(system, "system"), here)
        self._gateway()
        return self.lines.rows

    def _sources(self) -> Iterator[str]:
        yield from (f"- {source}" for source in self.system.sources[:SHOWN])
        if len(self.system.sources) > SHOWN:
            yield f"- and {len(self.system.sources) - SHOWN} more files"

    def _platform(self) -> None:
        found: dict[str, tuple[str, Origin]] = {}
        for _, broker in self.system.of(Kind.BROKER):
            found.setdefault("broker", (broker.engine or dashed(broker.name, "broker"), broker.origin))
        for fact in self.system.platform:
            if fact.key in PLACES:
                found.setdefault(fact.key, (str(fact.value), fact.origin))
        known = [(place, *found[place]) for place in PLACES if place in found]
        if known:
            self.lines.add(0, "platform:", known[0][2])
        for place, value, origin in known:
            self.lines.add(1, f"{place}: {scalar(dashed(value, place))}", origin)

    def _defaults(self) -> None:
        facts = {fact.key: fact for fact in reversed(self.system.platform) if fact.key in ("tls", "auth")}
        if facts:
            first = next(iter(facts.values())).origin
            self.lines.add(0, "defaults:", first)
            self.lines.add(1, "call:", first)
        for key in ("tls", "auth"):
            if key in facts:
                self.lines.add(2, f"{key}: {facts[key].value}", facts[key].origin)

    def _externals(self) -> None:
        found = list(self.system.of(Kind.EXTERNAL))
        if found:
            self.lines.add(0, "externals:", found[0][1].origin)
        for key, node in found:
            aka = self.named.aka(key, node)
            self.lines.add(1, f"{self.named.name[key]}: {{{f'aka: {flow(aka)}' if aka else ''}}}", node.origin)

    def _store_block(self) -> None:
        if self.named.stores:
            first = next(iter(self.named.stores))[0]
            self.lines.add(0, "stores:", self.system.nodes[first].origin)
        for (key, schema), name in self.named.stores.items():
            node = self.system.nodes[key]
            said = [f"engine: {scalar(node.engine)}"] if node.engine else []
            said += [f"server: {scalar(clean(node.name) or self.named.name[key])}"]
            said += [f"schema: {scalar(clean(schema) or 'unknown')}"] if schema is not None else []
            self.lines.add(1, f"{name}: {{{', '.join(said)}}}", node.origin)

    def _gateway(self) -> None:
        routes = self.named.plain_routes()
        if not routes:
            return
        first = next(iter(routes.values()))
        self.lines.add(0, "gateway:", first.origin)
        self.lines.add(1, f"name: {self.named.names.of('the gateway', first.gateway, 'gateway')}", first.origin)
        self.lines.add(1, "has: []", first.origin)
        if jwt := self.system.jwt:
            said = [f"issuer: {scalar(clean(jwt.issuer))}", f"audience: {scalar(clean(jwt.audience))}"]
            said += [f"jwks: {scalar(clean(jwt.jwks))}"] if jwt.jwks else []
            self.lines.add(1, f"auth: {{jwt: {{{', '.join(said)}}}}}", jwt.origin)
        self.lines.add(1, "routes:", first.origin)
        for (method, prefix), route in routes.items():
            key = f'"{method} {prefix}"' if method else prefix
            target = self.named.name[route.target]
            value = f"{{to: {target}, timeout: {route.timeout}}}" if route.timeout else target
            self.lines.add(2, f"{key}: {value}", route.origin)

    def _contexts(self, context: str, here: Origin) -> None:
        self.lines.add(0, "contexts:", here)
        self.lines.add(1, f"{context}:", "one context for all: the sources know no boundaries")
        before = len(self.lines.rows)
        services.write(self.lines, self.named)
        some = len(self.lines.rows) > before
        row = Lines()
        row.add(2, "services:" if some else "services: {}", here)
        self.lines.rows[before:before] = row.rows


def _lint(ignored: Sequence[Ignored]) -> list[str]:
    """The block of the rules that are left out."""
    lines = Lines()
    if ignored:
        why = "silence is not absence: remove a line when the blueprint says it"
        lines.add(0, "lint:", why)
        lines.add(1, "ignore:", why)
    for each in ignored:
        at = f", at: {scalar(each.at)}" if each.at else ""
        lines.add(2, f"- {{rule: {each.rule}{at}, reason: {scalar(clean(each.reason))}}}", "svcforge import")
    return lines.rows

"""A system as the text of a blueprint: every line with the place that it comes from behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from svcforge.adopt.joined import UNJUDGED, System
from svcforge.adopt.naming import Names, dashed, snake
from svcforge.adopt.system import Fact, Kind, Link, LinkKind, Node, Origin, Route

RULES = {
    "health": ("SF701", "whether services have health checks"),
    "tracing": ("SF702", "whether services pass traces on"),
    "observability": ("SF703", "where logs and metrics go"),
    "outbox": ("SF402", "whether services have an outbox"),
    "inbox": ("SF401", "whether an event is handled only once"),
    "contract": ("SF505", "whether APIs have contracts"),
    "version": ("SF503", "whether APIs have versions"),
    "discovery": ("SF110", "how callers find whom they call"),
}
"""What a source may not show, with the rule that would take silence about it for absence."""

ABILITIES = ("health", "tracing", "metrics", "logs", "outbox", "inbox", "contract")
POLICIES = ("over", "timeout", "retries", "breaker", "tls", "auth", "discovery")
PLACES = ("broker", "discovery", "mesh", "metrics", "tracing", "logs", "secrets")
SHOWN = 12
"""Files that are named at the top."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|\d{1,9}")


@dataclass(frozen=True, slots=True)
class Ignored:
    """A rule that the sources leave nothing to judge by: everywhere, or at one place, and why."""

    rule: str
    at: str | None
    reason: str


def ignorable(system: System) -> list[Ignored]:
    """The rules that would take silence for absence."""
    everywhere = [
        Ignored(RULES[what][0], None, f"{who} not show {RULES[what][1]}") for what, who in system.unseen.items()
    ]
    return [*everywhere, *_Text(system).ignored()]


def written(system: System, ignored: Sequence[Ignored] = ()) -> str:
    """The blueprint's text; `ignored` are rules that it leaves out, each with the reason."""
    return _Text(system).whole(ignored)


class _Text:
    """Names everything once, and prints the blocks in the order of the language."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.lines: list[str] = []
        self.names = Names()
        self.name = {key: self.names.of(key, node.name, _KINDS[node.kind]) for key, node in system.nodes.items()}
        self.stores = {place: self._store_name(place) for place in self._schemas()}

    def whole(self, ignored: Sequence[Ignored]) -> str:
        """The text from the first line to the last."""
        system, origin = self.system.name
        self._comment("A first blueprint of a system that exists, made by `svcforge import` of", *self._sources())
        self._comment("Behind each line stands the place that it comes from; what no source says is unset.")
        here = origin or Origin(self.system.sources[0], 1)
        self._line(0, "svcforge: 1", here)
        self._line(0, f"system: {dashed(system, 'system')}", here)
        self._platform()
        self._defaults()
        self._externals()
        self._store_block()
        self._services(dashed(system, "system"), here)
        self._gateway()
        self._lint(ignored)
        self._notes()
        return "\n".join(self.lines) + "\n"

    def _sources(self) -> Iterator[str]:
        yield from (f"- {source}" for source in self.system.sources[:SHOWN])
        if len(self.system.sources) > SHOWN:
            yield f"- and {len(self.system.sources) - SHOWN} more files"

    def _comment(self, *rows: str) -> None:
        self.lines += [f"# {clean(row)}".rstrip() for row in rows]

    def _line(self, depth: int, content: str, origin: Origin | str) -> None:
        self.lines.append(f"{'  ' * depth}{content}  # {clean(str(origin))}")

    def _platform(self) -> None:
        found: dict[str, tuple[str, Origin]] = {}
        for _, broker in self.system.of(Kind.BROKER):
            found.setdefault("broker", (broker.engine or dashed(broker.name, "broker"), broker.origin))
        for fact in self.system.platform:
            if fact.key in PLACES:
                found.setdefault(fact.key, (str(fact.value), fact.origin))
        known = [(place, *found[place]) for place in PLACES if place in found]
        if known:
            self._line(0, "platform:", known[0][2])
        for place, value, origin in known:
            self._line(1, f"{place}: {scalar(dashed(value, place))}", origin)

    def _defaults(self) -> None:
        facts = {fact.key: fact for fact in reversed(self.system.platform) if fact.key in ("tls", "auth")}
        if facts:
            first = next(iter(facts.values())).origin
            self._line(0, "defaults:", first)
            self._line(1, "call:", first)
        for key in ("tls", "auth"):
            if key in facts:
                self._line(2, f"{key}: {facts[key].value}", facts[key].origin)

    def _externals(self) -> None:
        found = list(self.system.of(Kind.EXTERNAL))
        if found:
            self._line(0, "externals:", found[0][1].origin)
        for key, node in found:
            aka = self._aka(key, node)
            self._line(1, f"{self.name[key]}: {{{f'aka: {flow(aka)}' if aka else ''}}}", node.origin)

    def _aka(self, key: str, node: Node) -> list[str]:
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

    def _store_block(self) -> None:
        if self.stores:
            first = next(iter(self.stores))[0]
            self._line(0, "stores:", self.system.nodes[first].origin)
        for (key, schema), name in self.stores.items():
            node = self.system.nodes[key]
            said = [f"engine: {scalar(node.engine)}"] if node.engine else []
            said += [f"server: {scalar(clean(node.name) or self.name[key])}"]
            said += [f"schema: {scalar(clean(schema) or 'unknown')}"] if schema is not None else []
            self._line(1, f"{name}: {{{', '.join(said)}}}", node.origin)

    def _services(self, context: str, here: Origin) -> None:
        self._line(0, "contexts:", here)
        self._line(1, f"{context}:", "one context for all: the sources know no boundaries")
        found = [(k, n) for k, n in self.system.nodes.items() if n.kind in (Kind.SERVICE, Kind.BROKER)]
        extra = self._extra_gateways()
        self._line(2, "services:" if found or extra else "services: {}", here)
        for key, node in found:
            self._service(key, node)
        for name, routes in extra.items():
            self._line(3, f"{name}:", routes[0].origin)
            self._line(4, "role: gateway", routes[0].origin)
            self._line(4, "exposed: true", routes[0].origin)
            self._line(4, "calls:", routes[0].origin)
            for target in dict.fromkeys(route.target for route in routes):
                self._line(5, f"- {self.name[target]}", next(r.origin for r in routes if r.target == target))

    def _service(self, key: str, node: Node) -> None:
        facts = {fact.key: fact for fact in reversed(node.facts)}
        self._line(3, f"{self.name[key]}:", node.origin)
        if aka := self._aka(key, node):
            self._line(4, f"aka: {flow(aka)}", node.origin)
        if node.role:
            self._line(4, f"role: {node.role}", node.origin)
        self._has(node)
        for word in ("exposed", "replicas", "team", "unit"):
            if word in facts:
                self._line(4, f"{word}: {_value(word, facts[word].value)}", facts[word].origin)
        if "scale" in facts:
            low, high = facts["scale"].value
            said = [f"{w}: {v}" for w, v in (("min", low), ("max", high)) if v is not None]
            self._line(4, f"scale: {{{', '.join(said)}}}", facts["scale"].origin)
        self._sidecars(node)
        self._settings(node)
        if "breaker" in facts:
            self._line(
                4, f"defaults: {{call: {{breaker: {policy('breaker', facts['breaker'])}}}}}", facts["breaker"].origin
            )
        self._edges(key)

    def _has(self, node: Node) -> None:
        told = {fact.value: fact.origin for fact in reversed(node.facts) if fact.key == "has"}
        if told or node.role in (None, "worker"):
            words = [word for word in ABILITIES if word in told]
            origin: Origin | str = "; ".join(str(told[word]) for word in words) or node.origin
            self._line(4, f"has: [{', '.join(words)}]", origin)

    def _sidecars(self, node: Node) -> None:
        found = [fact for fact in node.facts if fact.key == "sidecar"]
        if found:
            self._line(4, "sidecars:", found[0].origin)
        for fact in found:
            name, image = (scalar(clean(word)) if clean(word) else "" for word in fact.value)
            self._line(5, f"- {{name: {name or 'sidecar'}{f', image: {image}' if image else ''}}}", fact.origin)

    def _settings(self, node: Node) -> None:
        found: dict[str, Fact] = {}
        for fact in node.facts:
            if fact.key == "secret" and (name := _setting(str(fact.value[0]))):
                found.setdefault(name, fact)
        if found:
            self._line(4, "settings:", next(iter(found.values())).origin)
        for name, fact in found.items():
            literal = bool(fact.value[1])
            why = f"{fact.origin} (its value stands there; not copied)" if literal else fact.origin
            self._line(5, f"{name}: {'text = redacted' if literal else 'secret'}", str(why))

    def _edges(self, key: str) -> None:
        uses = self.system.links_of(key, LinkKind.USE)
        if uses:
            self._line(4, "uses:", uses[0].origin)
        for use in uses:
            self._line(5, f"- {self.stores[use.target, use.schema]}", use.origin)
        calls = self._calls(key)
        if calls:
            self._line(4, "calls:", calls[0].origin)
        for call in calls:
            self._line(5, f"- {self._call(call)}", "; ".join(dict.fromkeys(map(str, (call.origin, *_places(call))))))
        heard = self.system.hears.get(key, {})
        if heard:
            self._line(4, "subscribes:", next(iter(heard.values())))
        for publisher, origin in heard.items():
            self._line(5, f"- {self.name[publisher]}", origin)

    def _calls(self, key: str) -> list[Link]:
        """What a service calls; a broker that it publishes to or hears is one that it is connected to."""
        calls = {(c.target or c.url): c for c in self.system.links_of(key, LinkKind.CALL)}
        for kind in (LinkKind.PUBLISH, LinkKind.CONSUME):
            for link in self.system.links_of(key, kind):
                if self.system.nodes[link.target].kind is Kind.BROKER:
                    calls.setdefault(link.target, link)
        return list(calls.values())

    def _call(self, link: Link) -> str:
        facts = {fact.key: fact for fact in reversed(link.facts)}
        said = [f"{word}: {policy(word, facts[word])}" for word in POLICIES if word in facts]
        url = [f"url: {scalar(clean(link.url))}"] if link.url and clean(link.url) else []
        if not link.target:
            return f"{{{', '.join([*url, *said])}}}"
        name = self.name[link.target]
        return f"{{{', '.join([f'to: {name}', *url, *said])}}}" if url or said else name

    def _plain_routes(self) -> dict[tuple[str | None, str], Route]:
        found: dict[tuple[str | None, str], Route] = {}
        for route in self.system.routes:
            found.setdefault((route.method, route.prefix), route)
        return found

    def _extra_gateways(self) -> dict[str, list[Route]]:
        """Routes whose prefix another host has too, by a gateway of their own: the language knows no hosts."""
        plain = self._plain_routes()
        found: dict[str, list[Route]] = {}
        for route in self.system.routes:
            if plain[route.method, route.prefix].target != route.target:
                name = self.names.of(f"hosts of {route.gateway}", f"{route.gateway} hosts", "gateway")
                found.setdefault(name, []).append(route)
        return found

    def _gateway(self) -> None:
        routes = self._plain_routes()
        if not routes:
            return
        first = next(iter(routes.values()))
        self._line(0, "gateway:", first.origin)
        self._line(1, f"name: {self.names.of('the gateway', first.gateway, 'gateway')}", first.origin)
        self._line(1, "has: []", first.origin)
        if jwt := self.system.jwt:
            said = [f"issuer: {scalar(clean(jwt.issuer))}", f"audience: {scalar(clean(jwt.audience))}"]
            said += [f"jwks: {scalar(clean(jwt.jwks))}"] if jwt.jwks else []
            self._line(1, f"auth: {{jwt: {{{', '.join(said)}}}}}", jwt.origin)
        self._line(1, "routes:", first.origin)
        for (method, prefix), route in routes.items():
            key = f'"{method} {prefix}"' if method else prefix
            target = self.name[route.target]
            value = f"{{to: {target}, timeout: {route.timeout}}}" if route.timeout else target
            self._line(2, f"{key}: {value}", route.origin)

    def ignored(self) -> list[Ignored]:
        """What is known to be there and has no value, edge by edge and database by database."""
        found: list[Ignored] = []
        for link in self.system.links:
            ends = [self.system.nodes[link.source].role, self.system.nodes[link.target].role if link.target else None]
            if any(fact.key == "timed" for fact in link.facts) and not any(role in UNJUDGED for role in ends):
                at = f"{self.name[link.source]} -> {self.name[link.target]}"
                found.append(Ignored("SF301", at, f"{link.origin} has a timeout and does not say which"))
        for key, _ in self.system.of(Kind.STORE):
            users = self.system.uses.get(key, [])
            users = [x for x in users if self.system.nodes[x.source].role not in UNJUDGED]
            if len({x.source for x in users}) > 1 and any(f.key == "unsure" for x in users for f in x.facts):
                at, why = (
                    self.name[users[0].source],
                    f'which database of "{self.name[key]}" each service uses is not said',
                )
                found.append(Ignored("SF201", at, why))
        return found

    def _lint(self, ignored: Sequence[Ignored]) -> None:
        if not ignored:
            return
        why = "silence is not absence: remove a line when the blueprint says it"
        self._line(0, "lint:", why)
        self._line(1, "ignore:", why)
        for each in ignored:
            at = f", at: {scalar(each.at)}" if each.at else ""
            self._line(2, f"- {{rule: {each.rule}{at}, reason: {scalar(clean(each.reason))}}}", "svcforge import")

    def _notes(self) -> None:
        if self.system.notes:
            self._comment("", "What could not be read, or is not sure:")
            self._comment(*(f"- {note}" for note in self.system.notes))


_KINDS = {Kind.SERVICE: "service", Kind.STORE: "store", Kind.BROKER: "broker", Kind.EXTERNAL: "external"}


def clean(text: str | None) -> str:
    """Text in one line that everybody can see: other characters become a question mark."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text or "").strip()


def scalar(text: str) -> str:
    """A text as a YAML scalar that is the same text."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def flow(texts: Iterable[str]) -> str:
    """Texts as a YAML list on a line."""
    return f"[{', '.join(scalar(text) for text in texts)}]"


def policy(word: str, fact: Fact) -> str:
    """A policy's value as it is written."""
    if word == "breaker":
        return f"{{{', '.join(f'{key}: {value}' for key, value in fact.value.items())}}}"
    return str(fact.value)


def _places(link: Link) -> list[Origin]:
    return [fact.origin for fact in link.facts if fact.key in POLICIES and fact.origin != link.origin]


def _value(word: str, value: object) -> str:
    return "true" if value is True else scalar(clean(str(value)) or word)


def _setting(name: str) -> str | None:
    """The name of a setting that holds a secret; it says so."""
    plain = snake(name)
    secret = plain and re.search(r"password|passwd|pwd|passphrase|secret|token|key|credential", plain)
    return plain if secret or plain is None else snake(f"{plain[:32]}_secret")

"""The services of a blueprint as text: what each is, has, keeps and calls."""

from __future__ import annotations

import re

from svcforge.adopt.named import Named
from svcforge.adopt.naming import snake
from svcforge.adopt.system import Fact, Kind, Link, LinkKind, Node, Origin
from svcforge.adopt.wording import Lines, clean, flow, policy, scalar

ABILITIES = ("health", "tracing", "metrics", "logs", "outbox", "inbox", "contract")
POLICIES = ("over", "timeout", "retries", "breaker", "tls", "auth", "discovery")
DEPTH = 3
"""Where a service's name stands."""


def write(lines: Lines, named: Named) -> None:
    """Add every service, brokers too, and gateways that only route."""
    writer = _Services(lines, named)
    for key, node in named.system.nodes.items():
        if node.kind in (Kind.SERVICE, Kind.BROKER):
            writer.service(key, node)
    writer.further_gateways()


class _Services:
    """Writes services with the names of a system."""

    def __init__(self, lines: Lines, named: Named) -> None:
        self.lines, self.named, self.system = lines, named, named.system

    def further_gateways(self) -> None:
        """Gateways of hosts that share a prefix with another."""
        for name, routes in self.named.further_gateways().items():
            first = routes[0].origin
            self.lines.add(DEPTH, f"{name}:", first)
            for line in ("role: gateway", "exposed: true", "calls:"):
                self.lines.add(DEPTH + 1, line, first)
            for target in dict.fromkeys(route.target for route in routes):
                origin = next(route.origin for route in routes if route.target == target)
                self.lines.add(DEPTH + 2, f"- {self.named.name[target]}", origin)

    def service(self, key: str, node: Node) -> None:
        """A service, line by line."""
        facts = {fact.key: fact for fact in reversed(node.facts)}
        self.lines.add(3, f"{self.named.name[key]}:", node.origin)
        if aka := self.named.aka(key, node):
            self.lines.add(4, f"aka: {flow(aka)}", node.origin)
        if node.role:
            self.lines.add(4, f"role: {node.role}", node.origin)
        self._has(node)
        for word in ("exposed", "replicas", "team", "unit", "store"):
            if word in facts:
                self.lines.add(4, f"{word}: {_value(word, facts[word].value)}", facts[word].origin)
        if "scale" in facts:
            low, high = facts["scale"].value
            said = [f"{w}: {v}" for w, v in (("min", low), ("max", high)) if v is not None]
            self.lines.add(4, f"scale: {{{', '.join(said)}}}", facts["scale"].origin)
        self._sidecars(node)
        self._settings(node)
        if "breaker" in facts:
            self.lines.add(
                4, f"defaults: {{call: {{breaker: {policy('breaker', facts['breaker'])}}}}}", facts["breaker"].origin
            )
        self._edges(key)

    def _has(self, node: Node) -> None:
        told = {fact.value: fact.origin for fact in reversed(node.facts) if fact.key == "has"}
        if told or node.role in (None, "worker"):
            words = [word for word in ABILITIES if word in told]
            origin: Origin | str = "; ".join(str(told[word]) for word in words) or node.origin
            self.lines.add(4, f"has: [{', '.join(words)}]", origin)

    def _sidecars(self, node: Node) -> None:
        found = [fact for fact in node.facts if fact.key == "sidecar"]
        if found:
            self.lines.add(4, "sidecars:", found[0].origin)
        for fact in found:
            name, image = (scalar(clean(word)) if clean(word) else "" for word in fact.value)
            self.lines.add(5, f"- {{name: {name or 'sidecar'}{f', image: {image}' if image else ''}}}", fact.origin)

    def _settings(self, node: Node) -> None:
        found: dict[str, Fact] = {}
        for fact in node.facts:
            if fact.key == "secret" and (name := _setting(str(fact.value[0]))):
                found.setdefault(name, fact)
        if found:
            self.lines.add(4, "settings:", next(iter(found.values())).origin)
        for name, fact in found.items():
            literal = bool(fact.value[1])
            why = f"{fact.origin} (its value stands there; not copied)" if literal else fact.origin
            self.lines.add(5, f"{name}: {'text = redacted' if literal else 'secret'}", str(why))

    def _edges(self, key: str) -> None:
        uses = self.system.links_of(key, LinkKind.USE)
        if uses:
            self.lines.add(4, "uses:", uses[0].origin)
        for use in uses:
            self.lines.add(5, f"- {self.named.stores[use.target, use.schema]}", use.origin)
        calls = self._calls(key)
        if calls:
            self.lines.add(4, "calls:", calls[0].origin)
        for call in calls:
            self.lines.add(
                5, f"- {self._call(call)}", "; ".join(dict.fromkeys(map(str, (call.origin, *_places(call)))))
            )
        heard = self.system.hears.get(key, {})
        if heard:
            self.lines.add(4, "subscribes:", next(iter(heard.values())))
        for publisher, origin in heard.items():
            self.lines.add(5, f"- {self.named.name[publisher]}", origin)

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
        name = self.named.name[link.target]
        return f"{{{', '.join([f'to: {name}', *url, *said])}}}" if url or said else name


def _places(link: Link) -> list[Origin]:
    return [fact.origin for fact in link.facts if fact.key in POLICIES and fact.origin != link.origin]


def _value(word: str, value: object) -> str:
    return "true" if value is True else scalar(clean(str(value)) or word)


def _setting(name: str) -> str | None:
    """The name of a setting that holds a secret; it says so."""
    plain = snake(name)
    secret = plain and re.search(r"password|passwd|pwd|passphrase|secret|token|key|credential", plain)
    return plain if secret or plain is None else snake(f"{plain[:32]}_secret")

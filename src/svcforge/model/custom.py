"""Rules that a blueprint makes for itself, without code (`lint.custom`), and the words that they may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from svcforge.frozen import frozen
from svcforge.source.finding import Path

POLICIES_OF_CALLS = ("over", "timeout", "retries", "breaker", "tls", "auth", "discovery", "optional")
POLICIES_OF_SUBSCRIPTIONS = ("retries", "backoff", "dead_letter", "idempotent", "delivery")
ABILITIES = ("health", "tracing", "metrics", "logs", "outbox", "inbox", "contract")

NODE_PROPERTIES = (
    "name", "context", "subdomain", "role", "team", "tier", "stack", "language", "store", "api", "api_version", "about",
    "exposed", "authn", "replicas", "availability", "latency", "operations", "events", "owns", "uses", *ABILITIES,
)  # fmt: skip

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "services": NODE_PROPERTIES,
    "operations": (
        "name", "service", "context", "team", "version", "about", "verb", "entity", "http", "method", "authn", "scopes", "public",
        "signed", "rule", "idempotent", "read_only", "long_running", "takes", "schedule", "emits", "calls",
    ),
    "events": ("name", "service", "context", "team", "version", "fields", "subscribers"),
    "entities": ("name", "service", "context", "team", "fields", "event_sourced"),
    "calls": (
        "name", "source", "target", "operation", "source_context", "target_context", "fallback", "expect", "wait",
        *POLICIES_OF_CALLS,
    ),
    "subscriptions": (
        "name", "source", "target", "event", "source_context", "target_context", *POLICIES_OF_SUBSCRIPTIONS,
    ),
    "contexts": ("name", "subdomain", "team", "about", "services"),
    "externals": ("name", "about", "availability", "latency", "operations"),
    "stores": ("name", "engine", "server", "schema", "tls", "auth"),
    "sagas": ("name", "about", "owner", "transaction", "undo"),
}  # fmt: skip
"""What a rule may speak of -> what may be said of each; a policy is the effective one."""

MANNERS = ("any", "call", "event")
"""Which edges are meant: calls, events (the subscriber depends on the publisher), or both."""


@frozen()
class Test:
    """What a property has to be: one of some words, which may hold `*`; without words, to be there at all."""

    key: str
    words: tuple[str, ...] = ()
    negated: bool = False

    @property
    def text(self) -> str:
        """As a blueprint writes it."""
        return f"{self.key}{'!' if self.negated else ''}={'|'.join(self.words)}" if self.words else self.key


@frozen()
class Selector:
    """Some nodes or things: those that pass all tests of one alternative and not all of what it excludes."""

    alternatives: tuple[tuple[Test, ...], ...]
    excluded: tuple[tuple[Test, ...], ...] = ()
    text: str = ""


@frozen()
class ForbiddenEdge:
    """No edge of a manner may lead from some nodes to others."""

    source: Selector
    target: Selector
    by: str


@frozen()
class RequiredField:
    """Some things have to have some properties."""

    of: str
    that: Selector
    fields: tuple[str, ...]


@frozen()
class Layers:
    """Layers from the top to the bottom: no edge leads up."""

    order: tuple[Selector, ...]
    by: str


@frozen()
class Independence:
    """Groups between which there is no edge; of a single group, its members."""

    groups: tuple[Selector, ...]
    by: str


@frozen()
class MaxDegree:
    """How many other nodes a node may be reached from and may reach."""

    of: Selector
    incoming: int | None
    outgoing: int | None
    by: str


@frozen()
class Quantified:
    """How many of some things pass all tests: `all`, `none`, `some`, or at least or at most so many."""

    of: str
    that: Selector
    quantifier: str
    tests: tuple[Test, ...] = ()
    number: int = 0


Template = ForbiddenEdge | RequiredField | Layers | Independence | MaxDegree | Quantified


@frozen(kw_only=True)
class CustomRule:
    """A rule of the blueprint's own: what it asks, how bad it is not to follow it, why, and the last day it holds."""

    name: str
    template: Template
    severity: str = "warning"
    message: str | None = None
    until: str | None = None
    path: Path = field(default=())

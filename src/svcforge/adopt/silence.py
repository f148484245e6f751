"""What the sources cannot show, and the rules that would take their silence for absence."""

from __future__ import annotations

from dataclasses import dataclass

from svcforge.adopt.joined import UNJUDGED, System
from svcforge.adopt.named import Named
from svcforge.adopt.system import Kind

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
    return [*everywhere, *_valueless(Named(system))]


def _valueless(named: Named) -> list[Ignored]:
    """What is known to be there and has no value, edge by edge and database by database."""
    system = named.system
    found: list[Ignored] = []
    for link in system.links:
        ends = [system.nodes[link.source].role, system.nodes[link.target].role if link.target else None]
        if any(fact.key == "timed" for fact in link.facts) and not any(role in UNJUDGED for role in ends):
            at = f"{named.name[link.source]} -> {named.name[link.target]}"
            found.append(Ignored("SF301", at, f"{link.origin} has a timeout and does not say which"))
    for key, _ in system.of(Kind.STORE):
        users = system.uses.get(key, [])
        users = [x for x in users if system.nodes[x.source].role not in UNJUDGED]
        unsure = [x.source for x in users if any(fact.key == "unsure" for fact in x.facts)]
        if unsure and len({x.source for x in users}) > 1:
            why = f'which database of "{named.name[key]}" each service uses is not said'
            found.append(Ignored("SF201", named.name[unsure[0]], why))
    return found

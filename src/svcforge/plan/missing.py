"""What a blueprint asks for and no chosen pack can do: an error for a stack, a warning for a platform.

And what none could do: ask for a token of which nobody says whose it should be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Protocol

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Bff, Service
from svcforge.model.routes import is_parameter, segments_of
from svcforge.model.tokens import ADD_ISSUER, ADD_ISSUER_TO_GATEWAY, askers
from svcforge.packs.card import EVERYTHING
from svcforge.plan.abilities import needs_of
from svcforge.plan.parts import bffs, generated, services
from svcforge.source.finding import Finding, Path, Severity

MISSING_PACK, MISSING_ABILITY, NOT_GENERATED = "SF020", "SF021", "SF023"
UNAUTHENTICATED = "SF601"


class Card(Protocol):
    """What is asked of a pack here."""

    @property
    def pack(self) -> str:
        """Its name."""

    @property
    def can(self) -> tuple[str, ...]:
        """Its abilities."""

    @property
    def leaves(self) -> tuple[str, ...]:
        """Abilities that it leaves to others: what they are for is none of its business."""

    @property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """What it wants chosen beside it, one of several: `platform.mesh: istio`."""


Cards = Mapping[str, Card]
"""Cards by the pack's name."""


def missing(blueprint: Blueprint, stacks: Cards, platforms: Cards) -> Iterator[Finding]:
    """Packs that do not exist, and abilities that those which do exist do not have, each named once."""
    seen: set[tuple[str, Path, str]] = set()
    found = (*_stacks(blueprint, stacks), *_platforms(blueprint, platforms), *_routes(blueprint), *_issuer(blueprint))
    for finding in found:
        at = (finding.code, finding.path, finding.message)
        if at not in seen:
            seen.add(at)
            yield finding


def _issuer(blueprint: Blueprint) -> Iterator[Finding]:
    """The linter's rule, on which nobody may insist: without an issuer there is no code that could ask for a token."""
    gateway = blueprint.gateway
    if gateway is None or gateway.jwt is None:
        for asker in islice(askers(blueprint), 1):
            hint = ADD_ISSUER if gateway is None else ADD_ISSUER_TO_GATEWAY
            yield Finding(UNAUTHENTICATED, "unauthenticated-entry", Severity.ERROR, asker.message, hint, asker.path)


def _stacks(blueprint: Blueprint, stacks: Cards) -> Iterator[Finding]:
    elements: list[Service | Bff] = [*services(blueprint), *bffs(blueprint)]
    for element in elements:
        name = blueprint.stack_of(element.name)
        path = _stack_path(blueprint, element.name)
        if name is None:
            yield Finding(
                MISSING_PACK, "missing-pack", Severity.ERROR, f'"{element.name}" has no stack',
                f"add defaults: {{stack: {next(iter(stacks), 'python')}}}", element.path,
            )  # fmt: skip
        elif name not in stacks:
            yield Finding(
                MISSING_PACK, "missing-pack", Severity.ERROR, f'there is no pack for the stack "{name}"',
                f"the stacks are: {', '.join(stacks) or 'none'}", path,
            )  # fmt: skip
        else:
            card = stacks[name]
            for need in needs_of(blueprint, element):
                if need.ability not in card.can and EVERYTHING not in card.can:
                    yield _cannot(f'the stack "{name}"', need.ability, need.path, Severity.ERROR, stacks)
            yield from _unmet(blueprint, card, path, Severity.ERROR)


def _stack_path(blueprint: Blueprint, name: str) -> Path:
    """Where the stack of a service or BFF is said."""
    element = blueprint.services.get(name) or blueprint.bffs[name]
    if element.stack:
        return (*element.path, "stack")
    return next(((*path, "stack") for d, path in blueprint.defaults_of(name) if d.stack), element.path)


DEPLOYED = ("releases", "sidecars", "patches")
"""What each platform that runs the system has to do by itself: that another one does it, helps nobody there."""

PLACES = ("gateway", "broker", "mesh", "metrics", "tracing", "logs")
"""The places of `platform` that a pack fills. A store is an ability of a stack, names come from the environment."""


def chosen(blueprint: Blueprint) -> list[tuple[str, Path]]:
    """The platforms that a blueprint names, with where."""
    platform = blueprint.platform
    found: list[tuple[str, Path]] = []
    for place in PLACES:
        name = getattr(platform, place)
        if name is not None and (place != "gateway" or (blueprint.gateway and blueprint.gateway.has is None)):
            found.append((name, ("platform", place)))
    if platform.discovery not in (None, "kubernetes"):
        found.append((str(platform.discovery), ("platform", "discovery")))
    return [*found, *((name, ("platform", "deploy", i)) for i, name in enumerate(platform.deploy))]


def _platforms(blueprint: Blueprint, platforms: Cards) -> Iterator[Finding]:
    picked = [name for name, _ in chosen(blueprint) if name in platforms]
    for name, path in chosen(blueprint):
        if name not in platforms:
            yield Finding(
                MISSING_PACK, "missing-pack", Severity.WARNING, f'there is no pack for "{name}" yet',
                f"nothing is generated for it; the platforms are: {', '.join(platforms) or 'none'}", path,
            )  # fmt: skip
        else:
            yield from _unmet(blueprint, platforms[name], path, Severity.WARNING)
    can = {ability for name in picked for ability in platforms[name].can}
    for ability, path in _platform_needs(blueprint):
        if ability not in can:
            yield _cannot("no platform chosen here", ability, path, Severity.WARNING, platforms)
        elif ability in DEPLOYED:
            yield from _unable(blueprint, ability, platforms)


def _unable(blueprint: Blueprint, ability: str, platforms: Cards) -> Iterator[Finding]:
    """Each platform that runs the system and drops what another one does."""
    for i, name in enumerate(blueprint.platform.deploy):
        if name in platforms and ability not in (*platforms[name].can, *platforms[name].leaves):
            path = ("platform", "deploy", i)
            yield _cannot(f'the platform "{name}"', ability, path, Severity.WARNING, platforms)


def _platform_needs(blueprint: Blueprint) -> Iterator[tuple[str, Path]]:
    """What is asked of platforms: what the gateway says, releases and sidecars of services, patches."""
    gateway = blueprint.gateway
    if gateway and gateway.has is None and blueprint.platform.gateway:
        yield "routes", gateway.path
        for route in gateway.routes:
            if any(is_parameter(segment) for segment in segments_of(route.prefix)):
                yield "routes.parameters", route.path
        if gateway.jwt:
            yield "jwt" if gateway.jwt.jwks else "jwt.keys", (*gateway.path, "auth")
        if gateway.rate_limit or any(route.rate_limit for route in gateway.routes):
            yield "rate-limit", (*gateway.path, "rate_limit")
    for service in services(blueprint):
        if service.releases:
            yield "releases", (*service.path, "releases")
        if service.sidecars:
            yield "sidecars", (*service.path, "sidecars")
    for patch in blueprint.patches:
        yield "patches", patch.path


def _unmet(blueprint: Blueprint, card: Card, path: Path, severity: Severity) -> Iterator[Finding]:
    """What a pack wants chosen beside it, and is not."""
    for place, wanted in card.needs.items():
        said = getattr(blueprint.platform, place.removeprefix("platform."), None)
        if not {*wanted} & {*(said if isinstance(said, tuple) else (said,))}:
            needed = f"{place}: {' or '.join(wanted)}"
            yield Finding(
                MISSING_ABILITY, "missing-ability", severity, f'the pack "{card.pack}" needs "{needed}"',
                f"add {needed}, or choose another pack", path,
            )  # fmt: skip


def _cannot(who: str, ability: str, path: Path, severity: Severity, packs: Cards) -> Finding:
    able = [name for name, card in packs.items() if ability in card.can]
    if ability == "events":
        hint = "name a broker, platform: {broker: rabbitmq}"
    else:
        hint = f"these can: {', '.join(able)}" if able else "no pack can yet: do without it, or bring a pack that can"
    verb = "can do" if who.startswith("no ") else "cannot do"
    return Finding(MISSING_ABILITY, "missing-ability", severity, f'{who} {verb} "{ability}"', hint, path)


def _routes(blueprint: Blueprint) -> Iterator[Finding]:
    """Routes that lead to what svcforge does not build: the generated gateway has none of them."""
    gateway = blueprint.gateway
    for route in gateway.routes if gateway and gateway.has is None and blueprint.platform.gateway else ():
        if route.target is None or not generated(blueprint, route.target):
            if route.to is not None and route.target is None:
                continue  # an unresolved name is SF001
            yield Finding(
                NOT_GENERATED, "not-generated", Severity.WARNING,
                f'the generated gateway has no route "{route.prefix}": nothing that svcforge builds is behind it',
                "route it where the target runs", route.path,
            )  # fmt: skip

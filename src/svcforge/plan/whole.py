"""The system as a whole, as facts: what its README tells, its CI runs and its compose file starts."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from svcforge.model.blueprint import Blueprint
from svcforge.model.routes import inner_path, segments_of
from svcforge.packs.card import Card
from svcforge.plan.catalog import group_facts
from svcforge.plan.commands import fill, filled
from svcforge.plan.environment import url_env
from svcforge.plan.examples import uuid_of
from svcforge.plan.kubernetes import REGISTRY
from svcforge.plan.naming import constant, handle, title
from svcforge.plan.types import Fact


def external_facts(blueprint: Blueprint, parts: list[Fact], ports: Mapping[str, int]) -> list[Fact]:
    """What the generated parts use and the system does not own, in the order of the blueprint."""
    callers: dict[str, list[str]] = {}
    operations: dict[str, dict[str, Fact]] = {}
    signed = {o["access"]["signed"] for part in parts for o in part["operations"] if o["access"]["signed"]}
    for part in parts:
        for dependency in part["dependencies"]:
            if dependency["external"]:
                callers.setdefault(dependency["name"], []).append(part["name"])
                known = operations.setdefault(dependency["name"], {})
                for operation in dependency["operations"]:
                    known.setdefault(
                        operation["name"], {k: operation[k] for k in _SHOWN} | {"status": _status(operation)}
                    )
    return [
        {
            "name": name,
            "title": title(name),
            "about": external.about or None,
            "env": url_env(name),
            "token_env": constant(name, "_TOKEN"),
            "signing_env": constant(name, "_SIGNING_KEY") if name in signed else None,
            "port": ports[name],
            "stand_in": f"stand-ins/{name}.py",
            "callers": callers[name],
            "operations": list(operations[name].values()),
        }
        for name, external in blueprint.externals.items()
        if name in callers
    ]


_SHOWN = ("name", "verb", "path", "inputs", "answer", "example")


def _status(operation: Fact) -> int:
    return 204 if operation["answer"]["kind"] == "none" else 200


def whole_facts(
    blueprint: Blueprint,
    parts: list[tuple[Card, Fact]],
    gateway: Fact | None,
    broker: Fact | None,
    externals: list[Fact],
    platforms: Sequence[Card],
    ports: Mapping[str, int],
) -> Fact:
    """The facts of the whole but for `run` and the sections.

    Args:
        platforms: the packs that are rendered for the system as a whole.
    """
    about = [part for _, part in parts]
    return {
        "title": title(blueprint.system),
        "about": blueprint.about or None,
        "parts": [_part(card, part, ports) for card, part in parts],
        "gateway": {
            "name": gateway["name"],
            "folder": gateway["folder"],
            "port": gateway["port"],
            "routes": [{"method": r["method"], "prefix": r["prefix"], "to": r["upstream"]} for r in gateway["routes"]],
            "jwt": gateway["jwt"] is not None,
        }
        if gateway
        else None,
        "broker": {key: broker[key] for key in ("name", "engine", "folder", "port", "vhost")} if broker else None,
        "externals": externals,
        "teams": _teams(about),
        "groups": group_facts(blueprint, about),
        "registry": f"{REGISTRY}/{blueprint.system}",
        "deploy": [card.pack for card in platforms if card.pack in blueprint.platform.deploy],
        "platforms": [{"name": card.pack, "folder": card.into, "about": card.about} for card in platforms],
        "to_write": [found for card, part in parts for found in _to_write(card, part)],
        "try": next(_tries(blueprint, gateway, about), None) if gateway else None,
    }


def _part(card: Card, part: Fact, ports: Mapping[str, int]) -> Fact:
    facts = {"service": part}
    install = [filled(card.do.install, facts)] if card.do.install else []
    tests = [filled(command, facts) for command in card.do.test]
    reached = [o["http"] for o in (*part["operations"], *part["endpoints"]) if o["http"]]
    hears = [*part["subscriptions"], *(f for copy in part["copies"] for f in copy["feeds"])]
    return {
        "name": part["name"],
        "title": part["title"],
        "kind": "bff" if part["role"] == "bff" else "service",
        "folder": part["folder"],
        "about": part["about"],
        "keeps": [entity["name"] for entity in part["entities"]],
        "team": part["team"],
        "stack": card.pack,
        "port": ports[part["name"]],
        "context": part["context"],
        "offers": [{"method": http["method"], "path": http["path"]} for http in reached],
        "emits": list(dict.fromkeys(e["event"] for o in part["operations"] for e in o["emits"])),
        "hears": list(dict.fromkeys(f"{h['service']}.{h['event']}" for h in hears)),
        "ci": {
            "programs": sorted({command[0] for command in (*install, *tests)}),
            "install": [shlex.join(command) for command in install],
            "test": [shlex.join(command) for command in tests],
        },
    }


def _teams(parts: list[Fact]) -> list[Fact]:
    """Who owns which folders, by first use."""
    folders: dict[str, list[str]] = {}
    for part in parts:
        if part["team"]:
            folders.setdefault(part["team"], []).append(part["folder"])
    return [{"name": name, "handle": handle(name), "folders": owned} for name, owned in folders.items()]


def _to_write(card: Card, part: Fact) -> Iterator[Fact]:
    """The files that are the user's own, where the pack's card says that logic lies."""
    if card.files.logic is not None:
        for logic in part["logic"]:
            path = fill(card.files.logic, {"service": part, "logic": logic})
            yield {"part": part["name"], "file": f"{part['folder']}/{path}", "rule": logic["rule"]}


def _tries(blueprint: Blueprint, gateway: Fact, parts: list[Fact]) -> Iterator[Fact]:
    """Requests through the gateway that need no input: public ones first, then lists that want a token."""
    routes: dict[str, list[Fact]] = {}
    for route in gateway["routes"]:
        routes.setdefault(route["upstream"], []).append(route)
    offered = [(part, o) for part in parts for o in (*part["operations"], *part["endpoints"]) if _simple(o)]
    for kind in ("public", "scopes", "token"):
        for part, offer in offered:
            if offer["access"]["kind"] != kind:
                continue
            path = _outside(routes.get(part["name"], []), offer["http"])
            if path is None:
                continue
            claims = [i for i in offer["inputs"] if i["source"] and i["source"]["from"] == "token"]
            uuid = any(i["type"]["kind"] == "uuid" for i in claims)
            subject = None if kind == "public" else uuid_of("user") if uuid else "alice"
            yield {"method": "GET", "path": path, "subject": subject, "scopes": offer["access"]["scopes"]}


def _simple(offer: Fact) -> bool:
    asked = (i for i in offer["inputs"] if i["source"] is None)
    return bool(offer["http"]) and offer["http"]["method"] == "GET" and not any(i["required"] for i in asked)


def _outside(routes: list[Fact], http: Fact) -> str | None:
    """A path of a service as the gateway's callers write it."""
    segments = segments_of(http["template"])
    for route in routes:
        inner = inner_path(route["prefix"])
        fits = route["method"] in (None, http["method"]) and f"{http['path']}/".startswith(f"{route['version']}/")
        if fits and route["path"] is not None and segments[: len(inner)] == inner:
            return str("/".join((route["prefix"].rstrip("/"), *segments[len(inner) :])))
    return None

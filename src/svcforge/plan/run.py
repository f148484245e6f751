"""`run.json`: every process of the system with its folder, arguments, port, environment and health. `up` reads no more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from svcforge.packs.card import Card
from svcforge.plan.commands import fill, filled
from svcforge.plan.ports import admin
from svcforge.plan.types import Fact

VERSION = 1


def run_facts(
    system: Fact,
    parts: Iterable[tuple[Card, Fact]],
    gateway: tuple[Card, Fact] | None,
    broker: Fact | None,
    externals: list[Fact],
    ports: Mapping[str, int],
) -> Fact:
    """All of `run.json` but what only `up` knows.

    Args:
        parts: cards and facts of services and BFFs.
        externals: what the system uses, with the variable, the port and the stand-in of each.
    """
    jwt = system["jwt"]
    return {
        "version": VERSION,
        "system": system["name"],
        "jwt": {"issuer": jwt["issuer"], "audience": jwt["audience"]} if jwt else None,
        "broker": {
            "name": broker["name"],
            "engine": broker["engine"],
            "port": broker["port"],
            "folder": broker["folder"],
            "definitions": "definitions.json",
        }
        if broker
        else None,
        "externals": [{key: e[key] for key in ("name", "env", "port", "stand_in")} for e in externals],
        "parts": [*_parts(parts, broker, ports), *_gateway(gateway, ports)],
    }


def run_text(facts: Fact) -> bytes:
    """`run.json` as a file."""
    return (json.dumps(facts, indent=2, ensure_ascii=False) + "\n").encode()


def _parts(parts: Iterable[tuple[Card, Fact]], broker: Fact | None, ports: Mapping[str, int]) -> Iterator[Fact]:
    for card, service in parts:
        do, facts = card.do, {"service": service}
        if do.run is None:
            continue
        yield {
            "name": service["name"],
            "kind": "bff" if service["role"] == "bff" else "service",
            "folder": service["folder"],
            "port": ports[service["name"]],
            "after": [broker["name"]] if broker and service["has"]["broker"] else [],
            "tools": _tools(card),
            "install": [filled(do.install, facts)] if do.install else [],
            "migrate": [filled(do.migrate, facts)] if do.migrate and service["database"] else [],
            "run": filled(do.run, facts),
            "health": do.health or "/health/ready",
            "database": service["package"] if service["database"] else None,
            **({"settings": list(_settings(service))} if service["settings"] else {}),
            "env": dict(_environment(service)) | {name: fill(text, facts) for name, text in do.env.items()},
            "files": list(do.files),
        }


def _gateway(gateway: tuple[Card, Fact] | None, ports: Mapping[str, int]) -> Iterator[Fact]:
    if gateway is None or gateway[0].do.run is None:
        return
    card, about = gateway
    do, facts = card.do, {"gateway": about}
    name = about["name"]
    yield {
        "name": name,
        "kind": "gateway",
        "folder": about["folder"],
        "port": ports[name],
        "admin": ports[admin(name)],
        "after": [],
        "tools": _tools(card),
        "install": [filled(do.install, facts)] if do.install else [],
        "migrate": [],
        "run": filled(do.run or (), facts),
        "health": do.health or "/health",
        "database": None,
        "env": {name: fill(text, facts) for name, text in do.env.items()},
        "files": list(do.files),
        **({"drain": {"post": do.drain.post, "busy": do.drain.busy}} if do.drain else {}),
    }


def _tools(card: Card) -> list[str]:
    return [tool["pypi"] for tool in card.tools if "pypi" in tool]


def _settings(service: Fact) -> Iterator[str]:
    """The variables of the user's code, each of which may be the name of a file instead."""
    for setting in service["settings"]:
        yield from (setting["env"], f"{setting['env']}_FILE")


def _environment(service: Fact) -> Iterator[tuple[str, str]]:
    """What a part reads from its environment, with what only `up` knows left open."""
    yield "PORT", "${port}"
    if service["database"]:
        yield "DATABASE_URL", "${database}"
    if service["has"]["broker"]:
        yield "AMQP_URL", "${amqp}"
    for dependency in service["dependencies"]:
        yield dependency["env"], f"${{url:{dependency['name']}}}"
    has, auth = service["has"], service["auth"]
    if auth and (has["auth"] or has["service_tokens"]):
        yield "JWT_ISSUER", auth["issuer"]
        yield "JWT_AUDIENCE", auth["audience"]
        yield "JWKS_URL", "file://${keys}/jwks.json"
    if has["service_tokens"]:
        yield "TOKEN_SIGNING_KEY", "${keys}/signing-key.pem"

"""Watchers: the containers that watch a system run by Compose, as the cards of platforms say, and to whom each speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from svcforge.packs.card import Card, Server
from svcforge.plan.compose import between, network
from svcforge.plan.containers import server, traced
from svcforge.plan.naming import constant
from svcforge.plan.types import Fact

READER = "statistics-reader"
"""Who reads the statistics of the database server; no role of a service has a name with `-`."""


def watch_facts(
    platforms: Iterable[Card], backends: Iterable[Card], telemetry: Fact, parts: list[str], compose: Fact
) -> Fact:
    """The facts of the watchers of a system that Compose runs.

    Args:
        platforms: the cards of what is made for the system as a whole.
        backends: the cards of what a collector sends to.
        parts: the names of services and BFFs.
        compose: the section of that name: what else runs in containers, and how many networks there are already.
    """
    engines = {telemetry[what]["engine"] for what in ("broker", "databases") if telemetry[what]}
    kept = {name: one for card in backends for name, one in card.servers.items()}
    servers = {name: one for card in platforms for name, one in card.servers.items()} | kept
    servers = {name: one for name, one in servers.items() if one.where is None or one.where in engines}
    signals = {pipeline["signal"] for pipeline in telemetry["pipelines"]}
    groups = {
        "parts": parts,
        "sources": [server(name) for name, one in servers.items() if one.source],
        "backends": [server(name) for name in kept],
        "gateway": [telemetry["gateway"]["name"]] if telemetry["gateway"] else [],
        "broker": [compose["broker"]["name"]] if compose["broker"] else [],
        "store": [compose["databases"]["name"]] if compose["databases"] else [],
    }
    around = [name for group in ("gateway", "broker", "store") for name in groups[group]]
    takers = [name for name, one in servers.items() if one.takes]
    edges = list(dict.fromkeys(_edges(servers, groups, takers if signals & {"traces", "metrics"} else [])))
    told = {key: value.replace("${host}", server(name)) for name, one in kept.items() for key, value in one.env.items()}
    holes = {"${store}": "".join(groups["store"]), "${reader}": READER}
    containers = [_container(name, one, told if one.takes else {}, telemetry, holes) for name, one in servers.items()]
    joined = [(between(a, b), True) for a, b in edges]
    joined += [(between(one["name"], "edge"), False) for one in containers if one["open"]]

    members: dict[str, list[str]] = {name: [] for name in (*parts, *around, *(one["name"] for one in containers))}
    for a, b in edges:
        members[a].append(between(a, b))
        members[b].append(between(a, b))
    return {
        "containers": [
            one | {"networks": [*members[one["name"]], *([between(one["name"], "edge")] if one["open"] else [])]}
            for one in containers
        ],
        "members": {name: members[name] for name in (*parts, *around)},
        "networks": [
            network(len(compose["networks"]) + i, name, internal=inner) for i, (name, inner) in enumerate(joined)
        ],
        "variables": [
            variable
            for name in takers
            if "traces" in signals
            for variable in traced(telemetry["system"], f"http://{server(name)}:{telemetry['otlp']}")
        ],
        "logs": next((one.logs for one in servers.values() if one.logs and telemetry["ships"]), None),
        "secrets": [secret for one in containers for secret in one["secrets"]],
        "readers": [
            {"role": READER, "secret": secret["name"]}
            for one in containers
            for secret in one["secrets"]
            if secret["kind"] == "reader"
        ],
    }


def _edges(
    servers: Mapping[str, Server], groups: Mapping[str, list[str]], takers: list[str]
) -> Iterator[tuple[str, str]]:
    """Who speaks to whom: a part comes first, whichever of the two begins."""
    for name in takers:
        yield from ((part, server(name)) for part in groups["parts"])
    for name, one in servers.items():
        for asked in one.asks:
            if asked in ("parts", "gateway", "broker", "store"):
                yield from ((part, server(name)) for part in groups[asked])
            elif asked in groups:
                yield from ((server(name), other) for other in groups[asked])
            elif asked in servers:
                yield server(name), server(asked)


def _container(name: str, one: Server, told: Mapping[str, str], telemetry: Fact, holes: Mapping[str, str]) -> Fact:
    asked = telemetry["settings"] if one.takes else []
    environment: list[Fact] = [
        {"name": key, "value": _filled(value, holes), "from": None}
        for key, value in ({**one.environment, **told}).items()
    ]
    for setting in asked:
        if setting["name"] not in told:
            user = {"name": setting["name"], "required": setting["default"] is None}
            environment.append({"name": setting["name"], "value": None, "from": user})
    secrets = [secret for key, kind in one.secrets.items() for secret in _secrets(key, kind, telemetry)]
    if one.takes:
        secrets += [
            {"name": secret["name"], "kind": "setting", "of": secret["about"]} for secret in telemetry["secrets"]
        ]
    published = {"screen": one.screen} | ({"logs": one.logs} if telemetry["ships"] else {})
    return {
        "name": server(name),
        "image": one.image,
        "user": one.user,
        "command": list(one.command),
        "env": sorted(environment, key=lambda variable: str(variable["name"])),
        "files": [{"folder": folder, "at": at} for at, folder in one.files.items()],
        "secrets": secrets,
        "ports": [
            {"variable": constant(name, "_PORT" if kind == "screen" else "_LOGS_PORT"), "number": number}
            for kind, number in published.items()
            if number
        ],
        # Whoever is outside is reached by a network that no other container is in.
        "open": any(published.values()) or (one.takes and telemetry["outside"]),
        "data": one.data,
        "health": one.health if isinstance(one.health, str) else list(one.health or ()) or None,
        "memory": one.memory,
    }


def _filled(text: str, holes: Mapping[str, str]) -> str:
    for hole, value in holes.items():
        text = text.replace(hole, value)
    return text


def _secrets(key: str, kind: str, telemetry: Fact) -> Iterator[Fact]:
    if kind == "receivers":
        yield from ({"name": name, "kind": "given", "of": name} for name in telemetry["receivers"])
    else:
        yield {"name": key, "kind": kind, "of": key}

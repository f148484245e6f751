"""Compose as facts: environments, secrets, databases, and a network for each edge and no other."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from svcforge.plan.commands import filled
from svcforge.plan.containers import asks_issuer, environment, mounted, own_secrets, served, server, shared_secrets
from svcforge.plan.edges import calls
from svcforge.plan.types import Fact

SUBNETS = 1024
"""How many /26 networks there are in 10.214.0.0/16."""


def compose_facts(
    parts: list[Fact], gateway: Fact | None, broker: Fact | None, store: str | None, commands: Fact
) -> Fact:
    """The facts of a compose file.

    Args:
        parts: the facts of services and BFFs.
        commands: each part's `migrate` as its card says, by the part's name.
    """
    databases = [part for part in parts if served(part, store)]
    edges = list(_edges(parts, gateway, broker, databases, store))
    networks = [network(i, between(a, b), internal=True) for i, (a, b) in enumerate(edges)]
    outside = [p["name"] for p in parts if any(d["external"] for d in p["dependencies"]) or asks_issuer(p)]
    if gateway:
        networks.append(network(len(networks), "edge", internal=False))
    remote = gateway is not None and gateway["jwt"] is not None and gateway["jwt"]["jwks"] is not None
    if outside or remote:
        networks.append(network(len(networks), "outside", internal=False))

    def of(name: str) -> list[str]:
        return [between(a, b) for a, b in edges if name in (a, b)]

    members = {p["name"]: of(p["name"]) + (["outside"] if p["name"] in outside else []) for p in parts}
    secrets = [*(s for part in parts for s in own_secrets(part, store)), *shared_secrets(parts, broker)]
    return {
        "parts": [_part(p, members[p["name"]], store, broker, commands.get(p["name"])) for p in parts],
        "gateway": {
            "networks": [*of(gateway["name"]), "edge", *(["outside"] if remote else [])],
            "after": [upstream["name"] for upstream in gateway["upstreams"]],
        }
        if gateway
        else None,
        "broker": {"name": server(broker["name"]), "networks": of(server(broker["name"]))} if broker else None,
        "databases": {
            "name": server(store),
            "networks": of(server(store)),
            "engine": store,
            "names": [{"name": p["package"], "secret": f"{p['package']}.database_url"} for p in databases],
        }
        if store and databases
        else None,
        "networks": networks,
        "secrets": [{key: s[key] for key in ("name", "file", "kind", "of")} for s in secrets],
    }


def _edges(
    parts: list[Fact], gateway: Fact | None, broker: Fact | None, databases: list[Fact], store: str | None
) -> Iterator[tuple[str, str]]:
    """Who speaks to whom: each pair once, and a network of its own for each."""
    yield from calls(parts, gateway)
    for part in parts:
        if broker and part["has"]["broker"]:
            yield part["name"], server(broker["name"])
    for part in databases:
        yield part["name"], server(store or "")


def between(a: str, b: str) -> str:
    """What the network of two is called: no name has an underscore, so no other two have it."""
    return f"{a}_{b}"


def network(number: int, name: str, *, internal: bool) -> Fact:
    """A network, with the small subnet that its number gives it."""
    subnet = f"{number // 4}.{number % 4 * 64}" if number < SUBNETS else None
    return {"name": name, "internal": internal, "subnet": subnet}


def _part(part: Fact, networks: list[str], store: str | None, broker: Fact | None, migrate: list[str] | None) -> Fact:
    file = part["database"] and not served(part, store)
    return {
        "name": part["name"],
        "folder": part["folder"],
        "kind": "bff" if part["role"] == "bff" else "service",
        "env": list(environment(part, store)),
        "secrets": list(mounted(part, store)),
        "migrate": filled(migrate, {"service": part}) if migrate and part["database"] else None,
        "after": [
            *([server(store)] if store and served(part, store) else []),
            *([server(broker["name"])] if broker and part["has"]["broker"] else []),
        ],
        "networks": networks,
        "volume": f"{part['name']}_data" if file else None,
        "cpu": _cpus(part["resources"]["cpu"]),
        "memory": (part["resources"]["memory"] or "256M").removesuffix("i"),
    }


def _cpus(cpu: str | None) -> str:
    """Kubernetes' millicores as a number of processors: `250m` is 0.25."""
    if cpu is None:
        return "0.50"
    milli = cpu.removesuffix("m")
    try:
        return str(Decimal(milli) / 1000) if cpu.endswith("m") else str(Decimal(cpu))
    except ArithmeticError:
        return "0.50"

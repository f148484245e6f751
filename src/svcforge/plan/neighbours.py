"""What stands around the parts of a mesh: databases, the broker, the issuer of tokens, the world outside."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.plan.environment import url_env
from svcforge.plan.gateway import server_of
from svcforge.plan.kubernetes import BROKERS, POSTGRES, SCRAPED
from svcforge.plan.types import Fact

DOMAIN = "cluster.local"
"""The cluster's domain, and the trust domain of its identities."""


def identity(namespace: str, account: str) -> str:
    """Whom the mesh knows by the certificate of a service account."""
    return f"{DOMAIN}/ns/{namespace}/sa/{account}"


def host(name: str, namespace: str) -> str:
    """A Service by its full name."""
    return f"{name}.{namespace}.svc.{DOMAIN}"


def issuer(tokens: Fact | None, parts: list[Fact]) -> Fact | None:
    """The issuer of tokens as a service outside, where somebody fetches its keys."""
    if tokens is None or not any(part["asks_issuer"] for part in parts):
        return None
    url = server_of(tokens["jwks"] or "")
    return {"host": url["host"], "port": url["port"], "protocol": "TLS" if url["tls"] else "HTTP"} if url else None


def outside(external: str) -> str:
    """The host of what is outside, until somebody says it."""
    return f"{external}.example.com"


def externals(parts: list[Fact]) -> list[Fact]:
    """What is outside and has no address until somebody says it, and its place among what each caller reaches."""
    callers: dict[str, list[Fact]] = {}
    for part in parts:
        for place, name in enumerate(part["externals"]):
            callers.setdefault(name, []).append({"name": part["name"], "place": place})
    return [
        {"name": name, "env": url_env(name), "host": outside(name), "callers": those} for name, those in callers.items()
    ]


def servers(kubernetes: Fact, parts: list[Fact], namespace: str, metrics: bool) -> Iterator[Fact]:
    """Databases and the broker: those of development have a sidecar, those that an operator runs have none."""
    dev = next(overlay for overlay in kubernetes["overlays"] if overlay["few"])
    for store in dev["stores"]:
        # The operator has a Service of this name for whoever writes.
        elsewhere = [host(f"{store['name']}-rw", namespace)]
        yield _server(store["name"], POSTGRES, [store["of"]], namespace) | {"elsewhere": elsewhere, "scraped": None}
    if broker := dev["broker"]:
        users = [part["name"] for part in parts if part["has"]["broker"]]
        port = next(iter(BROKERS.values()))
        scraped = SCRAPED if metrics else None
        yield _server(broker["name"], port, users, namespace) | {"elsewhere": [], "scraped": scraped}


def used(among: list[Fact]) -> dict[str, list[str]]:
    """The hosts of the servers that each part uses."""
    found: dict[str, list[str]] = {}
    for server in among:
        for part in server["used_by"]:
            found.setdefault(part, []).extend((server["host"], *server["elsewhere"]))
    return found


def _server(name: str, port: int, users: list[str], namespace: str) -> Fact:
    principals = [identity(namespace, user) for user in users]
    return {"name": name, "host": host(name, namespace), "port": port, "used_by": users, "principals": principals}

"""The cluster's own ingress in the gateway's place, as facts: a route of the Gateway API for each of the gateway's."""

from __future__ import annotations

import re
from collections.abc import Iterable

from svcforge.plan.mesh import duration
from svcforge.plan.naming import free
from svcforge.plan.types import Fact


def ingress_facts(gateway: Fact, mesh: Fact, kubernetes: Fact) -> Fact:
    """What stands at the door where no gateway of its own does; a route with a `{x}` in its prefix has no place there.

    Args:
        gateway: what the gateway's facts would be.
        mesh: the section of that name: what the ingress is called.
        kubernetes: the section of that name: which releases run.
    """
    routes = [route for route in gateway["routes"] if route["path"]]
    releases = {one["name"]: one["releases"] for one in kubernetes["workloads"] if one["releases"]}
    jwt = gateway["jwt"]
    taken: set[str] = set()
    return {
        **mesh["entry"],
        "namespace": mesh["namespace"],
        "traces": mesh["traces"],
        "tokens": {"issuer": jwt["issuer"], "audience": jwt["audience"], "jwks": jwt["jwks"]["url"]}
        if jwt and jwt["jwks"]
        else None,
        "guarded": jwt is not None,
        "routes": [_route(route, routes, releases, taken) for route in routes],
        "parts": list(dict.fromkeys(route["upstream"] for route in routes)),
        "limited": gateway["limit"] is not None or any(route["limit"] for route in routes),
        "demanding": bool(jwt and jwt["jwks"] and any(route["access"] == "token" for route in routes)),
        "left_out": [route["prefix"] for route in gateway["routes"] if not route["path"]],
        "released": kubernetes["released"],
    }


def _route(route: Fact, routes: Iterable[Fact], releases: dict[str, list[Fact]], taken: set[str]) -> Fact:
    method, path = route["method"], route["path"]
    words = [*([method.lower()] if method else []), *re.findall("[a-z0-9]+", path.lower())]
    name = free("-".join(words) or "all", taken)
    taken.add(name)
    narrower = [r for r in routes if r["access"] != "token" and r is not route and _within(r["path"], path)]
    return {
        "name": name,
        "method": method,
        "path": path,
        "below": f"{path.rstrip('/')}/*",
        "rewrite": route["rewrite"],
        "upstream": route["upstream"],
        "timeout": duration(route["timeout_ms"]),
        "budget": str(route["timeout_ms"]),
        "demands": route["access"] == "token",
        "but": [found for r in narrower for found in (r["path"], f"{r['path'].rstrip('/')}/*")],
        "releases": releases.get(route["upstream"], []),
    }


def _within(path: str, prefix: str) -> bool:
    return prefix == "/" or path.startswith(f"{prefix}/")

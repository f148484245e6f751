"""What Consul is told where Nomad runs the jobs: the parser takes it, and permissions close over the edges and upstreams."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import hcl2
import pygohcl
import pytest
from tests.packs.meshes.clusters import milliseconds, patience, plain, template
from tests.packs.nomad.test_jobs import jobs, many, upstreams
from tests.packs.systems import SYSTEMS, files_of, system
from tests.plan.planned import whole

from svcforge.plan.workloads import LIVE

systems = pytest.mark.parametrize("name", SYSTEMS)


@cache
def entries(name: str) -> dict[str, Any]:
    """Every entry by its path."""
    found = files_of(system(name, ("nomad",), "consul"), "consul")
    return {
        path.removeprefix("platform/consul/config-entries/"): pygohcl.loads(text)
        for path, text in found.items()
        if path.endswith(".hcl") and hcl2.loads(text)
    }


def of(name: str, kind: str) -> dict[str, Any]:
    """The entries of a kind by the name that they are about."""
    found = [one for one in entries(name).values() if one["Kind"] == kind]
    assert len({one["Name"] for one in found}) == len(found)
    return {one["Name"]: one for one in found}


def path_of(http: Any) -> str:
    """The path that an entry is about, as a template."""
    return str(http["PathExact"]) if "PathExact" in http else plain(http["PathRegex"])


def permitted(name: str) -> Iterator[tuple[str, str, str, str]]:
    """Who may ask whom for what."""
    for called, one in of(name, "service-intentions").items():
        for source in many(one["Sources"]):
            for permission in many(source.get("Permissions")):
                [method] = permission["HTTP"]["Methods"]
                yield source["Name"], called, method, path_of(permission["HTTP"])


@systems
def test_whom_a_job_reaches_lets_it_in_and_nobody_else_does(name: str) -> None:
    allowed = {
        (source["Name"], called)
        for called, one in of(name, "service-intentions").items()
        for source in many(one["Sources"])
    }
    reached = {(a, b) for a, job in jobs(name, "consul").items() for b in upstreams(job)}
    assert {(a, b) for a, b in allowed if a != "*"} == reached
    assert of(name, "service-intentions")["*"]["Sources"] == [{"Name": "*", "Action": "deny"}]


@systems
def test_permissions_close_over_exactly_the_declared_edges(name: str) -> None:
    traffic = whole(system(name, ("nomad",), "consul"))["traffic"]
    door = next((part["name"] for part in traffic["parts"] if part["kind"] == "gateway"), None)
    wanted = {(e["from"], e["to"], e["method"], template(e)) for e in traffic["edges"]}
    wanted |= {(e["from"], e["to"], "GET", LIVE) for e in traffic["edges"] if e["from"] == door}
    assert {one for one in permitted(name) if one[0] != "*"} == wanted


@systems
def test_routes_are_as_patient_as_the_blueprint_says(name: str) -> None:
    found = {}
    for called, one in of(name, "service-router").items():
        for route in many(one["Routes"]):
            http, to = route["Match"]["HTTP"], route["Destination"]
            [method] = http["Methods"]
            at_door = "x-forwarded-for" in {header["Name"] for header in many(http.get("Header"))}
            found[called, method, path_of(http), at_door] = milliseconds(to["RequestTimeout"]), to.get("NumRetries", 0)
    assert found == patience(name, "consul")


@systems
def test_servers_speak_their_own_protocol(name: str) -> None:
    servers = {b for job in jobs(name, "consul").values() for b, (_, port) in upstreams(job).items() if port != 8080}
    protocols = {called: one["Protocol"] for called, one in of(name, "service-defaults").items()}
    assert {called for called, protocol in protocols.items() if protocol == "tcp"} >= servers
    assert {called for called, protocol in protocols.items() if protocol == "http"}.isdisjoint(servers)

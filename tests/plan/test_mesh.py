"""A mesh as facts: durations, paths, the order of routes, who is left out when, who is told to ask once."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.packs.istio.mesh import blueprint_of, mesh_facts
from tests.plan.planned import named

from svcforge.model.routes import is_parameter, segments_of
from svcforge.plan.mesh import duration
from svcforge.plan.mesh import mesh_facts as made

WORD = st.from_regex(r"[a-z0-9][a-z0-9.+-]{0,5}", fullmatch=True)
TEMPLATE = st.lists(WORD | WORD.map(lambda word: "{" + word + "}"), min_size=1, max_size=4).map(
    lambda s: "/" + "/".join(s)
)

ALONE = {"overlays": [{"name": "dev", "few": True, "stores": [], "broker": None}], "workloads": [], "ingress": "i"}


def edge(path: str, **more: Any) -> dict[str, Any]:
    """An edge of `a` to `b`."""
    segments = [{"text": one, "any": is_parameter(one)} for one in segments_of(path)]
    exact = not any(one["any"] for one in segments)
    facts = {"operation": path, "method": "GET", "path": path, "segments": segments, "exact": exact, "token": "none"}
    return {"from": "a", "to": "b", "timeout_ms": 1000, "retries": 1, "breaker": None} | facts | more


def called(*edges: dict[str, Any], breaker: Any = None, kind: str = "service") -> dict[str, Any]:
    """What the mesh knows of `b`, which `a` calls."""

    def part(name: str, kind: str, **more: Any) -> dict[str, Any]:
        rest = {"release": "v1", "releases": [], "callers": [], "calls": [], "externals": [], "breaker": None}
        return {"name": name, "kind": kind} | rest | more

    ends = [
        part("a", kind, calls=[{"name": "b", "edges": list(edges)}]),
        part("b", "service", callers=[{"name": "a", "edges": list(edges)}], breaker=breaker),
    ]
    parts = [{"name": name, "operations": [], "endpoints": [], "auth": None} for name in ("a", "b")]
    facts = made(blueprint_of("post"), {"namespace": "two", "auth": None, "parts": ends}, ALONE, parts)
    return named(facts["parts"], "b")


@given(st.integers(1, 10**9))
def test_a_duration_is_read_back_as_it_was(milliseconds: int) -> None:
    match = re.fullmatch("([0-9]+)(ms|s)", duration(milliseconds))
    assert match
    assert int(match[1]) * {"ms": 1, "s": 1000}[match[2]] == milliseconds


def accepts(route: dict[str, Any], path: str) -> bool:
    """Whether a route is for a path."""
    return path == route["path"] if route["path"] else re.fullmatch(route["pattern"], path) is not None


@given(st.lists(TEMPLATE, min_size=1, max_size=6, unique_by=lambda path: re.sub("{[^}]*}", "{}", path)))
def test_a_request_takes_the_route_of_the_most_specific_path(paths: list[str]) -> None:
    routes = called(*(edge(path) for path in paths))["routes"]
    for path in paths:
        asked = re.sub("{[^}]*}", "~", path)
        taken = next(route for route in routes if accepts(route, asked))
        # Nobody else's words begin like this: only a parameter takes them.
        literal = [one for one in paths if re.sub("{[^}]*}", "~", one) == asked]
        assert taken["name"] in {f"a.{one}" for one in literal}
        assert not accepts(taken, f"{asked}/more")
        assert not accepts(taken, asked.replace("/", "//"))


@given(st.lists(TEMPLATE, min_size=1, max_size=6, unique=True))
def test_every_edge_has_a_rule_and_a_route(paths: list[str]) -> None:
    found = called(*(edge(path) for path in paths))
    templates = ["/" + "/".join("{*}" if is_parameter(s) else s for s in segments_of(path)) for path in paths]
    assert [rule["path"] for rule in found["rules"]] == templates
    assert sorted(route["name"] for route in found["routes"]) == sorted(f"a.{path}" for path in paths)


def test_an_instance_is_left_out_where_its_callers_breaker_would_open() -> None:
    breaker = {"failures": 0.3, "window": 15, "reset_ms": 2500}
    assert called(edge("/x"), breaker=breaker)["ejection"] == {"failures": 5, "reset": "2500ms"}
    assert called(edge("/x"))["ejection"] is None
    assert called(edge("/x"), kind="gateway")["ejection"] == {"failures": 5, "reset": "5s"}


def test_what_the_gateway_repeats_the_mesh_does_not() -> None:
    assert [route["retries"] for route in called(edge("/x", retries=2), kind="gateway")["routes"]] == [0]
    assert [route["retries"] for route in called(edge("/x", retries=2))["routes"]] == [2]


def test_whatever_is_no_edge_takes_no_longer_than_the_most_patient_edge() -> None:
    found = called(edge("/x", timeout_ms=300), edge("/y", timeout_ms=2000))
    assert (found["timeout"], found["late"]) == ("2s", "4s")


def test_those_ask_once_for_whom_the_mesh_asks_again() -> None:
    parts = mesh_facts(blueprint_of("shop"))["parts"]
    assert {part["name"] for part in parts if part["repeated"]} == {"orders", "recommendations", "web", "mobile"}


def test_a_part_reaches_whom_it_calls_its_servers_the_collector_and_nothing_else() -> None:
    parts = mesh_facts(blueprint_of("shop"))["parts"]
    assert named(parts, "recommendations")["reached"] == [
        "./catalog.shop.svc.cluster.local",
        "./recommendations-db.shop.svc.cluster.local",
        "./recommendations-db-rw.shop.svc.cluster.local",
        "./rabbitmq.shop.svc.cluster.local",
        "observability/otel-collector.observability.svc.cluster.local",
    ]

"""The cluster's ingress in the gateway's place: routes straight to services, and what it cannot do is said."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.packs.istio.mesh import POST, built, in_mesh, made
from tests.packs.istio.test_objects import checked
from tests.packs.kubernetes.cluster import OVERLAYS, Object, of_kind, read, text_of

from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan

TEXTS = {
    "post": POST.replace("gateway: envoy", "gateway: istio-ingress"),
    "shop": in_mesh(text_of("shop")).replace("gateway: envoy", "gateway: istio-ingress"),
    "unmeshed": text_of("shop").replace("gateway: envoy", "gateway: istio-ingress"),
}

each = pytest.mark.parametrize("name", TEXTS)


@cache
def cluster(name: str, overlay: str) -> tuple[Object, ...]:
    """All objects of a system with such a door."""
    return tuple(built(made(read(TEXTS[name])), f"platform/kubernetes/overlays/{overlay}"))


def complaints(text: str) -> set[str]:
    """What the plan says is missing."""
    return {found.message for found in plan(read(text), bundled().packs).findings if found.code == "SF021"}


@each
def test_the_cluster_takes_it(name: str, tmp_path: Path) -> None:
    found = checked([one for overlay in OVERLAYS for one in cluster(name, overlay)], tmp_path)
    assert found.returncode == 0, found.stdout


@each
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_route_leads_from_the_gateway_to_a_service(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    [gateway] = of_kind(objects, "Gateway")
    services = of_kind(objects, "Service")
    for route in of_kind(objects, "HTTPRoute").values():
        assert [parent["name"] for parent in route["spec"]["parentRefs"]] == [gateway]
        for rule in route["spec"]["rules"]:
            assert {back["name"] for back in rule["backendRefs"]} <= set(services)
            assert len(rule["backendRefs"]) == 1 or sum(back["weight"] for back in rule["backendRefs"]) == 100


def test_there_is_no_gateway_besides() -> None:
    assert "gateway" not in of_kind(cluster("shop", "prod"), "Deployment")
    units = plan(read(TEXTS["shop"]), bundled().packs).units
    assert "gateway" not in {unit.name for unit in units}
    [root] = [unit for unit in units if unit.name == "root"]
    assert "gateway" not in {part["kind"] for part in root.parts[0].facts["whole"]["run"]["parts"]}


@pytest.mark.parametrize("name", ["shop", "unmeshed"])
def test_nobody_reaches_a_service_but_who_calls_it_and_the_door_of_those_behind_it(name: str) -> None:
    objects = cluster(name, "prod")
    [gateway] = of_kind(objects, "Gateway")
    policies = of_kind(objects, "NetworkPolicy")
    routed = {
        back["name"].removesuffix("-v1").removesuffix("-v2")
        for route in of_kind(objects, "HTTPRoute").values()
        for rule in route["spec"]["rules"]
        for back in rule["backendRefs"]
    }
    behind = {
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for peer in policies[gateway]["spec"]["egress"][1]["to"]
    }
    assert behind == routed
    door = {"podSelector": {"matchLabels": {"gateway.networking.k8s.io/gateway-name": gateway}}}
    for called in of_kind(objects, "ServiceMonitor"):
        sources = [rule.get("from") for rule in policies[called]["spec"]["ingress"]]
        assert None not in sources
        assert ([door] in sources) == (called in routed)


def rules(overlay: str) -> list[Any]:
    """The rules of the route to letters."""
    found: list[Any] = of_kind(cluster("post", overlay), "HTTPRoute")["api-letters"]["spec"]["rules"]
    return found


def test_a_request_becomes_the_services_own() -> None:
    [rule] = rules("dev")
    rewrite, headers = rule["filters"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/api/letters"}}]
    assert rewrite["urlRewrite"]["path"] == {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/v1/letters"}
    assert headers["requestHeaderModifier"]["set"] == [{"name": "x-request-budget-ms", "value": "4000"}]
    assert "x-user-id" in headers["requestHeaderModifier"]["remove"]
    assert (rule["timeouts"], rule["backendRefs"]) == ({"request": "4s"}, [{"name": "letters", "port": 8080}])


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_a_release_is_chosen_at_the_door(overlay: str) -> None:
    chosen, divided = rules(overlay)
    assert chosen["matches"][0]["headers"] == [{"type": "Exact", "name": "tester", "value": "yes"}]
    assert [back["name"] for back in chosen["backendRefs"]] == ["letters-v2"]
    assert [(back["name"], back["weight"]) for back in divided["backendRefs"]] == [
        ("letters-v1", 80),
        ("letters-v2", 20),
    ]
    assert "letters-v2" in of_kind(cluster("post", overlay), "Deployment")


@pytest.mark.parametrize("name", ["post", "shop"])
def test_releases_are_reached_by_the_door_as_their_service_is_by_others(name: str) -> None:
    objects = cluster(name, "prod")
    rules = of_kind(objects, "DestinationRule")
    asked = {
        back["name"]
        for route in of_kind(objects, "HTTPRoute").values()
        for rule in route["spec"]["rules"]
        for back in rule["backendRefs"]
    }
    assert asked <= set(rules)
    for release in asked & {f"{one}-v2" for one in rules}:
        own, service = rules[release]["spec"], rules[release.removesuffix("-v2")]["spec"]
        assert own["trafficPolicy"] == service["trafficPolicy"]
        assert own["host"] == service["host"].replace(release.removesuffix("-v2"), release, 1)
        assert "subsets" not in own


def test_the_ingress_asks_as_itself_and_takes_no_route_of_the_mesh() -> None:
    objects = cluster("post", "prod")
    policies = of_kind(objects, "AuthorizationPolicy")
    principals = {p for rule in policies["letters"]["spec"]["rules"] for p in rule["from"][0]["source"]["principals"]}
    assert principals == {"cluster.local/ns/post/sa/post-ingress-istio"}
    assert set(of_kind(objects, "VirtualService")) == {"stamps"}
    assert policies["post-ingress"]["spec"]["targetRefs"][0]["name"] == "post-ingress"


GUARDED = TEXTS["post"].replace("/api/letters: {", "/api: stamps, /api/letters: {").replace(
    "take_stamp: {creates", "add_stamp: {http: POST /api, creates: Stamp, scopes: [x]}\n          take_stamp: {creates"
)  # fmt: skip


def test_where_a_token_is_demanded_nobody_comes_in_without_one_but_to_what_is_public_below() -> None:
    objects = tuple(built(made(read(GUARDED)), "platform/kubernetes/overlays/dev"))
    [rule] = of_kind(objects, "AuthorizationPolicy")["post-ingress-tokens"]["spec"]["rules"]
    assert rule["from"] == [{"source": {"notRequestPrincipals": ["https://auth.test/*"]}}]
    [to] = rule["to"]
    assert to["operation"] == {
        "paths": ["/api", "/api/*"],
        "notPaths": ["/api/letters", "/api/letters/*"],
    }
    assert of_kind(objects, "RequestAuthentication")["post-ingress"]["spec"]["targetRefs"][0]["kind"] == "Gateway"


def test_what_the_door_cannot_do_is_said() -> None:
    assert complaints(TEXTS["post"]) == set()
    limited = TEXTS["post"].replace("  routes:", "  rate_limit: 100/15m per client\n  routes:", 1)
    assert complaints(limited) == {'no platform chosen here can do "rate-limit"'}
    unkeyed = TEXTS["post"].replace(', jwks: "https://auth.test/keys"', "")
    assert complaints(unkeyed) == {'no platform chosen here can do "jwt.keys"'}
    deep = TEXTS["post"].replace("{/api/letters: {", '{"/api/{office}/letters": {to: letters}, /api/letters: {', 1)
    assert complaints(deep) == {'no platform chosen here can do "routes.parameters"'}
    readme = made(read(deep))["platform/istio-ingress/README.md"]
    assert "`/api/{office}/letters`" in readme

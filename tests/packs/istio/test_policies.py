"""Who may ask what, for how long and how often: what the mesh allows is what the blueprint declares, and no more."""

from __future__ import annotations

from typing import Any

import pytest
from tests.packs.istio.mesh import blueprint_of, built, cluster, everywhere, files_of, mesh_facts, systems, traffic
from tests.packs.kubernetes.cluster import OVERLAYS, Object, of_kind, pods, selects

from svcforge.plan.kubernetes import namespace

Asked = tuple[str, str, str, str]
"""Caller, called, method and path."""


def declared(name: str) -> set[Asked]:
    """The edges of a system, as the plan has them."""
    edges = traffic(blueprint_of(name))["edges"]
    return {
        (e["from"], e["to"], e["method"], "/".join("{*}" if s.startswith("{") else s for s in e["path"].split("/")))
        for e in edges
    }


def rules_of(objects: tuple[Object, ...]) -> list[tuple[str, Any]]:
    """The rules of each policy with what it is for."""
    return [
        (found["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"], rule)
        for found in of_kind(objects, "AuthorizationPolicy").values()
        if found["spec"] and "selector" in found["spec"]
        for rule in found["spec"]["rules"]
    ]


def account(principal: str, name: str) -> str:
    """The service account of a principal."""
    before, _, found = principal.rpartition("/")
    assert before == f"cluster.local/ns/{namespace(blueprint_of(name).system)}/sa"
    return found


@everywhere
def test_every_principal_is_a_service_account(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    known = {*of_kind(objects, "ServiceAccount"), *(f"{gateway}-istio" for gateway in of_kind(objects, "Gateway"))}
    running = {pod["spec"].get("serviceAccountName") for pod in pods(objects).values()}
    for _, rule in rules_of(objects):
        for principal in rule["from"][0]["source"]["principals"]:
            if principal != "*":
                assert account(principal, name) in known
                assert principal.endswith("-istio") or account(principal, name) in running


@everywhere
def test_nobody_may_do_anything_but_along_a_declared_edge(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    assert of_kind(objects, "AuthorizationPolicy")["allow-nothing"]["spec"] in (None, {})
    allowed: set[Asked] = set()
    for called, rule in rules_of(objects):
        [source] = (one["source"] for one in rule["from"])
        [principal] = source["principals"] if called not in servers(objects) else ["*"]
        if called in servers(objects) or principal == "*" or principal.endswith("-istio"):
            continue
        [operation] = (one["operation"] for one in rule["to"])
        allowed.add((account(principal, name), called, *operation["methods"], *operation["paths"]))
    looks = {one for one in allowed if one[3] == "/health/live"}
    assert allowed - looks == declared(name)
    gateway = {part["name"] for part in mesh_facts(blueprint_of(name))["parts"] if part["kind"] == "gateway"}
    assert looks == {(e[0], e[1], "GET", "/health/live") for e in declared(name) if e[0] in gateway}


def servers(objects: tuple[Object, ...]) -> set[str]:
    """Databases and brokers."""
    return set(of_kind(objects, "StatefulSet"))


@systems
def test_a_database_lets_in_whose_it_is_and_a_broker_whoever_speaks_through_it(name: str) -> None:
    objects = cluster(name, "dev")
    rules = dict(rules_of(objects))
    for server in servers(objects):
        ports = {port["containerPort"] for one in pods(objects)[server]["spec"]["containers"] for port in one["ports"]}
        [operation] = (one["operation"] for one in rules[server]["to"])
        assert {int(port) for port in operation["ports"]} <= ports
        [[let]] = ([one["source"]["principals"] for one in rules[server]["from"]],)
        policy = of_kind(objects, "NetworkPolicy")[server]["spec"]["ingress"][0]
        names = {peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in policy["from"]}
        accounts = {pods(objects)[one]["spec"]["serviceAccountName"] for one in job_names(objects, names)}
        assert {account(principal, name) for principal in let} == accounts


def job_names(objects: tuple[Object, ...], names: set[str]) -> list[str]:
    """The workloads whose pods have one of the names."""
    return [one for one, pod in pods(objects).items() if pod["metadata"]["labels"]["app.kubernetes.io/name"] in names]


def test_the_door_lets_in_the_ingress_alone() -> None:
    [rule] = [rule for called, rule in rules_of(cluster("shop", "prod")) if called == "gateway"]
    assert rule == {"from": [{"source": {"principals": ["cluster.local/ns/shop/sa/shop-ingress-istio"]}}]}


def test_where_there_is_no_gateway_anybody_in_the_mesh_may_ask_for_what_is_offered() -> None:
    rules = [
        (called, rule["from"], rule["to"][0]["operation"]["methods"])
        for called, rule in rules_of(cluster("little", "prod"))
    ]
    assert rules == [("notes", [{"source": {"principals": ["*"]}}], ["POST"])]


def test_whose_token_an_edge_wants_is_said_where_the_mesh_can_check_it() -> None:
    wanted = {
        (called, rule["to"][0]["operation"]["paths"][0]): rule["from"][0]["source"].get("requestPrincipals")
        for called, rule in rules_of(cluster("post", "prod"))
        if "to" in rule
    }
    assert wanted == {
        ("letters", "/v1/letters"): ["https://auth.test/*"],
        ("letters", "/v1/letters/{*}"): None,
        ("letters", "/health/live"): None,
        ("stamps", "/internal/take_stamp"): ["https://auth.test/service:letters"],
    }
    asked = of_kind(cluster("post", "prod"), "RequestAuthentication")
    assert set(asked) == {"letters", "stamps"}
    assert asked["stamps"]["spec"]["jwtRules"] == [
        {
            "issuer": "https://auth.test",
            "audiences": ["post"],
            "jwksUri": "https://auth.test/keys",
            "forwardOriginalToken": True,
        }
    ]
    assert of_kind(cluster("shop", "prod"), "RequestAuthentication") == {}


@everywhere
def test_where_the_mesh_asks_again_the_client_does_not(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    repeated = {
        match["sourceLabels"]["app.kubernetes.io/name"]
        for found in of_kind(objects, "VirtualService").values()
        for route in found["spec"]["http"]
        if route["retries"]["attempts"]
        for match in route["match"]
    }
    told = {
        found["metadata"]["labels"]["app"]
        for found in of_kind(objects, "ConfigMap").values()
        if "CALL_RETRIES" in found.get("data", {})
    }
    assert repeated == told
    for one in told:
        [container, *_] = pods(objects)[one]["spec"]["containers"]
        assert container["envFrom"] == [{"configMapRef": {"name": f"{one}-config"}}]


@systems
def test_every_route_says_how_long_and_how_often(name: str) -> None:
    for game in (False, True):
        for found in of_kind(cluster(name, "prod", game), "VirtualService").values():
            for route in found["spec"]["http"]:
                assert {"timeout", "retries"} <= set(route)


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_a_release_is_chosen_by_its_header_or_else_by_weight(overlay: str) -> None:
    routes = of_kind(cluster("post", overlay), "VirtualService")["letters"]["spec"]["http"]
    assert [route["name"] for route in routes] == [
        *("gateway.send_letter.v2", "gateway.send_letter", "gateway.get_letter.v2", "gateway.get_letter", "default"),
    ]
    [match] = routes[0]["match"]
    assert match["headers"] == {"tester": {"exact": "yes"}}
    assert [one["destination"]["subset"] for one in routes[0]["route"]] == ["v2"]
    for route in (routes[1], routes[-1]):
        assert [(one["destination"]["subset"], one["weight"]) for one in route["route"]] == [("v1", 80), ("v2", 20)]


def test_in_development_there_is_one_release() -> None:
    assert "subsets" not in of_kind(cluster("post", "dev"), "DestinationRule")["letters"]["spec"]


CANARY = "  - ../../../../platform/{}/canary\n"


@pytest.mark.parametrize("game", [False, True])
@pytest.mark.parametrize("canary", [False, True])
@pytest.mark.parametrize("mesh", [False, True])
def test_every_combination_of_mesh_canary_and_game_day_builds(mesh: bool, canary: bool, game: bool) -> None:
    if game and not mesh:
        return
    folder = "platform/kubernetes/overlays/prod"
    place = f"{folder}/kustomization.yaml"
    files = dict(files_of("post"))
    lines = files[place].splitlines(keepends=True)
    more = ["  - ../../../istio/gameday\n"] if game else []
    kept = [
        line
        for line in lines
        if not line.strip().startswith("- ../../../../")
        or ((canary or "canary" not in line) and (mesh or "/istio" not in line))
    ]
    end = max(i for i, line in enumerate(kept) if line.strip().startswith(("- ../../../../", "components:")))
    files[place] = "".join([*kept[: end + 1], *more, *kept[end + 1 :]])
    objects = tuple(built(files, folder))
    routes = of_kind(objects, "VirtualService")
    assert set(routes) == ({"letters", "stamps"} if mesh else set())
    assert ("letters-v2" in of_kind(objects, "Deployment")) == canary
    if mesh:
        names = [route["name"] for route in routes["letters"]["spec"]["http"]]
        assert (names[0] == "game-day") == game
        assert ("gateway.get_letter.v2" in names) == canary


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_metrics_are_read_where_sidecars_show_them(overlay: str) -> None:
    objects = cluster("shop", overlay)
    parts = {part["name"] for part in mesh_facts(blueprint_of("shop"))["parts"] if part["kind"] != "gateway"}
    monitors = {name: found for name, found in of_kind(objects, "ServiceMonitor").items() if name in parts}
    assert set(monitors) == parts
    for found in monitors.values():
        [endpoint] = found["spec"]["endpoints"]
        assert endpoint["path"] == "/stats/prometheus"
        turned = endpoint["relabelings"][-1]
        assert (turned["targetLabel"], turned["replacement"]) == ("__address__", "$1:15020")
    sidecars = of_kind(objects, "NetworkPolicy")["sidecars"]["spec"]
    assert [rule["ports"] for rule in sidecars["ingress"]] == [[{"protocol": "TCP", "port": 15020}]]
    assert [rule["ports"][0]["port"] for rule in sidecars["egress"]] == [15012, 4318]
    its = [one for one, pod in pods(objects).items() if selects(sidecars["podSelector"], pod["metadata"]["labels"])]
    assert set(its) == set(pods(objects))

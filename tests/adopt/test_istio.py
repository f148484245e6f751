"""A mesh's resources: what they say of the calls to a host stands on every call to it."""

from __future__ import annotations

from pathlib import Path

from tests.adopt.importing import Folder, call
from tests.adopt.test_kubernetes import env, service, workload

from svcforge.model.blueprint import Blueprint
from svcforge.model.policy import Breaker

PARTS = (
    workload("orders", more=env(STOCK_URL="http://stock", NEWS_URL="http://news"))
    + service("orders")
    + workload("stock")
    + service("stock")
    + workload("news")
    + service("news")
)


def istio(kind: str, spec: str, namespace: str = "", name: str = "x") -> str:
    """A resource of Istio."""
    where = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: networking.istio.io/v1\nkind: {kind}\nmetadata: {{name: {name}{where}}}\nspec: {spec}\n---\n"


def meshed(folder: Path, *resources: str) -> Blueprint:
    """Three services, orders calling the two others, with resources of a mesh."""
    return Folder(folder).write(manifests=PARTS + "".join(resources)).blueprint()


STRICT = istio("PeerAuthentication", "{mtls: {mode: STRICT}}", "istio-system")


def test_strict_mutual_tls_is_the_mesh_and_nothing_more(tmp_path: Path) -> None:
    found = meshed(tmp_path, STRICT)
    assert (found.platform.mesh, found.defaults.call.tls, found.defaults.call.auth) == ("istio", None, None)


def test_a_mesh_that_lets_plaintext_pass_is_said_to(tmp_path: Path) -> None:
    found = meshed(tmp_path, istio("PeerAuthentication", "{mtls: {mode: PERMISSIVE}}", "istio-system"))
    assert (found.platform.mesh, found.defaults.call.tls, found.defaults.call.auth) == ("istio", "permissive", "none")


def test_the_narrowest_demand_holds_for_the_calls_to_a_service(tmp_path: Path) -> None:
    odd = istio("PeerAuthentication", "{selector: {matchLabels: {app: news}}, mtls: {mode: DISABLE}}", name="odd")
    found = meshed(tmp_path, STRICT, odd)
    assert {t: call(found, "orders", t).policy.tls for t in ("stock", "news")} == {"stock": "strict", "news": "none"}


def test_without_resources_of_a_mesh_there_is_none(tmp_path: Path) -> None:
    assert meshed(tmp_path).platform.mesh is None


def test_timeouts_retries_and_ejection_stand_on_the_calls_to_their_host(tmp_path: Path) -> None:
    found = meshed(
        tmp_path,
        STRICT,
        istio(
            "VirtualService",
            "{hosts: [stock], http: [{route: [{destination: {host: stock}}], timeout: 0.8s, retries: {attempts: 2}}]}",
        ),
        istio("DestinationRule", "{host: stock, trafficPolicy: {outlierDetection: {baseEjectionTime: 15s}}}"),
    )
    policy = call(found, "orders", "stock").policy
    assert (policy.timeout, policy.retries, policy.breaker) == (800, 2, Breaker(reset=15_000))
    assert call(found, "orders", "news").policy.timeout is None


def test_what_differs_between_the_routes_to_a_host_is_told_and_not_taken(tmp_path: Path) -> None:
    spec = (
        "{hosts: [stock], http: [{match: [{uri: {prefix: /slow}}], route: [{destination: {host: stock}}], timeout: 9s},"
        " {route: [{destination: {host: stock}}], timeout: 1s}]}"
    )
    folder = Folder(tmp_path).write(manifests=PARTS + STRICT + istio("VirtualService", spec))
    assert call(folder.blueprint(), "orders", "stock").policy.timeout is None
    assert any('"timeout" differs between the routes to "stock"' in note for note in folder.imported().notes)


def test_a_policy_that_lets_named_callers_in_is_identity(tmp_path: Path) -> None:
    allow = istio(
        "AuthorizationPolicy",
        "{selector: {matchLabels: {app: stock}}, rules: [{from: [{source: {principals: [cluster.local/ns/x/sa/orders]}}]}]}",
    )
    found = meshed(tmp_path, istio("PeerAuthentication", "{mtls: {mode: PERMISSIVE}}", "istio-system"), allow)
    assert {t: call(found, "orders", t).policy.auth for t in ("stock", "news")} == {"stock": "mesh", "news": None}


def test_a_virtual_service_at_a_gateway_is_a_way_in_with_the_tokens_that_are_asked_for(tmp_path: Path) -> None:
    found = meshed(
        tmp_path,
        STRICT,
        istio(
            "VirtualService",
            "{gateways: [edge], http: [{match: [{uri: {prefix: /api/orders}}], route: [{destination: {host: orders}}], timeout: 3s}]}",
        ),
        istio("RequestAuthentication", "{jwtRules: [{issuer: 'https://login.test', audiences: [shop]}]}"),
    )
    gateway = found.gateway
    assert gateway is not None
    assert gateway.jwt is not None
    assert (gateway.name, [(r.prefix, r.to, r.timeout) for r in gateway.routes], gateway.jwt.audience) == (
        "edge",
        [("/api/orders", "orders", 3000)],
        "shop",
    )


def test_a_route_of_a_service_governs_the_calls_to_it_and_is_no_way_in(tmp_path: Path) -> None:
    gateway_api = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: stock}\nspec:\n"
    route = "  parentRefs: [{kind: Service, name: stock, group: core}]\n  rules: [{timeouts: {request: 2s}, retry: {attempts: 3}, backendRefs: [{name: stock}]}]\n"
    found = meshed(tmp_path, gateway_api + route)
    policy = call(found, "orders", "stock").policy
    assert (policy.timeout, policy.retries, found.gateway, found.platform.mesh) == (2000, 3, None, None)


def test_what_holds_for_some_ports_or_versions_alone_is_told(tmp_path: Path) -> None:
    rule = istio(
        "DestinationRule",
        "{host: stock, trafficPolicy: {portLevelSettings: [{port: {number: 80}}]}, "
        "subsets: [{name: v1}, {name: v2, trafficPolicy: {tls: {mode: DISABLE}}}]}",
    )
    routes = istio("VirtualService", "{hosts: [stock], tcp: [{route: [{destination: {host: stock}}]}]}")
    notes = Folder(tmp_path).write(manifests=PARTS + STRICT + rule + routes).imported().notes
    assert [note.partition(": ")[2] for note in notes] == [
        'not read: "portLevelSettings"',
        'not read: what holds for "v2" alone',
        'not read: routes of the kind "tcp"',
    ]

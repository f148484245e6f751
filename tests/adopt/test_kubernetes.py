"""Kubernetes manifests: workloads and Services as parts, what their containers are told, who reaches them from outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.adopt.importing import Folder, call, calls, uses

from svcforge.model.blueprint import Blueprint


def workload(
    name: str, *, image: str = "acme/x", kind: str = "Deployment", spec: str = "", pod: str = "", more: str = ""
) -> str:
    """A workload of one container, selected by its name."""
    return f"""
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}}}
spec:
  {spec or "replicas: 2"}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      {pod or "restartPolicy: Always"}
      containers:
        - name: {name}
          image: {image}
          {more or "ports: []"}
---
"""


def service(name: str, selects: str | None = None, *, spec: str = "") -> str:
    """A Service."""
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{selector: {{app: {selects or name}}}{", " + spec if spec else ""}}}
---
"""


def cluster(folder: Path, *documents: str) -> Blueprint:
    """The blueprint of manifests."""
    return Folder(folder).write(manifests="".join(documents)).blueprint()


def env(**variables: str) -> str:
    """The environment of a container."""
    return "env: [" + ", ".join(f'{{name: {k}, value: "{v}"}}' for k, v in variables.items()) + "]"


@pytest.mark.parametrize("host", ["stock", "stock.default", "stock.default.svc", "stock.default.svc.cluster.local"])
def test_a_variable_names_a_service_in_all_the_ways_that_dns_knows(tmp_path: Path, host: str) -> None:
    found = cluster(
        tmp_path, workload("orders", more=env(STOCK_ADDR=f"{host}:80")), workload("stock"), service("stock")
    )
    assert calls(found.services["orders"]) == ["stock"]
    assert call(found, "orders", "stock").policy.discovery == "dns"


def test_versions_behind_one_service_are_one_part(tmp_path: Path) -> None:
    versions = (workload("reviews-v1"), workload("reviews-v2"))
    both = "".join(versions).replace("app: reviews-v1", "app: reviews").replace("app: reviews-v2", "app: reviews")
    found = cluster(tmp_path, both, service("reviews"))
    assert {n: s.aka for n, s in found.services.items()} == {"reviews": ("reviews-v1", "reviews-v2")}


def test_several_services_before_one_workload_are_names_of_one_part(tmp_path: Path) -> None:
    found = cluster(
        tmp_path, workload("web"), service("web"), service("web-external", "web", spec="type: LoadBalancer")
    )
    assert (found.services["web"].aka, found.services["web"].exposed) == (("web-external",), True)


def test_probes_replicas_teams_and_autoscalers_are_kept(tmp_path: Path) -> None:
    found = cluster(
        tmp_path,
        workload("a", more="livenessProbe: {tcpSocket: {port: 1}}\n          readinessProbe: {tcpSocket: {port: 1}}"),
        workload("b", more="livenessProbe: {tcpSocket: {port: 1}}"),
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
        "spec: {scaleTargetRef: {name: a}, minReplicas: 2, maxReplicas: 5}\n",
    )
    a, b = found.services["a"], found.services["b"]
    assert (a.has, b.has) == (("health",), ())
    assert (a.replicas, a.scale.min, a.scale.max) == (2, 2, 5)


def test_config_maps_are_looked_up_by_key_as_a_whole_and_as_files(tmp_path: Path) -> None:
    config = """
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  stock: http://stock
  PRICES_URL: http://prices
  nginx.conf: |
    location /x { proxy_pass http://news:80; }
    location /y { proxy_pass http://unknown:80; }
---
"""
    by_key = "env: [{name: STOCK_URL, valueFrom: {configMapKeyRef: {name: conf, key: stock}}}]"
    as_file = "volumes: [{name: c, configMap: {name: conf}}]"
    found = cluster(
        tmp_path,
        config,
        workload("a", more=by_key),
        workload("b", more="envFrom: [{configMapRef: {name: conf}}]"),
        workload("c", pod=as_file),
        *(workload(name) + service(name) for name in ("stock", "prices", "news")),
    )
    assert calls(found.services["a"]) == ["stock"]
    assert calls(found.services["b"]) == ["stock", "prices", "news"]
    assert calls(found.services["c"]) == ["stock", "prices", "news"]


def test_arguments_that_are_addresses_are_calls(tmp_path: Path) -> None:
    found = cluster(
        tmp_path, workload("a", more='args: ["--stock=stock:80", "-v"]'), workload("stock"), service("stock")
    )
    assert calls(found.services["a"]) == ["stock"]


def test_stores_and_brokers_are_told_by_their_images_behind_their_services(tmp_path: Path) -> None:
    found = cluster(
        tmp_path,
        workload("orders", more=env(DB_URL="postgres://pg/orders", MQ_HOST="mq")),
        workload("pg", image="postgres:16", kind="StatefulSet"),
        service("pg"),
        workload("mq", image="rabbitmq:3"),
        service("mq"),
    )
    assert uses(found.services["orders"]) == ["pg-orders"]
    assert (found.platform.broker, str(found.services["mq"].role), calls(found.services["orders"])) == (
        "rabbitmq",
        "infra",
        ["mq"],
    )


def test_secrets_have_a_store_and_literals_are_told(tmp_path: Path) -> None:
    kept = "env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]"
    found = cluster(tmp_path, workload("a", more=kept), workload("b", more=env(API_TOKEN="t0p")))
    assert found.platform.secrets == "kubernetes"
    told = {n: [(s.name, s.type.secret) for s in found.services[n].settings] for n in "ab"}
    assert told == {"a": [("db_password", True)], "b": [("api_token", False)]}


def test_other_containers_are_sidecars_or_share_the_deployable(tmp_path: Path) -> None:
    more = (
        "ports: []\n        - {name: istio-proxy, image: istio/proxyv2}\n        - {name: reports, image: acme/reports}"
    )
    found = cluster(tmp_path, workload("orders", more=more))
    orders = found.services["orders"]
    assert ([s.name for s in orders.sidecars], orders.unit) == (["istio-proxy"], "orders")
    assert found.services["orders-reports"].unit == "orders"


def test_jobs_daemons_and_schedules_are_told_by_their_kind(tmp_path: Path) -> None:
    nightly = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: n, env: [{name: AGENT_URL, value: "http://agent"}]}]}}}}}
---
"""
    found = cluster(
        tmp_path, workload("agent", kind="DaemonSet"), service("agent"), workload("once", kind="Job"), nightly
    )
    assert {n: str(s.role) for n, s in found.services.items()} == {
        "agent": "infra",
        "once": "infra",
        "nightly": "worker",
    }
    assert calls(found.services["nightly"]) == ["agent"]


def test_an_ingress_is_the_gateway_with_its_routes(tmp_path: Path) -> None:
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop-ingress}
spec:
  rules:
    - http:
        paths:
          - {path: /api/orders, backend: {service: {name: orders}}}
          - {path: /api/stock(/|$)(.*), backend: {service: {name: stock}}}
          - {path: /old, backend: {serviceName: gone}}
---
"""
    folder = Folder(tmp_path).write(manifests=ingress + "".join(workload(n) + service(n) for n in ("orders", "stock")))
    gateway = folder.blueprint().gateway
    assert gateway is not None
    assert (gateway.name, [(r.prefix, r.to) for r in gateway.routes]) == (
        "shop-ingress",
        [("/api/orders", "orders"), ("/api/stock", "stock")],
    )
    assert [note.split(": ", 1)[1] for note in folder.imported().notes] == [
        '"/api/stock(/|$)(.*)" is no plain prefix: written as "/api/stock"',
        '"/old" leads to "gone", which is no part of the sources',
    ]


def test_hosts_with_one_prefix_are_gateways_of_their_own(tmp_path: Path) -> None:
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: hosts}
spec:
  rules:
    - {host: a.test, http: {paths: [{path: /, backend: {service: {name: a}}}]}}
    - {host: b.test, http: {paths: [{path: /, backend: {service: {name: b}}}]}}
---
"""
    found = cluster(tmp_path, ingress, workload("a"), service("a"), workload("b"), service("b"))
    assert found.gateway is not None
    assert [(r.prefix, r.to) for r in found.gateway.routes] == [("/", "a")]
    assert {n: calls(s) for n, s in found.services.items() if s.role == "gateway"} == {"hosts-hosts": ["b"]}


def test_an_http_route_has_methods_and_timeouts(tmp_path: Path) -> None:
    route = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  parentRefs: [{name: edge}]
  rules:
    - matches: [{path: {value: /api/orders}, method: GET}]
      timeouts: {request: 1.5s}
      backendRefs: [{name: orders}]
---
"""
    gateway = cluster(tmp_path, route, workload("orders"), service("orders")).gateway
    assert gateway is not None
    assert (gateway.name, [(r.method, r.prefix, r.timeout) for r in gateway.routes]) == (
        "edge",
        [("GET", "/api/orders", 1500)],
    )


def test_kinds_that_are_not_known_are_told_once(tmp_path: Path) -> None:
    odd = "apiVersion: acme/v1\nkind: Gizmo\nmetadata: {name: g}\n---\n"
    folder = Folder(tmp_path).write(
        manifests=workload("a") + odd + odd + "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n"
    )
    assert [note.split(": ", 1)[1] for note in folder.imported().notes] == ['not read: objects of the kind "Gizmo"']


def test_a_list_of_objects_is_its_objects(tmp_path: Path) -> None:
    listed = "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: []}}\n"
    assert list(cluster(tmp_path, listed).services) == ["a"]


def test_a_service_entry_is_a_host_outside(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(
        shop="""
        apiVersion: v1
        kind: Pod
        metadata: {name: orders}
        spec: {containers: [{name: orders, env: [{name: PAY_HOST, value: api.pay.com}]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: pay}
        spec: {hosts: [api.pay.com, "*.pay.com"], location: MESH_EXTERNAL}
        """
    )
    found = folder.blueprint()
    assert (list(found.externals), calls(found.services["orders"])) == (["api-pay-com"], ["api-pay-com"])
    assert folder.imported().notes == (
        'shop.yaml:9 ServiceEntry: not read: "*.pay.com", which is no single host outside',
    )


def test_a_host_that_nobody_has_is_told_even_when_it_is_a_lone_word(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(
        shop="""
        apiVersion: v1
        kind: Pod
        metadata: {name: orders}
        spec:
          containers:
            - name: orders
              env:
                - {name: STOCK_HOST, value: stok}
                - {name: PAY_SERVER, value: api.pay.com}
                - {name: BIND_ADDR, value: 0.0.0.0}
                - {name: OWN_HOST, value: localhost}
                - {name: THEME, value: dark}
        """
    )
    assert folder.imported().notes == (
        'shop.yaml:9 STOCK_HOST: "stok" is named, and no part of the sources has that name',
        'shop.yaml:10 PAY_SERVER: "api.pay.com" is named, and no part of the sources has that name',
    )

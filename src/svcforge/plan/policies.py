"""Network policies as facts: what may speak along a declared edge, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from svcforge.plan.types import Fact

NAME = "app.kubernetes.io/name"
"""The label that policies know pods by."""

HTTP = "http"
"""The port, by its name, on which every part listens."""

OBSERVABILITY = "observability"
"""The namespace of what collects traces and metrics; it is the platform's, and made elsewhere."""

COLLECTOR, PROMETHEUS = "otel-collector", "prometheus"
"""The pods there, by their names."""

TRACES = 4318
"""Where a collector takes OTLP over HTTP."""

PRIVATE = {
    "0.0.0.0/0": ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    "::/0": ["fc00::/7", "fe80::/10"],
}
"""The outside: all addresses but those of private networks, the cluster's own and the clouds' metadata among them."""


def rule(about: str, *ports: int | str, peers: Iterable[Fact] = (), outside: bool = False) -> Fact:
    """One edge of a policy.

    Args:
        about: what stands above it.
        ports: TCP ports, by number or by name.
        peers: the pods at the other end; none, and not `outside`, is anybody.
    """
    blocks = [{"cidr": cidr, "but": but} for cidr, but in PRIVATE.items()] if outside else []
    allowed = [{"protocol": "TCP", "port": port} for port in ports]
    return {"about": about, "peers": list(peers), "blocks": blocks, "ports": allowed}


def pods(value: str, label: str = NAME, namespace: str | None = None) -> Fact:
    """Pods by a label, here or in another namespace."""
    return {"namespace": namespace, "label": label, "value": value}


def names() -> Fact:
    """The cluster's DNS, without which nobody finds anybody."""
    found = rule("names are looked up", 53, peers=[pods("kube-dns", "k8s-app", "kube-system")])
    return found | {"ports": [{"protocol": "UDP", "port": 53}, *found["ports"]]}


def collected(*what: str) -> Fact:
    """The collector of traces, logs, or both."""
    return rule(f"{' and '.join(what)} go to the collector", TRACES, peers=[pods(COLLECTOR, namespace=OBSERVABILITY)])


def scraped(port: int | str, scraper: str) -> Fact:
    """Prometheus asks for metrics, or the collector where it sends them on."""
    who = {PROMETHEUS: "Prometheus", COLLECTOR: "the collector"}[scraper]
    return rule(f"{who} reads metrics", port, peers=[pods(scraper, namespace=OBSERVABILITY)])


def policy(name: str, ingress: Iterable[Fact], egress: Iterable[Fact], label: str = NAME) -> Fact:
    """The policy of the pods that have a name, by the label which says so."""
    return {"name": name, "label": label, "ingress": list(ingress), "egress": list(egress)}


def port_of(url: str) -> int:
    """The port of an http or https URL."""
    match = re.match(r"(https?)://(?:\[[^\]]*\]|[^/:?#]*)(?::(\d+))?", url)
    if match and match[2]:
        return int(match[2])
    return 80 if match and match[1] == "http" else 443

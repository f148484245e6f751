"""Istio's resources as the Envoy configuration that istiod makes of them; what is not known here is refused.

One Envoy plays all sidecars: each caller has a listener of its own that knows only what its Sidecar lets it know, each pod
a listener that speaks mutual TLS, checks tokens and asks the authorization policies. The names of clusters and the order of
things are istiod's (pilot/pkg/networking/core), so that what is tried here is what a cluster would do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.packs.istio.certificates import Authority, Identity
from tests.packs.kubernetes.cluster import Object

Json = dict[str, Any]
TYPE = "type.googleapis.com/envoy."
V3 = "extensions.filters.http"
LOCAL = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod of a workload: its labels, its service account, where its sidecar listens, and where the process behind it."""

    name: str
    labels: Mapping[str, str]
    account: str
    sidecar: int
    process: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls: labels and account, the port of the listener it calls through, whether a Sidecar scopes it."""

    labels: Mapping[str, str]
    account: str
    port: int
    scoped: bool = True


class Mesh:
    """The objects of a cluster, asked as istiod asks them."""

    def __init__(self, objects: Iterable[Object], pods: list[Pod], jwks: str, authority: Authority) -> None:
        self.objects, self.pods, self.jwks, self.authority = list(objects), pods, jwks, authority
        self.namespace = next(o["metadata"]["name"] for o in self.objects if o["kind"] == "Namespace")
        self.identities: dict[str, Identity] = {}

    def of_kind(self, kind: str) -> list[Object]:
        """The objects of a kind."""
        return [found for found in self.objects if found["kind"] == kind]

    def uri(self, account: str) -> str:
        """What a certificate says of a service account."""
        return f"spiffe://cluster.local/ns/{self.namespace}/sa/{account}"

    def configuration(self, callers: list[Caller], admin: int) -> Json:
        """All of Envoy's configuration."""
        clusters: dict[str, Json] = {}
        listeners = [self._inbound(pod, clusters) for pod in self.pods]
        listeners += [self._outbound(caller, clusters) for caller in callers]
        return {
            "admin": {"address": _address(admin)},
            "static_resources": {"listeners": listeners, "clusters": list(clusters.values())},
        }

    # What comes in -------------------------------------------------------------------------------------------------

    def _inbound(self, pod: Pod, clusters: dict[str, Json]) -> Json:
        name = f"inbound|{pod.name}"
        clusters[name] = _cluster(name, [pod.process]) | {"connect_timeout": "1s"}
        filters = [*self._authentication(pod), self._authorization(pod), _router()]
        return {
            "name": name,
            "address": _address(pod.sidecar),
            "filter_chains": [
                {
                    "transport_socket": self._tls(pod.account, server=True),
                    "filters": [
                        _manager(name, filters, [_host("all", ["*"], [_route({"prefix": "/"}, {"cluster": name})])])
                    ],
                }
            ],
        }

    def _tls(self, account: str, *, server: bool, expected: Iterable[str] = ()) -> Json:
        """PeerAuthentication's STRICT at the server, ISTIO_MUTUAL at the client: both show who they are."""
        if server:
            strict = [o for o in self.of_kind("PeerAuthentication") if "selector" not in o["spec"]]
            assert [o["spec"] for o in strict] == [{"mtls": {"mode": "STRICT"}}]
        uri = self.uri(account)
        if uri not in self.identities:
            self.identities[uri] = self.authority.identity(uri)
        identity = self.identities[uri]
        known: Json = {"trusted_ca": {"inline_string": self.authority.certificate}}
        if names := [{"san_type": "URI", "matcher": {"exact": self.uri(one)}} for one in expected]:
            known["match_typed_subject_alt_names"] = names
        common = {
            "tls_certificates": [
                {
                    "certificate_chain": {"inline_string": identity.certificate},
                    "private_key": {"inline_string": identity.key},
                }
            ],
            "validation_context": known,
        }
        kind = "DownstreamTlsContext" if server else "UpstreamTlsContext"
        context = {"@type": f"{TYPE}extensions.transport_sockets.tls.v3.{kind}", "common_tls_context": common}
        if server:
            context["require_client_certificate"] = True
        return {"name": "tls", "typed_config": context}

    def _authentication(self, pod: Pod) -> Iterator[Json]:
        """RequestAuthentication: a token that is there must be good; that one is there is for authorization to say."""
        rules = [r for o in self._selecting("RequestAuthentication", pod) for r in o["spec"]["jwtRules"]]
        if not rules:
            return
        providers = {}
        for number, rule in enumerate(rules):
            _known(rule, "issuer", "audiences", "jwksUri", "forwardOriginalToken", "outputClaimToHeaders")
            providers[f"origins-{number}"] = {
                "issuer": rule["issuer"],
                "audiences": rule.get("audiences", []),
                "local_jwks": {"inline_string": self.jwks},
                "forward": rule.get("forwardOriginalToken", False),
                "payload_in_metadata": "payload",
            }
        each = [{"provider_name": name} for name in providers]
        requirement = {"requires_any": {"requirements": [*each, {"allow_missing": {}}]}}
        yield _http(
            "jwt_authn", "JwtAuthentication", providers=providers,
            rules=[{"match": {"prefix": "/"}, "requires": requirement}],
        )  # fmt: skip

    def _authorization(self, pod: Pod) -> Json:
        """The ALLOW policies of a pod, the namespace's included; where there is one, what none allows is denied."""
        policies = {}
        found = list(self._selecting("AuthorizationPolicy", pod))
        assert found
        for policy in found:
            assert policy["spec"].get("action", "ALLOW") == "ALLOW"
            for number, rule in enumerate(policy["spec"].get("rules", ())):
                _known(rule, "from", "to")
                name = f"{policy['metadata']['name']}[{number}]"
                principals = [_all(self._source(one["source"])) for one in rule.get("from", ())]
                permissions = [_all(_operation(one["operation"])) for one in rule.get("to", ())]
                policies[name] = {
                    "principals": [{"or_ids": {"ids": principals}}] if principals else [{"any": True}],
                    "permissions": [{"or_rules": {"rules": permissions}}] if permissions else [{"any": True}],
                }
        return _http("rbac", "RBAC", rules={"action": "ALLOW", "policies": policies})

    def _source(self, source: Json) -> Iterator[Json]:
        _known(source, "principals", "requestPrincipals", "namespaces")
        if principals := source.get("principals"):
            uris = [{"authenticated": {"principal_name": {"exact": f"spiffe://{one}"}}} for one in principals]
            yield {"or_ids": {"ids": uris}}
        if asked := source.get("requestPrincipals"):
            yield {"or_ids": {"ids": [_request_principal(one) for one in asked]}}
        if namespaces := source.get("namespaces"):
            patterns = [{"safe_regex": {"regex": f".*/ns/{re.escape(one)}/.*"}} for one in namespaces]
            yield {"or_ids": {"ids": [{"authenticated": {"principal_name": one}} for one in patterns]}}

    def _selecting(self, kind: str, pod: Pod) -> Iterator[Object]:
        for found in self.of_kind(kind):
            selector = found["spec"].get("selector", {}).get("matchLabels", {})
            if selector.items() <= pod.labels.items():
                yield found

    # What goes out -------------------------------------------------------------------------------------------------

    def _outbound(self, caller: Caller, clusters: dict[str, Json]) -> Json:
        hosts = [
            self._virtual_host(caller, service, clusters)
            for service in self.of_kind("Service")
            if self._visible(caller, service) and self._pods_of(service)
        ]
        blocked = _host("block_all", ["*"], [{"match": {"prefix": "/"}, "direct_response": {"status": 502}}])
        filters = [_http("fault", "HTTPFault"), _router()]
        name = f"outbound|{caller.port}"
        return {
            "name": name,
            "address": _address(caller.port),
            "filter_chains": [{"filters": [_manager(name, filters, [*hosts, blocked])]}],
        }

    def _visible(self, caller: Caller, service: Object) -> bool:
        """Whether the caller's Sidecar names the host; who has none sees all of them."""
        scopes = [
            o["spec"]
            for o in self.of_kind("Sidecar")
            if o["spec"].get("workloadSelector", {}).get("labels", {}).items() <= caller.labels.items()
        ]
        if not caller.scoped or not scopes:
            return True
        [scope] = scopes
        assert scope["outboundTrafficPolicy"] == {"mode": "REGISTRY_ONLY"}
        hosts = {host for egress in scope["egress"] for host in egress["hosts"]}
        return not hosts.isdisjoint({f"./{self._host(service)}", "./*"})

    def _host(self, service: Object) -> str:
        return f"{service['metadata']['name']}.{self.namespace}.svc.cluster.local"

    def _pods_of(self, service: Object, subset: Mapping[str, str] | None = None) -> list[Pod]:
        selector = service["spec"].get("selector") or {"": ""}
        return [
            p for p in self.pods if selector.items() <= p.labels.items() and (subset or {}).items() <= p.labels.items()
        ]

    def _virtual_host(self, caller: Caller, service: Object, clusters: dict[str, Json]) -> Json:
        name, host = service["metadata"]["name"], self._host(service)
        domains = [f"{one}{port}" for one in (host, name, f"{name}.{self.namespace}") for port in ("", ":8080")]
        found = [o for o in self.of_kind("VirtualService") if host in o["spec"]["hosts"]]
        assert len(found) <= 1, f"{host} has two virtual services: istiod takes one of them"
        if not found:
            routes = [_route({"prefix": "/"}, {"cluster": self._to(caller, host, None, clusters), "timeout": "0s"})]
        else:
            [spec] = (o["spec"] for o in found)
            assert spec.get("gateways", ["mesh"]) == ["mesh"]
            routes = [r for rule in spec["http"] for r in self._rule(caller, rule, clusters)]
        return _host(host, domains, routes)

    def _rule(self, caller: Caller, rule: Json, clusters: dict[str, Json]) -> Iterator[Json]:
        _known(rule, "name", "match", "route", "timeout", "retries", "fault")
        action: Json = {"timeout": rule.get("timeout", "0s")}
        if retry := _retries(rule.get("retries")):
            action["retry_policy"] = retry
        targets = [
            (self._destination(caller, one["destination"], clusters), one.get("weight", 100)) for one in rule["route"]
        ]
        if len(targets) == 1:
            action["cluster"] = targets[0][0]
        else:
            assert sum(weight for _, weight in targets) == 100
            action["weighted_clusters"] = {"clusters": [{"name": name, "weight": weight} for name, weight in targets]}
        for match in rule.get("match", [{}]):
            if match.get("sourceLabels", {}).items() <= caller.labels.items():
                route = _route(_match(match), action)
                if fault := rule.get("fault"):
                    route["typed_per_filter_config"] = {"envoy.filters.http.fault": _fault(fault)}
                yield route

    def _destination(self, caller: Caller, destination: Json, clusters: dict[str, Json]) -> str:
        _known(destination, "host", "subset", "port")
        assert destination.get("port", {"number": 8080}) == {"number": 8080}
        return self._to(caller, destination["host"], destination.get("subset"), clusters)

    def _to(self, caller: Caller, host: str, subset: str | None, clusters: dict[str, Json]) -> str:
        """The cluster of a host and subset, as one caller has it: it shows the caller's certificate."""
        name = f"outbound|8080|{subset or ''}|{host}|{caller.account}"
        if name not in clusters:
            [service] = [o for o in self.of_kind("Service") if self._host(o) == host]
            rules = [o["spec"] for o in self.of_kind("DestinationRule") if o["spec"]["host"] == host]
            assert len(rules) <= 1, f"{host} has two destination rules"
            spec = rules[0] if rules else {}
            subsets = {one["name"]: one["labels"] for one in spec.get("subsets", ())}
            pods = self._pods_of(service, subsets[subset] if subset else None)
            assert pods, f"no pod is behind {host} {subset}: requests to it would be answered with 503"
            clusters[name] = _cluster(name, [pod.sidecar for pod in pods]) | _policy(spec.get("trafficPolicy", {}))
            clusters[name]["transport_socket"] = self._tls(
                caller.account, server=False, expected={pod.account for pod in pods}
            )
        return name


def _policy(policy: Json) -> Json:
    """A DestinationRule's traffic policy; a pool without words is istiod's, which has no limits."""
    _known(policy, "tls", "loadBalancer", "connectionPool", "outlierDetection", "retryBudget")
    assert policy.get("tls", {"mode": "ISTIO_MUTUAL"}) == {"mode": "ISTIO_MUTUAL"}
    balancer = policy.get("loadBalancer", {"simple": "LEAST_REQUEST"})
    assert balancer["simple"] == "LEAST_REQUEST"
    tcp, http = (policy.get("connectionPool", {}).get(part, {}) for part in ("tcp", "http"))
    _known(tcp, "maxConnections", "connectTimeout", "tcpKeepalive")
    _known(http, "http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries", "idleTimeout")
    limits: Json = {
        "max_connections": tcp.get("maxConnections", 2**32 - 1),
        "max_pending_requests": http.get("http1MaxPendingRequests", 2**32 - 1),
        "max_requests": http.get("http2MaxRequests", 2**32 - 1),
        "max_retries": http.get("maxRetries", 2**32 - 1),
    }
    if budget := policy.get("retryBudget"):
        limits["retry_budget"] = {
            "budget_percent": {"value": budget["percent"]}, "min_retry_concurrency": budget["minRetryConcurrency"],
        }  # fmt: skip
        del limits["max_retries"]
    found: Json = {
        "lb_policy": "LEAST_REQUEST",
        "connect_timeout": tcp.get("connectTimeout", "10s"),
        "circuit_breakers": {"thresholds": [limits]},
    }
    if outlier := policy.get("outlierDetection"):
        found |= _outlier(outlier)
    return found


def _outlier(outlier: Json) -> Json:
    _known(
        outlier, "consecutive5xxErrors", "consecutiveGatewayErrors", "splitExternalLocalOriginErrors",
        "consecutiveLocalOriginFailures", "interval", "baseEjectionTime", "maxEjectionPercent", "minHealthPercent",
    )  # fmt: skip
    split = outlier.get("splitExternalLocalOriginErrors", False)
    found: Json = {
        "consecutive_5xx": outlier.get("consecutive5xxErrors", 5),
        "enforcing_consecutive_5xx": 100 if outlier.get("consecutive5xxErrors", 5) else 0,
        "enforcing_success_rate": 0,
        "interval": outlier.get("interval", "10s"),
        "base_ejection_time": outlier.get("baseEjectionTime", "30s"),
        "max_ejection_percent": outlier.get("maxEjectionPercent", 10),
    }
    if gateway := outlier.get("consecutiveGatewayErrors"):
        found |= {"consecutive_gateway_failure": gateway, "enforcing_consecutive_gateway_failure": 100}
    if split:
        found |= {
            "split_external_local_origin_errors": True,
            "consecutive_local_origin_failure": outlier.get("consecutiveLocalOriginFailures", 5),
            "enforcing_consecutive_local_origin_failure": 100,
            "enforcing_local_origin_success_rate": 0,
        }
    healthy = {"healthy_panic_threshold": {"value": outlier.get("minHealthPercent", 0)}}
    return {"outlier_detection": found, "common_lb_config": healthy}


def _retries(retries: Json | None) -> Json | None:
    """A route's retries; without words istiod repeats twice what never reached a service."""
    if retries is not None and retries.get("attempts") == 0:
        return None
    said = retries or {"attempts": 2, "retryOn": "connect-failure,refused-stream,unavailable,cancelled,503"}
    _known(said, "attempts", "retryOn", "perTryTimeout", "backoff")
    words = said["retryOn"].split(",")
    codes = [int(word) for word in words if word.isdigit()]
    on = [word for word in words if not word.isdigit()] + (["retriable-status-codes"] if codes else [])
    hosts = f"{TYPE}extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    found: Json = {
        "num_retries": said["attempts"],
        "retry_on": ",".join(on),
        "retry_host_predicate": [
            {"name": "envoy.retry_host_predicates.previous_hosts", "typed_config": {"@type": hosts}}
        ],
        "host_selection_retry_max_attempts": 5,
    }
    if codes:
        found["retriable_status_codes"] = codes
    if "perTryTimeout" in said:
        found["per_try_timeout"] = said["perTryTimeout"]
    if "backoff" in said:
        found["retry_back_off"] = {"base_interval": _seconds(said["backoff"])}
    return found


def _match(match: Json) -> Json:
    _known(match, "name", "sourceLabels", "uri", "method", "headers", "port")
    headers = [{"name": name, "string_match": _string(value)} for name, value in match.get("headers", {}).items()]
    if "method" in match:
        headers.append({"name": ":method", "string_match": _string(match["method"])})
    found: Json = {"headers": headers} if headers else {}
    uri = match.get("uri")
    if uri is None:
        return found | {"prefix": "/"}
    [(kind, value)] = uri.items()
    return (
        found | {"exact": {"path": value}, "prefix": {"prefix": value}, "regex": {"safe_regex": {"regex": value}}}[kind]
    )


def _string(value: Json) -> Json:
    [(kind, text)] = value.items()
    return {"safe_regex": {"regex": text}} if kind == "regex" else {kind: text}


def _fault(fault: Json) -> Json:
    _known(fault, "delay", "abort")
    found: Json = {"@type": f"{TYPE}{V3}.fault.v3.HTTPFault"}
    if delay := fault.get("delay"):
        found["delay"] = {"fixed_delay": delay["fixedDelay"], "percentage": _share(delay["percentage"])}
    if abort := fault.get("abort"):
        found["abort"] = {"http_status": abort["httpStatus"], "percentage": _share(abort["percentage"])}
    return found


def _share(percentage: Json) -> Json:
    assert 0 <= percentage["value"] <= 100
    return {"numerator": round(percentage["value"] * 10_000), "denominator": "MILLION"}


def _operation(operation: Json) -> Iterator[Json]:
    _known(operation, "methods", "paths", "ports")
    if methods := operation.get("methods"):
        yield {"or_rules": {"rules": [{"header": {"name": ":method", "string_match": {"exact": m}}} for m in methods]}}
    if paths := operation.get("paths"):
        yield {"or_rules": {"rules": [_path(path) for path in paths]}}
    if ports := operation.get("ports"):
        yield {"or_rules": {"rules": [{"destination_port": int(port)} for port in ports]}}


def _path(path: str) -> Json:
    if "{*}" in path or "{**}" in path:
        template = path.replace("{**}", "**").replace("{*}", "*")
        matcher = f"{TYPE}extensions.path.match.uri_template.v3.UriTemplateMatchConfig"
        return {
            "uri_template": {
                "name": "uri-template", "typed_config": {"@type": matcher, "path_template": template},
            }
        }  # fmt: skip
    if path.endswith("*"):
        return {"url_path": {"path": {"prefix": path[:-1]}}}
    return {"url_path": {"path": {"exact": path}}}


def _request_principal(principal: str) -> Json:
    """`issuer/subject`, the subject `*` for any."""
    issuer, _, subject = principal.rpartition("/")
    wanted = {
        "iss": {"exact": issuer},
        "sub": {"safe_regex": {"regex": ".+"}} if subject == "*" else {"exact": subject},
    }
    ids = [
        {
            "metadata": {
                "filter": "envoy.filters.http.jwt_authn",
                "path": [{"key": "payload"}, {"key": claim}],
                "value": {"string_match": match},
            }
        }
        for claim, match in wanted.items()
    ]
    return {"and_ids": {"ids": ids}}


def _all(found: Iterator[Json]) -> Json:
    parts = list(found)
    if not parts:
        return {"any": True}
    return {"and_ids": {"ids": parts}} if "or_ids" in parts[0] else {"and_rules": {"rules": parts}}


def _known(found: Mapping[str, Any], *names: str) -> None:
    assert found.keys() <= set(names), f"not translated: {sorted(found.keys() - set(names))}"


def _seconds(duration: str) -> str:
    """A duration as Envoy writes it."""
    return f"{int(duration[:-2]) / 1000:g}s" if duration.endswith("ms") else duration


def _durations(found: Any, key: str = "") -> Any:
    """A configuration with all its durations as Envoy writes them."""
    if isinstance(found, dict):
        return {name: _durations(value, name) for name, value in found.items()}
    if isinstance(found, list):
        return [_durations(value) for value in found]
    if isinstance(found, str) and re.fullmatch(r"\d+ms", found):
        return _seconds(found)
    return found


def configured(mesh: Mesh, callers: list[Caller], admin: int) -> Json:
    """Envoy's configuration of a mesh."""
    found: Json = _durations(mesh.configuration(callers, admin))
    return found


def _address(port: int) -> Json:
    return {"socket_address": {"address": LOCAL, "port_value": port}}


def _cluster(name: str, ports: list[int]) -> Json:
    ends = [{"endpoint": {"address": _address(port)}} for port in ports]
    return {
        "name": name, "type": "STATIC", "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": ends}]},
    }  # fmt: skip


def _manager(name: str, filters: list[Json], hosts: list[Json]) -> Json:
    kind = f"{TYPE}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
    return {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": {
            "@type": kind,
            "stat_prefix": name,
            "normalize_path": True,
            "route_config": {"name": name, "virtual_hosts": hosts},
            "http_filters": filters,
        },
    }


def _host(name: str, domains: list[str], routes: list[Json]) -> Json:
    return {"name": name, "domains": domains, "routes": routes}


def _route(match: Json, action: Json) -> Json:
    return {"match": match, "route": action}


def _http(name: str, kind: str, **config: Any) -> Json:
    return {
        "name": f"envoy.filters.http.{name}", "typed_config": {"@type": f"{TYPE}{V3}.{name}.v3.{kind}", **config},
    }  # fmt: skip


def _router() -> Json:
    return _http("router", "Router")

"""One edge, one truth: client, gateway, mesh and network say the same of every edge of every system.

Each is read from the files that are generated, by a reader of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import yaml
from tests.packs.systems import EXAMPLES, files_of, system

SYSTEMS = (*EXAMPLES, "kitchen", "clashing")

each = pytest.mark.parametrize("name", SYSTEMS)


@dataclass(frozen=True, order=True)
class Edge:
    """Who asks whom for what; a `{*}` in the path is any one word."""

    caller: str
    called: str
    method: str
    path: str


@dataclass(frozen=True)
class Patience:
    """How long a call may take in all, and how often it is repeated."""

    seconds: float
    retries: int


Truth = dict[Edge, Patience]


@cache
def files(name: str) -> Mapping[str, str]:
    """Everything that is generated for a system in a mesh."""
    return files_of(system(name, ("kubernetes",), "istio"), "python", "envoy", "istio", "kubernetes")


def of_kind(name: str, kind: str) -> dict[str, dict[str, Any]]:
    """The specifications of a kind by name; of releases beside each other those in `canary` are another matter."""
    texts = {
        path: text for path, text in files(name).items() if path.startswith("platform/") and "/canary/" not in path
    }
    found = (one for path, text in texts.items() if path.endswith(".yaml") for one in yaml.safe_load_all(text))
    return {one["metadata"]["name"]: one["spec"] for one in found if isinstance(one, dict) and one.get("kind") == kind}


def parts(name: str) -> set[str]:
    """Services, BFFs and the gateway."""
    return {path.split("/")[3] for path in files(name) if re.match("platform/kubernetes/base/[^/]+/deployment", path)}


# What clients do


def clients(name: str) -> Truth:
    """Every call of every client; of two to the same operation the more patient one holds for the mesh."""
    found: Truth = {}
    for path, text in files(name).items():
        if match := re.fullmatch(r"(?:services|bffs)/([^/]+)/src/[^/]+/clients/__init__\.py", path):
            folder = path.removesuffix("__init__.py")
            for module, called in remotes(ast.parse(text)).items():
                if called in parts(name):
                    for method, route, patience in calls(ast.parse(files(name)[f"{folder}{module}.py"])):
                        edge = Edge(match[1], called, method, route)
                        known = found.get(edge, patience)
                        longest = max(known.seconds, patience.seconds)
                        found[edge] = Patience(longest, max(known.retries, patience.retries))
    return found


def remotes(tree: ast.Module) -> dict[str, str]:
    """Whom the client in each module asks, as `connected` has it."""
    modules = {
        alias.name: node.module.rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and ".clients." in node.module
        for alias in node.names
    }
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in modules:
            remote = node.args[0]
            assert isinstance(remote, ast.Call)
            found[modules[node.func.id]] = ast.literal_eval(remote.args[0])
    return found


def calls(tree: ast.Module) -> Iterator[tuple[str, str, Patience]]:
    """Method, path and policy of each operation of a client."""
    made: dict[str, tuple[str, Patience]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and called(node.value) == "Operation":
            [target] = node.targets
            policy = next(arg for arg in node.value.args if isinstance(arg, ast.Call) and called(arg) == "Policy")
            retries = next((ast.literal_eval(word.value) for word in policy.keywords if word.arg == "retries"), 0)
            patience = Patience(ast.literal_eval(policy.args[0]), retries)
            made[ast.unparse(target)] = (ast.literal_eval(node.value.args[2]), patience)
    asked: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "ask":
            operation = ast.unparse(node.func.value)
            asked.add(operation)
            method, patience = made[operation]
            yield method, written(node.args[1]), patience
    assert asked == set(made)


def called(node: ast.Call) -> str:
    """The name of what is called."""
    return node.func.id if isinstance(node.func, ast.Name) else ""


def written(node: ast.expr) -> str:
    """A path in code, with what is filled in as any word."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(ast.literal_eval(p)) if isinstance(p, ast.Constant) else "{*}" for p in node.values)
    return str(ast.literal_eval(node))


# What the mesh does


def mesh(name: str) -> Truth:
    """Every route of every virtual service but those that take whatever is left."""
    found: Truth = {}
    for service, spec in of_kind(name, "VirtualService").items():
        for route in spec["http"][:-1]:
            [match] = route["match"]
            [(kind, uri)] = match["uri"].items()
            path = uri if kind == "exact" else re.sub(r"\\(.)", r"\1", uri.replace("[^/]+", "{*}"))
            edge = Edge(match["sourceLabels"]["app.kubernetes.io/name"], service, match["method"]["exact"], path)
            assert edge not in found
            found[edge] = Patience(seconds(route["timeout"]), route["retries"]["attempts"])
    return found


def allowed(name: str) -> set[Edge]:
    """Every rule of every policy of a part that says what may be asked, but for the look whether it is alive."""
    return {
        Edge(principal.rpartition("/")[2], service, method, path)
        for service, spec in of_kind(name, "AuthorizationPolicy").items()
        for rule in (spec or {}).get("rules", [])
        for source in rule.get("from", [])
        for principal in source["source"]["principals"]
        for to in rule.get("to", [])
        for method in to["operation"].get("methods", [])
        for path in to["operation"].get("paths", [])
        if principal != "*" and path != "/health/live"
    }


def seconds(text: str) -> float:
    """A duration such as `2s` or `500ms`."""
    match = re.fullmatch(r"([0-9.]+)(ms|s)", text)
    assert match
    return float(match[1]) / (1000 if match[2] == "ms" else 1)


# What the gateway does


@dataclass(frozen=True)
class Route:
    """A route of Envoy: which requests, to whom, under which path there, and how long."""

    pattern: str
    method: str | None
    upstream: str
    cut: str
    replacement: str
    seconds: float

    def inside(self, path: str) -> str:
        """What becomes of a path."""
        return re.sub(self.cut, lambda _: self.replacement, path, count=1)

    def outside(self, path: str) -> str | None:
        """The path which becomes that one, if there is one."""
        if not path.startswith(self.replacement):
            return None
        words = re.sub(r"\\(.)", r"\1", self.cut.removeprefix("^").replace("[^/]+", "word"))
        found = words + path.removeprefix(self.replacement)
        return found if re.fullmatch(self.pattern, found) else None


def gateway(name: str) -> tuple[list[Route], int]:
    """The routes in the order in which Envoy tries them, and how often it repeats what may be repeated."""
    text = files(name).get("gateway/envoy.yaml")
    if text is None:
        return [], 0
    listener = yaml.safe_load(text)["static_resources"]["listeners"][0]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    [host] = manager["route_config"]["virtual_hosts"]
    return [route_of(route) for route in host["routes"]], host["retry_policy"]["num_retries"]


def route_of(route: Mapping[str, Any]) -> Route:
    """A route as Envoy has it."""
    match, action = route["match"], route["route"]
    method = next((h["string_match"]["exact"] for h in match.get("headers", []) if h["name"] == ":method"), None)
    if "safe_regex" in match:
        rewrite = action["regex_rewrite"]
        pattern, cut, replacement = match["safe_regex"]["regex"], rewrite["pattern"]["regex"], rewrite["substitution"]
    else:
        prefix = match.get("path_separated_prefix", match.get("prefix"))
        pattern, cut = f"{re.escape(prefix.rstrip('/'))}(/.*)?", f"^{re.escape(prefix)}"
        replacement = action["prefix_rewrite"]
    return Route(pattern, method, action["cluster"], cut, replacement, seconds(action["timeout"]))


def through(routes: list[Route], edge: Edge) -> set[float]:
    """How long the gateway waits for an edge of its own, on each way that leads there."""
    inner = edge.path.replace("{*}", "word")
    found: set[float] = set()
    for candidate in routes:
        outer = candidate.outside(inner) if candidate.upstream == edge.called else None
        taken = next(
            (r for r in routes if outer and re.fullmatch(r.pattern, outer) and r.method in (None, edge.method)), None
        )
        if taken and outer and (taken.upstream, taken.inside(outer)) == (edge.called, inner):
            found.add(taken.seconds)
    return found


# What the network does


def connected(name: str) -> set[tuple[str, str]]:
    """The pairs of parts of which one reaches the other: both ends must say so."""
    label = "app.kubernetes.io/name"
    policies = {one: spec for one, spec in of_kind(name, "NetworkPolicy").items() if one in parts(name)}

    def peers(spec: Mapping[str, Any], way: str, end: str) -> set[str]:
        return {
            peer["podSelector"]["matchLabels"].get(label)
            for rule in spec[way]
            if {"protocol": "TCP", "port": "http"} in rule["ports"]
            for peer in rule.get(end, [])
            if "podSelector" in peer and "namespaceSelector" not in peer
        }

    out = {(one, other) for one, spec in policies.items() for other in peers(spec, "egress", "to")}
    # A door is open to anybody.
    doors = {one for one, spec in policies.items() if any("from" not in rule for rule in spec["ingress"])}
    into = {(other, one) for one, spec in policies.items() for other in peers(spec, "ingress", "from")}
    assert {pair for pair in out if pair[1] not in doors} == into
    return out


@each
def test_client_mesh_and_permission_have_the_same_edges(name: str) -> None:
    doors = {"gateway"} if "gateway" in parts(name) else set()
    assert {edge for edge in mesh(name) if edge.caller not in doors} == set(clients(name))
    assert allowed(name) == set(mesh(name))


@each
def test_the_mesh_is_as_patient_as_the_client(name: str) -> None:
    assert {edge: patience for edge, patience in mesh(name).items() if edge in clients(name)} == clients(name)


@each
def test_the_mesh_is_as_patient_as_the_gateway_which_alone_repeats(name: str) -> None:
    routes, retries = gateway(name)
    for edge, patience in mesh(name).items():
        if edge.caller == "gateway":
            assert through(routes, edge) == {patience.seconds}, edge
            assert (retries, patience.retries) == (2, 0)


@each
def test_the_network_connects_whom_the_edges_connect_and_nobody_else(name: str) -> None:
    assert connected(name) == {(edge.caller, edge.called) for edge in mesh(name)}


def test_there_is_something_to_compare() -> None:
    assert {"shop", "healthcare", "minimal", "kitchen"} <= set(SYSTEMS)
    assert len(clients("shop")) == 11
    assert len([edge for edge in mesh("shop") if edge.caller == "gateway"]) == 16
    assert mesh("shop")[Edge("orders", "payments", "POST", "/internal/charge")] == Patience(3.0, 1)

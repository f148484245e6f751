"""What a mesh's resources say of the calls to each host: timeouts, retries, ejection, TLS and identity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from svcforge.adopt.looking import duration, items, mapping, origin_of, sequence, text, texts, whole
from svcforge.adopt.system import Fact, Link, LinkKind, Node, Note, Origin
from svcforge.adopt.workloads import Object, Workload, labels

Resolve = Callable[[str], Node | None]
KINDS = ("VirtualService", "DestinationRule", "PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication")
MODES = {"STRICT": "strict", "PERMISSIVE": "permissive", "DISABLE": "none"}
CLIENT_MODES = {"ISTIO_MUTUAL": "strict", "MUTUAL": "strict", "SIMPLE": "strict", "DISABLE": "none"}
ROOT = "istio-system"
INJECTED = {"sidecar.istio.io/inject": "istio", "linkerd.io/inject": "linkerd"}


@dataclass(frozen=True, slots=True)
class Mesh:
    """The mesh, what it says of all calls, and what it says of the calls to each part."""

    platform: tuple[Fact, ...]
    to: Mapping[str, tuple[Fact, ...]]
    notes: tuple[Note, ...]


def policies(objects: Mapping[str, list[Object]], workloads: Mapping[str, Workload], resolve: Resolve) -> Mesh:
    """Read the mesh's resources; without any there is no mesh."""
    evidence = _evidence(objects, workloads)
    notes: list[Note] = []
    to: dict[str, list[Fact]] = {}
    for route in (*objects.get("HTTPRoute", ()), *objects.get("GRPCRoute", ())):
        _service_route(route, resolve, to, notes)
    if evidence is None:
        return Mesh((), {name: tuple(facts) for name, facts in to.items()}, tuple(notes))
    for service in objects.get("VirtualService", ()):
        _virtual_service(service, resolve, to, notes)
    for rule in objects.get("DestinationRule", ()):
        node = resolve(text(rule.spec, "host"))
        if node is not None:
            to.setdefault(node.name, []).extend(_destination(rule))
            notes += _narrower(rule)
        else:
            notes.append(Note(rule.origin, f'"{text(rule.spec, "host")}" is no part of the sources: not read'))
    platform = [evidence, *_peers(objects, workloads, to, evidence)] if evidence.value == "istio" else [evidence]
    for policy in objects.get("AuthorizationPolicy", ()):
        _authorization(policy, workloads, to, notes)
    return Mesh(tuple(platform), {name: tuple(facts) for name, facts in to.items()}, tuple(notes))


def _evidence(objects: Mapping[str, list[Object]], workloads: Mapping[str, Workload]) -> Fact | None:
    for kind in KINDS:
        for each in objects.get(kind, ()):
            return Fact("mesh", "istio", each.origin)
    for workload in workloads.values():
        for each in workload.objects:
            told = {**each.annotations, **each.labels}
            for key, mesh in INJECTED.items():
                if told.get(key) in ("true", "enabled"):
                    return Fact("mesh", mesh, Origin(each.file, each.origin.line, key))
    return None


def governed(link: Link, mesh: Mesh) -> Link:
    """A call with what the mesh says of calls to its target; the first word for a policy holds."""
    facts = mesh.to.get(link.target, ()) if link.kind is LinkKind.CALL else ()
    return replace(link, facts=(*link.facts, *facts)) if facts else link


def _virtual_service(each: Object, resolve: Resolve, to: dict[str, list[Fact]], notes: list[Note]) -> None:
    gateways = texts(each.spec, "gateways")
    if gateways and "mesh" not in gateways:
        return  # a way into the cluster: ways_in reads it
    said: dict[str, list[dict[str, Fact]]] = {}
    for http, at in items(each.spec, "http"):
        origin = Origin.of(at, "VirtualService")
        facts = {fact.key: fact for fact in _waiting(http, each)}
        if text(http, "retries", "perTryTimeout"):
            notes.append(Note(origin, "not read: perTryTimeout, for which there is no word"))
        for key in ("fault", "mirror"):
            if mapping(http, key):
                notes.append(Note(origin, f'not read: "{key}"'))
        for route, _ in items(http, "route"):
            if (node := resolve(text(route, "destination", "host"))) is not None:
                said.setdefault(node.name, []).append(facts)
    for kind in ("tcp", "tls"):
        if sequence(each.spec, kind):
            notes.append(Note(each.at(each.spec, kind), f'not read: routes of the kind "{kind}"'))
    _agreed(said, to, notes)


def _service_route(each: Object, resolve: Resolve, to: dict[str, list[Fact]], notes: list[Note]) -> None:
    """A route whose parent is a Service (GAMMA) governs the calls to it."""
    parents = [text(p, "name") for p, _ in items(each.spec, "parentRefs") if text(p, "kind") == "Service"]
    said: dict[str, list[dict[str, Fact]]] = {}
    for node in filter(None, map(resolve, parents)):
        for rule, _ in items(each.spec, "rules"):
            facts: dict[str, Fact] = {}
            if timeout := duration(text(rule, "timeouts", "request")):
                where = each.at(mapping(rule, "timeouts"), "request", f"{each.kind} timeouts")
                facts["timeout"] = Fact("timeout", timeout, where)
            if (attempts := whole(rule, "retry", "attempts")) is not None:
                where = each.at(mapping(rule, "retry"), "attempts", f"{each.kind} retry")
                facts["retries"] = Fact("retries", attempts, where)
            said.setdefault(node.name, []).append(facts)
    _agreed(said, to, notes)


def _narrower(rule: Object) -> Iterator[Note]:
    """What a DestinationRule says of some ports or versions alone: edges have no word for it."""
    traffic = mapping(rule.spec, "trafficPolicy")
    if "portLevelSettings" in traffic:
        yield Note(rule.at(traffic, "portLevelSettings"), 'not read: "portLevelSettings"')
    for subset, place in items(rule.spec, "subsets"):
        if mapping(subset, "trafficPolicy"):
            yield Note(Origin.of(place, rule.kind), f'not read: what holds for "{text(subset, "name")}" alone')


def _agreed(said: Mapping[str, list[dict[str, Fact]]], to: dict[str, list[Fact]], notes: list[Note]) -> None:
    """Keep what all the routes to a part say."""
    for name, several in said.items():
        for key, fact in several[0].items():
            # What holds for some paths alone does not hold for the edge.
            if all(key in each_ and each_[key].value == fact.value for each_ in several):
                to.setdefault(name, []).append(fact)
            else:
                notes.append(Note(fact.origin, f'not read: "{key}" differs between the routes to "{name}"'))


def _waiting(http: object, each: Object) -> Iterator[Fact]:
    timeout = duration(text(http, "timeout"))
    if timeout is not None:
        yield Fact("timeout", timeout, each.at(http, "timeout", "VirtualService timeout"))
    attempts = whole(http, "retries", "attempts")
    if attempts is not None:
        yield Fact("retries", attempts, each.at(mapping(http, "retries"), "attempts", "VirtualService retries"))


def _destination(rule: Object) -> Iterator[Fact]:
    traffic = mapping(rule.spec, "trafficPolicy")
    ejection = mapping(traffic, "outlierDetection")
    if "outlierDetection" in traffic:
        reset = duration(text(ejection, "baseEjectionTime"))
        given = {"reset": reset} if reset else {}
        yield Fact("breaker", given, rule.at(traffic, "outlierDetection", "DestinationRule outlierDetection"))
    mode = CLIENT_MODES.get(text(traffic, "tls", "mode"))
    if mode:
        yield Fact("tls", mode, rule.at(mapping(traffic, "tls"), "mode", "DestinationRule tls"))


def _peers(
    objects: Mapping[str, list[Object]], workloads: Mapping[str, Workload], to: dict[str, list[Fact]], mesh: Fact
) -> Iterator[Fact]:
    """Mutual TLS as each part demands it; what all demand alike is said once. Unset is permissive, as in Istio."""
    demands = {name: _demand(workload, objects.get("PeerAuthentication", ())) for name, workload in workloads.items()}
    unset = Fact("tls", "permissive", Origin(mesh.origin.file, mesh.origin.line, "no PeerAuthentication is strict"))
    found = {name: demand or unset for name, demand in demands.items()}
    modes = {fact.value for fact in found.values()}
    if len(modes) == 1:
        fact = next(iter(found.values()))
        if fact.value != "strict":
            yield fact
            yield Fact("auth", "none", fact.origin)
        return
    for name, fact in found.items():
        to.setdefault(name, []).append(fact)
        if fact.value != "strict":
            to[name].append(Fact("auth", "none", fact.origin))


def _demand(workload: Workload, policies_: list[Object] | tuple[()]) -> Fact | None:
    """The narrowest PeerAuthentication for a part: by its labels, its namespace, the mesh."""
    best: tuple[int, Fact] | None = None
    for policy in policies_:
        mode = MODES.get(text(policy.spec, "mtls", "mode"))
        selector = labels(policy.spec, "selector", "matchLabels")
        if mode is None:
            continue
        if selector:
            rank = 3 if workload.matches(selector, policy.namespace) else 0
        else:
            rank = 2 if policy.namespace == workload.namespace else 1 if policy.namespace == ROOT else 0
        origin = policy.at(mapping(policy.spec, "mtls"), "mode", "PeerAuthentication")
        if rank and (best is None or rank > best[0]):
            best = (rank, Fact("tls", mode, origin))
    return best[1] if best else None


def _authorization(
    policy: Object, workloads: Mapping[str, Workload], to: dict[str, list[Fact]], notes: list[Note]
) -> None:
    """A policy that lets named callers in makes them prove who they are."""
    sources = [
        mapping(source, "source") for rule, _ in items(policy.spec, "rules") for source, _ in items(rule, "from")
    ]
    proved = [s for s in sources if sequence(s, "principals") or sequence(s, "namespaces")]
    tokens = [s for s in sources if sequence(s, "requestPrincipals")]
    allows = text(policy.spec, "action") in ("", "ALLOW")
    if not allows or not sources or len(proved) + len(tokens) < len(sources):
        if sources or not allows:
            notes.append(Note(policy.origin, "not read: a policy that does more than let named callers in"))
        return
    selector = labels(policy.spec, "selector", "matchLabels")
    key = "principals" if proved else "requestPrincipals"
    origin = origin_of((proved or tokens)[0], key, file=policy.file, what="AuthorizationPolicy")
    for name, workload in workloads.items():
        if workload.matches(selector, policy.namespace) if selector else workload.namespace == policy.namespace:
            fact = Fact("auth", "mesh" if proved else "forward", origin)
            to.setdefault(name, []).insert(0, fact)

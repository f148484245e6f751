"""A BFF's endpoints as facts: what they ask for, whom they gather from, in which order, and how long that may take."""

from __future__ import annotations

from svcforge.model.bindings import Bindings
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Bff, Endpoint, Operation, Part
from svcforge.model.flows import of_endpoint
from svcforge.model.scope import Origin, Source
from svcforge.model.signature import signature
from svcforge.model.types import TEXT, Type
from svcforge.plan.dependencies import Clients, policy_of
from svcforge.plan.naming import free, pascal, snake, versioned
from svcforge.plan.operations import access, fallback_fact
from svcforge.plan.subject import Subject
from svcforge.plan.types import Fact
from svcforge.plan.values import gives

ASKED = (Origin.PATH, Origin.QUERY, Origin.BODY)


def endpoint_facts(about: Subject, clients: Clients, bff: Bff) -> list[Fact]:
    """The endpoints of a BFF, in the order of the file."""
    found: list[Fact] = []
    names: set[str] = set()
    for endpoint in bff.endpoints:
        name = free(_name(endpoint), names, f"_{endpoint.http.method.lower()}")
        names.add(name)
        found.append(_endpoint(about, clients, endpoint, name))
    return found


def _name(endpoint: Endpoint) -> str:
    """An endpoint's name from its path's words: `order_details`."""
    words = [s for s in endpoint.http.path.split("/") if s and not s.startswith("{")]
    return snake("_".join(words)).replace(".", "_").replace("~", "_") or "root"


def _endpoint(about: Subject, clients: Clients, endpoint: Endpoint, name: str) -> Fact:
    filled = of_endpoint(about.blueprint, endpoint)
    parts = [
        _part(about, clients, endpoint, part, callee, bindings, name)
        for part, bindings in zip(endpoint.parts, filled, strict=True)
        if (callee := about.blueprint.operation(part.call.target, part.call.operation))
    ]
    http = endpoint.http
    return {
        "name": name,
        "class": pascal(name),
        "http": {
            "method": http.method,
            "path": versioned(about.version, http.path),
            "template": http.path,
            "status": 200,
            "replaced_status": None,
        },
        "inputs": _inputs(about, endpoint, filled),
        "access": _access(about.blueprint, endpoint, filled),
        "deadline_ms": _deadline(parts),
        "parts": parts,
    }


def _part(
    about: Subject,
    clients: Clients,
    endpoint: Endpoint,
    part: Part,
    callee: Operation,
    bindings: Bindings,
    name: str,
) -> Fact:
    method = clients.method(part.call, callee, f"{name}_{part.name}")
    names = [p.name for p in endpoint.parts]
    after = {b.source.name for b in bindings if b.source and b.source.origin is Origin.PART}
    return {
        "name": part.name,
        "dependency": callee.owner,
        "client": snake(callee.owner),
        "operation": callee.name,
        "method": method,
        "gives": gives(about.types, bindings, called=True),
        "after": [n for n in names if n in after],
        "fallback": fallback_fact(about, part.call, callee),
        "policy": policy_of(about.blueprint, part.call, callee),
        "answer": clients.answer(callee),
    }


def _inputs(about: Subject, endpoint: Endpoint, filled: tuple[Bindings, ...]) -> list[Fact]:
    """What an endpoint asks for: each value of path, query or body that a part takes, with the type that it takes."""
    asked: dict[tuple[Origin, str], tuple[Type, str | None, bool]] = {
        (Origin.PATH, name): (TEXT, None, True) for name in endpoint.http.parameters
    }
    met: set[tuple[Origin, str]] = set()
    for bindings in filled:
        for binding in bindings:
            source = binding.source
            if source is None or source.origin not in ASKED:
                continue
            at = (source.origin, source.path[0])
            required = binding.need.required or source.origin is Origin.PATH
            if at in met:
                type_, home, before = asked[at]
                asked[at] = (type_, home, before or required)
            else:
                asked[at] = (binding.need.type, binding.need.home, required)
                met.add(at)
    return [
        about.types.field(name, type_, home)
        | {"required": required, "in": origin.value, "meaning": "own", "source": None, "unique": False}
        for (origin, name), (type_, home, required) in asked.items()
    ]


def is_public(blueprint: Blueprint, endpoint: Endpoint) -> bool:
    """Whether an endpoint can be asked without a token."""
    return bool(_access(blueprint, endpoint, of_endpoint(blueprint, endpoint))["kind"] == "public")


def _access(blueprint: Blueprint, endpoint: Endpoint, filled: tuple[Bindings, ...]) -> Fact:
    """What the parts demand is what the endpoint demands."""
    scopes: dict[str, None] = {}
    token = any(_uses_token(b.source) for bindings in filled for b in bindings if b.source)
    for part in endpoint.parts:
        callee = blueprint.operation(part.call.target, part.call.operation)
        if callee is None or callee.http is None:
            continue
        demanded = access(callee, signature(blueprint, callee), internal=False)
        scopes |= dict.fromkeys(demanded["scopes"])
        token = token or demanded["kind"] in ("token", "scopes")
    kind = "scopes" if scopes else "token" if token else "public"
    return {
        "kind": kind,
        "scopes": list(scopes),
        "signed": None,
        "signing_env": None,
        "reason": None,
    }


def _uses_token(source: Source) -> bool:
    return source.origin is Origin.TOKEN


def _deadline(parts: list[Fact]) -> int:
    """The longest chain of parts that wait for each other, by their own timeouts, in milliseconds."""
    ends: dict[str, int] = {}
    for part in parts:
        begins = max((ends.get(name, 0) for name in part["after"]), default=0)
        ends[part["name"]] = begins + part["policy"]["timeout_ms"]
    return max(ends.values(), default=0)

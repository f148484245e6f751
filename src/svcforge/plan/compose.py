"""Compose as facts: environments, secrets, databases, and a network for each edge and no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from svcforge.plan.commands import filled
from svcforge.plan.naming import constant, snake
from svcforge.plan.types import Fact

SUBNETS = 1024
"""How many /26 networks there are in 10.214.0.0/16."""
SECRETS = "/run/secrets"


def compose_facts(
    parts: list[Fact], gateway: Fact | None, broker: Fact | None, store: str | None, commands: Fact
) -> Fact:
    """The facts of a compose file.

    Args:
        parts: the facts of services and BFFs.
        commands: each part's `migrate` as its card says, by the part's name.
    """
    names = {part["name"] for part in parts}
    databases = [part for part in parts if _served(part, store)]
    edges = list(_edges(parts, names, gateway, broker, databases, store))
    networks = [_network(i, _between(a, b), internal=True) for i, (a, b) in enumerate(edges)]
    outside = [p["name"] for p in parts if any(d["external"] for d in p["dependencies"]) or _asks_issuer(p)]
    if gateway:
        networks.append(_network(len(networks), "edge", internal=False))
    remote = gateway is not None and gateway["jwt"] is not None and gateway["jwt"]["jwks"] is not None
    if outside or remote:
        networks.append(_network(len(networks), "outside", internal=False))

    def of(name: str) -> list[str]:
        return [_between(a, b) for a, b in edges if name in (a, b)]

    members = {p["name"]: of(p["name"]) + (["outside"] if p["name"] in outside else []) for p in parts}
    secrets = [*(s for part in parts for s in _secrets(part, store)), *_shared_secrets(parts, broker)]
    return {
        "parts": [_part(p, members[p["name"]], store, broker, commands.get(p["name"])) for p in parts],
        "gateway": {
            "networks": [*of(gateway["name"]), "edge", *(["outside"] if remote else [])],
            "after": [upstream["name"] for upstream in gateway["upstreams"]],
        }
        if gateway
        else None,
        "broker": {"name": _server(broker["name"]), "networks": of(_server(broker["name"]))} if broker else None,
        "databases": {
            "name": _server(store),
            "networks": of(_server(store)),
            "engine": store,
            "names": [{"name": p["package"], "secret": f"{p['package']}.database_url"} for p in databases],
        }
        if store and databases
        else None,
        "networks": networks,
        "secrets": [{key: s[key] for key in ("name", "file", "kind", "of")} for s in secrets],
    }


def _edges(
    parts: list[Fact],
    names: set[str],
    gateway: Fact | None,
    broker: Fact | None,
    databases: list[Fact],
    store: str | None,
) -> Iterator[tuple[str, str]]:
    """Who speaks to whom: each pair once, and a network of its own for each."""
    for upstream in gateway["upstreams"] if gateway else ():
        yield gateway["name"] if gateway else "", upstream["name"]
    for part in parts:
        for dependency in part["dependencies"]:
            if dependency["name"] in names and dependency["name"] != part["name"]:
                yield part["name"], dependency["name"]
    for part in parts:
        if broker and part["has"]["broker"]:
            yield part["name"], _server(broker["name"])
    for part in databases:
        yield part["name"], _server(store or "")


def _server(engine: str) -> str:
    """The container of an engine: a service of the user's may have the engine's name, but never one with `_`."""
    return f"{engine}_server"


def _between(a: str, b: str) -> str:
    """What the network of two is called: no name has an underscore, so no other two have it."""
    return f"{a}_{b}"


def _served(part: Fact, store: str | None) -> bool:
    """Whether a part's database is in the system's server; else it is a file of its own."""
    return bool(part["database"] and store is not None and part["store"] == store)


def _tokens(part: Fact) -> bool:
    """Whether a part verifies or sends tokens."""
    return bool(part["auth"] and (part["has"]["auth"] or part["has"]["service_tokens"]))


def _asks_issuer(part: Fact) -> bool:
    """Whether a part's tokens are those of an issuer outside, who alone can make and vouch for them."""
    return _tokens(part) and part["auth"]["jwks"] is not None


def _network(number: int, name: str, *, internal: bool) -> Fact:
    subnet = f"{number // 4}.{number % 4 * 64}" if number < SUBNETS else None
    return {"name": name, "internal": internal, "subnet": subnet}


def _part(part: Fact, networks: list[str], store: str | None, broker: Fact | None, migrate: list[str] | None) -> Fact:
    file = part["database"] and not _served(part, store)
    return {
        "name": part["name"],
        "folder": part["folder"],
        "kind": "bff" if part["role"] == "bff" else "service",
        "env": list(_environment(part, store)),
        "secrets": list(_mounted(part, store)),
        "migrate": filled(migrate, {"service": part}) if migrate and part["database"] else None,
        "after": [
            *([_server(store)] if store and _served(part, store) else []),
            *([_server(broker["name"])] if broker and part["has"]["broker"] else []),
        ],
        "networks": networks,
        "volume": f"{part['name']}_data" if file else None,
        "cpu": _cpus(part["resources"]["cpu"]),
        "memory": (part["resources"]["memory"] or "256M").removesuffix("i"),
    }


def _cpus(cpu: str | None) -> str:
    """Kubernetes' millicores as a number of processors: `250m` is 0.25."""
    if cpu is None:
        return "0.50"
    milli = cpu.removesuffix("m")
    try:
        return str(Decimal(milli) / 1000) if cpu.endswith("m") else str(Decimal(cpu))
    except ArithmeticError:
        return "0.50"


def _environment(part: Fact, store: str | None) -> Iterator[Fact]:
    yield _value("PORT", str(part["port"]))
    yield _value("HOST", "0.0.0.0")
    for dependency in part["dependencies"]:
        if dependency["external"]:
            yield _from_user(dependency["env"])
        else:
            yield _value(dependency["env"], f"http://{dependency['name']}:{part['port']}")
    if _tokens(part):
        auth = part["auth"]
        yield _value("JWT_ISSUER", auth["issuer"])
        yield _value("JWT_AUDIENCE", auth["audience"])
        yield _value("JWKS_URL", auth["jwks"] or f"file://{SECRETS}/jwks.json")
    if part["has"]["service_tokens"] and _asks_issuer(part):
        yield _from_user("TOKEN_URL")
        yield _from_user("TOKEN_CLIENT_ID", constant(part["name"], "_TOKEN_CLIENT_ID"))
    elif part["has"]["service_tokens"]:
        yield _value("TOKEN_SIGNING_KEY", f"{SECRETS}/signing-key.pem")
    for setting in part["settings"]:
        if not setting["secret"]:
            text = _text(setting["default"]) if setting["has_default"] else None
            asked = _from_user(setting["env"], required=setting["required"])
            yield asked if text is None else _value(setting["env"], text)
    if part["database"] and not _served(part, store):
        yield _value("DATABASE_URL", f"sqlite:////data/{part['package']}.db")
    for secret in _secrets(part, store):
        yield _value(f"{secret['variable']}_FILE", f"{SECRETS}/{secret['target']}")


def _text(value: object) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _value(name: str, value: str) -> Fact:
    return {"name": name, "value": value, "from": None}


def _from_user(name: str, asked: str | None = None, *, required: bool = True) -> Fact:
    """A variable that the user sets in `.env`, where it may have another name; or may set, under its own."""
    return {"name": name, "value": None, "from": {"name": asked or name, "required": required}}


def _secrets(part: Fact, store: str | None) -> Iterator[Fact]:
    """The secrets that a part alone has, each the value of one variable."""
    if _served(part, store):
        yield _secret(part, "DATABASE_URL", "database", part["name"])
    if part["has"]["broker"]:
        yield _secret(part, "AMQP_URL", "amqp", part["name"])
    for dependency in part["dependencies"]:
        if dependency["external"]:
            yield _secret(part, dependency["token_env"], "token", dependency["name"])
    signers = dict.fromkeys(o["access"]["signed"] for o in part["operations"] if o["access"]["signed"])
    for external in signers:
        variable = constant(external, "_SIGNING_KEY")
        yield _secret(part, variable, "setting", f"{part['name']}.{variable.lower()}")
    if part["has"]["service_tokens"] and _asks_issuer(part):
        yield _secret(part, "TOKEN_CLIENT_SECRET", "setting", f"{part['name']}.token_client_secret")
    for setting in part["settings"]:
        if setting["secret"]:
            yield _secret(part, setting["env"], "setting", f"{part['name']}.{setting['name']}")


def _secret(part: Fact, variable: str, kind: str, of: str) -> Fact:
    name = f"{part['package']}.{variable.lower()}"
    return {"name": name, "file": name, "kind": kind, "of": of, "target": variable.lower(), "variable": variable}


def _mounted(part: Fact, store: str | None) -> Iterator[Fact]:
    for secret in _secrets(part, store):
        yield {"name": secret["name"], "target": secret["target"]}
    if _tokens(part) and not _asks_issuer(part):
        yield {"name": "jwks", "target": "jwks.json"}
    if part["has"]["service_tokens"] and not _asks_issuer(part):
        yield {"name": "signing_key", "target": "signing-key.pem"}


def _shared_secrets(parts: Iterable[Fact], broker: Fact | None) -> Iterator[Fact]:
    """Secrets that several parts share, or that the infrastructure reads."""
    known = list(parts)
    if broker and any(part["has"]["broker"] for part in known):
        yield _shared("broker_users", "broker-users.json", "broker-users", broker["name"])
    auth = next((p["auth"] for p in known if p["auth"]), None)
    if auth and not auth["jwks"]:
        yield _shared("jwks", "jwks.json", "jwks", auth["issuer"])
    if any(part["has"]["service_tokens"] and not _asks_issuer(part) for part in known):
        yield _shared("signing_key", "signing-key.pem", "signing-key", auth["issuer"] if auth else "")


def _shared(name: str, file: str, kind: str, of: str) -> Fact:
    return {"name": snake(name), "file": file, "kind": kind, "of": of}

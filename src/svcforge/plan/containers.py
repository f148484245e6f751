"""What every container of a part is given, whoever starts it: its variables, and its secrets as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcforge.plan.naming import constant, snake
from svcforge.plan.types import Fact

SECRETS = "/run/secrets"
"""Where containers find what is secret, each a file."""


def server(engine: str) -> str:
    """The container of an engine: a service of the user's may have the engine's name, but never one with `_`."""
    return f"{engine}_server"


def served(part: Fact, store: str | None) -> bool:
    """Whether a part's database is in the system's server; else it is a file of its own."""
    return bool(part["database"] and store is not None and part["store"] == store)


def tokens(part: Fact) -> bool:
    """Whether a part verifies or sends tokens."""
    return bool(part["auth"] and (part["has"]["auth"] or part["has"]["service_tokens"]))


def asks_issuer(part: Fact) -> bool:
    """Whether a part's tokens are those of an issuer outside, who alone can make and vouch for them."""
    return tokens(part) and part["auth"]["jwks"] is not None


def environment(part: Fact, store: str | None) -> Iterator[Fact]:
    """The variables of a part: each has a value, or comes `from` the user.

    Args:
        store: the engine of the system's database server, if it has one.
    """
    yield _value("PORT", str(part["port"]))
    yield _value("HOST", "0.0.0.0")
    for dependency in part["dependencies"]:
        if dependency["external"]:
            yield _from_user(dependency["env"])
        else:
            yield _value(dependency["env"], f"http://{dependency['name']}:{part['port']}")
    if tokens(part):
        auth = part["auth"]
        yield _value("JWT_ISSUER", auth["issuer"])
        yield _value("JWT_AUDIENCE", auth["audience"])
        yield _value("JWKS_URL", auth["jwks"] or f"file://{SECRETS}/jwks.json")
    if part["has"]["service_tokens"] and asks_issuer(part):
        yield _from_user("TOKEN_URL")
        yield _from_user("TOKEN_CLIENT_ID", constant(part["name"], "_TOKEN_CLIENT_ID"))
    elif part["has"]["service_tokens"]:
        yield _value("TOKEN_SIGNING_KEY", f"{SECRETS}/signing-key.pem")
    for setting in part["settings"]:
        if not setting["secret"]:
            text = _text(setting["default"]) if setting["has_default"] else None
            asked = _from_user(setting["env"], required=setting["required"])
            yield asked if text is None else _value(setting["env"], text)
    if part["database"] and not served(part, store):
        yield _value("DATABASE_URL", f"sqlite:////data/{part['package']}.db")
    for secret in own_secrets(part, store):
        yield _value(f"{secret['variable']}_FILE", f"{SECRETS}/{secret['target']}")


def _text(value: object) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def traced(system: str, collector: str) -> Iterator[Fact]:
    """The variables with which a part sends traces to a collector at a URL, as OpenTelemetry's SDKs read them."""
    yield _value("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
    yield _value("OTEL_RESOURCE_ATTRIBUTES", f"service.namespace={system}")


def _value(name: str, value: str) -> Fact:
    return {"name": name, "value": value, "from": None}


def _from_user(name: str, asked: str | None = None, *, required: bool = True) -> Fact:
    """A variable that the user sets, where all parts share one name space under another name; or may set, under its own."""
    return {"name": name, "value": None, "from": {"name": asked or name, "required": required}}


def own_secrets(part: Fact, store: str | None) -> Iterator[Fact]:
    """The secrets that a part alone has, each the value of one variable."""
    if served(part, store):
        yield _secret(part, "DATABASE_URL", "database", part["name"])
    if part["has"]["broker"] and part["wire"] == "amqp":
        yield _secret(part, "AMQP_URL", "amqp", part["name"])
    for dependency in part["dependencies"]:
        if dependency["external"]:
            yield _secret(part, dependency["token_env"], "token", dependency["name"])
    signers = dict.fromkeys(o["access"]["signed"] for o in part["operations"] if o["access"]["signed"])
    for external in signers:
        variable = constant(external, "_SIGNING_KEY")
        yield _secret(part, variable, "setting", f"{part['name']}.{variable.lower()}")
    if part["has"]["service_tokens"] and asks_issuer(part):
        yield _secret(part, "TOKEN_CLIENT_SECRET", "setting", f"{part['name']}.token_client_secret")
    for setting in part["settings"]:
        if setting["secret"]:
            yield _secret(part, setting["env"], "setting", f"{part['name']}.{setting['name']}")


def _secret(part: Fact, variable: str, kind: str, of: str) -> Fact:
    name = f"{part['package']}.{variable.lower()}"
    return {"name": name, "file": name, "kind": kind, "of": of, "target": variable.lower(), "variable": variable}


def mounted(part: Fact, store: str | None) -> Iterator[Fact]:
    """The secrets that a part finds as files, its own and shared ones."""
    for secret in own_secrets(part, store):
        yield {"name": secret["name"], "target": secret["target"]}
    if tokens(part) and not asks_issuer(part):
        yield {"name": "jwks", "target": "jwks.json"}
    if part["has"]["service_tokens"] and not asks_issuer(part):
        yield {"name": "signing_key", "target": "signing-key.pem"}


def shared_secrets(parts: Iterable[Fact], broker: Fact | None) -> Iterator[Fact]:
    """Secrets that several parts share, or that the infrastructure reads."""
    known = list(parts)
    if broker and any(part["has"]["broker"] for part in known):
        yield _shared("broker_users", "broker-users.json", "broker-users", broker["name"])
    auth = next((p["auth"] for p in known if p["auth"]), None)
    if auth and not auth["jwks"]:
        yield _shared("jwks", "jwks.json", "jwks", auth["issuer"])
    if any(part["has"]["service_tokens"] and not asks_issuer(part) for part in known):
        yield _shared("signing_key", "signing-key.pem", "signing-key", auth["issuer"] if auth else "")


def _shared(name: str, file: str, kind: str, of: str) -> Fact:
    return {"name": snake(name), "file": file, "kind": kind, "of": of}

"""The variables that a service reads from its environment: the one list that its README, compose and `up` go by."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from svcforge.plan.naming import constant
from svcforge.plan.types import Fact

KIT = frozenset(
    (
        *("PORT", "HOST", "LOG_LEVEL", "LOG_FILE", "DATABASE_URL", "AMQP_URL"),
        *("JWT_ISSUER", "JWT_AUDIENCE", "JWKS_URL"),
        *("TOKEN_URL", "TOKEN_CLIENT_ID", "TOKEN_CLIENT_SECRET", "TOKEN_SIGNING_KEY", "CALL_RETRIES"),
    )
)
"""What every service reads for itself."""

MACHINE = frozenset(
    (
        *(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "MAIL",
            "SHELL",
            "TERM",
            "LANG",
            "LANGUAGE",
            "TZ",
            "PWD",
            "OLDPWD",
            "HOSTNAME",
        ),
        *("TMP", "TEMP", "TMPDIR", "EDITOR", "PAGER", "DISPLAY", "COLUMNS", "LINES", "COMPUTERNAME", "USERNAME", "OS"),
    )
)
"""What a machine sets for every process."""


def url_env(name: str) -> str:
    """The variable that says where a service or an external is."""
    plain = constant(name, "_URL")
    return constant(name, "_SERVICE_URL") if plain in KIT else plain


def setting_env(owner: str, name: str, others: Collection[str]) -> str:
    """The variable of a setting: its name, behind that of its service where the name means something else already.

    Args:
        others: the variables that say where others are.
    """
    plain = constant(name)
    return constant(owner, f"_{plain}") if plain in KIT or plain in MACHINE or plain in others else plain


def environment(service: Fact) -> list[Fact]:
    """The variables of a service whose facts are complete but for this list.

    Each of them, say X, can be given as X_FILE, the path of a file with the value: containers get secrets so.
    """
    return list(_variables(service))


def _variables(service: Fact) -> Iterator[Fact]:
    has = service["has"]
    yield _variable("PORT", "where it listens", default=str(service["port"]))
    yield _variable("HOST", "the address it listens on", default="127.0.0.1")
    yield _variable("LOG_LEVEL", "debug, info, warning or error", default="info")
    yield _variable("LOG_FILE", "a file that gets all lines too, for a sidecar to ship", required=False)
    if has["database"]:
        yield _variable("DATABASE_URL", "its own database: sqlite:///file or postgresql://...", secret=True)
    if has["broker"]:
        yield _variable("AMQP_URL", "the message broker", secret=True)
    for dependency in service["dependencies"]:
        yield _variable(dependency["env"], f"where {dependency['name']} is")
        if dependency["token_env"]:
            yield _variable(
                dependency["token_env"], f"the token that {dependency['name']} wants", required=False, secret=True
            )
    if any(not dependency["external"] for dependency in service["dependencies"]):
        about = (
            "who asks again where a call may be repeated: `client`, this service, or `mesh`, which then does it alone"
        )
        yield _variable("CALL_RETRIES", about, default="client")
    if has["auth"] or has["service_tokens"]:
        yield _variable("JWT_ISSUER", "who issues tokens", default=service["auth"]["issuer"])
        yield _variable("JWT_AUDIENCE", "for whom tokens are made", default=service["auth"]["audience"])
        yield _variable("JWKS_URL", "the issuer's public keys; file:// is allowed", default=service["auth"]["jwks"])
    if has["service_tokens"]:
        yield _variable("TOKEN_URL", "where it gets tokens of its own (client credentials)", required=False)
        yield _variable("TOKEN_CLIENT_ID", "its name there", required=False)
        yield _variable("TOKEN_CLIENT_SECRET", "its secret there", required=False, secret=True)
        yield _variable("TOKEN_SIGNING_KEY", "or the file of a key to sign its own tokens with", required=False)
    for external in dict.fromkeys(o["access"]["signed"] for o in service["operations"] if o["access"]["signed"]):
        yield _variable(constant(external, "_SIGNING_KEY"), f"what {external} signs its webhooks with", secret=True)
    for setting in service["settings"]:
        default = str(setting["default"]) if setting["has_default"] else None
        needed = setting["required"] and default is None
        yield _variable(
            setting["env"], "a setting of the user's code", default, required=needed, secret=setting["secret"]
        )
    yield _variable("OTEL_EXPORTER_OTLP_ENDPOINT", "where traces go; none are sent when unset", required=False)


def _variable(
    name: str, about: str, default: str | None = None, *, required: bool | None = None, secret: bool = False
) -> Fact:
    """A variable; unless said otherwise it is required when it has no default."""
    needed = default is None if required is None else required
    return {"name": name, "about": about, "required": needed, "default": default, "secret": secret}

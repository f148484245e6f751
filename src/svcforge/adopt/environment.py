"""What the variables of a service's environment say: whom it calls, which database it uses, which secrets it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from svcforge.adopt.addresses import ADDRESS_WORDS, Address, addresses, is_number, is_public
from svcforge.adopt.helm.values import UNKNOWN
from svcforge.adopt.kinds import words_of
from svcforge.adopt.system import Fact, Kind, Link, LinkKind, Node, Note, Origin

Resolve = Callable[[str], Node | None]
"""The node that answers at a host's name, if one of the source does."""

SECRET_WORDS = frozenset(
    ["password", "passwd", "passphrase", "pwd", "pass", "secret", "token", "apikey", "credential", "credentials"]
)
SECRET_PAIRS = (("api", "key"), ("access", "key"), ("private", "key"), ("secret", "key"), ("signing", "key"))
NO_SECRET = frozenset(
    [
        "file",
        "path",
        "url",
        "uri",
        "name",
        "id",
        "ttl",
        "expiry",
        "expiration",
        "timeout",
        "issuer",
        "header",
        "username",
        "user",
        "algorithm",
    ]
)
NOT_CALLED = frozenset(
    {"origin", "origins", "cors", "redirect", "callback", "advertised", "listen", "listener", "listeners"}
)
"""Words of a variable's name whose address is no one that the service calls."""
NOT_OUTSIDE = frozenset({"issuer", "audience", "public", "external", "frontend", "docs", "schema", "namespace"})
"""Words of a variable's name whose address outside is a name, or for others to call."""
HOST_WORDS = frozenset({"host", "hosts", "hostname", "addr", "address", "addresses"})
"""Last words of a variable's name that make even a lone word in its value a host, whoever that is."""
TRACERS = frozenset(["zipkin", "jaeger", "otlp", "otel"])
MACHINES = ("host.docker.internal", "gateway.docker.internal", "docker.for.mac.localhost", "host.containers.internal")
"""Names of the machine that containers run on: addresses there are mostly for browsers, and no calls."""
UNDIVIDED = ("redis", "memcached", "etcd", "hazelcast")
"""Stores whose users share what is in them, unless they say otherwise."""
_SCHEMA_OF = ("database", "db", "dbname", "schema", "name")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: its value with what could be filled in, or None where the value is not in the source.

    `secret`: it comes from a place for secrets; `kept_out`: from a file that is by custom not kept with the others.
    """

    name: str
    value: str | None
    origin: Origin
    secret: bool = False
    kept_out: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What the environment of one service says."""

    links: tuple[Link, ...]
    facts: tuple[Fact, ...]
    externals: tuple[Node, ...]
    notes: tuple[Note, ...]


def said(node: Node, variables: Iterable[Variable], resolve: Resolve) -> Said:
    """Read the environment of a node; of a store or a broker there is nothing to know."""
    variables = list(variables)
    links: list[Link] = []
    externals: list[Node] = []
    notes: list[Note] = []
    for variable in variables:
        for found in _found(node, variable, variables, resolve):
            match found:
                case Link():
                    links.append(found)
                case Node():
                    externals.append(found)
                case Note():
                    notes.append(found)
    return Said(tuple(links), tuple(_secrets(variables)), tuple(externals), tuple(notes))


def _found(node: Node, variable: Variable, all_: list[Variable], resolve: Resolve) -> Iterator[Link | Node | Note]:
    words = frozenset(words_of(variable.name))
    if variable.value is None or words & NOT_CALLED:
        return
    for address in addresses(variable.value):
        target = resolve(address.host)
        if address.bare and not (words & ADDRESS_WORDS or variable.name.upper().endswith(("HOST", "ADDR", "URL"))):
            continue
        if target is not None:
            if target.name != node.name:
                yield _link(node, target, address, variable, all_)
        elif not address.bare or is_public(address.host) or words_of(variable.name)[-1] in HOST_WORDS:
            yield from () if words & NOT_OUTSIDE else _outside(node, address, variable)


def _link(node: Node, target: Node, address: Address, variable: Variable, all_: list[Variable]) -> Link:
    facts: list[Fact] = []
    if target.kind is Kind.STORE:
        schema = address.schema or _schema(variable, all_)
        return use(node, target, variable.origin, schema)
    if address.scheme == "https":
        facts.append(Fact("tls", "strict", variable.origin))
    if address.scheme == "grpc":
        facts.append(Fact("over", "grpc", variable.origin))
    own = target.kind is Kind.SERVICE and target.role not in ("infra", "registry")
    url = address.text if own and address.scheme in ("http", "https") else None
    return Link(
        source=node.name, target=target.name, kind=LinkKind.CALL, origin=variable.origin, url=url, facts=tuple(facts)
    )


def use(node: Node, store: Node, origin: Origin, schema: str | None) -> Link:
    """A service's use of a store; without a schema it is not known which of the server's databases it uses."""
    unsure = schema is None and store.engine not in UNDIVIDED
    facts = (Fact("unsure", True, origin),) if unsure else ()
    return Link(source=node.name, target=store.name, kind=LinkKind.USE, origin=origin, schema=schema, facts=facts)


def _schema(variable: Variable, all_: list[Variable]) -> str | None:
    """The database beside a host: `MYSQL_HOST` has it in `MYSQL_DATABASE`, `DB_ADDR` in `DB_NAME`."""
    prefix = re.sub(r"(?i)_?(hostname|host|address|addr|url|uri|server|endpoint)$", "", variable.name)
    wanted = [f"{prefix}_{word}".lower() for word in _SCHEMA_OF] if prefix else []
    return next((v.value for v in all_ if v.name.lower() in wanted and v.value), None)


def _outside(node: Node, address: Address, variable: Variable) -> Iterator[Link | Node | Note]:
    host = address.host.lower()
    if is_public(host) and address.scheme in ("http", "https", "grpc", "amqp", "amqps"):
        yield Node(name=host, kind=Kind.EXTERNAL, origin=variable.origin)
        facts = (Fact("tls", "strict", variable.origin),) if address.scheme in ("https", "amqps") else ()
        yield Link(source=node.name, target=host, kind=LinkKind.CALL, origin=variable.origin, facts=facts)
    elif is_number(host) and address.text:
        yield Link(source=node.name, target="", kind=LinkKind.CALL, origin=variable.origin, url=address.text)
    elif "$" in host or UNKNOWN in host or not re.search(r"[a-z]", host) or host.startswith("localhost"):
        return
    elif host in MACHINES:
        yield Note(variable.origin, f'"{host}" is the machine itself: who answers at its port is not followed')
    else:
        yield Note(variable.origin, f'"{host}" is named, and no part of the sources has that name')


def _secrets(variables: list[Variable]) -> Iterator[Fact]:
    for variable in variables:
        words = words_of(variable.name)
        pairs = set(pairwise(words))
        named = bool(SECRET_WORDS.intersection(words) or pairs.intersection(SECRET_PAIRS))
        if variable.secret or (named and not NO_SECRET.intersection(words)):
            literal = not variable.secret and not variable.kept_out and bool(variable.value)
            yield Fact("secret", (variable.name, literal), variable.origin)
        elif variable.value and any(a.credentials for a in addresses(variable.value)):
            yield Fact("secret", (f"{variable.name}_password", not variable.kept_out), variable.origin)


def traces(variables: Iterable[Variable]) -> Origin | None:
    """Where the environment says whom traces are sent to."""
    for variable in variables:
        words = words_of(variable.name)
        if TRACERS.intersection(words) and variable.value and any(not a.bare for a in addresses(variable.value)):
            return variable.origin
    return None

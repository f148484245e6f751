"""What services do: operations, and the calls that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from svcforge.frozen import frozen
from svcforge.model.elements.data import Fields
from svcforge.model.policy import CallPolicy, Milliseconds
from svcforge.model.types import Type
from svcforge.source.finding import Path


class Verb(StrEnum):
    """What an operation does with an entity (blueprint.md, "Operations")."""

    CREATES = "creates"
    READS = "reads"
    LISTS = "lists"
    UPDATES = "updates"
    DELETES = "deletes"


@frozen()
class Http:
    """How an operation is opened to the gateway: method and path, without the version (`/orders/{id}`)."""

    method: str
    path: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in braces, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{") and part.endswith("}"))


@frozen()
class Condition:
    """One entry of `where`: the field is one of `values`, or equals the token's claim (`token.sub`)."""

    field: str
    values: tuple[str, ...]
    token: str | None
    path: Path


Sources = Mapping[str, str]
"""`with`: input -> source (`token.sub`, `total`, `authorize.approved`)."""
Literals = Mapping[str, Any]
"""`set`: field -> literal (text, a list, or a mapping, as written)."""


@frozen(kw_only=True)
class Operation:
    """An operation of a service or of an external.

    `inputs` is what `in` says: field names of the entity (`in: [sku, name]`), or new fields; None when unset.
    `output` is what `out` says: field names, new fields, or a type; None when unset. `version` is its number where it is
    written under `versions`; its name then is `place_order` for the first and `place_order_v2` for the second, and its
    paths bear the number instead of the service's `api_version`.
    """

    name: str
    owner: str
    about: str = ""
    http: Http | None = None
    scopes: tuple[str, ...] | None = None
    public: str | None = None
    signed: str | None = None
    verb: Verb | None = None
    entity: str | None = None
    by: str | None = None
    inputs: tuple[str, ...] | Fields | None = None
    output: tuple[str, ...] | Fields | Type | None = None
    sources: Sources = field(default_factory=dict)
    literals: Literals = field(default_factory=dict)
    where: tuple[Condition, ...] = ()
    filter: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    emits: tuple[str, ...] = ()
    idempotent_by_key: bool = False
    idempotent_by: str | None = None
    rule: str | None = None
    read_only: bool = False
    takes: Milliseconds | None = None
    long_running: bool = False
    schedule: str | None = None
    was: str | None = None
    version: int | None = None
    path: Path

    @property
    def stem(self) -> str:
        """Its name as written, which its versions share."""
        return self.name.removesuffix(f"_v{self.version}") if self.version and self.version > 1 else self.name

    @property
    def reference(self) -> str:
        """What names it in a blueprint, behind its owner: `place_order`, or `place_order.v1` where it has versions."""
        return self.name if self.version is None else f"{self.stem}.v{self.version}"

    @property
    def repeatable(self) -> bool:
        """Whether it is safe to repeat (blueprint.md, "Operations": `idempotent`)."""
        return (
            self.idempotent_by_key
            or self.idempotent_by is not None
            or self.read_only
            or self.verb in (Verb.READS, Verb.LISTS, Verb.DELETES)
            or (self.verb is Verb.UPDATES and bool(self.literals))
            or (self.verb is Verb.CREATES and self.by is not None)
            or (self.http is not None and self.http.method in ("GET", "PUT", "DELETE"))
        )


@frozen(kw_only=True)
class Call:
    """A synchronous edge, where it starts: in an operation, at a service's own level, or as a saga's step.

    `to` is what is written; `target` and `operation` what it resolves to (None when it does not, or when only
    a service is named). `fallback` is None when there is none, else a 1-tuple of the literal.
    """

    source: str
    source_operation: str | None
    to: str
    url: str | None = None
    target: str | None = None
    operation: str | None = None
    policy: CallPolicy = CallPolicy()
    fallback: tuple[Any, ...] = ()
    sources: Sources = field(default_factory=dict)
    literals: Literals = field(default_factory=dict)
    expect: str | None = None
    otherwise: tuple[int, str] | None = None
    wait: bool = True
    path: Path

    @property
    def name(self) -> str:
        """What its answer goes by: the operation as it is written here, without service and version."""
        return self.to.split(".")[1] if self.operation and "." in self.to else self.operation or self.to

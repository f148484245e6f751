"""What is said of the system as a whole: stores, libraries, platform, linter, packs; and the names that were followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from svcforge.frozen import frozen
from svcforge.model.custom import CustomRule
from svcforge.source.finding import Path


@frozen(kw_only=True)
class Store:
    """A declared database server and schema; two services with an equal pair share a database."""

    name: str
    engine: str | None
    server: str | None
    schema: str | None
    tls: str | None
    auth: str | None
    path: Path


@frozen(kw_only=True)
class Library:
    """A library that services share, and what is in it."""

    name: str
    kind: str
    path: Path


@frozen(kw_only=True)
class Platform:
    """What the system runs on; each value names a pack, None is none."""

    gateway: str | None = None
    broker: str | None = None
    store: str | None = None
    discovery: str | None = None
    mesh: str | None = None
    deploy: tuple[str, ...] = ()
    metrics: str | None = None
    tracing: str | None = None
    logs: str | None = None
    saga: str | None = None
    secrets: str | None = None
    broker_tls: str | None = None
    broker_auth: str | None = None
    store_tls: str | None = None
    store_auth: str | None = None


@frozen(kw_only=True)
class Patch:
    """A change to generated manifests, applied last: a merge (mapping) or a JSON patch (list)."""

    kind: str | None
    name: str | None
    merge: Any
    json: Any
    path: Path


@frozen(kw_only=True)
class PackSource:
    """An extra template pack: a folder or a git address, at a ref."""

    source: str
    at: str | None
    path: Path


@frozen(kw_only=True)
class Ignore:
    """A central suppression: a rule, at an element, for a reason, until a date (ISO)."""

    rule: str
    at: str | None
    reason: str | None
    until: str | None
    path: Path


@frozen(kw_only=True)
class LintConfig:
    """The blueprint's `lint:` block."""

    profile: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[Ignore, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fail_on: str | None = None
    custom: tuple[CustomRule, ...] = ()


@frozen(kw_only=True)
class Unresolved:
    """A name that should stand for something declared elsewhere (`kind`) and stands for nothing.

    `nearest` is the closest declared name, if one is close, and `certain` tells that no other is as close.
    """

    kind: str
    text: str
    nearest: str | None
    certain: bool = False
    path: Path

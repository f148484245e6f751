"""Addresses in the text of a blueprint: the host that a URL, `host:port` or IP literal names, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Bff, External, Service
from svcforge.model.routes import segments_of

_URL = re.compile(
    r"[A-Za-z][A-Za-z0-9+.:-]*://(?:[^/@\s]*@)?(?P<host>\[[^\]\s]+\]|[^/:?#\s]+)(?::\d+)?(?P<path>/[^?#\s]*)?"
)
_PLAIN = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?P<port>:\d{2,5})?(?P<path>/[^?#\s]*)?")
_IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What an address says: the host, the path behind it, and whether it is a whole URL."""

    host: str
    path: str
    is_url: bool

    @property
    def is_machine(self) -> bool:
        """Whether the host is one machine rather than a name that can move: an IP literal or this very one."""
        return self.host == "localhost" or self.host.startswith("[") or _IPV4.fullmatch(self.host) is not None

    @property
    def is_inside(self) -> bool:
        """Whether the host is a name of a network of one's own: a single word, or a cluster's."""
        return "." not in self.host or self.host.endswith((".local", ".internal", ".svc"))


def endpoint(text: str) -> Endpoint | None:
    """The address that a text is; None for plain words, paths, and what refers to configuration (`${ORDERS_URL}`)."""
    if "${" in text:
        return None
    if url := _URL.match(text):
        return Endpoint(url["host"].lower(), url["path"] or "", is_url=True)
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        return None
    found = Endpoint(plain["host"].lower(), plain["path"] or "", is_url=False)
    named = plain["port"] and re.search("[a-z]", found.host)
    return found if found.is_machine or named else None


def nodes_by_host(blueprint: Blueprint) -> Mapping[str, str]:
    """Services, BFFs and externals by the names that a host may have: their own, and those in the source."""
    declared: list[Service | Bff | External] = [*blueprint.services.values(), *blueprint.bffs.values()]
    declared += blueprint.externals.values()
    found = {alias.lower(): node.name for node in declared for alias in node.aka}
    return found | {node.name: node.name for node in declared}


def owner(hosts: Mapping[str, str], found: Endpoint) -> str | None:
    """Whose host it is, by the whole of it or by its first word (`orders.shop.svc.cluster.local`)."""
    return hosts.get(found.host) or hosts.get(found.host.partition(".")[0])


def operation_at(blueprint: Blueprint, name: str, path: str) -> str | None:
    """The one operation of a service or external whose path a URL ends with, as a reference names it.

    The version in the URL is left aside, unless operations that are alike have versions of their own.
    """
    node = blueprint.services.get(name) or blueprint.externals.get(name)
    wanted = [s for s in segments_of(path) if not re.fullmatch(r"v\d+", s)]
    operations = node.operations.values() if node else ()
    matching = [o for o in operations if o.http and list(segments_of(o.http.path)) == wanted]
    matching = [o for o in matching if f"v{o.version}" in segments_of(path)] or matching
    return matching[0].reference if len(matching) == 1 else None

"""Two things that would come out at one place: paths of one service, routes of the gateway, folders of the output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Http
from svcforge.plan.parts import bffs, services
from svcforge.source.finding import Finding, Path, Related, Severity

CODE = "SF022"
Claim = tuple[str, str, Path]
"""A place, how it is shown, and who takes it."""


def clashes(blueprint: Blueprint) -> Iterator[Finding]:
    """Every place that is taken twice, at the second one who takes it."""
    for service in services(blueprint):
        operations = ((o.http, o.path) for o in service.operations.values() if o.http)
        yield from _twice(_requests(operations), f'"{service.name}"')
    for bff in bffs(blueprint):
        yield from _twice(_requests((e.http, e.path) for e in bff.endpoints), f'"{bff.name}"')
    if blueprint.gateway:
        routes = ((f"{r.method} {_shape(r.prefix)}", r.prefix, r.path) for r in blueprint.gateway.routes)
        yield from _twice(routes, "the gateway")


def _requests(https: Iterable[tuple[Http, Path]]) -> Iterator[Claim]:
    for http, path in https:
        yield f"{http.method} {_shape(http.path)}", f"{http.method} {http.path}", path


def _shape(path: str) -> str:
    """A path whose parameters have no names: `/orders/{id}` and `/orders/{order}` are one place."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _twice(claims: Iterable[Claim], whose: str) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for place, shown, path in claims:
        if place in first:
            related = (Related(first[place], "first here"),)
            message = f'"{shown}" of {whose} is taken already'
            yield Finding(
                CODE, "path-clash", Severity.ERROR, message, "give one of them another path", path, None, related
            )
        else:
            first[place] = path

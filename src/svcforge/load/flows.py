"""Sagas, the gateway and the BFFs, from the document to the model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from svcforge.load import grammar
from svcforge.load.declarations import Declarations
from svcforge.load.document import AuthDoc, BffDoc, GatewayDoc, RouteDoc, SagaDoc, StepDoc
from svcforge.load.grammar import Bad
from svcforge.load.policies import call_policy, defaults, resources, scale, slo
from svcforge.model.elements import Argument, Bff, Call, Endpoint, Gateway, Jwt, Part, Route, Saga, Step
from svcforge.source.finding import Path
from svcforge.source.tree import Quoted
from svcforge.source.yaml import read_text

_PART = re.compile(
    r"(?P<to>[a-z][a-z0-9-]*\.[a-z][a-z0-9_]*(?:\.v\d+)?)\((?P<arguments>.*)\)(?: or (?P<fallback>.+))?", re.DOTALL
)
_SOURCE = re.compile(r"[a-z][a-z0-9_]*(?:\[\])?(?:\.[a-z][a-z0-9_]*(?:\[\])?)*")
SCOPES = ("path", "query", "token", "body")


class FlowBuilder:
    """Builds what runs across services."""

    def __init__(self, home: Declarations) -> None:
        self.home, self.index, self.names = home, home.index, home.names

    def saga(self, name: str, doc: SagaDoc, path: Path) -> Saga:
        """A business transaction; its owner is the service that `starts` names."""
        self.names.dashed("saga", name, path)
        owner, event, operation = self._starts(doc.starts, (*path, "starts"))
        source = owner or ""
        steps = tuple(self._step(step, source, (*path, "steps", i)) for i, step in enumerate(doc.steps))
        undo = self._undo(doc.undo, source, (*path, "undo")) if doc.undo else None
        return Saga(
            name=name, about=doc.about or "", starts=doc.starts, owner=owner, event=event, operation=operation,
            steps=steps, undo=undo, transaction=doc.transaction, path=path,
        )  # fmt: skip

    def _starts(self, text: str, path: Path) -> tuple[str | None, str | None, str | None]:
        name = text.partition(".")[2]
        if name[:1].isupper():
            owner, event, _ = self.index.event(text, path)
            return owner, event, None
        owner, operation = self.index.operation(text, path)
        return owner, None, operation

    def _step(self, doc: StepDoc, source: str, path: Path) -> Step:
        target, operation = self.index.operation(doc.do, (*path, "do"))
        do = Call(
            source=source, source_operation=None, to=doc.do, target=target, operation=operation,
            policy=call_policy(doc), fallback=(doc.fallback,) if "fallback" in doc.model_fields_set else (),
            sources=dict(doc.with_), literals=dict(doc.set_), expect=doc.expect, otherwise=doc.otherwise,
            wait=doc.wait, path=path,
        )  # fmt: skip
        undo = self._undo(doc.undo, source, (*path, "undo")) if doc.undo else None
        return Step(do=do, undo=undo, pivot=doc.pivot, path=path)

    def _undo(self, text: str, source: str, path: Path) -> Call:
        target, operation = self.index.operation(text, path)
        return Call(source=source, source_operation=None, to=text, target=target, operation=operation, path=path)

    def gateway(self, doc: GatewayDoc, path: Path) -> Gateway:
        """The one entry, with its routes in the order of the file."""
        self.names.dashed("gateway", doc.name, (*path, "name") if "name" in doc.model_fields_set else path)
        jwt = doc.auth.jwt if isinstance(doc.auth, AuthDoc) else None
        return Gateway(
            name=doc.name, jwt=Jwt(issuer=jwt.issuer, audience=jwt.audience, jwks=jwt.jwks) if jwt else None,
            auth_none=doc.auth == "none", rate_limit=doc.rate_limit, timeout=doc.timeout,
            routes=tuple(self._routes(doc, (*path, "routes"))),
            has=tuple(doc.has) if doc.has is not None else None, aka=tuple(doc.aka), path=path,
        )  # fmt: skip

    def _routes(self, doc: GatewayDoc, path: Path) -> Iterator[Route]:
        for text, route in doc.routes.items():
            here = (*path, text)
            try:
                method, prefix = grammar.route(text)
            except Bad as bad:
                self._refuse(bad, here)
                continue
            yield self._route(method, prefix, route, here)

    def _route(self, method: str | None, prefix: str, doc: RouteDoc, path: Path) -> Route:
        target = None
        if doc.to is not None:
            target = self.index.named("service", doc.to, (*path, "to"), self.index.nodes)
        elif doc.url is None:
            self._refuse(Bad("a route leads nowhere", "add to: service"), path)
        return Route(
            method=method, prefix=prefix, to=doc.to, target=target, url=doc.url, timeout=doc.timeout,
            rate_limit=doc.rate_limit, path=path,
        )  # fmt: skip

    def bff(self, name: str, doc: BffDoc, path: Path) -> Bff:
        """A backend for a frontend."""
        self.names.dashed("bff", name, path)
        return Bff(
            name=name, about=doc.about or "", stack=doc.stack, team=doc.team, tier=doc.tier, slo=slo(doc.slo),
            scale=scale(doc.scale), resources=resources(doc.resources),
            endpoints=tuple(self._endpoints(name, doc, (*path, "endpoints"))), defaults=defaults(doc.defaults),
            has=tuple(doc.has) if doc.has is not None else None, aka=tuple(doc.aka), path=path,
        )  # fmt: skip

    def _endpoints(self, bff: str, doc: BffDoc, path: Path) -> Iterator[Endpoint]:
        for text, parts in doc.endpoints.items():
            here = (*path, text)
            try:
                http = grammar.http(text)
            except Bad as bad:
                self._refuse(bad, here)
                continue
            built = [
                self._part(bff, name, expression, tuple(parts), (*here, name)) for name, expression in parts.items()
            ]
            yield Endpoint(http=http, parts=tuple(part for part in built if part), path=here)

    def _part(self, bff: str, name: str, text: str, parts: tuple[str, ...], path: Path) -> Part | None:
        self.names.snake("part", name, path)
        match = _PART.fullmatch(text.strip())
        if match is None:
            hint = "write service.operation(input=value, ...), and `or <value>` for what stands in when it fails"
            self._refuse(Bad(f'"{text}" is no part of an endpoint', hint), path)
            return None
        target, operation = self.index.operation(match["to"], path)
        try:
            arguments = tuple(self._argument(a, parts, path) for a in _split(match["arguments"]))
            fallback = (_flow(match["fallback"]),) if match["fallback"] else ()
        except Bad as bad:
            self._refuse(bad, path)
            return None
        call = Call(
            source=bff,
            source_operation=None,
            to=match["to"],
            target=target,
            operation=operation,
            fallback=fallback,
            path=path,
        )
        return Part(name=name, text=text, call=call, arguments=arguments, fallback=fallback, path=path)

    def _argument(self, text: str, parts: tuple[str, ...], path: Path) -> Argument:
        name, equals, value = (piece.strip() for piece in text.partition("="))
        if not equals or not value or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise Bad(f'"{text.strip()}" is no argument', "write input=value")
        first = re.split(r"[.\[]", value, maxsplit=1)[0]
        if _SOURCE.fullmatch(value) and ("." in value or "[" in value or first in parts):
            self.index.named("part", first, path, SCOPES, [part for part in parts if part != path[-1]])
            return Argument(name=name, source=value, literal=None)
        return Argument(name=name, source=None, literal=_flow(value))

    def _refuse(self, bad: Bad, path: Path) -> None:
        self.home.refuse(bad.message, bad.hint, path, code="SF011", name="schema")


def _split(arguments: str) -> list[str]:
    """The arguments between the commas that stand in no bracket and no quote."""
    found, depth, quote, start = [], 0, "", 0
    for i, c in enumerate(arguments):
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'":
            quote = c
        elif c in "[{(":
            depth += 1
        elif c in "]})":
            depth -= 1
        elif c == "," and depth == 0:
            found.append(arguments[start:i])
            start = i + 1
    rest = arguments[start:]
    if depth or quote:
        raise Bad(f'a bracket or a quote is not closed in "{arguments}"', "close it")
    return [*found, rest] if rest.strip() or found else []


def _flow(text: str) -> Any:
    """A literal in a part, as written: text, or YAML's flow style for lists and mappings."""
    document = read_text(text, "")
    if document.findings:
        raise Bad(f'"{text}" is no value', "write a word, a number, [..] or {..}")
    return document.data if isinstance(document.data, dict | list | Quoted) else text

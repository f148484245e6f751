"""Who calls: bearer tokens checked against the issuer's keys, and what each operation demands of them."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx2
import jwt
from fastapi import Depends, Request
from pydantic import TypeAdapter, ValidationError

from .problems import Problem
from .request import user_token

T = TypeVar("T")
ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}
KEYS_AGE = 300.0  # seconds before the keys are read again
KEYS_PAUSE = 10.0  # seconds between two looks for a key that is not known


@dataclass(frozen=True)
class Caller:
    """A verified token."""

    sub: str
    scopes: frozenset[str]
    claims: Mapping[str, Any]

    @property
    def is_service(self) -> bool:
        return self.sub.startswith("service:")

    def claim(self, name: str, kind: type[T]) -> T:
        """A claim, read as what is asked for."""
        try:
            return TypeAdapter(kind).validate_python(self.claims.get(name))
        except ValidationError as error:
            raise Problem(403, "forbidden", f"The token's {name} is not what this operation needs.") from error


class Verifier:
    """Checks tokens; holds the issuer's public keys."""

    def __init__(
        self, issuer: str, audience: str, jwks_url: str, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._issuer, self._audience, self._jwks_url, self._transport = issuer, audience, jwks_url, transport
        self._keys: list[jwt.PyJWK] = []
        self._read_at = float("-inf")
        self._lock = asyncio.Lock()

    async def caller(self, token: str) -> Caller:
        """Who the token speaks for; a problem 401 if it is not good."""
        try:
            header = jwt.get_unverified_header(token)
            claims = self._claims(token, await self._candidates(header.get("kid")), header.get("alg"))
        except jwt.PyJWTError as error:
            raise unauthorized(f"The token is not valid: {error}") from error
        return Caller(claims["sub"], frozenset(str(claims.get("scope", "")).split()), claims)

    def _claims(self, token: str, keys: list[jwt.PyJWK], algorithm: object) -> dict[str, Any]:
        failure: jwt.PyJWTError = jwt.InvalidTokenError("no key of the issuer fits")
        for key in keys:
            if algorithm != ALGORITHMS.get(key.key_type or ""):
                continue
            try:
                return jwt.decode(
                    token,
                    key.key,
                    algorithms=[ALGORITHMS[str(key.key_type)]],
                    audience=self._audience,
                    issuer=self._issuer,
                    options={"require": ["exp", "iss", "aud", "sub"]},
                )
            except jwt.InvalidSignatureError as error:
                failure = error
        raise failure

    async def _candidates(self, kid: str | None) -> list[jwt.PyJWK]:
        async with self._lock:
            age = time.monotonic() - self._read_at
            unknown = kid is not None and kid not in {key.key_id for key in self._keys}
            if age > KEYS_AGE or (age > KEYS_PAUSE and (unknown or not self._keys)):
                await self._read()
        return [key for key in self._keys if kid is None or key.key_id in {kid, None}]

    async def _read(self) -> None:
        self._read_at = time.monotonic()
        try:
            self._keys = [jwt.PyJWK(key) for key in json.loads(await self._document())["keys"]]
        except (OSError, httpx2.HTTPError, ValueError, KeyError, jwt.PyJWTError) as error:
            if not self._keys:
                raise Problem(503, "unavailable", "The keys that tokens are checked with cannot be read.") from error

    async def _document(self) -> str | bytes:
        if self._jwks_url.startswith("file:"):
            path = url2pathname(urlsplit(self._jwks_url).path)
            return await asyncio.to_thread(Path(path).read_text)
        async with httpx2.AsyncClient(timeout=5, transport=self._transport) as http:
            return (await http.get(self._jwks_url)).raise_for_status().content


def unauthorized(detail: str) -> Problem:
    """No token, or not a good one."""
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


async def _authenticated(request: Request) -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthorized("Send a bearer token.")
    verifier: Verifier = request.app.state.verifier
    caller = await verifier.caller(token)
    user_token.set(None if caller.is_service else token)
    return caller


def user(*scopes: str) -> Any:
    """The operation is for users whose token has all of `scopes`."""

    async def check(request: Request) -> Caller:
        caller = await _authenticated(request)
        if missing := [scope for scope in scopes if scope not in caller.scopes]:
            raise Problem(403, "forbidden", f"The token lacks the scope {missing[0]}.")
        return caller

    return Depends(check)


async def _anyone(request: Request) -> Caller | None:
    return await _authenticated(request) if "Authorization" in request.headers else None


anyone = Depends(_anyone)
"""The operation is public; a token that comes along is checked and sent on all the same."""


def service(operation: str, *callers: str) -> Any:
    """The operation is internal: for the services that declare the call, and for nobody else."""

    async def check(request: Request) -> Caller:
        caller = await _authenticated(request)
        if caller.sub not in {f"service:{name}" for name in callers} or operation not in caller.scopes:
            raise Problem(403, "forbidden", f"{operation} is not open to {caller.sub}.")
        return caller

    return Depends(check)

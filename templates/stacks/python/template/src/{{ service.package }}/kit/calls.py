"""Calls to other services: deadline first, retries where it is safe to repeat, breaker, and the token that fits."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import quote

import httpx2
from opentelemetry import propagate
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from .breaker import Breaker, Unavailable
from .http import CORRELATION
from .logs import correlation
from .problems import Problem
from .request import BUDGET, user_token, within
from .tracing import tracer

T = TypeVar("T")
BACKOFF = 0.05  # seconds, doubled with every retry and spread by chance
PASSING = {429, 502, 503, 504}


@dataclass(frozen=True)
class Trip:
    """When a breaker opens."""

    failures: float
    window: int
    reset: float


@dataclass(frozen=True)
class Policy:
    """`timeout` seconds for the whole call; `retries` on top of the first attempt, only where it is safe to repeat."""

    timeout: float
    retries: int = 0
    trip: Trip | None = None


class Refused(Problem):
    """The other service said no, and this is its answer."""

    def __init__(self, call: str, status: int, document: Mapping[str, Any]) -> None:
        self.kind = str(document.get("type", ""))
        slug = self.kind.rpartition(":")[2] or "refused"
        super().__init__(status, slug, document.get("detail") or f"{call} refused.")

    def urn(self, service: str) -> str:
        return self.kind or super().urn(service)


class Credentials(Protocol):
    """How a call says for whom it is made."""

    async def bearer(self, operation: str, *, forward: bool) -> str | None:
        """The token to send; `forward`: the user's, when there is one."""


class FixedBearer:
    """The token an external gave us, if it wants one."""

    def __init__(self, token: SecretStr | None) -> None:
        self._token = token.get_secret_value() if token else None

    async def bearer(self, operation: str, *, forward: bool) -> str | None:
        return self._token


class Remote:
    """Another service, or an external, at its address; `repeats` says that retries are made here, and by nobody else."""

    def __init__(
        self,
        name: str,
        url: str,
        credentials: Credentials,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        repeats: bool = True,
    ) -> None:
        self.name, self.credentials, self.repeats = name, credentials, repeats
        self.http = httpx2.AsyncClient(base_url=url, timeout=None, transport=transport)

    async def close(self) -> None:
        await self.http.aclose()


class Operation:
    """One operation of another service, with the policy of the edge that leads to it."""

    def __init__(
        self,
        remote: Remote,
        name: str,
        method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"],
        policy: Policy,
        *,
        forward: bool = False,
    ) -> None:
        self._remote, self._method, self._policy, self._forward = remote, method, policy, forward
        self._name = f"{remote.name}.{name}"
        trip = policy.trip
        self._retries = policy.retries if remote.repeats else 0
        self._breaker = Breaker(self._name, trip.failures, trip.window, trip.reset) if trip else None

    async def ask(
        self,
        kind: type[T],
        path: str,
        *,
        query: BaseModel | None = None,
        body: BaseModel | None = None,
        key: str | None = None,
    ) -> T:
        """The answer read as `kind`; Refused if it is a no, Unavailable if there is none."""
        headers = {"Idempotency-Key": key} if key else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = body.model_dump_json(exclude_unset=True)
        params = query.model_dump(mode="json", exclude_none=True) if query else None
        request = self._remote.http.build_request(self._method, path, params=params, content=content, headers=headers)
        with tracer.start_as_current_span(self._name, kind=SpanKind.CLIENT):
            response = await self._attempts(request)
        if response.is_client_error:
            raise Refused(self._name, response.status_code, _document(response))
        try:
            return TypeAdapter(kind).validate_json(response.content or b"null")
        except ValidationError as error:
            raise Unavailable(f"{self._name} answered what its contract does not say.") from error

    async def _attempts(self, request: httpx2.Request) -> httpx2.Response:
        ends = _time() + within(self._policy.timeout)
        attempt = 0
        while True:
            try:
                with self._breaker.guarded() if self._breaker else nullcontext():
                    return await self._attempt(request, ends)
            except Unavailable as error:
                pause = BACKOFF * 2**attempt * random.uniform(0.5, 1.5)
                attempt += 1
                if not error.passing or attempt > self._retries or _time() + pause >= ends:
                    raise
                await asyncio.sleep(pause)

    async def _attempt(self, request: httpx2.Request, ends: float) -> httpx2.Response:
        try:
            async with asyncio.timeout_at(ends):
                user = await self._sign(request)
                request.headers[BUDGET] = str(max(0, int((ends - _time()) * 1000)))
                response = await self._remote.http.send(request)
        except TimeoutError as error:
            raise Unavailable(f"{self._name} did not answer in time.", passing=False) from error
        except httpx2.TransportError as error:
            raise Unavailable(f"{self._name} cannot be reached.") from error
        ours = response.status_code in {401, 403} and not user  # our own token is at fault, which is no answer
        if response.status_code in PASSING or ours or not (response.is_success or response.is_client_error):
            passing = response.status_code in PASSING
            raise Unavailable(f"{self._name} answered {response.status_code}.", passing=passing)
        return response

    async def _sign(self, request: httpx2.Request) -> bool:
        """Add what every call carries; True if it is made with the user's token."""
        if token := await self._remote.credentials.bearer(self._name, forward=self._forward):
            request.headers["Authorization"] = f"Bearer {token}"
        if correlation_id := correlation.get():
            request.headers[CORRELATION] = correlation_id
        propagate.inject(request.headers)
        return token is not None and token == user_token.get()


def segment(value: object) -> str:
    """`value` as one segment of a path."""
    return quote(str(value), safe="")


def _time() -> float:
    return asyncio.get_running_loop().time()


def _document(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}

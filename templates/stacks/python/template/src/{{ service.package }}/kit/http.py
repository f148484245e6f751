"""What surrounds every request: correlation id, deadline, access log, latency, and no error that is not a problem."""

import logging
import re
import time
from functools import cache
from uuid import uuid4

from fastapi import FastAPI, Request
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import problems, request
from .logs import correlation

CORRELATION = "X-Correlation-ID"
MAX_BODY = 1024 * 1024
QUIET = ("/health/live", "/health/ready", "/metrics")
LABELS = ["http_request_method", "http_route", "http_response_status_code"]
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)  # OpenTelemetry's
log = logging.getLogger("http")


class Surroundings:
    """Pure ASGI, so that nothing is buffered and context variables reach the handler."""

    def __init__(self, app: ASGIApp, latency: Histogram) -> None:
        self._app, self._latency = app, latency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        correlation_id = _correlation_id(headers.get(CORRELATION))
        correlation.set(correlation_id)
        request.begin(headers.get(request.BUDGET))
        started, status, received = time.perf_counter(), 0, 0

        async def read() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY:
                raise HTTPException(413, f"The body has more than {MAX_BODY} bytes.")
            return message

        async def respond(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[CORRELATION] = correlation_id
            await send(message)

        try:
            await self._app(scope, read, respond)
        except Exception:
            log.exception("request failed")
            if status:
                raise
            problem = problems.Problem(500, "internal", "The service failed; its log says why.")
            await problems.answer(problem, Request(scope))(scope, receive, respond)
        finally:
            seconds = time.perf_counter() - started
            if scope["path"] not in QUIET:
                route = getattr(scope.get("route"), "path", "unmatched")
                self._latency.labels(scope["method"], route, status).observe(seconds)
                line = {"method": scope["method"], "path": scope["path"], "status": status}
                log.info("request", extra={**line, "ms": round(seconds * 1000, 1)})


def _correlation_id(given: str | None) -> str:
    return given if given and re.fullmatch(r"[\x21-\x7e]{1,128}", given) else str(uuid4())


@cache
def _latency(promised: float | None) -> Histogram:
    bounds = sorted({*BUCKETS, *([promised] if promised else [])})
    return Histogram("http_server_request_duration_seconds", "Time to answer", LABELS, buckets=bounds)


def install(app: FastAPI, promised: float | None = None) -> None:
    """Surround every request to `app`; how many answers took longer than the `promised` seconds is counted exactly."""
    app.add_middleware(Surroundings, latency=_latency(promised))

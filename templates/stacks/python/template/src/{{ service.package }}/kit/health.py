"""Is the process alive, may it have traffic, and what do its metrics say."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], Awaitable[None]]


class Health:
    """Readiness is the sum of named checks, and is withdrawn first thing on shutdown."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self.stopping = False

    async def state(self) -> dict[str, str]:
        """`up`, or what is wrong, by check."""
        states = {"process": "stopping" if self.stopping else "up"}
        for name, check in self._checks.items():
            try:
                await check()
                states[name] = "up"
            except Exception as error:
                states[name] = f"down: {str(error) or type(error).__name__}"
        return states


def install(app: FastAPI, checks: Mapping[str, Check], *gauges: Check) -> None:
    """Add /health/live, /health/ready and /metrics to `app`; `gauges` are brought up to date before each scrape."""
    health = app.state.health = Health(checks)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "up"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> JSONResponse:
        checks = await health.state()
        well = set(checks.values()) == {"up"}
        return JSONResponse({"status": "up" if well else "down", "checks": checks}, 200 if well else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        for refresh in gauges:
            await refresh()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

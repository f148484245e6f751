"""Serves the app until SIGTERM, then leaves cleanly."""

from types import FrameType

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """Readiness goes down with the signal, requests are drained, and the process ends with 0."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.config.app.state.health.stopping = True  # type: ignore[union-attr]
        self.should_exit = True


def serve(app: FastAPI, host: str, port: int) -> None:
    """Blocks until the service is told to stop."""
    config = uvicorn.Config(app, host, port, log_config=None, access_log=False, timeout_graceful_shutdown=20)
    Server(config).run()

"""Logs: one JSON object a line, with service, trace, span and correlation id."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from opentelemetry import trace

correlation: ContextVar[str | None] = ContextVar("correlation", default=None)
BUILT_IN = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message", "taskName"}


class JsonLines(logging.Formatter):
    """What is passed as `extra` becomes fields of the line."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        span = trace.get_current_span().get_span_context()
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "event": record.getMessage(),
            "trace_id": f"{span.trace_id:032x}" if span.is_valid else None,
            "span_id": f"{span.span_id:016x}" if span.is_valid else None,
            "correlation_id": correlation.get(),
            "error": self.formatException(record.exc_info) if record.exc_info else None,
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in BUILT_IN}
        return json.dumps({key: value for key, value in line.items() if value is not None}, default=str)


def configure(service: str, level: str) -> None:
    """Write everything that is logged to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for chatty in ("aio_pika", "aiormq", "aiosqlite", "alembic", "asyncio", "httpcore2", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

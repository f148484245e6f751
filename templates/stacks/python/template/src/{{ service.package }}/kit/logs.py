"""Logs: one JSON object a line, with service, trace, span and correlation id."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from opentelemetry import trace

correlation: ContextVar[str | None] = ContextVar("correlation", default=None)
BUILT_IN = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message", "taskName"}
FILE_BYTES = 8 * 1024 * 1024


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


def configure(service: str, level: str, file: Path | None = None) -> None:
    """Write everything that is logged to standard error, and to `file` for whoever ships it from there."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if file:
        handlers.append(RotatingFileHandler(file, maxBytes=FILE_BYTES, backupCount=1, encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(JsonLines(service))
    logging.basicConfig(handlers=handlers, level=level.upper(), force=True)
    for chatty in ("aio_pika", "aiormq", "aiosqlite", "alembic", "asyncio", "httpcore2", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

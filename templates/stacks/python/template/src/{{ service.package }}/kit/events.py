"""CloudEvents 1.0 in structured JSON: what an event looks like on its way."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Literal
from uuid import uuid4

from pydantic import BaseModel, Field

from .logs import correlation
from .tracing import traceparent
from .wire import Model

CONTENT_TYPE = "application/cloudevents+json"


class Event(Model):
    """The payload of an event; its class says what kind of event it is."""

    TYPE: ClassVar[str]
    SOURCE: ClassVar[str]
    SUBJECT: ClassVar[str]


def subject_of(event: Event) -> str:
    """What the event is about: the key of its order."""
    return str(getattr(event, event.SUBJECT))


class Envelope(BaseModel):
    """An event with its attributes; `sequence` is its number within source and subject."""

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(default_factory=lambda: str(uuid4()))
    source: str
    type: str
    subject: str
    time: datetime = Field(default_factory=lambda: datetime.now(UTC))
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: int
    traceparent: str | None = None
    correlationid: str | None = None
    data: dict[str, Any]


def envelope(event: Event, sequence: int) -> Envelope:
    """`event` as it is sent from here and now."""
    return Envelope(
        source=event.SOURCE,
        type=event.TYPE,
        subject=subject_of(event),
        sequence=sequence,
        traceparent=traceparent(),
        correlationid=correlation.get(),
        data=event.model_dump(mode="json"),
    )

"""What the broker answers when it will not do as asked: AMQP's reply codes, with RabbitMQ's wording."""

from __future__ import annotations

NAMES = {
    312: "NO_ROUTE",
    320: "CONNECTION_FORCED",
    403: "ACCESS_REFUSED",
    404: "NOT_FOUND",
    405: "RESOURCE_LOCKED",
    406: "PRECONDITION_FAILED",
    501: "FRAME_ERROR",
    502: "SYNTAX_ERROR",
    503: "COMMAND_INVALID",
    504: "CHANNEL_ERROR",
    505: "UNEXPECTED_FRAME",
    530: "NOT_ALLOWED",
    540: "NOT_IMPLEMENTED",
    541: "INTERNAL_ERROR",
}


SHUTDOWN = 320


class Refusal(Exception):
    """A request that is not granted.

    Args:
        code: an AMQP reply code; one of 4xx closes the channel, any other the connection.
        detail: what is wrong, in RabbitMQ's words; the code's name is put before it.
    """

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.text = f"{NAMES[code]} - {detail}"

    @property
    def closes_connection(self) -> bool:
        """Whether AMQP calls it a hard error."""
        return not 400 <= self.code < 500

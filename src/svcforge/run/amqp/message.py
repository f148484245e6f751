"""A message as it was published: where to, its properties, its body."""

from __future__ import annotations

from svcforge.run.amqp.properties import Properties, long_integer

CARBON_COPY = "CC"
BLIND_COPY = "BCC"


class Message:
    """What passes through the broker, never changed, shared by the queues that have it.

    Args:
        exchange: where it was published.
        key: its routing key.
        header: the payload of its content header frame, which a ValueError calls unreadable.
        body: what it carries.
        properties: those in the header, when they are known already.
    """

    __slots__ = ("body", "exchange", "header", "key", "properties")

    def __init__(
        self, exchange: str, key: str, header: bytes, body: bytes, properties: Properties | None = None
    ) -> None:
        self.exchange, self.key, self.header, self.body = exchange, key, header, body
        self.properties = properties or Properties.read(header)

    def readdressed(self, exchange: str, key: str) -> Message:
        """The same message for another address."""
        return Message(exchange, key, self.header, self.body, self.properties)

    def with_properties(self, properties: Properties) -> Message:
        """The same message with other properties."""
        return Message(self.exchange, self.key, properties.payload(len(self.body)), self.body, properties)

    def counting(self, returns: int) -> Message:
        """The message as a quorum queue delivers it, its returns to the queue counted in `x-delivery-count`."""
        headers = {**self.properties.raw_headers, "x-delivery-count": long_integer(returns)}
        return self.with_properties(self.properties.with_headers(headers))

    @property
    def copied_keys(self) -> list[str]:
        """The further routing keys that the sender asks for in the headers CC and BCC, when they are lists."""
        raw = self.properties.raw_headers
        if CARBON_COPY not in raw and BLIND_COPY not in raw:
            return []
        headers = self.properties.headers
        lists = (headers.get(name) for name in (CARBON_COPY, BLIND_COPY))
        return [key for keys in lists if isinstance(keys, list) for key in keys if isinstance(key, str)]

    def without_blind_copies(self) -> Message:
        """The message as its receivers may see it."""
        raw = self.properties.raw_headers
        if BLIND_COPY not in raw:
            return self
        shown = {name: value for name, value in raw.items() if name != BLIND_COPY}
        return self.with_properties(self.properties.with_headers(shown))

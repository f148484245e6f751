"""Bytes to frames and frames to bytes; pamqp reads and writes the methods, content passes through untouched."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pamqp import base, commands, frame
from pamqp.exceptions import UnmarshalingException

from svcforge.run.amqp.refusal import Refusal

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
FRAME_MAX = 131072
FRAME_MIN = 4096
GREETING = b"AMQP\x00\x00\x09\x01"
HEARTBEAT_FRAME = b"\x08\x00\x00\x00\x00\x00\x00\xce"
_OVERHEAD = 8  # type, channel and size before the payload, the end mark after it
_END = 0xCE
_PREFIX = struct.Struct(">BHI")


class Splitter:
    """Cuts what arrives into frames, however it was packed.

    `frame_max` is the largest frame in bytes that the peer may send.
    """

    def __init__(self) -> None:
        self.frame_max = FRAME_MAX
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The frames that are complete with `data`, as (type, channel, payload).

        Raises:
            Refusal: 501 when a frame is too large or has no end mark.
        """
        buffer = self._buffer
        buffer += data
        start = 0
        try:
            while len(buffer) - start >= _OVERHEAD:
                kind, channel, size = _PREFIX.unpack_from(buffer, start)
                if size + _OVERHEAD > self.frame_max:
                    raise Refusal(501, f"frame of {size + _OVERHEAD} bytes is larger than {self.frame_max}")
                end = start + size + _OVERHEAD
                if end > len(buffer):
                    break
                if buffer[end - 1] != _END:
                    raise Refusal(501, "frame does not end with its end mark")
                payload = bytes(buffer[start + _OVERHEAD - 1 : end - 1])
                start = end
                yield kind, channel, payload
        finally:
            del buffer[:start]


def read_method(payload: bytes) -> base.Frame:
    """The method in a method frame's payload.

    Raises:
        Refusal: 503 for a method that AMQP 0-9-1 does not know, 502 for one that cannot be read.
    """
    index = int.from_bytes(payload[:4], "big")
    kind = commands.INDEX_MAPPING.get(index)
    if kind is None:
        raise Refusal(503, f"unknown method {index >> 16}.{index & 0xFFFF}")
    method: base.Frame = kind()
    try:
        method.unmarshal(payload[4:])
    except (
        UnmarshalingException,
        ValueError,
        TypeError,
        OverflowError,
        OSError,
        RecursionError,
        struct.error,
    ) as error:
        raise Refusal(502, f"cannot read {method.name}: {error}") from error
    return method


def method_frame(channel: int, method: base.Frame) -> bytes:
    """A method as a frame."""
    return frame.marshal(method, channel)


def content_frames(channel: int, header: bytes, body: bytes, frame_max: int) -> bytes:
    """A message's header and body as frames of at most `frame_max` bytes."""
    room = frame_max - _OVERHEAD
    parts = [_frame(HEADER, channel, header)]
    parts += [_frame(BODY, channel, body[start : start + room]) for start in range(0, len(body), room)]
    return b"".join(parts)


# What carries the names that users chose is packed here: pamqp refuses to write names that it finds odd, but RabbitMQ
# takes them all.


def deliver_frame(channel: int, consumer: str, tag: int, redelivered: bool, exchange: str, key: str) -> bytes:
    """Basic.Deliver as a frame."""
    return _packed(
        channel, commands.Basic.Deliver, _short(consumer), _delivery(tag, redelivered), _route(exchange, key)
    )


def get_frame(channel: int, tag: int, redelivered: bool, exchange: str, key: str, left: int) -> bytes:
    """Basic.GetOk as a frame; `left` is how many messages the queue still has."""
    rest = struct.pack(">I", left)
    return _packed(channel, commands.Basic.GetOk, _delivery(tag, redelivered), _route(exchange, key), rest)


def return_frame(channel: int, code: int, text: str, exchange: str, key: str) -> bytes:
    """Basic.Return as a frame."""
    return _packed(channel, commands.Basic.Return, struct.pack(">H", code), _short(text), _route(exchange, key))


def declared_frame(channel: int, queue: str, messages: int, consumers: int) -> bytes:
    """Queue.DeclareOk as a frame."""
    return _packed(channel, commands.Queue.DeclareOk, _short(queue), struct.pack(">II", messages, consumers))


def closing_frame(channel: int, refusal: Refusal, method_index: int) -> bytes:
    """Connection.Close (channel 0) or Channel.Close as a frame, blaming the method with that pamqp index (0: none)."""
    kind = commands.Channel.Close if channel else commands.Connection.Close
    text = refusal.text.encode()[:255].decode(errors="ignore")
    return _packed(
        channel,
        kind,
        struct.pack(">H", refusal.code),
        _short(text),
        struct.pack(">HH", method_index >> 16, method_index & 0xFFFF),
    )


def _packed(channel: int, method: type[base.Frame], *parts: bytes) -> bytes:
    return _frame(METHOD, channel, struct.pack(">I", method.index) + b"".join(parts))


def _frame(kind: int, channel: int, payload: bytes) -> bytes:
    return b"%b%b\xce" % (_PREFIX.pack(kind, channel, len(payload)), payload)


def _short(text: str) -> bytes:
    data = text.encode()
    return bytes((len(data),)) + data


def _delivery(tag: int, redelivered: bool) -> bytes:
    return struct.pack(">QB", tag, redelivered)


def _route(exchange: str, key: str) -> bytes:
    return _short(exchange) + _short(key)

"""Frames come out whole, however the bytes came in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import body, commands, frame, header

from svcforge.run.amqp import wire
from svcforge.run.amqp.refusal import Refusal

frames = st.lists(st.tuples(st.sampled_from([1, 2, 3, 8]), st.integers(0, 65535), st.binary(max_size=50)), max_size=8)


@given(frames, st.lists(st.integers(1, 30)))
def test_frames_come_out_as_they_went_in(sent: list[tuple[int, int, bytes]], cuts: list[int]) -> None:
    data = b"".join(
        kind.to_bytes(1, "big") + channel.to_bytes(2, "big") + len(payload).to_bytes(4, "big") + payload + b"\xce"
        for kind, channel, payload in sent
    )
    splitter, received = wire.Splitter(), []
    for cut in [*cuts, len(data)]:
        received += splitter.feed(data[:cut])
        data = data[cut:]
    assert received == sent


def test_what_came_before_a_broken_frame_comes_out() -> None:
    received = wire.Splitter().feed(wire.HEARTBEAT_FRAME + b"\x01\x00\x00\x00\x00\x00\x00\x00")
    assert next(received) == (8, 0, b"")
    with pytest.raises(Refusal, match="end mark") as caught:
        next(received)
    assert caught.value.code == 501


@given(st.binary(max_size=10_000), st.integers(wire.FRAME_MIN, 2 * wire.FRAME_MIN))
def test_content_is_cut_into_frames_that_fit(content: bytes, frame_max: int) -> None:
    head = header.ContentHeader(0, len(content), commands.Basic.Properties()).marshal()
    data = wire.content_frames(3, head, content, frame_max)
    kinds, parts = [], []
    while data:
        size, channel, received = frame.unmarshal(data)
        assert (channel, size <= frame_max) == (3, True)
        kinds.append(type(received))
        parts.append(received.value if isinstance(received, body.ContentBody) else b"")
        data = data[size:]
    assert (kinds[0], b"".join(parts)) == (header.ContentHeader, content)


names = st.text(st.characters(codec="utf-8"), max_size=60)


@given(names, names, names, st.integers(1, 2**63 - 1), st.booleans(), st.integers(0, 2**32 - 1))
def test_frames_packed_by_hand_read_as_pamqp_reads_them(
    consumer: str, exchange: str, key: str, tag: int, redelivered: bool, count: int
) -> None:
    def read(data: bytes) -> dict[str, object]:
        _, channel, method = frame.unmarshal(data)
        assert channel == 9
        return dict(method)  # type: ignore[call-overload, no-any-return]

    route = {"exchange": exchange, "routing_key": key}
    delivery = {"delivery_tag": tag, "redelivered": redelivered}
    deliver = wire.deliver_frame(9, consumer, tag, redelivered, exchange, key)
    assert read(deliver) == {"consumer_tag": consumer, **delivery, **route}
    assert read(wire.get_frame(9, tag, redelivered, exchange, key, count)) == {
        **delivery,
        **route,
        "message_count": count,
    }
    assert read(wire.return_frame(9, 312, "NO_ROUTE", exchange, key)) == {
        "reply_code": 312,
        "reply_text": "NO_ROUTE",
        **route,
    }
    declared = {"queue": key, "message_count": count, "consumer_count": 2}
    assert read(wire.declared_frame(9, key, count, 2)) == declared


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_a_long_complaint_is_cut_to_what_amqp_can_carry(detail: str) -> None:
    refusal = Refusal(404, detail)
    _, _, method = frame.unmarshal(wire.closing_frame(9, refusal, commands.Queue.Declare.index))
    assert isinstance(method, commands.Channel.Close)
    assert (method.reply_code, method.class_id, method.method_id) == (404, 50, 10)
    assert refusal.text.startswith(method.reply_text or "")
    assert len((method.reply_text or "").encode()) > min(250, len(refusal.text.encode()) - 1)

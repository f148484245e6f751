"""The development broker as a process: how it starts and ends, and what it does with clients that misbehave."""

from __future__ import annotations

import asyncio
import datetime
import re
import subprocess
import time
from pathlib import Path

import aio_pika
import pytest
from aio_pika import DeliveryMode, Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pamqp import body, commands, header
from tests.run.amqp.conftest import Name
from tests.run.amqp.raw import GREETING, Raw
from tests.servers.development_broker import command, development_broker

FAST_START_S = 1.0  # on an idle machine it takes 0.15 s; this one may be shared with the other tests


def test_it_starts_fast(tmp_path: Path) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        with development_broker(tmp_path):
            return time.perf_counter() - started

    fastest = min(seconds() for _ in range(3))
    print(f"the development broker listens after {fastest * 1000:.0f} ms")
    assert fastest < FAST_START_S


async def test_on_sigterm_it_tells_its_clients_and_ends_well(tmp_path: Path) -> None:
    with development_broker(tmp_path) as broker:
        raw = await Raw.opened(broker.url())
        ending = asyncio.to_thread(broker.terminate)
        code, refusal = await asyncio.gather(ending, raw.refusal())
    assert (code, refusal) == (0, 320)


@pytest.mark.parametrize(
    ("definitions", "complaint"),
    [
        ({"queues": [{"name": 5}]}, r'definitions.json": queues\[0\]: "name" is missing or not of type str'),
        ({"queues": [{"name": "q" * 256}]}, "longer than 255 bytes"),
        ({"queues": {}}, '"queues" is not a list'),
        ({"permissions": [{"user": "u", "configure": "(", "write": "", "read": ""}]}, "not a regular expression"),
        ({"queues": [{"name": "q", "arguments": {"x-message-ttl": -1}}]}, "invalid arg 'x-message-ttl'"),
        ({"exchanges": [{"name": "x", "type": "odd"}]}, "invalid exchange type 'odd'"),
        ({"queues": [{"name": "q", "vhost": "nowhere"}]}, "vhost nowhere not found"),
        ([], "holds no JSON object"),
    ],
)
def test_definitions_that_make_no_sense_are_told(
    tmp_path: Path, definitions: dict[str, object], complaint: str
) -> None:
    done = subprocess.run(command(tmp_path, definitions), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert re.search(complaint, done.stderr)
    assert "Traceback" not in done.stderr


def test_a_store_is_used_by_one_broker_at_a_time(tmp_path: Path) -> None:
    with development_broker(tmp_path):
        done = subprocess.run(command(tmp_path), capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, "database is locked" in done.stderr) == (2, True)


def test_a_store_that_is_something_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "broker.db").write_text("Dear diary" * 1000)
    done = subprocess.run(command(tmp_path), capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, "cannot use the store" in done.stderr) == (2, True)


async def test_who_answers_directly_can_see_whether_somebody_still_waits(development_url: str) -> None:
    # Not among the conformance tests: pamqp, as a client, does not take the names that RabbitMQ gives.
    asking, answering = [await Raw.opened(development_url) for _ in range(2)]
    asking.send(1, commands.Queue.Declare(0, "", exclusive=True))
    queue = (await asking.expect(commands.Queue.DeclareOk)).queue or ""
    asking.send(1, commands.Basic.Consume(0, "amq.rabbitmq.reply-to", no_ack=True))
    await asking.expect(commands.Basic.ConsumeOk)
    question = header.ContentHeader(0, 0, commands.Basic.Properties(reply_to="amq.rabbitmq.reply-to"))
    asking.send(1, commands.Basic.Publish(0, "", queue), question, commands.Basic.Get(0, queue, True))
    await asking.expect(commands.Basic.GetOk)
    properties = (await asking.expect(header.ContentHeader)).properties
    assert properties
    looking = commands.Queue.Declare(0, properties.reply_to or "", passive=True)
    answering.send(1, looking)
    await answering.expect(commands.Queue.DeclareOk)
    asking.send(1, commands.Channel.Close(200, "done", 0, 0))
    await asking.expect(commands.Channel.CloseOk)
    answering.send(1, looking)
    assert (await answering.expect(commands.Channel.Close)).reply_code == 404
    await asking.close()
    await answering.close()


async def test_transactions_are_not_implemented(development_url: str) -> None:
    raw = await Raw.opened(development_url)
    raw.send(1, commands.Tx.Select())
    assert await raw.refusal() == 540


async def test_streams_are_not_implemented(development_url: str, name: Name) -> None:
    raw = await Raw.opened(development_url)
    raw.send(1, commands.Queue.Declare(0, name("stream"), durable=True, arguments={"x-queue-type": "stream"}))
    assert await raw.refusal() == 540


async def test_arguments_that_cannot_be_kept_are_not_implemented(development_url: str) -> None:
    raw = await Raw.opened(development_url)
    arguments = {"since": datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)}
    raw.send(1, commands.Exchange.Bind(0, "amq.topic", "amq.headers", "", arguments=arguments))
    assert await raw.refusal() == 540


async def test_who_speaks_another_version_is_told_the_right_one(development_url: str) -> None:
    raw = await Raw.connected(development_url)
    raw.bytes(b"AMQP\x00\x01\x00\x00")
    assert await raw.rest() == GREETING


async def test_a_frame_larger_than_agreed_is_an_error(development_url: str) -> None:
    raw = await Raw.opened(development_url, frame_max=4096)
    raw.send(1, body.ContentBody(b"x" * 4096))
    assert await raw.refusal() == 501


@pytest.mark.parametrize(("channel_max", "frame_max"), [(0, 131072), (2047, 0), (2047, 4095), (2048, 131072)])
async def test_a_client_cannot_have_more_than_is_offered(
    development_url: str, channel_max: int, frame_max: int
) -> None:
    raw = await Raw.connected(development_url)
    raw.bytes(GREETING)
    await raw.expect(commands.Connection.Start)
    raw.send(0, commands.Connection.StartOk({}, "PLAIN", "\x00guest\x00guest", "en_US"))
    await raw.expect(commands.Connection.Tune)
    raw.send(0, commands.Connection.TuneOk(channel_max, frame_max, 0))
    assert await raw.refusal() == 530


async def test_a_header_that_cannot_be_read_is_an_error(development_url: str) -> None:
    raw = await Raw.opened(development_url)
    raw.send(1, commands.Basic.Publish(0, "", "anywhere"))
    table = b"\x00\x00\x00\x05\x01a?\x00\x00"  # a value of the type "?"
    payload = b"\x00\x3c\x00\x00" + bytes(8) + b"\x20\x00" + table
    raw.bytes(b"\x02\x00\x01" + len(payload).to_bytes(4, "big") + payload + b"\xce")
    assert await raw.refusal() == 502


async def test_a_reader_that_is_too_slow_does_not_fill_the_memory(development_url: str, name: Name) -> None:
    queue, count, size = name("slow"), 400, 100_000
    async with await aio_pika.connect(development_url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(queue)
        raw = await Raw.opened(development_url)
        raw.send(1, commands.Basic.Consume(0, queue, "slow", no_ack=True))
        await raw.expect(commands.Basic.ConsumeOk)
        raw.pause()
        for _ in range(count):
            await channel.default_exchange.publish(Message(b"x" * size), queue)
        left = (await channel.declare_queue(queue, passive=True)).declaration_result.message_count or 0
        assert left > count // 2
        raw.resume()
        received = 0
        while received < count * size:
            received += len(frame.value) if isinstance(frame := await raw.receive(), body.ContentBody) else 0
        await raw.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=200), polite=st.booleans())
def test_no_bytes_can_bring_it_down(development_url: str, noise: bytes, polite: bool) -> None:
    async def attack() -> None:
        raw = await (Raw.opened if polite else Raw.connected)(development_url)
        raw.bytes(noise)
        await raw.close()
        survivor = await Raw.opened(development_url)
        await survivor.close()

    asyncio.run(attack())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(commands.INDEX_MAPPING)),
    arguments=st.binary(max_size=40),
    content=st.booleans(),
)
def test_no_method_can_bring_it_down(development_url: str, kind: int, arguments: bytes, content: bool) -> None:
    async def attack() -> None:
        raw = await Raw.opened(development_url)
        payload = kind.to_bytes(4, "big") + arguments
        raw.bytes(b"\x01\x00\x01" + len(payload).to_bytes(4, "big") + payload + b"\xce")
        if content:
            raw.send(1, header.ContentHeader(0, 1, commands.Basic.Properties()), body.ContentBody(b"x"))
        await raw.close()
        survivor = await Raw.opened(development_url)
        await survivor.close()

    asyncio.run(attack())


async def test_throughput(development_url: str, name: Name) -> None:
    """Prints figures and asserts nothing about them: they say more about the machine than about the broker."""
    count = 2000
    async with await aio_pika.connect(development_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(name("fast"), durable=True)
        message = Message(b"x" * 300, delivery_mode=DeliveryMode.PERSISTENT, message_id="m" * 36)
        started = time.perf_counter()
        for _ in range(200):
            await channel.default_exchange.publish(message, queue.name)
        one_by_one = 200 / (time.perf_counter() - started)
        started = time.perf_counter()
        await asyncio.gather(*(channel.default_exchange.publish(message, queue.name) for _ in range(count)))
        at_once = count / (time.perf_counter() - started)
        await channel.set_qos(prefetch_count=100)
        started, left = time.perf_counter(), count + 200
        async with queue.iterator() as messages:
            async for each in messages:
                await each.ack()
                left -= 1
                if not left:
                    break
        consumed = (count + 200) / (time.perf_counter() - started)
    print(f"confirmed one by one {one_by_one:.0f}/s, at once {at_once:.0f}/s; consumed and acked {consumed:.0f}/s")

"""Whatever valid methods come in whatever order: the broker refuses or obeys, and never fails itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pamqp import body, commands, header
from tests.run.amqp.raw import Frame, Raw
from tests.servers.development_broker import DevelopmentBroker, development_broker

INTERNAL_ERROR = 541

queues = st.sampled_from(["", "one", "two", "amq.rabbitmq.reply-to"])
exchanges = st.sampled_from(["", "first", "second", "amq.topic", "amq.headers"])
keys = st.sampled_from(["", "one", "two", "a.b", "#", "amq.rabbitmq.reply-to"])
tags = st.integers(0, 6)
truths = st.booleans()
consumers = st.sampled_from(["", "me", "you"])
queue_arguments = st.fixed_dictionaries(
    {},
    optional={
        "x-queue-type": st.sampled_from(["classic", "quorum"]),
        "x-message-ttl": st.sampled_from([0, 1, 1000]),
        "x-expires": st.just(5),
        "x-max-length": st.integers(0, 2),
        "x-max-priority": st.just(3),
        "x-overflow": st.sampled_from(["drop-head", "reject-publish", "reject-publish-dlx"]),
        "x-dead-letter-exchange": exchanges,
        "x-dead-letter-strategy": st.just("at-least-once"),
        "x-delivery-limit": st.integers(0, 2),
        "x-single-active-consumer": truths,
    },
)
exchange_arguments = st.fixed_dictionaries({}, optional={"alternate-exchange": exchanges})
binding_arguments = st.fixed_dictionaries({}, optional={"x-match": st.sampled_from(["all", "any"]), "a": st.just(1)})
properties = st.builds(
    commands.Basic.Properties,
    delivery_mode=st.sampled_from([None, 1, 2]),
    priority=st.sampled_from([None, 0, 9]),
    expiration=st.sampled_from([None, "0", "1"]),
    reply_to=st.sampled_from([None, "amq.rabbitmq.reply-to"]),
    headers=st.fixed_dictionaries(
        {}, optional={"CC": st.lists(queues, max_size=2), "BCC": st.just(["two"]), "a": st.just(1)}
    ),
)


def publication(method: commands.Basic.Publish, written: commands.Basic.Properties, content: bytes) -> list[Frame]:
    frames: list[Frame] = [method, header.ContentHeader(0, len(content), written)]
    return [*frames, body.ContentBody(content)] if content else frames


def build(kind: Any, **arguments: Any) -> st.SearchStrategy[list[Frame]]:
    return st.builds(kind, **arguments).map(lambda method: [method])


publish = st.builds(
    publication,
    st.builds(commands.Basic.Publish, exchange=exchanges, routing_key=keys, mandatory=truths),
    properties,
    st.sampled_from([b"", b"content"]),
)
actions = st.one_of(
    publish,
    publish,
    build(
        commands.Queue.Declare,
        queue=queues,
        passive=truths,
        durable=truths,
        exclusive=truths,
        auto_delete=truths,
        arguments=queue_arguments,
    ),
    build(commands.Queue.Declare, queue=queues, durable=st.just(True), arguments=queue_arguments),
    build(
        commands.Exchange.Declare,
        exchange=exchanges,
        exchange_type=st.sampled_from(["direct", "fanout", "topic", "headers"]),
        durable=truths,
        auto_delete=truths,
        internal=truths,
        arguments=exchange_arguments,
    ),
    build(commands.Queue.Bind, queue=queues, exchange=exchanges, routing_key=keys, arguments=binding_arguments),
    build(commands.Queue.Unbind, queue=queues, exchange=exchanges, routing_key=keys, arguments=binding_arguments),
    build(commands.Exchange.Bind, destination=exchanges, source=exchanges, routing_key=keys),
    build(commands.Exchange.Unbind, destination=exchanges, source=exchanges, routing_key=keys),
    build(commands.Queue.Purge, queue=queues),
    build(commands.Queue.Delete, queue=queues, if_unused=truths, if_empty=truths),
    build(commands.Exchange.Delete, exchange=exchanges, if_unused=truths),
    build(commands.Confirm.Select),
    build(commands.Basic.Qos, prefetch_count=st.integers(0, 2), global_=truths),
    build(commands.Basic.Consume, queue=queues, consumer_tag=consumers, no_ack=truths, exclusive=truths),
    build(commands.Basic.Cancel, consumer_tag=consumers),
    build(commands.Basic.Get, queue=queues, no_ack=truths),
    build(commands.Basic.Ack, delivery_tag=tags, multiple=truths),
    build(commands.Basic.Nack, delivery_tag=tags, multiple=truths, requeue=truths),
    build(commands.Basic.Reject, delivery_tag=tags, requeue=truths),
    build(commands.Basic.Recover, requeue=st.just(True)),
)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevelopmentBroker]:
    """A broker of its own: its queues are all that it knows."""
    folder: Path = tmp_path_factory.mktemp("any-order")
    with development_broker(folder) as running:
        yield running
        assert running.terminate() == 0
    with development_broker(folder) as again:
        assert again.terminate() == 0
    assert "Traceback" not in again.log.read_text()


async def refusals(raw: Raw, steps: list[list[Frame]]) -> list[int]:
    """Send the steps, opening a channel again when it was closed; the codes with which channels or the connection ended."""
    codes: list[int] = []
    for frames in [*steps, [commands.Channel.Flow(True)]]:
        raw.send(1, *frames)
        raw.send(1, commands.Channel.Flow(True))
        while not isinstance(answer := await raw.receive(), commands.Channel.FlowOk):
            if isinstance(answer, commands.Connection.Close):
                return [*codes, answer.reply_code or 0]
            if isinstance(answer, commands.Channel.Close):
                codes.append(answer.reply_code or 0)
                raw.send(1, commands.Channel.CloseOk(), commands.Channel.Open())
                await raw.expect(commands.Channel.OpenOk)
                break
    return codes


@settings(max_examples=150, deadline=None)
@given(st.lists(actions, max_size=30))
def test_no_order_of_methods_makes_the_broker_fail(broker: DevelopmentBroker, steps: list[list[Frame]]) -> None:
    async def run() -> list[int]:
        raw = await Raw.opened(broker.url())
        codes = await refusals(raw, steps)
        await raw.close()
        return codes

    assert INTERNAL_ERROR not in asyncio.run(run())

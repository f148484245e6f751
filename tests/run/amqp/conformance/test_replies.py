"""Direct replies."""

from __future__ import annotations

import aio_pika
import pytest
from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import PublishError
from aiormq import exceptions as refused
from tests.run.amqp.conformance.steps import Inbox, bodies, fetched, other_channel, send
from tests.run.amqp.conftest import Name


async def test_direct_replies_need_no_queue(url: str, channel: AbstractChannel, name: Name) -> None:
    async with await aio_pika.connect(url) as server:
        serving = await server.channel()
        requests = await serving.declare_queue(name("requests"), exclusive=True)

        async def answer(message: AbstractIncomingMessage) -> None:
            reply = Message(message.body.upper(), correlation_id=message.correlation_id)
            await serving.default_exchange.publish(reply, message.reply_to or "")

        await requests.consume(answer, no_ack=True)
        replies = await channel.get_queue("amq.rabbitmq.reply-to", ensure=False)
        inbox = Inbox()
        await replies.consume(inbox, no_ack=True)
        question = Message(b"hello", reply_to="amq.rabbitmq.reply-to", correlation_id="7")
        await channel.default_exchange.publish(question, requests.name)
        [reply] = await inbox.first(1)
    assert (reply.body, reply.correlation_id) == (b"HELLO", "7")


async def test_a_direct_reply_counts_as_unrouted_and_arrives_all_the_same(
    connection: AbstractConnection, channel: AbstractChannel, name: Name
) -> None:
    requests = await channel.declare_queue(name("requests"), exclusive=True)
    async with other_channel(connection) as asking:
        inbox = Inbox()
        await (await asking.get_queue("amq.rabbitmq.reply-to", ensure=False)).consume(inbox, no_ack=True)
        await send(asking, requests.name, b"question", reply_to="amq.rabbitmq.reply-to")
        reply_to = (await fetched(requests)).reply_to or ""
        with pytest.raises(PublishError):
            await send(channel, reply_to, b"answer")
        assert bodies(await inbox.first(1)) == [b"answer"]


async def test_a_direct_reply_to_nobody_is_returned(channel: AbstractChannel) -> None:
    with pytest.raises(PublishError):
        await send(channel, "amq.rabbitmq.reply-to.nobody", b"late")


async def test_direct_replies_want_a_consumer_that_does_not_answer(connection: AbstractConnection) -> None:
    async with other_channel(connection) as channel:
        replies = await channel.get_queue("amq.rabbitmq.reply-to", ensure=False)
        with pytest.raises(refused.ChannelPreconditionFailed):
            await replies.consume(Inbox())
    async with other_channel(connection) as channel:
        with pytest.raises(refused.ChannelPreconditionFailed):
            await send(channel, "anything", b"question", reply_to="amq.rabbitmq.reply-to")

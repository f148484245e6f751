"""What the broker's tests share: the URLs of both brokers, and names that are cleaned up."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractConnection
from tests.servers import ServerMissing, skip_without
from tests.servers.development_broker import development_broker
from tests.servers.rabbitmq import rabbitmq

Name = Callable[[str], str]


@pytest.fixture(scope="session")
def development_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A development broker without definitions."""
    with development_broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker.url()
    assert "Traceback" not in broker.log.read_text()


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """A real RabbitMQ: the one that SVCFORGE_TEST_AMQP_URL names, or a throw-away node."""
    given = os.environ.get("SVCFORGE_TEST_AMQP_URL")
    if given:
        yield given
        return
    try:
        with rabbitmq() as url:
            yield url
    except ServerMissing as missing:
        skip_without(missing)


@pytest.fixture(params=["development", "rabbitmq"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of each broker in turn."""
    chosen: str = request.getfixturevalue(f"{request.param}_url")
    return chosen


@pytest.fixture
async def name(request: pytest.FixtureRequest) -> AsyncIterator[Name]:
    """Makes names that nobody else uses; queues and exchanges of these names are deleted after the test."""
    url: str = request.getfixturevalue("url" if "url" in request.fixturenames else "development_url")
    made: list[str] = []

    def unique(stem: str) -> str:
        made.append(f"test.{stem}.{uuid.uuid4().hex[:8]}")
        return made[-1]

    yield unique
    async with await aio_pika.connect(url) as cleaning:
        channel = await cleaning.channel()
        for each in made:
            await channel.queue_delete(each)
            await channel.exchange_delete(each)


@pytest.fixture
async def connection(url: str, name: Name) -> AsyncIterator[AbstractConnection]:
    """A connection, closed before names are cleaned up: it may have exclusive queues."""
    assert name
    async with await aio_pika.connect(url) as opened:
        yield opened


@pytest.fixture
async def channel(connection: AbstractConnection) -> AbstractChannel:
    """A channel with publisher confirms; what is returned raises."""
    return await connection.channel(on_return_raises=True)

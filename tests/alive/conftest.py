"""Systems generated once and run on two grounds: the development broker with SQLite, RabbitMQ with PostgreSQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.alive.clinic import Clinic
from tests.alive.lines import Line
from tests.alive.repositories import INSTALLS, LOCK, REPOSITORIES, outcome
from tests.alive.running import Broker, DevelopmentBroker, RealBroker, Running, up
from tests.alive.shop import Shop
from tests.driving import System
from tests.packs.python import kitchen
from tests.servers import ServerMissing, skip_without
from tests.servers.postgres import postgres
from tests.servers.rabbitmq import rabbitmq
from uv import find_uv_bin

RESET = "reset: 30s"
SHORT_RESET = "reset: 3s"
"""So that tests need not wait for half a minute until a breaker lets a call through again."""

EMBEDDED = {"SVCFORGE_AMQP_URL": "", "SVCFORGE_POSTGRES_URL": ""}
"""What `up` is told when it is to use no server but its own."""

Generate = Callable[[str], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here takes minutes."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.alive)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generate:
    """Takes an example from its blueprint to generated repositories, once in a session."""
    made: dict[str, Path] = {}

    def generate(example: str) -> Path:
        if example not in made:
            root = tmp_path_factory.mktemp("systems") / example
            if example in kitchen.SYSTEMS:
                root.mkdir()
                made[example] = kitchen.generated(root, example)
                return root
            System(root.parent).run("init", example, "--from", example, "--no-input")
            blueprint = root / "blueprint.yaml"
            text = blueprint.read_text(encoding="utf-8")
            assert RESET in text
            blueprint.write_text(text.replace(RESET, SHORT_RESET), encoding="utf-8")
            System(root).run("generate")
            made[example] = root
        return made[example]

    return generate


@pytest.fixture(scope="session")
def programs(generated: Generate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment from the lock, which all repositories have in common."""
    roots = [generated(example) / folder for example, folder in REPOSITORIES]
    [_] = {(root / LOCK).read_bytes() for root in roots}
    environment = tmp_path_factory.mktemp("environment")
    variables = {**os.environ, "VIRTUAL_ENV": str(environment), "UV_COMPILE_BYTECODE": "1"}
    make = ("uv", "venv", "--allow-existing", "--python", sys.executable, str(environment))
    for command in (make, *INSTALLS):
        found = outcome(command, roots[0], variables, Path(find_uv_bin()).parent)
        assert found.code == 0, found.text
    return environment / "bin"


@dataclass(frozen=True)
class Ground:
    """What a system runs on: what `up` is told in the environment, and the broker that it then uses."""

    env: dict[str, str]
    broker: Broker


@pytest.fixture(scope="session", params=["development broker and SQLite", "RabbitMQ and PostgreSQL"])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    if request.param == "development broker and SQLite":
        yield Ground(EMBEDDED, DevelopmentBroker())
        return
    with ExitStack() as stack:
        try:
            database, amqp = stack.enter_context(postgres()), stack.enter_context(rabbitmq())
        except ServerMissing as missing:
            skip_without(missing)
        line = Line(urlsplit(amqp).port or 0)
        stack.callback(line.close)
        place = urlsplit(amqp)
        behind = place._replace(netloc=place.netloc.replace(f":{place.port}", f":{line.port}")).geturl()
        yield Ground({"SVCFORGE_AMQP_URL": behind, "SVCFORGE_POSTGRES_URL": database}, RealBroker(line))


@pytest.fixture(scope="session")
def running_shop(generated: Generate, ground: Ground) -> Iterator[Running]:
    with up(generated("shop"), ground.env, ground.broker) as system:
        yield system


@pytest.fixture
def shop(running_shop: Running) -> Shop:
    """The shop, with all of it healthy whatever the last test did."""
    running_shop.recovered()
    return Shop(running_shop)


@pytest.fixture(scope="session")
def running_clinic(generated: Generate, ground: Ground) -> Iterator[Running]:
    with up(generated("healthcare"), ground.env, ground.broker) as system:
        yield system


@pytest.fixture
def clinic(running_clinic: Running) -> Clinic:
    """The clinic, likewise."""
    running_clinic.recovered()
    return Clinic(running_clinic)

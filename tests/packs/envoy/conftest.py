"""Gateways of the shop and of small systems made for one question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from tests.packs.envoy.facts import of_example
from tests.packs.envoy.running import Gateway, gateway

Start = Callable[..., AbstractContextManager[Gateway]]


@pytest.fixture(scope="session")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The shop's gateway, with a rate limit that is in nobody's way."""
    facts = of_example("shop")
    facts["gateway"]["limit"]["requests"] = 1_000_000
    with gateway(facts, tmp_path_factory.mktemp("gateway")) as it:
        yield it


@pytest.fixture
def shop(edge: Gateway) -> Gateway:
    """The shop's gateway, its services knowing of nothing yet."""
    for stub in edge.stubs.values():
        stub.reset()
    return edge


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts a gateway with given facts; what is started ends with the `with`."""

    def started(facts: Mapping[str, Any], **more: Any) -> AbstractContextManager[Gateway]:
        return gateway(facts, tmp_path, **more)

    return started

"""A server that is not installed skips a test, but fails it where it must be there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from tests.servers import ServerMissing, skip_without
from tests.servers.postgres import postgres
from tests.servers.prometheus import prometheus
from tests.servers.rabbitmq import rabbitmq


def test_on_a_laptop_it_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such server"):
        skip_without(ServerMissing("no such server"))


def test_in_ci_it_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such server"):
        skip_without(ServerMissing("no such server"))


@pytest.mark.parametrize("server", [postgres, rabbitmq, partial(prometheus, Path("none"))])
def test_a_server_that_is_not_installed_is_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Callable[[], AbstractContextManager[str]]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.servers.rabbitmq.DEBIAN_SCRIPT", tmp_path / "none")
    monkeypatch.setattr("tests.servers.postgres.DEBIAN_FOLDER", tmp_path)
    with pytest.raises(ServerMissing, match="apt-get install"), server():
        pytest.fail("it runs all the same")

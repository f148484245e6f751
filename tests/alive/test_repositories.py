"""Every generated repository installs from its lock, and its linter, type checker and own tests find nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.alive.conftest import Generate
from tests.alive.repositories import CHECKS, REPOSITORIES, Outcome, outcome, repositories
from tests.servers import ServerMissing, skip_without
from tests.servers.postgres import postgres


@pytest.fixture(scope="session")
def outcomes(
    generated: Generate, programs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], Future[list[Outcome]]]]:
    """What the card's commands find in each repository, as many of them at a time as there are processors."""
    known = tmp_path_factory.mktemp("mypy")

    def check(example: str, folder: str) -> list[Outcome]:
        root = generated(example) / folder
        # What one repository was told about the libraries is true in the next; mypy alone may write there meanwhile.
        cache = known / threading.current_thread().name
        variables = {"PATH": os.environ["PATH"], "MYPY_CACHE_DIR": str(cache)}
        return [outcome(command, root, variables, programs) for command in CHECKS]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {(example, folder): pool.submit(check, example, folder) for example, folder in REPOSITORIES}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(("example", "folder"), REPOSITORIES, ids=[f"{one} {folder}" for one, folder in REPOSITORIES])
def test_a_repository_is_clean_and_passes_its_own_tests(
    outcomes: dict[tuple[str, str], Future[list[Outcome]]], example: str, folder: str
) -> None:
    found = zip(CHECKS, outcomes[example, folder].result(), strict=True)
    faults = [f"{' '.join(command)}\n{one.text}" for command, one in found if one.code]
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a real PostgreSQL, with a database for these tests alone."""
    try:
        with postgres() as url:
            yield url
    except ServerMissing as missing:
        skip_without(missing)


@pytest.mark.parametrize("example", ["shop", "healthcare", "kitchen"])
def test_the_tests_of_a_database_pass_on_postgresql_too(
    generated: Generate, programs: Path, server: str, example: str
) -> None:
    variables = {"PATH": os.environ["PATH"], "TEST_DATABASE_URL": server}
    [command] = [one for one in CHECKS if one[0] == "pytest"]
    for folder in repositories(example):
        if (generated(example) / folder / "migrations").is_dir():
            found = outcome(command, generated(example) / folder, variables, programs)
            assert found.code == 0, f"{folder}\n{found.text}"

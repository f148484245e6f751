"""Every generated repository installs from its lock, and its linter, type checker and own tests find nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.alive.conftest import Generate
from tests.servers import ServerMissing, skip_without
from tests.servers.postgres import postgres
from uv import find_uv_bin

from svcforge import pipeline
from svcforge.packs.shelf import blueprints_folder, bundled

TIME_LIMIT_S = 600
LOCK = "requirements-dev.lock"


@dataclass(frozen=True)
class Outcome:
    """How a command of the pack's card ended in a repository."""

    code: int
    text: str


def repositories(example: str) -> list[str]:
    """The folders of an example's services and BFFs."""
    blueprint = pipeline.read(str(blueprints_folder() / example)).blueprint
    assert blueprint is not None
    return [f"services/{name}" for name in blueprint.services] + [f"bffs/{name}" for name in blueprint.bffs]


REPOSITORIES = [(example, folder) for example in ("shop", "healthcare", "minimal") for folder in repositories(example)]
COMMANDS = bundled().packs["stack", "python"].card.do.test
INSTALLS = [command for command in COMMANDS if command[0] == "uv"]
CHECKS = [command for command in COMMANDS if command[0] != "uv"]


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


@pytest.fixture(scope="session")
def outcomes(
    generated: Generate, programs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], Future[list[Outcome]]]]:
    """What the card's commands find in each repository, as many of them at a time as there are processors."""
    # What one repository was told about the libraries is true in the next.
    variables = {"PATH": os.environ["PATH"], "MYPY_CACHE_DIR": str(tmp_path_factory.mktemp("mypy"))}

    def check(example: str, folder: str) -> list[Outcome]:
        root = generated(example) / folder
        return [outcome(command, root, variables, programs) for command in CHECKS]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {(example, folder): pool.submit(check, example, folder) for example, folder in REPOSITORIES}
        pool.shutdown(cancel_futures=True)


def outcome(command: tuple[str, ...], root: Path, variables: Mapping[str, str], programs: Path) -> Outcome:
    """Run a command of the card in a repository; its program is one of the folder `programs`."""
    done = subprocess.run(
        [programs / command[0], *command[1:]],
        cwd=root,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIME_LIMIT_S,
    )
    return Outcome(done.returncode, done.stdout)


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


@pytest.mark.parametrize("example", ["shop", "healthcare"])
def test_the_tests_of_a_database_pass_on_postgresql_too(
    generated: Generate, programs: Path, server: str, example: str
) -> None:
    variables = {"PATH": os.environ["PATH"], "TEST_DATABASE_URL": server}
    [command] = [one for one in CHECKS if one[0] == "pytest"]
    for folder in repositories(example):
        if (generated(example) / folder / "migrations").is_dir():
            found = outcome(command, generated(example) / folder, variables, programs)
            assert found.code == 0, f"{folder}\n{found.text}"

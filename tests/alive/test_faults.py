"""Generated tests are real: each fault that is planted in the generated shop turns one of them red."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.alive.conftest import Generate
from tests.alive.faults import FAULTS, Fault
from tests.alive.repositories import Outcome, outcome, repositories

PYTEST = ("pytest", "-x", "--tb=short", "-p", "no:cacheprovider")
HANGS_AFTER_S = 120
LEFT = shutil.ignore_patterns("__pycache__", ".*_cache")


@dataclass(frozen=True)
class Runs:
    """How the tests that notice faults end: all of a service's before any is planted, and that of each fault after."""

    untouched: dict[str, Future[Outcome]]
    planted: dict[Fault, Future[Outcome]]


@pytest.fixture(scope="module")
def runs(generated: Generate, programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """In fresh copies of the services, as many of them at a time as there are processors."""
    services = {(generated("shop") / folder).name: generated("shop") / folder for folder in repositories("shop")}
    variables = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}

    def run(name: str, fault: Fault | None, seen_by: set[str]) -> Outcome:
        copy = shutil.copytree(services[name], tmp_path_factory.mktemp("fault") / name, ignore=LEFT)
        if fault:
            fault.plant(copy)
        command = (*PYTEST, *(f"tests/{test}" for test in sorted(seen_by)))
        return outcome(command, copy, variables, programs, limit_s=HANGS_AFTER_S)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        untouched = {
            name: pool.submit(run, name, None, {fault.seen_by for fault in FAULTS if fault.service == name})
            for name in dict.fromkeys(fault.service for fault in FAULTS)
        }
        yield Runs(untouched, {fault: pool.submit(run, fault.service, fault, {fault.seen_by}) for fault in FAULTS})
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_generated_test_notices(runs: Runs, fault: Fault) -> None:
    untouched, planted = runs.untouched[fault.service].result(), runs.planted[fault].result()
    assert untouched.code == pytest.ExitCode.OK, untouched.text
    assert planted.code == pytest.ExitCode.TESTS_FAILED, planted.text
    assert f"\nFAILED tests/{fault.seen_by}" in planted.text, planted.text

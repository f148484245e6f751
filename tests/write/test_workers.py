"""Work in several processes: the same results, the first error, and no process left."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from svcforge.errors import SvcforgeError
from svcforge.write.workers import results


def children() -> set[str]:
    """The processes that this one has started; other tests may have left some that end by themselves."""
    return {pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()}


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


@pytest.mark.parametrize("jobs", [1, 2, 3, 50])
def test_every_result_comes_once(jobs: int) -> None:
    before = children()
    found = dict(results(square, 20, jobs))
    assert {number: value for number, (value, _) in found.items()} == {number: number**2 for number in range(20)}
    assert len({pid for _, pid in found.values()}) == min(jobs, 20)
    assert children() == before


def test_nothing_to_do_is_done_at_once() -> None:
    assert list(results(square, 0, 4)) == []


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_error_is_always_that_of_the_first_that_failed(jobs: int) -> None:
    def work(number: int) -> int:
        if number in (4, 5, 9):
            raise SvcforgeError(f"bad {number}", "mend it", exit_code=7)
        return number

    with pytest.raises(SvcforgeError, match="bad 4") as caught:
        list(results(work, 12, jobs))
    assert (caught.value.hint, caught.value.exit_code) == ("mend it", 7)


def test_other_errors_come_through_as_they_are() -> None:
    def work(number: int) -> int:
        raise OSError(28, "full", "x")

    with pytest.raises(OSError, match="full") as caught:
        list(results(work, 4, 2))
    assert caught.value.errno == 28


def test_a_worker_that_is_killed_is_an_error_and_no_hang() -> None:
    before = children()

    def work(number: int) -> int:
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(SvcforgeError, match="was ended from outside"):
        list(results(work, 8, 2))
    assert children() == before


def test_whoever_stops_listening_leaves_no_worker_behind() -> None:
    before = children()
    listening = results(square, 1000, 2)
    next(listening)
    listening.close()  # type: ignore[attr-defined]
    assert children() == before

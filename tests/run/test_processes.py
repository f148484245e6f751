"""Which processes are ours is told by their number and when they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.run.lab import until

from svcforge.run import processes
from svcforge.run.processes import Identity

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
FORKS_WHEN_TOLD = f"""
import subprocess, sys
print('up', flush=True)
sys.stdin.readline()
subprocess.run([sys.executable, '-c', {SLEEP!r}])
"""


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, started for the system in `tmp_path`."""
    env = {**os.environ, processes.MARK: str(tmp_path)}
    command = [sys.executable, "-c", FORKS_WHEN_TOLD]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=env, start_new_session=True) as process:
        wait_for_word(process)
        yield process
        os.killpg(process.pid, signal.SIGKILL)


def wait_for_word(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout
    assert process.stdout.readline() == b"up\n"


def test_a_process_is_the_same_as_long_as_it_runs(sleeper: subprocess.Popen[bytes]) -> None:
    one = processes.identity(sleeper.pid)
    assert one is not None
    assert processes.running([one]) == {one}
    assert processes.running([Identity(one.pid, "another time")]) == set()


def test_what_has_ended_does_not_run_though_nobody_has_asked_for_its_exit_code(
    sleeper: subprocess.Popen[bytes],
) -> None:
    one = processes.identity(sleeper.pid)
    assert one is not None
    sleeper.kill()
    until(lambda: not processes.running([one]))
    assert sleeper.returncode is None
    assert processes.identity(sleeper.pid) is None


def test_memory_is_that_of_the_whole_group(sleeper: subprocess.Popen[bytes]) -> None:
    one = processes.identity(sleeper.pid)
    assert one is not None
    alone = processes.memory(one, processes.machine())
    assert alone is not None
    assert alone > 1_000_000
    assert sleeper.stdin
    sleeper.stdin.write(b"\n")
    sleeper.stdin.flush()
    wait_for_word(sleeper)
    both = processes.memory(one, processes.machine())
    assert both is not None
    assert both > alone + 1_000_000
    assert processes.memory(Identity(one.pid, "another time"), processes.machine()) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of others")
def test_processes_of_a_system_bear_its_mark(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert [one.pid for one in processes.marked(tmp_path)] == [sleeper.pid]
    assert processes.marked(tmp_path / "other") == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is but one source")
def test_ps_tells_the_same_as_the_kernel(sleeper: subprocess.Popen[bytes]) -> None:
    told = {one.identity.pid: one for one in processes._from_ps()}[sleeper.pid]
    seen = processes.machine()[sleeper.pid]
    assert told.group == seen.group == sleeper.pid
    assert told.memory == pytest.approx(seen.memory, rel=0.2)
    assert len(told.identity.started.split()) == 5

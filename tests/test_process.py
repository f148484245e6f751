"""A child process: clean environment, time limit, resource limits, and nothing left behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from svcforge import process
from svcforge.errors import SvcforgeError

PYTHON = sys.executable


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").exists() else True


def gone_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(pid)


def test_what_a_child_prints_and_its_code_are_returned() -> None:
    done = process.run([PYTHON, "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"])
    assert (done.code, done.out, done.err, done.ok) == (3, "out\n", "err\n", False)


def test_a_child_sees_a_clean_environment_and_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("UV_INDEX", "mirror")
    script = "import os; print(os.environ.get('PYTHONPATH'), os.environ.get('UV_INDEX'), os.environ.get('PORT'))"
    assert process.run([PYTHON, "-c", script], env={"PORT": "1"}).out == "None None 1\n"
    assert process.run([PYTHON, "-c", script], inherit=process.INSTALLERS).out == "None mirror None\n"


def test_arguments_reach_no_shell(tmp_path: Path) -> None:
    done = process.run([PYTHON, "-c", "import sys; print(sys.argv[1])", "$(touch x); *"], cwd=tmp_path)
    assert done.out == "$(touch x); *\n"
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_takes_too_long_ends_with_all_it_started(tmp_path: Path) -> None:
    script = (
        "import subprocess, time\n"
        "p = subprocess.Popen(['sleep', '60']); open('pid', 'w').write(str(p.pid)); time.sleep(60)"
    )
    with pytest.raises(SvcforgeError, match="took longer than 1 s"):
        process.run([PYTHON, "-c", script], cwd=tmp_path, timeout=1)
    assert gone_within(int((tmp_path / "pid").read_text()), 5)


def test_a_program_that_is_not_there_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(SvcforgeError, match='cannot start "no-such-program"') as caught:
        process.run(["no-such-program"])
    assert caught.value.hint == "install it, or put it on PATH"
    with pytest.raises(SvcforgeError, match="there is no folder"):
        process.run([PYTHON, "-V"], cwd=tmp_path / "nowhere")


def test_limits_hold_in_the_child() -> None:
    greedy = [PYTHON, "-c", "x = 'x' * 2_000_000_000"]
    done = process.run(greedy, limits=process.Limits(memory=1_000_000_000))
    assert done.code == 1
    assert "MemoryError" in done.err
    script = "import resource; print(resource.getrlimit(resource.RLIMIT_CPU)[0])"
    assert process.run([PYTHON, "-c", script], limits=process.Limits(cpu=7)).out == "7\n"


def test_a_running_child_writes_to_a_file_and_ends_with_its_group(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen(['sleep', '60'])\n"
        "print(p.pid, flush=True); print('oops', file=sys.stderr, flush=True); time.sleep(60)"
    )
    child = process.start([PYTHON, "-c", script], out=tmp_path / "log")
    while "oops" not in (tmp_path / "log").read_text():
        time.sleep(0.01)
    assert child.poll() is None
    assert child.end(grace=5) == -signal.SIGTERM
    assert gone_within(int((tmp_path / "log").read_text().split()[0]), 5)


def test_a_child_that_ignores_the_request_to_stop_is_killed() -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    child = process.start([PYTHON, "-c", script], out="pipe")
    assert child.out.readline() == b"ready\n"
    assert child.end(grace=0.2) == -signal.SIGKILL
    child.out.close()


def test_what_an_ended_child_left_behind_is_killed_when_that_is_noticed() -> None:
    script = (
        "import subprocess; p = subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL); print(p.pid, flush=True)"
    )
    child = process.start([PYTHON, "-c", script], out="pipe")
    left = int(child.out.readline())
    assert child.wait(10) == 0
    assert gone_within(left, 5)
    child.signal(signal.SIGTERM)
    child.out.close()

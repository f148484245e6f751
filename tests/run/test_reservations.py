"""Systems that start at the same moment never meet on a port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.run.lab import Lab, until

from svcforge.errors import SvcforgeError
from svcforge.run import processes, session
from svcforge.run.ports import is_free
from svcforge.run.reservations import reservations

HOLDER = """
import sys
from pathlib import Path
from svcforge.run.reservations import reservations
with reservations(Path(sys.argv[1])) as reserve:
    print(reserve(int(sys.argv[2]), lambda port: True), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which has reserved port 30001."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path), "30001"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


def test_what_another_process_has_reserved_is_not_to_be_had(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with reservations(tmp_path) as reserve:
        assert [reserve(port, lambda _: True) for port in (30001, 30002)] == [False, True]


def test_what_a_killed_process_had_reserved_is_free_again(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with reservations(tmp_path) as reserve:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        assert reserve(30001, lambda _: True)


def test_a_port_that_does_not_pass_is_left_to_others(tmp_path: Path) -> None:
    with reservations(tmp_path) as reserve:
        assert not reserve(30001, lambda _: False)
        command = [sys.executable, "-c", HOLDER, str(tmp_path), "30001"]
        told = subprocess.run(command, input="", capture_output=True, text=True, check=True)
        assert told.stdout == "True\n"


def test_a_file_that_cannot_be_kept_is_a_complaint(tmp_path: Path) -> None:
    (tmp_path / f"svcforge-ports-{os.getuid()}").symlink_to("/dev/null")
    with pytest.raises(SvcforgeError, match="cannot reserve ports"), reservations(tmp_path):
        pass


def test_two_systems_of_one_blueprint_that_start_at_the_same_moment_are_both_healthy(tmp_path: Path) -> None:
    # What is slow to listen leaves the other all the time to choose its port too.
    labs = [Lab(tmp_path / name) for name in ("ours", "theirs")]
    for lab in labs:
        for name in ("orders", "catalog"):
            lab.part(name, env={"SLOW": "1"})
    labs[1].run_json["parts"] = labs[0].run_json["parts"]
    for lab in labs:
        lab.save()
    try:
        with ThreadPoolExecutor() as threads:
            ups = list(threads.map(lambda lab: lab.svcforge("up", "--detach", "--timeout", "10"), labs))
        assert [(up.returncode, up.stderr) for up in ups] == [(0, ""), (0, "")]
        parts = [part for lab in labs for part in lab.status().parts]
        assert [(part.state, part.restarts) for part in parts] == [("healthy", 0)] * 4
        assert len({part.url for part in parts}) == 4
    finally:
        for lab in labs:
            session.stop(lab.root, print)
    assert [processes.marked(lab.root) for lab in labs] == [[], []]


def test_a_part_of_the_users_keeps_its_port_though_it_listens_already(lab: Lab) -> None:
    lab.part("orders")
    yours = lab.part("catalog")
    lab.save()
    folder, environment = lab.root / "services" / "catalog", {"NAME": "catalog", "PORT": str(yours["port"])}
    with subprocess.Popen([sys.executable, "server.py"], cwd=folder, env=environment) as server:
        until(lambda: not is_free(yours["port"]))
        assert lab.svcforge("up", "--detach", "--except", "catalog").returncode == 0
        catalog = lab.state_of("catalog")
        assert catalog is not None
        assert (catalog.state, catalog.url) == ("healthy", f"http://127.0.0.1:{yours['port']}")
        server.kill()

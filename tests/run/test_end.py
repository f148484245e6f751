"""Whatever happens, nothing of a system is left running that nobody watches."""

from __future__ import annotations

import json
import os
import signal

import pytest
from tests.run.lab import Lab, alive, until


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)])
def test_in_the_foreground_a_signal_ends_everything(shop: Lab, number: int, code: int) -> None:
    up = shop.up()
    until(lambda: "lab is running" in shop.out)
    pids = {*shop.pids(), shop.supervisor()}
    up.send_signal(number)
    assert up.wait(30) == code
    assert not any(map(alive, pids))
    assert shop.ended()[0] == "gateway"
    assert sorted(shop.ended()) == ["catalog", "gateway", "orders"]


def test_down_ends_all_after_the_supervisor_was_killed(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach").returncode == 0
    pids = shop.pids()
    os.kill(shop.supervisor(), signal.SIGKILL)
    until(lambda: not shop.status().running)
    assert shop.status().phase == "lost"
    assert all(map(alive, pids))
    assert shop.svcforge("down").stdout.endswith("lab has ended\n")
    assert not any(map(alive, pids))
    assert shop.ended()[0] == "gateway"


def test_down_ends_all_after_the_command_in_the_foreground_was_killed(shop: Lab) -> None:
    up = shop.up()
    until(lambda: "lab is running" in shop.out)
    pids = {*shop.pids(), shop.supervisor()}
    up.kill()
    up.wait()
    assert shop.svcforge("down").returncode == 0
    assert not any(map(alive, pids))


def test_in_the_foreground_a_killed_supervisor_takes_all_with_it(shop: Lab) -> None:
    up = shop.up()
    until(lambda: "lab is running" in shop.out)
    pids = shop.pids()
    os.kill(shop.supervisor(), signal.SIGKILL)
    assert up.wait(30) == 1
    assert "the supervisor ended with code -9" in shop.out
    assert not any(map(alive, pids))


def test_up_after_a_killed_supervisor_ends_the_old_processes_first(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach").returncode == 0
    old = shop.pids()
    ports = [part.url for part in shop.status().parts]
    os.kill(shop.supervisor(), signal.SIGKILL)
    assert shop.svcforge("up", "--detach").returncode == 0
    assert not any(map(alive, old))
    assert [part.url for part in shop.status().parts] == ports


def test_a_process_that_has_our_number_by_chance_is_left_alone(shop: Lab) -> None:
    shop.save()
    assert shop.svcforge("up", "--detach").returncode == 0
    pids = shop.pids()
    os.kill(shop.supervisor(), signal.SIGKILL)
    file = shop.layout.state_file
    record = json.loads(file.read_text())
    # As if our processes had ended long ago, and this test were now called as one of them was.
    record["parts"][0]["process"]["pid"] = os.getpid()
    file.write_text(json.dumps(record))
    assert shop.svcforge("down").returncode == 0
    assert not any(map(alive, pids))


def test_a_process_that_left_its_group_is_ended_too(shop: Lab) -> None:
    folder = shop.root / "services" / "orders"
    (folder / "leaver.py").write_text(
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "open('leaver', 'w').write(str(child.pid))\n"
        "os.execv(sys.executable, [sys.executable, 'server.py'])\n"
    )
    shop.run_json["parts"][0]["run"] = ["python", "leaver.py"]
    shop.save()
    assert shop.svcforge("up", "--detach").returncode == 0
    leaver = int((folder / "leaver").read_text())
    assert alive(leaver)
    assert shop.svcforge("down").returncode == 0
    assert not alive(leaver)


def test_what_ignores_sigterm_is_killed_when_asked_twice(lab: Lab) -> None:
    lab.part("deaf")
    server = lab.root / "services" / "deaf" / "server.py"
    server.write_text(
        server.read_text().replace("signal.signal(signal.SIGTERM, ended)", "signal.signal(15, signal.SIG_IGN)")
    )
    lab.save()
    up = lab.up()
    until(lambda: "lab is running" in lab.out)
    pids = lab.pids()
    up.send_signal(signal.SIGINT)
    until(lambda: "lab is stopping" in lab.out)
    up.send_signal(signal.SIGINT)
    assert up.wait(8) == 130
    assert not any(map(alive, pids))

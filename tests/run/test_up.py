"""`svcforge up` and its companions, on systems of small HTTP servers."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.request
from pathlib import Path

import jwt
import pytest
from tests.run.lab import Lab, alive, free_port, until

from svcforge.run import state


def environment_of(lab: Lab, name: str) -> dict[str, str]:
    """The environment that a part says it has."""
    part = lab.state_of(name)
    assert part is not None
    with urllib.request.urlopen(part.url + "/", timeout=5) as answer:
        found: dict[str, str] = json.loads(answer.read())
    return found


def supervisor(lab: Lab) -> int:
    last = state.read(lab.layout)
    assert last is not None
    return last.supervisor.pid


def ended(lab: Lab) -> list[str]:
    """The parts that ended because they were asked to, in that order."""
    file = lab.root / "ended"
    return file.read_text().split() if file.exists() else []


@pytest.fixture
def shop(lab: Lab) -> Lab:
    """Two services and a gateway."""
    lab.part("orders")
    lab.part("catalog")
    lab.part("gateway", "gateway")
    lab.save()
    return lab


def test_detached_it_returns_when_all_is_healthy_and_down_ends_all_in_reverse_order(shop: Lab) -> None:
    up = shop.svcforge("up", "--detach")
    assert (up.returncode, up.stderr) == (0, "")
    assert "lab is running" in up.stdout
    assert {part.name: part.state for part in shop.status().parts} == {
        "orders": "healthy",
        "catalog": "healthy",
        "gateway": "healthy",
    }
    pids = {*shop.pids(), supervisor(shop)}
    assert len(pids) == 4

    down = shop.svcforge("down")
    assert (down.returncode, down.stdout) == (0, "lab has ended\n")
    assert not any(map(alive, pids))
    assert (ended(shop)[0], set(ended(shop)[1:])) == ("gateway", {"orders", "catalog"})
    assert shop.svcforge("down").stdout == "lab was not running\n"


def test_a_second_up_says_that_it_is_running_and_changes_nothing(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach").returncode == 0
    pids = shop.pids()
    second = shop.svcforge("up", "--detach")
    assert second.returncode == 1
    assert 'error: "lab" is already running here' in second.stderr
    assert shop.pids() == pids


def test_status_as_json(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach").returncode == 0
    told = json.loads(shop.svcforge("status", "--format", "json").stdout)
    assert (told["version"], told["system"], told["running"], told["phase"]) == (1, "lab", True, "running")
    orders = told["parts"][0]
    port = shop.run_json["parts"][0]["port"]
    assert orders["memory"] > 1_000_000
    assert orders["pid"] in shop.pids()
    assert {key: orders[key] for key in ("name", "kind", "state", "url", "restarts", "detail")} == {
        "name": "orders",
        "kind": "service",
        "state": "healthy",
        "url": f"http://127.0.0.1:{port}",
        "restarts": 0,
        "detail": "",
    }
    assert json.loads(shop.svcforge("status", "--json").stdout)["phase"] == "running"


def test_the_status_of_what_does_not_run(shop: Lab) -> None:
    assert shop.svcforge("status").stdout == "lab is stopped; `svcforge up` runs it\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)])
def test_in_the_foreground_a_signal_ends_everything(shop: Lab, number: int, code: int) -> None:
    up = shop.up()
    until(lambda: "lab is running" in shop.out)
    pids = {*shop.pids(), supervisor(shop)}
    up.send_signal(number)
    assert up.wait(30) == code
    assert not any(map(alive, pids))
    assert ended(shop)[0] == "gateway"
    assert sorted(ended(shop)) == ["catalog", "gateway", "orders"]


def test_in_the_foreground_the_logs_of_all_are_shown_by_name(shop: Lab) -> None:
    up = shop.up()
    until(lambda: "lab is running" in shop.out)
    up.send_signal(signal.SIGINT)
    up.wait(30)
    assert "orders   | 2025-01-01T00:00:00.5Z hello from orders" in shop.out
    assert "gateway  | 2025-01-01T00:00:00.5Z hello from gateway" in shop.out


def test_a_crashed_service_is_started_again_and_that_is_said(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach").returncode == 0
    first = shop.state_of("orders")
    assert first is not None
    assert first.pid
    os.kill(first.pid, signal.SIGKILL)
    again = until(lambda: (now := shop.state_of("orders")) and now.restarts == 1 and now.state == "healthy" and now)
    assert again.pid != first.pid
    assert "orders was ended by SIGKILL; starts again in 0.5 s" in shop.svcforge("logs", "svcforge").stdout
    assert [part.restarts for part in shop.status().parts] == [1, 0, 0]


def test_what_never_becomes_healthy_is_shown_with_its_log_and_the_rest_runs(shop: Lab) -> None:
    shop.part("broken", env={"BROKEN": "no such table: orders"})
    (shop.root / "services" / "catalog" / "sick").touch()
    shop.save()
    up = shop.svcforge("up", "--detach", "--timeout", "2")
    assert up.returncode == 1
    assert 'error: "broken" is restarting: ended with exit code 1\n' in up.stderr
    assert "  cannot start: no such table: orders\n" in up.stderr
    assert 'error: "catalog" is unhealthy: not healthy after 2 s\n' in up.stderr
    assert shop.status().phase == "incomplete"
    orders = shop.state_of("orders")
    assert orders is not None
    assert orders.state == "healthy"

    (shop.root / "services" / "catalog" / "sick").unlink()
    until(lambda: (now := shop.state_of("catalog")) and now.state == "healthy")


def test_down_ends_all_after_the_supervisor_was_killed(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach").returncode == 0
    pids = shop.pids()
    os.kill(supervisor(shop), signal.SIGKILL)
    until(lambda: not shop.status().running)
    assert shop.status().phase == "lost"
    assert all(map(alive, pids))
    assert shop.svcforge("down").stdout.endswith("lab has ended\n")
    assert not any(map(alive, pids))
    assert ended(shop)[0] == "gateway"


def test_down_ends_all_after_the_command_in_the_foreground_was_killed(shop: Lab) -> None:
    up = shop.up()
    until(lambda: "lab is running" in shop.out)
    pids = {*shop.pids(), supervisor(shop)}
    up.kill()
    up.wait()
    assert shop.svcforge("down").returncode == 0
    assert not any(map(alive, pids))


def test_in_the_foreground_a_killed_supervisor_takes_all_with_it(shop: Lab) -> None:
    up = shop.up()
    until(lambda: "lab is running" in shop.out)
    pids = shop.pids()
    os.kill(supervisor(shop), signal.SIGKILL)
    assert up.wait(30) == 1
    assert "the supervisor ended with code -9" in shop.out
    assert not any(map(alive, pids))


def test_up_after_a_killed_supervisor_ends_the_old_processes_first(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach").returncode == 0
    old = shop.pids()
    ports = [part.url for part in shop.status().parts]
    os.kill(supervisor(shop), signal.SIGKILL)
    assert shop.svcforge("up", "--detach").returncode == 0
    assert not any(map(alive, old))
    assert [part.url for part in shop.status().parts] == ports


def test_a_process_that_has_our_number_by_chance_is_left_alone(shop: Lab) -> None:
    shop.save()
    assert shop.svcforge("up", "--detach").returncode == 0
    pids = shop.pids()
    os.kill(supervisor(shop), signal.SIGKILL)
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


def test_a_taken_port_gives_way_to_the_next_which_is_kept(shop: Lab) -> None:
    wish = shop.run_json["parts"][0]["port"]
    with socket.socket() as other:
        other.bind(("127.0.0.1", wish))
        other.listen()
        assert shop.svcforge("up", "--detach").returncode == 0
    got = int(environment_of(shop, "orders")["PORT"])
    assert got > wish
    assert shop.svcforge("down").returncode == 0
    assert shop.svcforge("up", "--detach").returncode == 0
    assert int(environment_of(shop, "orders")["PORT"]) == got


def test_placeholders_stand_for_what_this_machine_has(lab: Lab) -> None:
    inventory = lab.part("inventory")
    orders = lab.part(
        "orders",
        database="orders",
        env={
            "INVENTORY_URL": "${url:inventory}/v1",
            "OTHER": "${port:inventory}",
            "DATABASE_URL": "${database}",
            "STATE": "${state}",
            "FOLDER": "${folder}",
            "JWKS_URL": "file://${keys}/jwks.json",
        },
        files=["conf/local.yaml"],
    )
    (lab.root / "services/orders/conf").mkdir()
    (lab.root / "services/orders/conf/local.yaml").write_text('port: ${port}\nhome: "${HOME}"\n')
    lab.save()
    assert lab.svcforge("up", "--detach").returncode == 0
    found = environment_of(lab, "orders")
    home = lab.layout.state("orders")
    assert {name: found[name] for name in orders["env"]} == {
        "NAME": "orders",
        "PORT": str(orders["port"]),
        "ENDED": str(lab.root / "ended"),
        "INVENTORY_URL": f"http://127.0.0.1:{inventory['port']}/v1",
        "OTHER": str(inventory["port"]),
        "DATABASE_URL": f"sqlite:///{home}/orders.db",
        "STATE": str(home),
        "FOLDER": str(lab.root / "services/orders"),
        "JWKS_URL": f"file://{lab.layout.keys}/jwks.json",
    }
    assert Path(lab.layout.keys / "jwks.json").exists()
    assert (home / "conf/local.yaml").read_text() == f'port: {orders["port"]}\nhome: "${{HOME}}"\n'


def test_parts_see_no_more_of_our_environment_than_they_should(lab: Lab) -> None:
    lab.part("orders")
    lab.run_json["externals"] = [
        {"name": "bank", "env": "BANK_URL", "port": free_port(), "stand_in": "stand-ins/bank.py"}
    ]
    lab.save()
    ours = {"SECRET_OF_MINE": "x", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "BANK_TOKEN": "t"}
    assert lab.svcforge("up", "--detach", environ=ours).returncode == 0
    found = environment_of(lab, "orders")
    assert {name: found.get(name) for name in ours} == {**ours, "SECRET_OF_MINE": None}


@pytest.fixture
def bank(lab: Lab) -> Lab:
    """A service that calls an external."""
    lab.part("payments", env={"BANK_URL": "${url:bank}"})
    lab.run_json["externals"] = [
        {"name": "bank", "env": "BANK_URL", "port": free_port(), "stand_in": "stand-ins/bank.py"}
    ]
    (lab.root / "stand-ins").mkdir()
    (lab.root / "stand-ins/bank.py").write_text('ROUTES = {"GET /rate": lambda request: {"rate": 7}}\n')
    lab.save()
    return lab


def test_an_external_without_an_address_is_played_by_its_stand_in(bank: Lab) -> None:
    assert bank.svcforge("up", "--detach").returncode == 0
    with urllib.request.urlopen(environment_of(bank, "payments")["BANK_URL"] + "/rate", timeout=5) as answer:
        assert json.loads(answer.read()) == {"rate": 7}
    assert [(part.name, part.kind) for part in bank.status().parts] == [("bank", "stand-in"), ("payments", "service")]


def test_an_external_with_an_address_is_used(bank: Lab) -> None:
    assert bank.svcforge("up", "--detach", environ={"BANK_URL": "http://127.0.0.1:9"}).returncode == 0
    assert environment_of(bank, "payments")["BANK_URL"] == "http://127.0.0.1:9"
    assert [part.name for part in bank.status().parts] == ["payments"]


def test_only_runs_what_is_named(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach", "--only", "orders").returncode == 0
    assert [part.name for part in shop.status().parts] == ["orders"]


def test_without_the_gateway(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach", "--no-gateway").returncode == 0
    assert [part.name for part in shop.status().parts] == ["orders", "catalog"]


def test_an_unknown_part_is_a_complaint_with_the_nearest_name(shop: Lab) -> None:
    up = shop.svcforge("up", "--detach", "--only", "order")
    assert up.returncode == 2
    assert up.stderr == 'error: "order" is no part of "lab"\n  help: did you mean "orders"?\n'


def test_except_leaves_a_part_to_the_user_and_prints_what_it_needs(shop: Lab) -> None:
    orders = shop.run_json["parts"][0]
    orders["env"]["QUOTED"] = "it's $HOME"
    orders["migrate"] = [["python", "-c", "open('migrated', 'a').write('x')"]]
    shop.save()
    up = shop.svcforge("up", "--detach", "--except", "orders")
    assert (up.returncode, up.stderr) == (0, "")
    mine = shop.state_of("orders")
    assert mine is not None
    assert (mine.state, mine.pid) == ("yours", None)
    folder = shop.root / "services" / "orders"
    assert (folder / "migrated").read_text() == "x"
    lines = up.stdout.partition("# the environment of orders\n")[2]
    assert f"# then: cd {folder} && python server.py\n" in lines
    assert lines == shop.layout.environment("orders").read_text().partition("\n")[2]

    import subprocess

    script = f"{lines}\ncd {folder} && exec python server.py"
    process = subprocess.Popen(["sh", "-c", script], stdout=subprocess.DEVNULL)
    try:
        until(lambda: (now := shop.state_of("orders")) and now.state == "healthy")
        assert environment_of(shop, "orders")["QUOTED"] == "it's $HOME"
        assert shop.svcforge("down").returncode == 0
        assert process.poll() is None, "what the user has started is the user's to end"
    finally:
        process.kill()
        process.wait()


def test_migrations_come_before_the_service(lab: Lab) -> None:
    check = "import os; os.path.exists('second') or exit('not migrated')"
    part = lab.part(
        "orders",
        migrate=[["python", "-c", "open('first', 'w')"], ["python", "-c", "open('first'); open('second', 'w')"]],
    )
    part["run"] = ["python", "-c", check + "; exec(open('server.py').read())"]
    lab.save()
    assert lab.svcforge("up", "--detach").returncode == 0


def test_a_migration_that_fails_keeps_its_service_from_starting(lab: Lab) -> None:
    lab.part("orders", migrate=[["python", "-c", "exit('duplicate column')"]])
    lab.save()
    up = lab.svcforge("up", "--detach")
    assert up.returncode == 1
    assert 'error: "orders" is restarting: could not be migrated: ended with exit code 1\n' in up.stderr
    assert "  duplicate column\n" in up.stderr
    assert "hello" not in lab.svcforge("logs", "orders").stdout


def test_logs_of_all_parts_or_of_one(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach").returncode == 0
    everything = shop.svcforge("logs").stdout.splitlines()
    assert sorted(everything[:3]) == [
        "catalog  | 2025-01-01T00:00:00.5Z hello from catalog",
        "gateway  | 2025-01-01T00:00:00.5Z hello from gateway",
        "orders   | 2025-01-01T00:00:00.5Z hello from orders",
    ]
    assert everything[-1].endswith("lab is running")
    assert shop.svcforge("logs", "orders").stdout == "orders | 2025-01-01T00:00:00.5Z hello from orders\n"
    assert shop.svcforge("logs", "orders", "-n", "0").stdout == ""
    assert shop.svcforge("logs", "order").returncode == 2


def test_the_token_command_signs_for_the_system(shop: Lab) -> None:
    told = shop.svcforge("token", "--sub", "ann", "--scope", "orders:read orders:write", "--ttl", "15m")
    assert told.returncode == 0
    token = told.stdout.strip()
    key_set = jwt.PyJWKSet.from_json((shop.layout.keys / "jwks.json").read_text())
    key = key_set[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["RS256"], audience="lab", issuer="https://auth.lab.test")
    assert (claims["sub"], claims["scope"], claims["exp"] - claims["iat"]) == ("ann", "orders:read orders:write", 900)
    assert shop.svcforge("token", "--sub", "ann", "--ttl", "soon").returncode == 2


def test_a_system_without_auth_has_no_tokens(shop: Lab) -> None:
    shop.run_json["jwt"] = None
    shop.save()
    assert 'error: "lab" asks for no tokens' in shop.svcforge("token", "--sub", "ann").stderr


@pytest.mark.parametrize(
    "command", [["up"], ["up", "--detach"], ["down"], ["status"], ["logs"], ["token", "--sub", "a"]]
)
def test_without_a_system_every_command_says_what_to_do(lab: Lab, command: list[str]) -> None:
    told = lab.svcforge(*command)
    assert (told.returncode, told.stderr) == (
        2,
        "error: no generated system here\n  help: run `svcforge generate` first\n",
    )


def test_what_running_leaves_behind_is_private_and_ignored_by_git(shop: Lab) -> None:
    assert shop.svcforge("up", "--detach").returncode == 0
    run = shop.layout.run
    assert run.stat().st_mode & 0o777 == 0o700
    assert (run / ".gitignore").read_text() == "*\n"

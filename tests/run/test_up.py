"""How a system is started, and what the other commands tell of it."""

from __future__ import annotations

import json
import os
import signal

import jwt
import pytest
from tests.run.lab import Lab, alive, until


def test_detached_it_returns_when_all_is_healthy_and_down_ends_all_in_reverse_order(shop: Lab) -> None:
    up = shop.svcforge("up", "--detach")
    assert (up.returncode, up.stderr) == (0, "")
    assert "lab is running" in up.stdout
    assert {part.name: part.state for part in shop.status().parts} == {
        "orders": "healthy",
        "catalog": "healthy",
        "gateway": "healthy",
    }
    pids = {*shop.pids(), shop.supervisor()}
    assert len(pids) == 4

    down = shop.svcforge("down")
    assert (down.returncode, down.stdout) == (0, "lab has ended\n")
    assert not any(map(alive, pids))
    assert (shop.ended()[0], set(shop.ended()[1:])) == ("gateway", {"orders", "catalog"})
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

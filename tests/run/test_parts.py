"""What each part gets from this machine, and which parts run."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest
from tests.run.lab import Lab, free_port, until


def test_a_taken_port_gives_way_to_the_next_which_is_kept(shop: Lab) -> None:
    wish = shop.run_json["parts"][0]["port"]
    with socket.socket() as other:
        other.bind(("127.0.0.1", wish))
        other.listen()
        assert shop.svcforge("up", "--detach").returncode == 0
    got = int(shop.environment_of("orders")["PORT"])
    assert got > wish
    assert shop.svcforge("down").returncode == 0
    assert shop.svcforge("up", "--detach").returncode == 0
    assert int(shop.environment_of("orders")["PORT"]) == got


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
    found = lab.environment_of("orders")
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
    lab.part("orders", settings=["SENDER"])
    lab.run_json["externals"] = [
        {"name": "bank", "env": "BANK_URL", "port": free_port(), "stand_in": "stand-ins/bank.py"}
    ]
    lab.save()
    telemetry = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    ours = {"SECRET_OF_MINE": "x", **telemetry, "BANK_TOKEN": "t", "SENDER": "a@b.example"}
    assert lab.svcforge("up", "--detach", environ=ours).returncode == 0
    found = lab.environment_of("orders")
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
    with urllib.request.urlopen(bank.environment_of("payments")["BANK_URL"] + "/rate", timeout=5) as answer:
        assert json.loads(answer.read()) == {"rate": 7}
    assert [(part.name, part.kind) for part in bank.status().parts] == [("bank", "stand-in"), ("payments", "service")]


def test_an_external_with_an_address_is_used(bank: Lab) -> None:
    assert bank.svcforge("up", "--detach", environ={"BANK_URL": "http://127.0.0.1:9"}).returncode == 0
    assert bank.environment_of("payments")["BANK_URL"] == "http://127.0.0.1:9"
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

    script = f"{lines}\ncd {folder} && exec python server.py"
    process = subprocess.Popen(["sh", "-c", script], stdout=subprocess.DEVNULL)
    try:
        until(lambda: (now := shop.state_of("orders")) and now.state == "healthy")
        assert shop.environment_of("orders")["QUOTED"] == "it's $HOME"
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

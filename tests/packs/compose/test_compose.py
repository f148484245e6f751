"""The compose file: everything that is named is there, nothing can reach what it need not, nothing is secret."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.servers import ServerMissing, postgres, skip_without

from svcforge.load import load_text
from svcforge.model.blueprint import Blueprint
from svcforge.packs.shelf import blueprints_folder, bundled
from svcforge.plan.plan import plan
from svcforge.render.unit import render

CLASHING = """
svcforge: 1
system: clashing
platform: {store: postgres, broker: rabbitmq, deploy: [compose]}
defaults: {stack: python, api_version: v1}
contexts:
  lab:
    services:
      postgres:
        owns: {Note: {text: text}}
        settings: {password: secret}
        events: {Noted: {text: text}}
        operations:
          add_note: {http: POST /notes, creates: Note, public: an example, emits: [Noted]}
      postgres-databases: {owns: {Note: {text: text}}, settings: {url: secret}}
      postgres-migrate: {owns: {Note: {text: text}}, settings: {key: secret}}
      postgres-server: {settings: {api_key: secret}}
      postgres-server-api: {settings: {key: secret}}
      orders:
        owns: {Order: {text: text}}
        operations:
          place: {http: POST /orders, creates: Order, public: an example, calls: [{to: postgres.add_note}]}
      signing: {settings: {key: secret}}
"""
LITTLE = """
svcforge: 1
system: little
platform: {store: sqlite, deploy: [compose]}
defaults: {stack: python, api_version: v1}
contexts:
  lab:
    services:
      notes:
        owns: {Note: {text: text}}
        settings: {motto: text = costs $5, key: secret, sender: email, colour: optional text, tags: "[text]"}
        operations:
          add_note: {http: POST /notes, creates: Note, public: an example}
      cleaner: {role: worker}
"""
SCHEMA = Path(__file__).parents[4] / "shared" / "schemas" / "other" / "compose-spec.json"


JWKS = "https://auth.shop.test/keys"

BACKENDS = {"datadog": ("datadog", "datadog", "datadog"), "zipkin": ("zipkin", "elasticsearch", "prometheus")}
"""Where else the shop's traces, logs and metrics may go."""


def _example(name: str) -> str:
    return (blueprints_folder() / name / "blueprint.yaml").read_text()


def blueprint_of(name: str) -> Blueprint:
    """An example, the shop with tokens of an issuer elsewhere, or a system of this test."""
    own = {"little": LITTLE, "clashing": CLASHING}
    text = own.get(name) or _example("shop" if name in ("issued", *BACKENDS) else name)
    for place, backend in zip(
        ("tracing: jaeger", "logs: loki", "metrics: prometheus"), BACKENDS.get(name, ()), strict=False
    ):
        text = text.replace(place, f"{place.partition(':')[0]}: {backend}")
    loaded = load_text(text.replace("audience: shop}", f"audience: shop, jwks: {JWKS}}}") if name == "issued" else text)
    assert loaded.blueprint, loaded.findings
    return loaded.blueprint


def files_of(name: str) -> dict[str, str]:
    """What the pack makes of it."""
    [unit] = [unit for unit in plan(blueprint_of(name), bundled().packs).units if unit.name == "compose"]
    return {file.path: file.data.decode() for file in render(unit)}


class OnceOnly(yaml.SafeLoader):
    """YAML in which no key may stand twice: PyYAML would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        assert sorted(keys) == sorted(set(keys))
        return super().construct_mapping(node, deep)


def read(text: str) -> dict[str, Any]:
    """A compose file."""
    compose: dict[str, Any] = yaml.load(text, OnceOnly)
    return compose


FILES = {
    name: files_of(name)
    for name in ("shop", "healthcare", "online-boutique", "little", "issued", "clashing", *BACKENDS)
}
COMPOSE: dict[str, dict[str, Any]] = {name: read(files["compose.yaml"]) for name, files in FILES.items()}

systems = pytest.mark.parametrize("name", FILES)

WATCHERS = (
    "collector_server",
    "prometheus_server",
    "alertmanager_server",
    "grafana_server",
    "postgres-exporter_server",
    "jaeger_server",
    "loki_server",
)
"""What watches the shop, as its blueprint says; the other systems are watched by nobody."""


UNSEEN = ("loki_server", "postgres-exporter_server")
"""Watchers that show no pages, and reach nobody outside."""


def sources(entries: Any) -> set[str]:
    """The names of secrets or configs that a service mounts."""
    return {one if isinstance(one, str) else one["source"] for one in entries or ()}


@systems
def test_it_is_a_compose_file(name: str) -> None:
    if not SCHEMA.exists():
        pytest.skip("the compose specification's schema is not beside this checkout")
    import jsonschema

    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(COMPOSE[name])


@systems
def test_whatever_is_named_is_there_and_whatever_is_there_is_used(name: str) -> None:
    compose = COMPOSE[name]
    services = compose["services"].values()
    assert {n for one in services for n in one.get("networks", ())} == set(compose["networks"])
    assert {n for one in services for n in sources(one.get("secrets"))} == set(compose.get("secrets", {}))
    assert {n for one in services for n in sources(one.get("configs"))} == set(compose.get("configs", {}))
    assert {n for one in services for n in one.get("depends_on", ())} <= set(compose["services"])
    mounts = [mount for one in services for mount in one.get("volumes", ())]
    volumes = {mount["source"] if isinstance(mount, dict) else mount.split(":")[0] for mount in mounts}
    assert {v for v in volumes if not v.startswith("../")} == set(compose.get("volumes", {}))
    folders = {v.replace("..", "platform", 1) for v in volumes if v.startswith("../")}
    made = {unit.folder for unit in plan(blueprint_of(name), bundled().packs).units}
    assert {"/".join(folder.split("/")[:2]) for folder in folders} <= made


@systems
def test_every_container_is_held_tight(name: str) -> None:
    for called, service in COMPOSE[name]["services"].items():
        held = {
            "read_only": service["read_only"],
            "cap_drop": service["cap_drop"],
            "security_opt": service["security_opt"],
            "root": service["user"].startswith("0"),
            "privileged": service.get("privileged", False),
            "limited": service["pids_limit"] > 0,
        }
        assert (called, held) == (
            called,
            {
                "read_only": True,
                "cap_drop": ["ALL"],
                "security_opt": ["no-new-privileges:true"],
                "root": False,
                "privileged": False,
                "limited": True,
            },
        )
        assert ("build" in service) != ("image" in service)
        assert "restart" in service
        assert "healthcheck" in service or service["restart"] == "no"


@systems
def test_only_loopback_listens(name: str) -> None:
    ports = {called: one["ports"] for called, one in COMPOSE[name]["services"].items() if "ports" in one}
    own = {"little": ["notes"], "clashing": ["orders", "postgres"]}.get(name, ["gateway"])
    assert list(ports) == sorted([*own, *(one for one in ports if one.endswith("_server"))])
    assert all(port.startswith("127.0.0.1:") for each in ports.values() for port in each)


@pytest.mark.parametrize("name", ["shop", "healthcare"])
def test_a_network_has_two_ends_and_joins_two_that_speak_to_each_other(name: str) -> None:
    compose = COMPOSE[name]
    members: dict[str, set[str]] = {}
    for called, service in compose["services"].items():
        for network in service.get("networks", ()):
            members.setdefault(network, set()).add(called.removesuffix("_migrate"))
    inner = {network: ends for network, ends in members.items() if compose["networks"][network]["internal"]}
    assert {network: len(ends) for network, ends in inner.items()} == dict.fromkeys(inner, 2)
    outer = {network: sorted(ends) for network, ends in members.items() if network not in inner}
    shown = {f"{one}_edge": [one] for one in WATCHERS if one not in UNSEEN and name == "shop"}
    assert outer == {"edge": ["gateway"], "outside": ["payments" if name == "shop" else "billing"]} | shown


def test_the_shops_edges_are_those_of_the_blueprint() -> None:
    networks = {n for n in COMPOSE["shop"]["networks"] if "_server" not in n}
    assert networks == {
        *(f"gateway_{one}" for one in ("users", "orders", "catalog", "inventory", "shipping", "web", "mobile")),
        *("orders_inventory", "orders_payments", "recommendations_catalog", "web_catalog", "web_orders", "web_users"),
        *("mobile_catalog", "mobile_recommendations", "edge", "outside"),
    }


def test_what_watches_the_shop_speaks_to_whom_it_must() -> None:
    networks = {n.replace("_server", "") for n in COMPOSE["shop"]["networks"] if n.endswith("_server")}
    parts = {"orders", "users", "catalog", "inventory", "shipping", "payments", "notifications", "recommendations"}
    parts |= {"web", "mobile"}
    assert {n for n in networks if not n.endswith(("_rabbitmq", "_postgres"))} == {
        *(f"{part}_{watcher}" for part in parts for watcher in ("collector", "prometheus")),
        *("collector_jaeger", "collector_loki", "prometheus_alertmanager"),
        *("grafana_prometheus", "grafana_jaeger", "grafana_loki"),
        *("gateway_prometheus", "rabbitmq_prometheus", "prometheus_postgres-exporter", "postgres_postgres-exporter"),
    }


def test_services_send_their_traces_and_docker_their_lines_to_the_collector() -> None:
    services = COMPOSE["shop"]["services"]
    for part in ("orders", "web"):
        told = {key: value for key, value in services[part]["environment"].items() if key.startswith("OTEL_")}
        assert told == {
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector_server:4318",
            "OTEL_RESOURCE_ATTRIBUTES": "service.namespace=shop",
        }
        options = services[part]["logging"]["options"]
        assert (services[part]["logging"]["driver"], options["tag"]) == ("fluentd", part)
        assert options["fluentd-address"] in services["collector_server"]["ports"][0]
    assert services["collector_server"]["environment"] == {
        "GOMEMLIMIT": "400MiB",
        "JAEGER_ENDPOINT": "jaeger_server:4317",
        "LOKI_ENDPOINT": "http://loki_server:3100/otlp",
    }
    assert COMPOSE["healthcare"]["services"]["billing"]["logging"]["driver"] == "json-file"
    assert set(WATCHERS) <= set(services)
    assert not set(WATCHERS) & set(COMPOSE["healthcare"]["services"])


@pytest.mark.parametrize(
    ("name", "variables", "secrets"),
    [
        ("datadog", {"GOMEMLIMIT": "400MiB", "DD_SITE": None}, ["datadog_api_key"]),
        (
            "zipkin",
            {
                "GOMEMLIMIT": "400MiB",
                "ELASTICSEARCH_ENDPOINT": None,
                "ZIPKIN_ENDPOINT": "http://zipkin_server:9411/api/v2/spans",
            },
            [],
        ),
    ],
)
def test_a_collector_is_told_where_its_backends_are(name: str, variables: dict[str, str], secrets: list[str]) -> None:
    collector = COMPOSE[name]["services"]["collector_server"]
    assert collector["environment"] == variables
    assert collector.get("secrets", []) == secrets
    assert "collector_server_edge" in collector["networks"]
    assert not COMPOSE[name]["networks"]["collector_server_edge"]["internal"]
    assert (f"wants {secrets[0]} " in FILES[name]["secrets.sh"]) if secrets else True
    watchers = {one for one in COMPOSE[name]["services"] if one in (*WATCHERS, "zipkin_server")}
    prometheus = {"prometheus_server", "alertmanager_server", "grafana_server", "zipkin_server"}
    prometheus.add("postgres-exporter_server")
    assert watchers == {"collector_server", *(prometheus if name == "zipkin" else ())}


def test_what_is_told_of_alerts_is_a_secret_that_may_be_empty(tmp_path: Path) -> None:
    secrets = COMPOSE["shop"]["services"]["alertmanager_server"]["secrets"]
    assert {"checkout.page", "checkout.ticket", "on-call.page"} <= set(secrets)
    folder = with_keys(tmp_path)
    assert run_secrets(folder, FILES["shop"]).returncode == 0
    assert {(folder / "secrets" / secret).read_text() for secret in secrets} == {""}
    assert re.fullmatch("[A-Za-z0-9]{32}", (folder / "secrets" / "grafana_password").read_text())


@systems
def test_subnets_do_not_overlap(name: str) -> None:
    found = [
        ipaddress.ip_network(config["subnet"].replace("${NETWORK:-10.214}", "10.214"))
        for network in COMPOSE[name]["networks"].values()
        for config in network.get("ipam", {}).get("config", ())
    ]
    assert len(found) == len(set(found))
    assert {network.prefixlen for network in found} <= {26}


@pytest.mark.parametrize("name", ["shop", "healthcare"])
def test_each_service_waits_for_its_tables_and_the_gateway_for_all(name: str) -> None:
    services = COMPOSE[name]["services"]
    for called in [one for one in services if one.endswith("_migrate")]:
        assert services[called]["depends_on"] == {"postgres_databases": {"condition": "service_completed_successfully"}}
        waits = services[called.removesuffix("_migrate")]["depends_on"]
        assert waits[called] == {"condition": "service_completed_successfully"}
        for key in ("build", "secrets"):
            assert services[called][key] == services[called.removesuffix("_migrate")][key]
        told = services[called.removesuffix("_migrate")]["environment"]
        told = {key: value for key, value in told.items() if not key.startswith("OTEL_")}
        assert services[called]["environment"] == told
    waited_for = services["gateway"]["depends_on"]
    assert waited_for == {called: {"condition": "service_healthy"} for called in waited_for}
    networks = {network.removeprefix("gateway_") for network in services["gateway"]["networks"]}
    assert networks - {"prometheus_server"} == {*waited_for, "edge"}
    assert ("prometheus_server" in networks) == (name == "shop")


def test_a_database_that_is_a_file_is_on_a_volume() -> None:
    services = COMPOSE["little"]["services"]
    assert services["notes"]["volumes"] == services["notes_migrate"]["volumes"] == ["notes_data:/data"]
    assert services["notes"]["environment"]["DATABASE_URL"] == "sqlite:////data/notes.db"
    assert services["notes_migrate"]["network_mode"] == "none"
    assert services["cleaner"]["network_mode"] == "none"


def test_where_an_issuer_elsewhere_makes_the_tokens_services_ask_it_and_sign_none() -> None:
    orders = COMPOSE["issued"]["services"]["orders"]
    tokens = {key: value for key, value in orders["environment"].items() if key.startswith(("TOKEN_", "JWKS"))}
    assert tokens == {
        "JWKS_URL": JWKS,
        "TOKEN_URL": "${TOKEN_URL:?set it in .env}",
        "TOKEN_CLIENT_ID": "${ORDERS_TOKEN_CLIENT_ID:?set it in .env}",
        "TOKEN_CLIENT_SECRET_FILE": "/run/secrets/token_client_secret",
    }
    assert "outside" in orders["networks"]
    assert {"signing_key", "jwks"} & set(COMPOSE["issued"]["secrets"]) == set()
    assert "put the value of orders.token_client_secret into it" in FILES["issued"]["secrets.sh"]
    assert "outside" not in COMPOSE["issued"]["services"]["notifications"]["networks"]


def test_what_need_not_be_set_is_passed_on_only_if_it_is() -> None:
    services = COMPOSE["little"]["services"]
    for called in ("notes", "notes_migrate"):
        asked = {key: services[called]["environment"][key] for key in ("SENDER", "COLOUR", "TAGS")}
        assert asked == {"SENDER": "${SENDER:?set it in .env}", "COLOUR": None, "TAGS": None}
    assert FILES["little"][".env.example"].partition("# What only you know")[2] == (
        ": where outside systems are, settings without a default.\nSENDER=\n\n"
        "# What need not be set.\n#COLOUR=\n#TAGS=\n"
    )


def test_a_dollar_is_a_dollar() -> None:
    assert COMPOSE["little"]["services"]["notes"]["environment"]["MOTTO"] == "costs $$5"


def test_secrets_are_files() -> None:
    orders = COMPOSE["shop"]["services"]["orders"]
    assert orders["environment"]["DATABASE_URL_FILE"] == "/run/secrets/database_url"
    assert {"source": "orders.database_url", "target": "database_url"} in orders["secrets"]
    assert COMPOSE["little"]["services"]["notes"]["environment"]["KEY_FILE"] == "/run/secrets/key"
    for name in FILES:
        assert {one["file"].rpartition("/")[0] for one in COMPOSE[name].get("secrets", {}).values()} <= {"./secrets"}
        assert not re.search(r"://[^/\s:$]+:(?!\$)[^/\s@]+@", "".join(FILES[name].values()))


def test_a_token_for_what_is_outside_is_a_file_and_an_empty_one_is_none(tmp_path: Path) -> None:
    payments = COMPOSE["shop"]["services"]["payments"]
    assert "CARD_NETWORK_TOKEN" not in payments["environment"]
    assert payments["environment"]["CARD_NETWORK_TOKEN_FILE"] == "/run/secrets/card_network_token"
    assert {"source": "payments.card_network_token", "target": "card_network_token"} in payments["secrets"]
    folder = with_keys(tmp_path)
    assert run_secrets(folder, FILES["shop"]).returncode == 0
    token = folder / "secrets" / "payments.card_network_token"
    assert token.read_text() == ""
    token.write_text("theirs")
    run_secrets(folder, FILES["shop"])
    assert token.read_text() == "theirs"
    assert "| `CARD_NETWORK_URL` | `secrets/payments.card_network_token` |" in FILES["shop"]["README.md"]


def test_what_is_outside_is_asked_of_the_user() -> None:
    assert COMPOSE["shop"]["services"]["payments"]["environment"]["CARD_NETWORK_URL"].startswith("${CARD_NETWORK_URL:?")
    assert "CARD_NETWORK_URL=\n" in FILES["shop"][".env.example"]
    assert "SENDER=\n" in FILES["little"][".env.example"]
    for files in FILES.values():
        asked = set(re.findall(r"\$\{([A-Z_]+)", files["compose.yaml"]))
        offered = re.findall(r"^(?:# )?([A-Z_]+)=", files[".env.example"], re.MULTILINE)
        assert sorted(asked) == sorted(offered)


def test_the_script_that_makes_secrets_can_be_run() -> None:
    [unit] = [unit for unit in plan(blueprint_of("shop"), bundled().packs).units if unit.name == "compose"]
    assert {file.path for file in render(unit) if file.executable} == {"secrets.sh"}


def run_secrets(folder: Path, files: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`secrets.sh` in a copy of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secrets.sh").write_text(files["secrets.sh"])
    return subprocess.run(["sh", str(folder / "secrets.sh")], capture_output=True, text=True, check=False)


def with_keys(root: Path) -> Path:
    """A folder of a system whose local keys have been made."""
    from svcforge.run import keys

    keys.make(root / ".svcforge" / "run" / "keys")
    return root / "platform" / "compose"


def test_secrets_are_made_once_and_every_file_that_compose_names_is_there(tmp_path: Path) -> None:
    folder = with_keys(tmp_path)
    assert run_secrets(folder, FILES["shop"]).returncode == 0
    made = {path.name: path.read_text() for path in (folder / "secrets").iterdir()}
    assert set(made) == {one["file"].removeprefix("./secrets/") for one in COMPOSE["shop"]["secrets"].values()}
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (folder / "secrets").iterdir()} == {0o644}
    again = run_secrets(folder, FILES["shop"])
    assert (again.returncode, again.stdout) == (0, "")
    assert {path.name: path.read_text() for path in (folder / "secrets").iterdir()} == made


def test_passwords_are_long_and_no_two_alike(tmp_path: Path) -> None:
    folder = with_keys(tmp_path)
    run_secrets(folder, FILES["shop"])
    urls = [path.read_text() for path in (folder / "secrets").glob("*_url")]
    passwords = [
        re.fullmatch(r"[a-z]+://[a-z]+:([A-Za-z0-9]{32})@(postgres_server:5432|rabbitmq_server:5672)/[a-z]+", url)
        for url in urls
    ]
    assert None not in passwords
    assert len({match[1] for match in passwords if match}) == len(urls)


def test_the_broker_learns_the_passwords_that_services_have(tmp_path: Path) -> None:
    folder = with_keys(tmp_path)
    run_secrets(folder, FILES["shop"])
    users = json.loads((folder / "secrets" / "broker-users.json").read_text())["users"]
    for user in users:
        url = (folder / "secrets" / f"{user['name']}.amqp_url").read_text()
        assert url == f"amqp://{user['name']}:{user['password']}@rabbitmq_server:5672/shop"
    assert len(users) == 7


def test_who_has_no_keys_is_told_how_to_get_them(tmp_path: Path) -> None:
    done = run_secrets(tmp_path / "platform" / "compose", FILES["shop"])
    assert done.returncode == 1
    assert "secrets/jwks.json is missing" in done.stderr
    assert "svcforge token" in done.stderr


def test_a_secret_that_only_the_user_knows_is_asked_for(tmp_path: Path) -> None:
    done = run_secrets(tmp_path, FILES["little"])
    assert (done.returncode, done.stderr) == (
        1,
        "secrets/notes.key is missing: put the value of notes.key into it\n",
    )
    (tmp_path / "secrets" / "notes.key").write_text("s3cret")
    assert run_secrets(tmp_path, FILES["little"]).returncode == 0


def test_a_service_may_be_called_as_the_infrastructure_is() -> None:
    services = COMPOSE["clashing"]["services"]
    own = {"postgres", "postgres-databases", "postgres-migrate", "postgres-server", "postgres-server-api"}
    made = {"postgres_server", "postgres_databases", "postgres_migrate", "rabbitmq_server"}
    assert own | made <= set(services)
    assert {called for called in own if "image" in services[called]} == set()
    edges = ["orders_postgres", "postgres_rabbitmq_server", "postgres_postgres_server", "edge"]
    assert services["postgres"]["networks"] == edges
    assert {"postgres_password", "postgres.password", "signing.key"} <= set(COMPOSE["clashing"]["secrets"])


def test_each_service_has_a_database_that_no_other_enters(tmp_path: Path) -> None:
    folder = with_keys(tmp_path)
    run_secrets(folder, FILES["shop"])
    script = FILES["shop"]["databases.sh"].replace("/run/secrets", str(folder / "secrets"))
    try:
        programs = str(postgres._programs())
        with postgres.postgres() as url:
            env = {"PATH": f"{programs}:{os.environ['PATH']}", "PGPORT": url.rpartition(":")[2].partition("/")[0]}

            def sql(text: str) -> str:
                command = [shutil.which("psql", path=env["PATH"]) or "psql", "-XAt", url, "-c", text]
                return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

            for _ in range(2):
                done = subprocess.run(["sh", "-c", script], env=env, capture_output=True, text=True, check=False)
                assert (done.returncode, done.stderr) == (0, "")
            owners = sql(
                "SELECT datname || ' ' || rolname FROM pg_database JOIN pg_roles r ON r.oid = datdba ORDER BY 1"
            )
            assert "orders orders" in owners.splitlines()
            assert len([line for line in owners.splitlines() if len(set(line.split())) == 1]) == 8 + 1
            assert sql("SELECT has_database_privilege('users', 'orders', 'CONNECT')") == "f"
            assert sql("SELECT has_database_privilege('orders', 'orders', 'CONNECT')") == "t"
            assert (
                sql("SELECT bool_or(rolsuper OR rolcreatedb OR rolcreaterole) FROM pg_roles WHERE rolname = 'orders'")
                == "f"
            )
            reads = "SELECT string_agg(roleid::regrole::text, ',') FROM pg_auth_members"
            assert sql(f"{reads} WHERE member = '\"statistics-reader\"'::regrole") == "pg_monitor"
            assert sql("SELECT has_database_privilege('statistics-reader', 'orders', 'CONNECT')") == "f"
            first = sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'orders'")
            address = folder / "secrets" / "orders.database_url"
            address.write_text(re.sub(r":[A-Za-z0-9]{32}@", ":another@", address.read_text()))
            subprocess.run(["sh", "-c", script], env=env, check=True)
            assert sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'orders'") != first
    except ServerMissing as missing:
        skip_without(missing)

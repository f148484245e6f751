"""Compose files: what their services are, whom they call, what they keep, and what is not known."""

from __future__ import annotations

from pathlib import Path

from tests.adopt.importing import Folder, call, calls, compose, uses


def test_a_url_in_a_variable_is_a_call_with_the_url_and_a_host_with_a_port_one_without(tmp_path: Path) -> None:
    found = compose(
        tmp_path,
        """
        services:
          orders:
            build: .
            environment: {STOCK_URL: "http://stock:8080", PRICE_ADDR: "prices:50051", NAME: prices}
          stock: {build: .}
          prices: {build: .}
        """,
    )
    assert calls(found.services["orders"]) == ["stock", "prices"]
    assert call(found, "orders", "stock").url == "http://stock:8080"
    assert call(found, "orders", "prices").url is None
    assert call(found, "orders", "prices").policy.discovery == "dns"


def test_a_lone_word_is_a_host_only_where_the_variables_name_says_so(tmp_path: Path) -> None:
    text = "services: {{a: {{build: ., environment: {{{}: b}}}}, b: {{build: .}}}}"
    assert calls(compose(tmp_path, text.format("B_HOST")).services["a"]) == ["b"]
    assert calls(compose(tmp_path, text.format("THEME")).services["a"]) == []


def test_variables_as_a_list_and_with_defaults_and_anchors_are_read(tmp_path: Path) -> None:
    found = compose(
        tmp_path,
        """
        x-common: &common
          environment: &env
            STOCK_URL: ${STOCK:-http://stock:80}
        services:
          a: {build: ., <<: *common}
          b: {build: ., environment: ["STOCK_URL=${STOCK:-http://stock}", "OTHER_URL=${UNKNOWN}"]}
          c:
            build: .
            environment: {<<: *env, STOCK_URL: ""}
          stock: {build: .}
        """,
    )
    assert [calls(found.services[name]) for name in "abc"] == [["stock"], ["stock"], []]


def test_databases_of_one_server_are_told_apart_by_their_names(tmp_path: Path) -> None:
    found = compose(
        tmp_path,
        """
        services:
          a: {build: ., environment: {SPRING_DATASOURCE_URL: "jdbc:mysql://db:3306/orders?useSSL=false"}}
          b: {build: ., environment: {MYSQL_HOST: db, MYSQL_DATABASE: stock}}
          c: {build: ., environment: ["CONNECTION=Server=db;Database=Prices;User Id=sa"]}
          db: {image: "mysql:8"}
        """,
    )
    assert {n: (s.engine, s.server, s.schema) for n, s in found.stores.items()} == {
        "db-orders": ("mysql", "db", "orders"),
        "db-stock": ("mysql", "db", "stock"),
        "db-prices": ("mysql", "db", "Prices"),
    }
    assert [uses(found.services[name]) for name in "abc"] == [["db-orders"], ["db-stock"], ["db-prices"]]


def test_what_starts_after_another_depends_on_it_and_keeps_its_data_in_a_store(tmp_path: Path) -> None:
    found = compose(
        tmp_path,
        """
        services:
          web: {build: ., depends_on: [shop, cache, db-migrate]}
          shop:
            build: .
            depends_on: {cache: {condition: service_started}, seeds: {condition: service_completed_successfully}}
          seeds: {build: .}
          db-migrate: {build: .}
          cache: {image: redis}
        """,
    )
    assert calls(found.services["web"]) == ["shop"]
    assert (calls(found.services["shop"]), uses(found.services["shop"])) == ([], ["cache"])


def test_gateways_registries_brokers_and_tools_are_no_services_of_the_business(tmp_path: Path) -> None:
    found = compose(
        tmp_path,
        """
        services:
          edge: {image: "traefik:v3"}
          eureka: {build: .}
          kafka: {image: "bitnami/kafka:3"}
          zipkin: {image: openzipkin/zipkin}
          prom: {image: prom/prometheus}
          load-generator: {build: .}
          storefront: {image: "acme/frontend"}
          orders: {image: acme/orders}
          kafka-consumer-service: {build: .}
        """,
    )
    roles = {name: str(service.role) for name, service in found.services.items()}
    assert roles == {
        "edge": "gateway", "eureka": "registry", "kafka": "infra", "zipkin": "infra", "prom": "infra",
        "load-generator": "client", "storefront": "frontend", "orders": "business", "kafka-consumer-service": "business",
    }  # fmt: skip
    platform = found.platform
    assert (platform.broker, platform.discovery, platform.tracing, platform.metrics) == (
        "kafka",
        "eureka",
        "zipkin",
        "prometheus",
    )


def test_a_health_check_is_an_ability_and_none_is_not_held_against_a_service(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(
        compose="services: {a: {build: ., healthcheck: {test: [CMD, x]}}, b: {build: ., depends_on: [a]}}"
    )
    found = folder.blueprint()
    assert (found.services["a"].has, found.services["b"].has) == (("health",), ())
    assert [(i.rule, i.reason) for i in found.lint.ignore if i.rule == "SF701"] == [
        ("SF701", "a compose file does not show whether services have health checks")
    ]


def test_a_port_on_the_host_is_a_door_and_beside_a_gateways_a_developers_own(tmp_path: Path) -> None:
    alone = compose(tmp_path, 'services: {a: {build: ., ports: ["80:80"]}, b: {build: ., ports: ["127.0.0.1:81:81"]}}')
    assert {n: s.exposed for n, s in alone.services.items()} == {"a": True, "b": False}
    folder = Folder(tmp_path).write(
        compose='services: {a: {build: ., ports: ["81:80"]}, gw: {image: nginx, ports: ["80:80"]}}'
    )
    assert {n: s.exposed for n, s in folder.blueprint().services.items()} == {"a": False, "gw": True}
    assert folder.imported().notes == (
        'compose.yaml:1 ports: "a" has a port on the host too: taken as a developer\'s door, since "gw" is there',
    )


def test_a_secret_is_named_and_never_copied(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(
        compose="""
        services:
          a:
            build: .
            environment: {API_KEY: s3cr3t, DB_PASSWORD: "${DB_PASSWORD}", AMQP_URL: "amqp://guest:w0rd@mq", TOKEN_TTL: 5m}
          mq: {image: rabbitmq, environment: {RABBITMQ_DEFAULT_PASS: x, ADMIN_PASSWORD: hunter2}}
        """
    )
    text = folder.imported().text
    assert [word for word in ("s3cr3t", "w0rd", "hunter2") if word in text] == []
    settings = {s.name: (s.type.secret, s.type.default) for s in folder.blueprint().services["a"].settings}
    literal = (False, "redacted")
    assert settings == {"api_key": literal, "db_password": (True, None), "amqp_url_password": literal}


def test_hosts_outside_are_externals_and_numbers_stay_addresses(tmp_path: Path) -> None:
    found = compose(
        tmp_path,
        """
        services:
          a:
            build: .
            environment:
              PAY_URL: https://api.pay.com/v1
              OLD_URL: http://10.0.0.7:80
              OWN_URL: http://localhost:80
              TOKEN_ISSUER: https://login.pay.com
              CORS_ORIGINS: https://shop.pay.com
        """,
    )
    assert list(found.externals) == ["api-pay-com"]
    assert found.externals["api-pay-com"].aka == ("api.pay.com",)
    assert calls(found.services["a"]) == ["api-pay-com", "<http://10.0.0.7:80>"]
    assert call(found, "a", "api-pay-com").policy.tls == "strict"


def test_who_keeps_data_where_changes_are_captured_has_an_outbox(tmp_path: Path) -> None:
    found = compose(
        tmp_path,
        """
        services:
          a: {build: ., environment: {DB_URL: "postgres://db/orders"}}
          b: {build: ., environment: {DB_URL: "postgres://db/stock"}}
          cdc: {image: "debezium/server", environment: {PIPELINE1_DATABASESCHEMA: orders}}
          db: {image: postgres}
        """,
    )
    assert (found.services["a"].has, found.services["b"].has) == (("outbox",), ())


def test_several_files_are_one_system_and_the_later_ones_add_to_the_earlier(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(
        a="services: {orders: {build: ., environment: {STOCK_URL: 'http://stock'}}, stock: {build: .}}",
        b="services: {orders: {environment: {PRICE_URL: 'http://prices'}}, prices: {build: .}}",
    )
    assert calls(folder.blueprint().services["orders"]) == ["stock", "prices"]


def test_which_database_is_used_may_be_unsaid_and_is_then_no_shared_database(tmp_path: Path) -> None:
    found = compose(
        tmp_path, "services: {a: {build: ., depends_on: [db]}, b: {build: ., depends_on: [db]}, db: {image: mongo}}"
    )
    assert [(i.rule, i.at) for i in found.lint.ignore if i.rule == "SF201"] == [("SF201", "a")]
    cache = compose(
        tmp_path, "services: {a: {build: ., depends_on: [db]}, b: {build: ., depends_on: [db]}, db: {image: redis}}"
    )
    assert [i.at for i in cache.lint.ignore if i.rule == "SF201"] == []


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(
        compose="include: [x.yaml]\nservices: {a: {build: ., env_file: .env, extends: {service: b}, depends_on: [gone]}}"
    )
    assert folder.imported().notes == (
        'compose.yaml:1 include: not followed: "x.yaml": there is no such file',
        'compose.yaml:2 depends_on: "a" depends on "gone", which is declared nowhere',
        'compose.yaml:2 env_file: not followed: ".env": there is no such file',
        'compose.yaml:2 extends: not followed: there is no service "b" in "compose.yaml"',
    )


def test_an_address_of_the_machine_itself_is_told_and_no_call(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(
        compose="""
        services:
          identity: {build: ., environment: {SPA_CLIENT: "http://host.docker.internal:5104"}}
          spa: {build: ., ports: ["5104:80"]}
        """
    )
    assert calls(folder.blueprint().services["identity"]) == []
    assert folder.imported().notes == (
        'compose.yaml:3 SPA_CLIENT: "host.docker.internal" is the machine itself: who answers at its port is not followed',
    )

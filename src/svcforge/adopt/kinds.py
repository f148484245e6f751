"""What an image, a name or a stereotype says about a part: store, broker, gateway, registry, infrastructure, client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from svcforge.adopt.system import Kind


@dataclass(frozen=True, slots=True)
class Known:
    """A row of the table: words of a name, and what a part is whose name has them.

    `words`: each one word, or several that follow each other, or with = before it the whole name. `engine` is what a store or broker is. `fills` are
    places of the platform that such a part fills (metrics, logs, tracing, discovery, secrets).
    """

    kind: Kind
    words: tuple[str, ...]
    role: str | None = None
    engine: str | None = None
    fills: tuple[str, ...] = ()


def _store(engine: str, *words: str) -> Known:
    return Known(Kind.STORE, (engine, *words), engine=engine)


def _broker(engine: str, *words: str) -> Known:
    return Known(Kind.BROKER, (engine, *words), role="infra", engine=engine)


def _part(role: str, *words: str, fills: tuple[str, ...] = ()) -> Known:
    return Known(Kind.SERVICE, words, role=role, fills=fills)


CAPTURES = _part("infra", "cdc", "debezium", "canal")
"""Captures the changes of databases and publishes them: an outbox for who keeps data there."""
PREPARES = _part("infra", "init", "migrate", "migrations", "migration", "=seed", "=setup", "flyway", "liquibase")
"""Runs once, before the others."""
AFTER_ONLY = (CAPTURES, PREPARES)
"""Nobody calls these, though others may start after them."""

TABLE = (
    _part("infra", "schema registry", "kafka connect", "kafka ui", "kafka gui", "kafdrop", "akhq", "kowl", "ksqldb"),
    _part("infra", "redis commander", "redisinsight", "mongo express", "adminer", "pgadmin", "phpmyadmin", "dbgate"),
    CAPTURES,
    _part("infra", "vault", fills=("secrets",)),
    PREPARES,
    _part("infra", "prometheus", "victoriametrics", "datadog", "newrelic", "turbine", fills=("metrics",)),
    _part("infra", "zipkin", "jaeger", "tempo", "skywalking", fills=("tracing",)),
    _part("infra", "loki", "logstash", "fluentd", "fluent", "fluentbit", "graylog", "seq", fills=("logs",)),
    _part("infra", "grafana", "kibana", "alertmanager", "exporter", "cadvisor", "promtail", "filebeat", "otel", "hystrix"),
    _part("infra", "opentelemetry", "otelcol", "tracing server", "admin server", "config server", "config service"),
    _part("infra", "configserver", "configservice", "spring boot admin", "keycloak", "dex", "oauth2 proxy", "ldap"),
    _part("infra", "mailhog", "mailpit", "maildev", "portainer", "watchtower", "certbot", "cert manager", "localstack"),
    _part("infra", "healthchecks", "webstatus", "cloudflared", "swagger"),
    _part("registry", "eureka", "consul", "nacos", fills=("discovery",)),
    _part("registry", "zookeeper"),
    _part("registry", "discovery server", "discovery service", "service registry", "=registry"),
    _store("postgresql", "postgres", "postgis", "timescaledb", "pgvector", "cockroach", "cockroachdb", "pgbouncer"),
    _store("mysql", "percona"),
    _store("mariadb"),
    _store("sqlserver", "mssql", "sqldata", "azure sql edge"),
    _store("oracle", "oracledb"),
    _store("mongodb", "mongo", "nosqldata"),
    _store("redis", "valkey", "keydb", "dragonfly"),
    _store("memcached", "memcache"),
    _store("cassandra", "scylla", "scylladb"),
    _store("dynamodb", "dynamodblocal"),
    _store("elasticsearch", "opensearch", "elastic"),
    _store("couchdb", "couchbase"),
    _store("neo4j"),
    _store("influxdb", "influx"),
    _store("clickhouse"),
    _store("minio"),
    _store("etcd"),
    _store("hsqldb"),
    _store("h2"),
    _store("arangodb", "arango"),
    _store("solr"),
    _store("hazelcast"),
    _store("database", "db"),
    _broker("rabbitmq", "rabbit"),
    _broker("kafka", "redpanda"),
    _broker("nats"),
    _broker("activemq", "artemis"),
    _broker("pulsar"),
    _broker("mosquitto", "emqx", "hivemq", "mqtt"),
    _part("client", "loadgenerator", "loadgen", "load generator", "load test", "=load", "locust", "jmeter", "gatling", "k6"),
    _part("frontend", "frontend", "front end", "webui", "web ui", "spa", "webspa"),
    _part("gateway", "gateway", "apigateway", "apigw", "zuul", "kong", "envoy", "traefik", "haproxy", "nginx", "httpd"),
    _part("gateway", "load balancer", "loadbalancer", "apache", "krakend", "tyk", "apisix", "caddy", "ambassador", "emissary", "ocelot", "edge server"),
    _part("gateway", "ingress", "reverse proxy"),
)  # fmt: skip
"""The first row that fits decides; what fits none is a business service. Images come before names."""

GENERIC = ("database", "db")
"""Engines of the table that are no engine's name."""

OF_OUR_OWN = frozenset(
    [
        "service",
        "services",
        "svc",
        "api",
        "app",
        "consumer",
        "consumers",
        "producer",
        "client",
        "worker",
        "job",
        "listener",
        "handler",
        "processor",
        "sink",
        "adapter",
        "microservice",
    ]
)
"""With such a word in it, a name that holds a store's or broker's engine is that of a service which uses it."""


@lru_cache(maxsize=65_536)
def words_of(name: str) -> tuple[str, ...]:
    """A name in lower-case words: `rs-mysql-db` and `RsMysqlDb` are both (rs, mysql, db)."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name[:200])
    return tuple(word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word)


def image_name(image: str) -> str:
    """The last part of an image's address, without tag and digest."""
    return re.sub(r"[:@].*", "", image.strip().rpartition("/")[2])


def known(image: str, name: str) -> Known | None:
    """What a part is by its image, else by its name; None: nothing tells."""
    by_image = of_name(image_name(image))
    by_name = of_name(name)
    if by_image and by_name and by_name.kind is Kind.SERVICE and by_image.role == "gateway":
        return by_name  # a frontend, or a configuration server, that a web server's image serves
    return by_image or by_name


@lru_cache(maxsize=65_536)
def of_name(name: str) -> Known | None:
    """The first row of the table that a name fits."""
    words = words_of(name)
    own = bool(OF_OUR_OWN.intersection(words))
    rows = sorted({row for run in _runs(words) for word in run for row in _BY_WORD.get(word, ())})
    for row in (TABLE[number] for number in rows):
        if own and row.kind in (Kind.STORE, Kind.BROKER):
            continue
        if any(_holds(words, wanted.split()) for wanted in row.words):
            return row
    return None


def engine_of(row: Known | None) -> str | None:
    """The engine of a store or broker; None where its name says no more than that it is one."""
    return row.engine if row and row.engine not in GENERIC else None


def product(row: Known | None, *names: str) -> str:
    """The product that fills a place of the platform: the word of the row that a name has, else the row's first."""
    if row is None:
        return ""
    held = (word for name in names for word in row.words if _holds(words_of(name), word.split()))
    return next(held, row.words[0]).lstrip("=").replace(" ", "-")


def _runs(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a name, and the same without numbers at their ends (`mysql8`); `k6` is a name of its own."""
    return words, tuple(re.sub(r"(?<=[a-z])\d+$", "", word) if word != "k6" else word for word in words)


def _holds(words: tuple[str, ...], wanted: list[str]) -> bool:
    if wanted[0].startswith("="):
        return words == (wanted[0][1:],)
    return any(list(run[i : i + len(wanted)]) == wanted for run in _runs(words) for i in range(len(run)))


_BY_WORD: dict[str, set[int]] = {}
"""First word -> the rows of the table that it may begin: most names have none of them."""
for _number, _row in enumerate(TABLE):
    for _wanted in _row.words:
        _BY_WORD.setdefault(_wanted.split()[0].lstrip("="), set()).add(_number)


STEREOTYPES: dict[str, Known] = {
    "database": Known(Kind.STORE, ("database",), engine="database"),
    "external_database": Known(Kind.STORE, ("external_database",), engine="database"),
    "gateway": _part("gateway", "gateway"),
    "web_server": _part("gateway", "web_server"),
    "web_application": _part("frontend", "web_application"),
    "proxy": _part("gateway", "proxy"),
    "message_broker": _broker("message_broker"),
    "service_discovery": _part("registry", "service_discovery", fills=("discovery",)),
    "configuration_server": _part("infra", "configuration_server"),
    "authorization_server": _part("infra", "authorization_server"),
    "administration_server": _part("infra", "administration_server"),
    "monitoring_server": _part("infra", "monitoring_server", fills=("metrics",)),
    "monitoring_dashboard": _part("infra", "monitoring_dashboard", fills=("metrics",)),
    "metrics_server": _part("infra", "metrics_server", fills=("metrics",)),
    "tracing_server": _part("infra", "tracing_server", fills=("tracing",)),
    "logging_server": _part("infra", "logging_server", fills=("logs",)),
    "search_engine": _part("infra", "search_engine"),
    "mail_server": _part("infra", "mail_server"),
    "stream_aggregator": _part("infra", "stream_aggregator"),
    "secret_manager": _part("infra", "secret_manager", fills=("secrets",)),
    "infrastructural": _part("infra", "infrastructural"),
    "internal": Known(Kind.SERVICE, ("internal",)),
}
"""Stereotypes of dataflow models; the first that a part has, in this order, decides what it is, and all fill the platform."""


def stereotyped(stereotypes: list[str]) -> Iterator[Known]:
    """The rows of the stereotypes that a part has, in the order in which they decide."""
    return (row for word, row in STEREOTYPES.items() if word in stereotypes)

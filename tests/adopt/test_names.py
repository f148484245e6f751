"""Names of sources in the form of the language, and what a name tells of a part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.adopt.addresses import Address, addresses
from svcforge.adopt.kinds import known
from svcforge.adopt.naming import LONGEST, Names, dashed, snake
from svcforge.load.names import DASHED
from svcforge.load.words import RESERVED_SERVICES, WINDOWS_DEVICES


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("User_WebService", "user-webservice"), ("a.default.svc", "a-default-svc"), ("Bücher", "bucher"), ("日本", "part"),
        ("3scale", "part-3scale"), ("nul", "part-nul"), ("x" * 60, "x" * 40), ("--", "part"),
    ],
)  # fmt: skip
def test_a_name_in_the_form_of_the_language(name: str, form: str) -> None:
    assert dashed(name) == form


def test_a_name_that_is_taken_gets_a_word_or_a_number() -> None:
    names = Names()
    asked = [("1", "A"), ("2", "A"), ("3", "A"), ("4", "tests"), ("1", "A"), ("5", "tests")]
    assert [names.of(key, name, "service") for key, name in asked] == [
        "a", "a-2", "a-3", "tests-service", "a", "tests-2",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=60), max_size=20))
def test_any_names_are_names_each_once(written: list[str]) -> None:
    names = Names()
    given_ = [names.of(str(i), name) for i, name in enumerate(written)]
    assert len(set(given_)) == len(given_)
    assert all(DASHED.fullmatch(n) and len(n) <= LONGEST for n in given_)
    assert not (RESERVED_SERVICES | WINDOWS_DEVICES).intersection(given_)


@pytest.mark.parametrize(("name", "form"), [("DB_Password", "db_password"), ("1x", None), ("a-b.c", "a_b_c")])
def test_a_settings_name(name: str, form: str | None) -> None:
    assert snake(name) == form


@pytest.mark.parametrize(
    ("image", "name", "found"),
    [
        ("postgres:16-alpine", "x", ("store", "postgresql", None)),
        ("registry.test:5000/acme/rs-mysql-db@sha256:1", "x", ("store", "mysql", None)),
        ("", "redis-cart", ("store", "redis", None)),
        ("acme/kafka-consumer-service", "mailer", None),
        ("acme/orders", "orders", None),
        ("nginx", "front-end", ("service", None, "frontend")),
        ("nginx", "proxy", ("service", None, "gateway")),
        ("acme/load-balancer", "lb", ("service", None, "gateway")),
        ("acme/payload", "payload-service", None),
        ("springcommunity/spring-petclinic-config-server", "config-server", ("service", None, "infra")),
        ("confluentinc/cp-schema-registry:7", "registry", ("service", None, "infra")),
    ],
)
def test_what_images_and_names_tell(image: str, name: str, found: tuple[str, str | None, str | None] | None) -> None:
    row = known(image, name)
    assert (row and (str(row.kind), row.engine, row.role)) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("http://stock:8080/x", [Address("stock", "http", None, "http://stock:8080")]),
        ("jdbc:mysql://db/orders?x=1", [Address("db", "jdbc:mysql", "orders", "jdbc:mysql://db")]),
        ("jdbc:sqlserver://db:1433;databaseName=orders", [Address("db", "jdbc:sqlserver", "orders", "jdbc:sqlserver://db:1433")]),
        ("mongodb://u:p@a:1,b:2/x", [Address(h, "mongodb", "x", f"mongodb://{h}:{p}", credentials=True) for h, p in (("a", 1), ("b", 2))]),
        ("a:9092,b:9092", [Address("a", text="a:9092"), Address("b", text="b:9092")]),
        ("Server=tcp:db,1433;Initial Catalog=x;Password=p", [Address("db", schema="x", text="db", credentials=True)]),
        ("stock", [Address("stock", text="stock", bare=True)]),
        ("8080", []), ("-Xmx64m", []), ("a b", []), ("", []),
    ],
)  # fmt: skip
def test_the_hosts_that_a_value_names(value: str, found: list[Address]) -> None:
    assert addresses(value) == found


@given(st.text(max_size=300) | st.text(alphabet="a:/@;,=.-1 ", max_size=300))
def test_no_value_raises(value: str) -> None:
    assert all(address.host for address in addresses(value))

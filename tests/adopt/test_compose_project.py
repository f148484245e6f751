"""Compose files that lead to others: includes, extended services, environment files, variables, profiles."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.adopt.importing import Folder, calls, uses

from svcforge.adopt.interpolation import Value, environment_file, filled
from svcforge.adopt.system import Origin

HERE = Origin(".env", 1)
VALUES = {"HOST": Value("stock", HERE), "EMPTY": Value("", HERE), "UNKNOWN": Value(None, HERE)}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("http://${HOST}:80", "http://stock:80"),
        ("http://$HOST/x", "http://stock/x"),
        ("${GONE:-http://${HOST}}", "http://stock"),
        ("${EMPTY:-x}${EMPTY-y}", "x"),
        ("${UNKNOWN-x}", "x"),
        ("${HOST:+on}${GONE:+off}", "on"),
        ("${HOST:?must be there}", "stock"),
        ("a$$b${GONE}", "a$b"),
        ("${", "${"),
        ("${1}", ""),
        ("$", "$"),
    ],
)
def test_variables_are_filled_in_as_compose_does(written: str, text: str) -> None:
    assert filled(written, VALUES).text == text


def test_what_has_no_value_is_known_by_name() -> None:
    assert filled("${GONE}${HOST}${GONE:-x}", VALUES).missing == ("GONE",)


def test_an_environment_file_has_comments_quotes_and_variables_of_its_own() -> None:
    text = "\ufeff# c\nexport A=1 # one\nB='$A #'\nC=\"${A}#2\"\nD: x\n\nE\nbad line = = \n=x\n"
    read = environment_file(text.removeprefix("\ufeff"), "x.env", VALUES)
    assert {name: (value.text, value.origin.line) for name, value in read.items()} == {
        "A": ("1", 2), "B": ("$A #", 3), "C": ("1#2", 4), "D": ("x", 5), "E": (None, 7),
    }  # fmt: skip


def test_variables_come_from_the_environment_file_beside_and_say_so(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# hosts\nSTOCK=http://stock:80\nPRICE_URL=http://prices\n")
    folder = Folder(tmp_path).write(
        compose="""
        services:
          a: {build: ., environment: {STOCK_URL: "${STOCK}", GONE_URL: "${GONE}"}}
          b: {build: ., environment: [PRICE_URL]}
          stock: {build: .}
          prices: {build: .}
        """
    )
    services = folder.blueprint().services
    assert (calls(services["a"]), calls(services["b"])) == (["stock"], ["prices"])
    found = folder.imported()
    assert "# compose.yaml:3 STOCK_URL, .env:2 STOCK\n" in found.text
    assert found.notes == ('compose.yaml:3 GONE_URL: no value for "GONE": whom "GONE_URL" names is not known',)


def test_the_environment_of_whoever_imports_is_no_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCK", "http://stock:80")
    folder = Folder(tmp_path).write(
        compose='services: {a: {build: ., environment: {STOCK_URL: "${STOCK}"}}, stock: {build: .}}'
    )
    assert calls(folder.blueprint().services["a"]) == []


def test_environment_files_are_read_and_what_stands_in_the_service_holds(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "a.env").write_text("STOCK_URL=http://stock\nPRICE_URL=http://prices\nDB_PASSWORD=hunter2\n")
    (tmp_path / ".env").write_text("WHICH=a\nAPI_KEY=s3cr3t\n")
    folder = Folder(tmp_path).write(
        compose="""
        services:
          a:
            build: .
            env_file: [env/$WHICH.env, {path: gone.env, required: false}, .env]
            environment: {PRICE_URL: "http://tariffs"}
          b: {build: ., env_file: {path: x}}
          stock: {build: .}
          prices: {build: .}
          tariffs: {build: .}
        """
    )
    service = folder.blueprint().services["a"]
    assert calls(service) == ["stock", "tariffs"]
    # What is by custom kept out of the repository is given from outside; other files show their secrets.
    assert {s.name: s.type.secret for s in service.settings} == {"db_password": False, "api_key": True}
    assert "# env/a.env:1 STOCK_URL\n" in folder.imported().text
    assert folder.imported().notes == ()


def test_included_files_are_part_of_it_with_their_own_environment(tmp_path: Path) -> None:
    part = tmp_path / "stock"
    part.mkdir()
    (part / ".env").write_text("DB=postgres://db/stock\nHOST=inner\n")
    (tmp_path / ".env").write_text("HOST=prices\n")
    Folder(part).write(
        compose="""
        services:
          stock: {build: ., environment: {DB_URL: "${DB}", PRICE_URL: "http://${HOST}"}, env_file: own.env}
          db: {image: postgres}
        """
    )
    (part / "own.env").write_text("ORDERS_URL=http://orders\n")
    folder = Folder(tmp_path).write(
        compose="""
        include:
          - path: [stock/compose.yaml]
        services:
          orders: {build: ., environment: {STOCK_URL: "http://stock"}}
          prices: {build: .}
        """
    )
    for names in ((), ("compose.yaml",)):
        services = folder.blueprint(*names).services
        assert sorted(services) == ["orders", "prices", "stock"]
        assert calls(services["orders"]) == ["stock"]
        assert sorted(calls(services["stock"])) == ["orders", "prices"]
        assert uses(services["stock"]) == ["db-stock"]
        assert folder.imported(*names).notes == ()


def test_nothing_outside_of_the_sources_is_read_and_nothing_is_fetched(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    Folder(tmp_path).write(compose="services: {out: {build: .}}")
    (tmp_path / "out.env").write_text("OUT_URL=http://out\n")
    (inner / "link.yaml").symlink_to(tmp_path / "compose.yaml")
    folder = Folder(inner).write(
        compose="""
        include: [../compose.yaml, "https://acme.example/compose.yaml"]
        services:
          a: {build: ., env_file: ../out.env}
          b: {extends: {file: ../compose.yaml, service: out}}
        """
    )
    found = folder.imported()
    assert sorted(folder.blueprint().services) == ["a", "b"]
    why = "it lies outside of the sources: name its folder as a source too"
    assert found.notes == (
        f'compose.yaml:2 include: not followed: "../compose.yaml": {why}',
        'compose.yaml:2 include: not followed: "https://acme.example/compose.yaml": nothing is fetched',
        f'compose.yaml:4 env_file: not followed: "../out.env": {why}',
        f'compose.yaml:5 extends: not followed: "../compose.yaml": {why}',
        f"link.yaml:1: not read: {why}",
    )


def test_what_a_service_extends_is_beneath_what_it_says_itself(tmp_path: Path) -> None:
    Folder(tmp_path).write(
        common="""
        services:
          base:
            image: acme/base
            environment: {STOCK_URL: "http://stock", PRICE_URL: "http://prices"}
            healthcheck: {test: [CMD, x]}
            deploy: {replicas: 2}
        """
    )
    folder = Folder(tmp_path).write(
        compose="""
        services:
          a: {extends: {file: common.yaml, service: base}, environment: {PRICE_URL: "http://tariffs"}}
          b: {extends: a, healthcheck: {disable: true}, deploy: {replicas: 3}}
          stock: {build: .}
          prices: {build: .}
          tariffs: {build: .}
        """
    )
    services = folder.blueprint().services
    assert sorted(services) == ["a", "b", "prices", "stock", "tariffs"]
    assert calls(services["a"]) == calls(services["b"]) == ["stock", "tariffs"]
    assert [(services[name].has, services[name].replicas) for name in "ab"] == [(("health",), 2), ((), 3)]
    found = folder.imported()
    assert '- {to: stock, url: "http://stock", discovery: dns}  # common.yaml:5 STOCK_URL\n' in found.text
    assert found.notes == ("common.yaml:1: read only for the services that extend those in it",)


def test_circles_of_files_and_services_end(tmp_path: Path) -> None:
    Folder(tmp_path).write(
        a="include: [b.yaml]\nservices: {x: {extends: {file: b.yaml, service: y}}, own: {extends: own}}",
        b="include: [a.yaml]\nservices: {y: {extends: {file: a.yaml, service: x}}}",
    )
    folder = Folder(tmp_path)
    assert sorted(folder.blueprint().services) == ["own", "x", "y"]
    assert folder.imported().notes == (
        'a.yaml:2 extends: not followed: "own" extends itself',
        'a.yaml:2 extends: not followed: "y" extends itself',
        'b.yaml:1 include: not followed: "a.yaml": it includes itself',
        'b.yaml:2 extends: not followed: "x" extends itself',
    )


def test_services_of_a_profile_are_part_of_the_system_and_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path).write(compose="services: {a: {build: .}, b: {build: ., profiles: [debug, test]}}")
    assert sorted(folder.blueprint().services) == ["a", "b"]
    assert folder.imported().notes == ('compose.yaml:1 profiles: "b" only starts with the profile "debug" or "test"',)


def test_an_override_lies_on_what_it_overrides_whatever_its_name_sorts_like(tmp_path: Path) -> None:
    for name, host in (("docker-compose.override.yml", "later"), ("docker-compose.yml", "earlier")):
        text = f"services: {{a: {{build: ., environment: {{X_URL: 'http://{host}'}}}}, {host}: {{build: .}}}}"
        (tmp_path / name).write_text(text)
    assert calls(Folder(tmp_path).blueprint().services["a"]) == ["later"]


def test_files_for_several_occasions_in_one_folder_are_told(tmp_path: Path) -> None:
    for name in ("docker-compose.yml", "docker-compose.override.yml", "docker-compose.test.yml"):
        (tmp_path / name).write_text("services: {a: {build: .}}")
    told = 'read on top of "docker-compose.yml": name the files that are started together, if these are not'
    folder = Folder(tmp_path)
    assert folder.imported().notes == (f"docker-compose.test.yml:1: {told}",)
    assert folder.imported("docker-compose.yml", "docker-compose.test.yml").notes == ()


def test_two_folders_with_one_service_each_are_told(tmp_path: Path) -> None:
    for name in ("orders", "stock"):
        (tmp_path / name).mkdir()
        Folder(tmp_path / name).write(compose=f"services: {{{name}: {{build: .}}, db: {{image: postgres}}}}")
    assert Folder(tmp_path).imported().notes == (
        'stock/compose.yaml:1: "db" is in "orders/compose.yaml" too: taken as one; import them apart if they are two',
    )

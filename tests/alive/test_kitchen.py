"""A system with everything that the Python stack claims: each kind of operation, asked for as its users would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from tests.alive.conftest import EMBEDDED
from tests.alive.running import DevelopmentBroker, Running, up
from tests.driving import Answer, eventually
from tests.packs.python import kitchen

SCOPES = (
    *("things:read", "things:write", "words:read", "words:write", "users:read", "users:write", "echo"),
    *("dishes:read", "dishes:write", "board:read", "sums"),
)


@dataclass(frozen=True)
class Guest:
    """Somebody of a tenant, who may do everything."""

    system: Running
    tenant: str

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        """Through the gateway, each time with another idempotency key."""
        token = self.system.signed({**self.system.claims("guest", " ".join(SCOPES)), "tenant": self.tenant})
        headers = {"Idempotency-Key": str(uuid4())}
        return self.system.at().ask(method, f"/api{path}", body, token=token, headers=headers)

    def add(self, **fields: Any) -> dict[str, Any]:
        """A new thing."""
        given = {"name": str(uuid4())[:20], "price": {"amount": "1.50", "currency": "EUR"}, "raw": "AQI=", **fields}
        answer = self.ask("POST", "/things", given)
        assert answer.status == 201, answer
        return dict(answer.json)

    def names(self, path: str) -> set[str]:
        """What the things on a list are called."""
        answer = self.ask("GET", path)
        assert answer.status == 200, answer
        return {item["name"] for item in answer.json["items"]}

    def fields(self, path: str, wanted: Mapping[str, object]) -> bool:
        """Whether what is answered has these fields."""
        answer = self.ask("GET", path)
        return answer.status == 200 and answer.json | wanted == answer.json


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    root = kitchen.written(kitchen.generated(tmp_path_factory.mktemp("kitchen")))
    with up(root, EMBEDDED | kitchen.SETTINGS, DevelopmentBroker()) as system:
        yield system


@pytest.fixture
def guest(running: Running) -> Guest:
    """Somebody whose tenant is new."""
    return Guest(running, str(uuid4()))


def test_every_type_comes_back_as_it_was_sent(guest: Guest) -> None:
    given = {
        "exact": "9.50",
        "span": "90s",
        "moment": "2030-01-31T12:00:00Z",
        "numbers": ["1.10"],
        "spans": ["15m", "2h"],
        "kinds": ["a", "b"],
        "extra": {"a": [1, None]},
        "places": [{"street": "Main", "zip": None, "point": {"lat": 1.5, "long": -2.0}}],
    }
    made = guest.add(**given)
    assert made | given == made
    assert made["plain"] == 'it\'s "so" \\ {{ x }}'
    assert guest.ask("GET", f"/things/{made['id']}").json == made


def test_a_list_is_narrowed_by_each_filter_and_knows_decimals_as_numbers(guest: Guest) -> None:
    first, second = guest.add(exact="9.50", span="1h"), guest.add(exact="10.5", state="off", mood="good")
    both = {first["name"], second["name"]}
    assert guest.names("/things") == both
    assert guest.names("/things?exact=9.5") == guest.names("/things?span=1h") == {first["name"]}
    assert guest.names("/things?exact=10.50&mood=good") == guest.names("/things?state=off") == {second["name"]}
    assert guest.names(f"/things?ids={first['id']}&ids={second['id']}") == both
    assert guest.names("/things?moment=2030-01-31T13%3A00%3A00%2B01%3A00") == both
    page = guest.ask("GET", "/things?limit=1").json
    assert guest.names(f"/things?limit=1&cursor={page['next']}") == {first["name"]}


def test_a_literal_path_wins_over_a_template(guest: Guest) -> None:
    on = guest.add()
    guest.add(state="off")
    assert guest.names("/things/open") == {on["name"]}


def test_a_thing_is_changed_stopped_and_dropped(guest: Guest) -> None:
    thing = guest.add(maybe_int=3)
    at = f"/things/{thing['id']}"
    changed = guest.ask("PATCH", at, {"mood": "bad", "maybe_int": None}).json
    assert (changed["mood"], changed["maybe_int"], changed["name"]) == ("bad", None, thing["name"])
    assert guest.ask("PATCH", at, {"name": None}).status == 422
    assert guest.ask("PUT", f"/things/by-name/{thing['name']}", {"exact": "3.25"}).json["exact"] == "3.25"
    assert guest.ask("GET", f"{at}/short").json == {"name": thing["name"], "exact": "3.25", "span": "15m"}
    assert guest.ask("DELETE", at).status == 409
    stopped = guest.ask("POST", f"{at}/stop").json
    assert (stopped["state"], stopped["maybe_int"], stopped["mood"]) == ("off", thing["whole"], "bad")
    assert [guest.ask("DELETE", at).status for _ in range(2)] == [204, 404]


def test_nobody_sees_or_takes_what_is_another_tenants(guest: Guest, running: Running) -> None:
    other = Guest(running, str(uuid4()))
    thing, word = guest.add(), f"/words/{uuid4()}"
    assert other.ask("GET", f"/things/{thing['id']}").status == 404
    assert other.names("/things") == set()
    assert [guest.ask("PUT", word, {"meaning": each}).status for each in ("one", "another")] == [201, 200]
    assert other.ask("PUT", word, {"meaning": "mine"}).status == 409
    assert guest.ask("GET", word).json["meaning"] == "another"
    assert running.at().ask("GET", f"/api{word}").status == 401


def test_who_is_made_twice_is_changed_after_another_service_was_asked(guest: Guest) -> None:
    kind = str(uuid4())
    made = guest.ask("POST", "/users", {"type": kind, "order": 1, "of": "mild", "table": ["x"]})
    # What is not given stays, and is what the other service is asked with.
    changed = guest.ask("POST", "/users", {"type": kind, "order": 2})
    assert (made.status, changed.status) == (201, 200)
    assert changed.json | {"id": made.json["id"], "order": 2, "table": ["x"]} == changed.json
    assert (
        guest.ask("POST", "/users", {"type": kind, "order": 3, "of": "hot"}).json["type"]
        == "urn:problem:every-type:not-nice"
    )


def test_what_is_asked_in_path_and_query_is_read_and_told(guest: Guest, running: Running) -> None:
    one = str(uuid4())
    asked = f"/api/echo/3/2030-01-31/on?one={one}&words=a&words=b&numbers=1&span=2h"
    told = running.at().ask("GET", asked).json
    expected = {"n": 3, "day": "2030-01-31", "one": one, "words": ["a", "b"], "numbers": [1], "span": "2h"}
    assert told | expected | {"exact": "1.10", "mood": "good", "moment": None} == told
    wrong = running.at().ask("GET", "/api/echo/9/2030-01-31/on?one=x")
    assert {each["pointer"] for each in wrong.json["errors"]} == {"/path/n", "/query/one"}


def test_a_copy_follows_what_it_is_made_of(guest: Guest) -> None:
    thing = guest.add(exact="9.50")
    at = f"/board/{thing['id']}"
    eventually(lambda: guest.fields(at, {"title": thing["name"], "exact": "9.50", "feeling": None}), "a line")
    assert thing["id"] in guest.ask("GET", "/board/best?least=9.5").json
    assert thing["id"] not in guest.ask("GET", "/board/best?least=10").json
    guest.ask("PATCH", f"/things/{thing['id']}", {"mood": "bad"})
    eventually(lambda: guest.fields(at, {"feeling": "bad"}), "how it feels")
    guest.ask("POST", f"/things/{thing['id']}/stop")
    guest.ask("DELETE", f"/things/{thing['id']}")
    eventually(lambda: guest.ask("GET", at).status == 404, "the end of the line")


@pytest.mark.parametrize(("seats", "state"), [(2, "cooked"), (8, "burnt")])
def test_a_dinner_is_done_or_undone_and_ordered_once(guest: Guest, seats: int, state: str) -> None:
    order = {"order": str(uuid4()), "guest": "Ada", "price": {"amount": "3", "currency": "EUR"}, "seats": seats}
    first, second = (guest.ask("POST", "/dishes", order).json for _ in range(2))
    assert first["id"] == second["id"]
    eventually(lambda: guest.fields(f"/dishes/{first['id']}", {"state": state}), f"a dish that is {state}")


def test_what_several_services_know_is_gathered(guest: Guest) -> None:
    thing = guest.add()
    page = guest.ask("GET", f"/page/{thing['id']}").json
    assert (page["thing"], page["words"], page["twice"], page["degraded"]) == (thing, [], 13, [])
    assert page["product"] == {"product": 6}
    echoed = {"n": 3, "day": "2030-01-31", "one": str(uuid4()), "span": "15m", "exact": "1.5"}
    money, moment = {"amount": "2", "currency": "EUR"}, "2030-01-01T00:00:00Z"
    more = {
        "least": "100",
        "money": money,
        "extra": {"a": 1},
        "raw": "AQ==",
        "moments": [moment],
        "numbers": ["1.10", "2"],
    }
    given = {**echoed, **more, "moment": moment}
    found = guest.ask("POST", "/search", given).json
    assert found["echo"] | echoed == found["echo"]
    assert (found["charged"], found["sum"]) == ({"amount": "14.50", "currency": "EUR"}, {"sum": "3.10"})
    assert (found["quote"]["seats"], found["places"][0]["street"], found["degraded"]) == (7, "Main Street", [])
    wrong = guest.ask("POST", "/search", given | {"n": 9, "span": "soon"})
    assert {each["pointer"] for each in wrong.json["errors"]} >= {"/body/n", "/body/span"}

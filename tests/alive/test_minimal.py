"""The smallest system: no gateway, no tokens, an embedded store."""

from __future__ import annotations

from uuid import uuid4

from tests.alive.conftest import EMBEDDED, Generate
from tests.alive.running import DevelopmentBroker, up
from tests.driving import eventually


def test_who_is_added_by_one_service_is_remembered_by_the_other(generated: Generate) -> None:
    with up(generated("minimal"), EMBEDDED, DevelopmentBroker()) as system:
        people, greetings = system.at("people"), system.at("greetings")
        headers = {"Idempotency-Key": str(uuid4())}
        added = people.ask("POST", "/v1/people", {"name": "Ada"}, headers=headers)
        assert added.status == 201
        person = added.json["id"]
        assert people.ask("GET", f"/v1/people/{person}").json["name"] == "Ada"
        greeting = eventually(lambda: greetings.ask("GET", "/v1/greetings").json["items"] or None, "a greeting")
        assert [(one["person"], one["name"]) for one in greeting] == [(person, "Ada")]

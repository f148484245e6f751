"""What a part is asked on the wire: each operation once, the gateway apart, the more patient of those who ask alike."""

from __future__ import annotations

from typing import Any

import pytest
from tests.packs.systems import SYSTEMS, facts, platformed, system, text_of
from tests.plan.planned import named, whole

from svcforge.load import load_text
from svcforge.model.blueprint import Blueprint

ALIKE = """
svcforge: 1
system: alike
platform: {store: postgres, gateway: envoy, deploy: [kubernetes], mesh: linkerd}
defaults: {stack: python, api_version: v1}
gateway:
  auth: {jwt: {issuer: https://auth.test, audience: all}}
  routes: {/api/notes: notes}
contexts:
  lab:
    services:
      notes:
        owns: {Note: {text: text}}
        operations:
          find_note: {http: "GET /notes/{id}", reads: Note, public: x}
          first_note: {http: GET /notes/first, reads: Note, public: x}
      hasty: {operations: {look: {calls: [{to: notes.find_note, timeout: 300ms}], schedule: every 1h}}}
      patient: {operations: {look: {calls: [{to: notes.find_note, timeout: 2s, retries: 2}], schedule: every 1h}}}
"""


def read(text: str) -> Blueprint:
    """A blueprint, whatever it is that svcforge would like better."""
    loaded = load_text(text)
    assert loaded.blueprint, loaded.findings
    return loaded.blueprint


def wire(blueprint: Blueprint) -> Any:
    """The section."""
    return facts(blueprint, "linkerd")["wire"]


def test_of_those_who_ask_alike_the_more_patient_holds_and_the_gateway_stands_apart() -> None:
    notes = named(wire(read(ALIKE))["parts"], "notes")
    found = {one["name"]: one for one in notes["operations"]}
    assert [(ask["door"], ask["timeout"], ask["retries"]) for ask in found["find_note"]["asks"]] == [
        (True, "15s", 0),
        (False, "2s", 2),
    ]
    assert found["find_note"]["callers"] == ["gateway", "hasty", "patient"]
    assert [ask["door"] for ask in found["first_note"]["asks"]] == [True]
    assert notes["live"] == "/health/live"


def test_the_more_specific_path_comes_first() -> None:
    found = named(wire(read(ALIKE))["parts"], "notes")["operations"]
    assert [(one["path"], one["pattern"]) for one in found] == [
        ("/v1/notes/first", None),
        (None, "/v1/notes/[^/]+"),
    ]
    assert [one["slug"] for one in found] == ["first-note", "find-note"]


def test_without_a_gateway_anybody_may_ask_for_what_is_offered() -> None:
    parts = wire(system("little", ("kubernetes",), "linkerd"))["parts"]
    assert [(one["name"], one["callers"], one["asks"]) for one in parts[0]["operations"]] == [("add_note", ["*"], [])]
    assert [(one["name"], len(one["operations"])) for one in parts[0]["sources"]] == [("*", 1)]


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_edge_is_there_once_under_both_its_ends(name: str) -> None:
    blueprint = system(name, ("kubernetes",), "linkerd")
    edges = {(e["from"], e["to"], e["operation"]) for e in whole(blueprint)["traffic"]["edges"]}
    parts = wire(blueprint)["parts"]
    asked = [
        (caller, part["name"], one["name"]) for part in parts for one in part["operations"] for caller in one["callers"]
    ]
    given = [
        (source["name"], part["name"], one["name"])
        for part in parts
        for source in part["sources"]
        for one in source["operations"]
    ]
    assert {one for one in asked if one[0] != "*"} == edges
    assert sorted(asked) == sorted(given)
    assert len(set(asked)) == len(asked)


def test_it_says_where_the_system_runs() -> None:
    there = wire(read(platformed(text_of("shop"), ("kubernetes", "nomad"), "linkerd")))["on"]
    assert {name for name, here in there.items() if here} == {"kubernetes", "nomad"}

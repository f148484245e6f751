"""What the code calls that of which the stack has taken the name; the wire knows nothing of it."""

from __future__ import annotations

import sys

from tests.plan.planned import PACKS, pack, shelf

from svcforge.load import load_text
from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan
from svcforge.plan.types import Fact

TEXT = """
svcforge: 1
system: notes
platform: {broker: rabbitmq}
defaults: {stack: python}
contexts:
  writing:
    services:
      email:
        owns: {Event: {event: text}, Note: {text: text}}
        events: {Sent: {note: uuid}}
        operations:
          emit: {creates: Event, idempotent: by key}
          write: {http: POST /notes, creates: Note, emits: [Sent], public: anyone}
      other:
        owns: {Copy: {text: text}}
        operations:
          emit: {creates: Copy, idempotent: by key}
sagas:
  send:
    starts: email.Sent
    steps: [{do: email.emit, set: {event: x}}, {do: other.emit, set: {text: x}}]
"""
TAKEN = {"classes": ("Event",), "functions": ("emit",), "packages": ("email",)}


def service(**taken: tuple[str, ...]) -> Fact:
    """The facts of `email` as the templates of a stack that has taken some names see them."""
    blueprint = load_text(TEXT).blueprint
    assert blueprint is not None
    stack = pack("stack", "python", "service", "{{ service.folder }}", PACKS["stack", "python"].card.can, taken=taken)
    found: Fact = plan(blueprint, shelf(stack)).units[0].parts[0].facts["service"]
    return found


def test_nothing_taken_changes_no_name() -> None:
    facts = service()
    assert (facts["package"], facts["entities"][0]["name"]) == ("email", "Event")
    assert [step["name"] for step in facts["sagas"][0]["steps"]] == ["emit", "other_emit"]


def test_a_package_a_class_and_a_function_get_other_names_wherever_they_are_used() -> None:
    facts = service(**TAKEN)
    operation = facts["operations"][0]
    assert facts["package"] == "email_"
    assert (operation["name"], operation["entity"], operation["answer"]["name"]) == ("emit_", "TheEvent", "TheEvent")
    assert [model["name"] for model in facts["entities"]] == ["TheEvent", "Note"]
    assert [step["operation"] for step in facts["sagas"][0]["steps"]] == ["emit_", "emit_"]


def test_what_is_sent_and_stored_keeps_its_name() -> None:
    plain, facts = service(), service(**TAKEN)
    assert facts["name"] == "email"
    assert [model["table"] for model in facts["entities"]] == ["events", "notes"]
    for document in ("openapi", "asyncapi", "schema", "migrations"):
        assert facts[document] == plain[document]
    assert facts["dependencies"][0]["operations"][0]["path"] == "/internal/emit"
    assert facts["dependencies"][0]["operations"][0]["scope"] == "other.emit"


def test_a_row_is_not_called_as_one_of_its_fields() -> None:
    assert [model["alias"] for model in service()["entities"]] == ["event_", "note"]


def test_the_python_pack_knows_every_module_of_this_python() -> None:
    taken = bundled().packs["stack", "python"].card.taken
    public = {name for name in sys.stdlib_module_names if not name.startswith("_") and name == name.lower()}
    assert public - set(taken.packages) == set()

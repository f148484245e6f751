"""All facts of one small service, as a whole: a change of the contract with templates shows here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_snapshot.plugin import Snapshot
from tests.model.written import written
from tests.plan.planned import service

NOTES = (
    "notes: {owns: {Note: {author: uuid, text: text 1..200, kind: idea | task = idea}}, "
    "events: {NoteWritten: {note: uuid, kind: text}}, operations: {"
    "write: {http: POST /notes, scopes: ['notes:write'], creates: Note, with: {author: token.sub}, emits: [NoteWritten]}}}"
)


def pretty(value: Any, indent: str = "") -> str:
    """JSON with everything that fits on one line on one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= 250 or not isinstance(value, dict | list):
        return line
    inner = indent + " "
    if isinstance(value, list):
        items = [inner + pretty(item, inner) for item in value]
    else:
        items = [f"{inner}{json.dumps(key)}: {pretty(item, inner)}" for key, item in value.items()]
    opening, closing = ("[", "]") if isinstance(value, list) else ("{", "}")
    return f"{opening}\n" + ",\n".join(items) + f"\n{indent}{closing}"


def test_the_facts_of_a_service_with_one_operation(snapshot: Snapshot) -> None:
    facts = service(written(NOTES, "platform: {broker: rabbitmq}\ndefaults: {stack: python}\n"), "notes")
    documents = ("openapi", "asyncapi", "environment", "schema")
    shown = {key: value for key, value in facts.items() if key not in documents}
    snapshot.snapshot_dir = Path(__file__).parent / "golden"
    snapshot.assert_match(pretty(shown) + "\n", "notes.json")

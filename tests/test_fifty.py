"""The system of fifty services is what other tests take it for: clean, mixed, and code all through."""

from __future__ import annotations

import ast
from datetime import date

import yaml
from tests import fifty

from svcforge.lint.run import run
from svcforge.lint.settings import Choices, resolve
from svcforge.load import load_text
from svcforge.model.blueprint import Blueprint
from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan
from svcforge.render.unit import render


def blueprint() -> Blueprint:
    loaded = load_text(fifty.text())
    assert loaded.findings == ()
    assert loaded.blueprint is not None
    return loaded.blueprint


def test_it_has_fifty_services_and_some_of_everything() -> None:
    said = yaml.safe_load(fifty.text())
    services = [service for context in said["contexts"].values() for service in context["services"].values()]
    assert len(services) == fifty.SERVICES_EACH * len(fifty.CONTEXTS) == 50
    assert (len(said["sagas"]), len(said["bffs"]), len(said["externals"])) == (4, 2, 2)
    for some in ("owns", "copies", "events", "releases", "sidecars", "slo", "resources", "subscribes"):
        assert 0 < sum(some in service for service in services) < 50, some


def test_nothing_is_wrong_with_it() -> None:
    found = blueprint()
    assert run(found, resolve(found.lint, Choices(profile="recommended")), today=date(2026, 1, 1)).findings == ()


def test_all_of_its_code_can_be_read() -> None:
    read = 0
    for unit in plan(blueprint(), bundled().packs).units:
        if unit.folder.startswith(("services/", "bffs/")):
            for file in render(unit):
                if file.path.endswith(".py"):
                    ast.parse(file.data, file.path)
                    read += 1
    assert read > 50

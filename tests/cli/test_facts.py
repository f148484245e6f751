"""`svcforge facts`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from svcforge.cli.app import run
from svcforge.packs.shelf import blueprints_folder, bundled
from svcforge.pipeline import read
from svcforge.plan.plan import plan, planned

SHOP = str(blueprints_folder() / "shop")


@pytest.mark.parametrize("name", ["orders", "web", "gateway", "rabbitmq"])
def test_it_prints_what_a_template_sees_as_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["facts", name, SHOP]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["context"], facts["system"]["name"]) == (1, "shop")


NASTY = """\
svcforge: 1
system: small
defaults: {stack: python}
contexts: {c: {services: {a: {operations: {print: {http: GET /print, out: text, public: a test}}}}}}
"""


def test_names_that_the_stack_has_taken_are_as_its_templates_see_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "blueprint.yaml"
    file.write_text(NASTY, encoding="utf-8")
    assert run(["facts", "a", str(file)]) == 0
    told = json.loads(capsys.readouterr().out)
    blueprint = read(str(file)).blueprint
    assert blueprint is not None
    [seen] = [unit.parts[0].facts for unit in plan(blueprint, bundled().packs).units if unit.name == "a"]
    assert told == json.loads(json.dumps(seen))
    assert [operation["name"] for operation in told["service"]["operations"]] == ["print_"]


def test_a_stack_without_a_pack_has_facts_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "blueprint.yaml").write_text(NASTY.replace("python", "java"), encoding="utf-8")
    assert run(["facts", "a", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [operation["name"] for operation in told["service"]["operations"]] == ["print"]


def test_a_name_of_nothing_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["facts", "order", SHOP]) == 2
    assert capsys.readouterr().err == 'error: nothing is generated for "order"\n  help: did you mean "orders"?\n'


def test_a_blueprint_that_cannot_be_read_is_told_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "blueprint.yaml").write_text("svcforge: 1\nsystem: s\nwhat: no\n", encoding="utf-8")
    assert run(["facts", "a", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "SF011" in captured.err


def test_everything_that_is_generated_has_facts() -> None:
    blueprint = read(SHOP).blueprint
    assert blueprint is not None
    assert set(planned(blueprint)) == {*blueprint.services, *blueprint.bffs, "gateway", "rabbitmq"}

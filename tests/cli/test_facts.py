"""`svcforge facts`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from svcforge.cli.app import run
from svcforge.packs.shelf import blueprints_folder
from svcforge.pipeline import read
from svcforge.plan.plan import planned

SHOP = str(blueprints_folder() / "shop")


@pytest.mark.parametrize("name", ["orders", "web", "gateway", "rabbitmq"])
def test_it_prints_what_a_template_sees_as_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["facts", name, SHOP]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["context"], facts["system"]["name"]) == (1, "shop")


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

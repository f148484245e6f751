"""`svcforge schema`: a JSON Schema that editors take."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from svcforge.cli.app import run
from svcforge.load.schema import json_schema


def test_the_schema_is_printed_and_is_a_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json_schema()
    Draft202012Validator.check_schema(printed)


def test_two_runs_print_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    run(["schema"])
    first = capsys.readouterr().out
    run(["schema"])
    assert capsys.readouterr().out == first

"""`svcforge graph`: what it writes where, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest

from svcforge.cli import graph
from svcforge.cli.app import run
from svcforge.draw.formats import FORMATS
from svcforge.draw.views import VIEWS

HEAD = "svcforge: 1\nsystem: small\n"
CYCLE = HEAD + "contexts: {a: {services: {one: {calls: [two]}, two: {calls: [one]}}}}\n"
DANGLING = HEAD + "contexts: {a: {services: {one: {calls: [nobody]}}}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "blueprint.yaml"


def test_the_choices_are_the_views_and_formats() -> None:
    assert (get_args(graph.Views), get_args(graph.Formats)) == (tuple(VIEWS), tuple(FORMATS))


def test_mermaid_goes_to_standard_output(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(HEAD)
    assert run(["graph", str(file)]) == 0
    assert capsys.readouterr().out == '---\ntitle: "small: services"\n---\nflowchart LR\n'


def test_the_suffix_names_the_format(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(CYCLE)
    target = file.with_name("picture.svg")
    assert run(["graph", str(file), "-o", str(target)]) == 0
    assert ElementTree.fromstring(target.read_text()).tag == "{http://www.w3.org/2000/svg}svg"
    assert capsys.readouterr().out == f"created {target}\n"


def test_the_option_outdoes_the_suffix(file: Path) -> None:
    file.write_text(CYCLE)
    target = file.with_name("picture.txt")
    assert run(["graph", str(file), "--format", "json", "-o", str(target)]) == 0
    assert json.loads(target.read_text())["title"] == "small"


def test_an_unknown_suffix_is_asked_about(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(CYCLE)
    assert run(["graph", str(file), "-o", "picture.png"]) == 2
    assert '".png" is no suffix of a format' in capsys.readouterr().err


def test_findings_are_in_the_picture_and_do_not_fail_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(CYCLE)
    assert run(["graph", str(file)]) == 0
    printed = capsys.readouterr()
    assert "SF101" in printed.out
    assert printed.err == ""


def test_findings_can_be_left_out(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(CYCLE)
    assert run(["graph", str(file), "--no-lint"]) == 0
    assert "SF101" not in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], ["--no-lint"]])
def test_what_can_be_drawn_is_drawn(file: Path, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    file.write_text(DANGLING)
    assert run(["graph", str(file), *options]) == 1
    printed = capsys.readouterr()
    assert "service_one" in printed.out
    assert 'SF001 error  unresolved-reference: there is no service "nobody"' in printed.err


@pytest.mark.parametrize("text", ["", "svcforge: [", "svcforge: 2", "\x00"])
def test_what_cannot_be_read_is_not_drawn(file: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    file.write_text(text)
    target = file.with_name("picture.svg")
    assert run(["graph", str(file), "-o", str(target)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Found " in printed.err
    assert not target.exists()


def test_a_missing_blueprint_is_said(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", str(file)]) == 2
    assert "does not exist" in capsys.readouterr().err

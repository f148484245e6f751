"""The cases in `blueprints/broken`: each blueprint with the findings that are expected of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcforge import pipeline
from svcforge.lint import catalogue
from svcforge.report.formats import FORMATS
from svcforge.report.page import Page

BROKEN = Path(__file__).parents[2] / "blueprints" / "broken"
CASES = sorted(BROKEN.glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_a_broken_blueprint_gives_the_findings_beside_it(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN)
    linted = pipeline.lint(case.name)
    assert FORMATS["concise"](linted.report, Page()) == case.with_suffix(".out").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_it_exits_2_when_it_cannot_be_read_and_else_1(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN)
    cannot_be_read = case.stem.partition("-")[0] in ("syntax", "schema", "names", "include")
    assert pipeline.lint(case.name).exit_code == (2 if cannot_be_read else 1)


def test_every_rule_about_reading_has_a_case() -> None:
    shown = "".join(case.with_suffix(".out").read_text(encoding="utf-8") for case in CASES)
    while_reading = [code for code, entry in catalogue.entries().items() if entry.check is None and code < "SF020"]
    assert [code for code in while_reading if f" {code} " not in shown] == []


def test_every_expectation_belongs_to_a_case() -> None:
    assert sorted(out.stem for out in BROKEN.glob("*.out")) == [case.stem for case in CASES]

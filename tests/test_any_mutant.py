"""Whatever becomes of an example, every command that reads it answers: no exception, right exit codes, fixes that hold."""

from __future__ import annotations

import json
import os
from collections import Counter
from random import Random
from xml.etree import ElementTree

import pytest
from tests.mutants import mutant, originals

from svcforge.draw import drawing
from svcforge.draw.formats import FORMATS as PICTURES
from svcforge.draw.views import VIEWS
from svcforge.lint.settings import Choices
from svcforge.load import Loaded, load_text
from svcforge.metrics.measured import measured
from svcforge.pipeline import Judge, judge
from svcforge.pipeline.fixing import fixed
from svcforge.report.findings import Report
from svcforge.report.formats import FORMATS
from svcforge.report.metrics import as_json, table
from svcforge.report.page import Page, cells

EVERYTHING = Choices(profile="production", fail_on="info")
ORIGINALS = originals()
ROUNDS = int(os.environ.get("MUTANTS", "1"))
"""Mutants of each example; the same ones each time, so that a red run is about the change at hand."""


def judging() -> Judge:
    return judge(EVERYTHING, formats=FORMATS)


@pytest.mark.parametrize("name", ORIGINALS)
def test_every_mutant_is_answered_and_every_fix_of_it_holds(name: str) -> None:
    for number in range(ROUNDS):
        text = mutant(ORIGINALS[name], Random(f"{name} {number}"))
        try:
            answered(text)
        except BaseException:
            print(text)
            raise


def answered(text: str) -> None:
    """Judge, report, count, draw and mend a blueprint; fails where something is not as it should be."""
    loaded = load_text(text)
    linted = judging()(loaded)
    told = 1 if linted.report.findings else 0
    assert linted.exit_code == (told if loaded.blueprint else 2)
    reported(linted.report)
    if loaded.blueprint is not None:
        drawn(loaded)
        for unsafe in (False, True):
            mended(loaded, unsafe=unsafe)


def reported(report: Report) -> None:
    """Every format tells of every finding, in its own grammar."""
    texts = {name: write(report, Page()) for name, write in FORMATS.items()}
    found = len(report.findings)
    # An info is a test that passed, and so is a blueprint of which there is nothing to say.
    tests = sum(1 for _ in ElementTree.fromstring(texts["junit"]).iter("testcase"))
    assert tests == max(1, found)
    counts = {
        "json": len(json.loads(texts["json"])["findings"]),
        "sarif": len(json.loads(texts["sarif"])["runs"][0]["results"]),
        "gitlab": len(json.loads(texts["gitlab"])),
        "concise": texts["concise"].count("\n"),
        "github": texts["github"].count("::error ")
        + texts["github"].count("::warning ")
        + texts["github"].count("::notice "),
    }
    assert counts == dict.fromkeys(counts, found)
    lines = texts["full"].split("\n")
    assert [line for line in lines if cells(line) > 80 and " | " in line] == []
    assert [f.code for f in report.findings if f.span is None or not f.hint] == []


def drawn(loaded: Loaded) -> None:
    """The figures and every picture of a blueprint that can be read."""
    assert loaded.blueprint is not None
    figures = measured(loaded.blueprint, entries=True)
    json.loads(as_json(figures))
    assert table(figures, Page())
    for view in VIEWS:
        for form in PICTURES:
            assert drawing(loaded.blueprint, (), view=view, format=form)


def mended(loaded: Loaded, *, unsafe: bool) -> None:
    """What is fixed is gone, nothing that was well is broken, and a second time there is nothing to do."""
    verdict = judging()
    done = fixed(loaded, verdict, unsafe=unsafe)
    again = load_text(done.linted.loaded.sources[loaded.file], loaded.file)
    assert again.blueprint is not None
    assert fixed(again, verdict, unsafe=unsafe).made == 0
    if not unsafe:
        before, after = (Counter(f.code for f in x.report.findings) for x in (verdict(loaded), verdict(again)))
        assert after - before == Counter()

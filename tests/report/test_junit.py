"""JUnit XML: well-formed for any findings, a suite a file, and a test that passed where nothing is found."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from tests.report.samples import CYCLE, INFO, LOOSE, reports

from svcforge.report.findings import Report
from svcforge.report.formats import FORMATS
from svcforge.report.page import Page
from svcforge.source.finding import Severity


def root_of(report: Report) -> Element:
    return ElementTree.fromstring(FORMATS["junit"](report, Page()).encode("utf-8"))


def test_a_finding_is_a_test_that_failed_with_its_places_and_the_help() -> None:
    root = root_of(Report([CYCLE]))
    test = root.find("testsuite/testcase")
    assert test is not None
    assert test.attrib == {
        "name": "SF101 sync-cycle services.seat.calls[0]", "classname": "b.yaml", "file": "b.yaml", "line": "2"
    }  # fmt: skip
    [failure] = test
    assert failure.tag == "failure"
    assert failure.attrib == {"type": "error", "message": 'synchronous cycle "seat -> travel -> seat"'}
    assert failure.text == (
        'b.yaml:2:5: synchronous cycle "seat -> travel -> seat"\n'
        "b.yaml:3:5: travel -> seat\n"
        "help: turn it into an event"
    )


@pytest.mark.parametrize(
    ("threshold", "failed"),
    [
        (Severity.ERROR, ["failure", "system-out", "system-out"]),
        (Severity.WARNING, ["failure", "failure", "system-out"]),
        (Severity.INFO, ["failure", "failure", "failure"]),
        (None, ["system-out", "system-out", "system-out"]),
    ],
)
def test_what_fails_is_what_the_run_fails_on_and_the_rest_passes_with_a_word(
    threshold: Severity | None, failed: list[str]
) -> None:
    root = root_of(Report([CYCLE, LOOSE, INFO], fail_on=threshold))
    assert [child.tag for child in root.iter() if child.tag in ("failure", "system-out")] == failed
    assert root.get("failures") == str(failed.count("failure"))


def test_as_a_rule_errors_and_warnings_fail() -> None:
    root = root_of(Report([CYCLE, LOOSE, INFO]))
    assert [(suite.get("name"), suite.get("failures")) for suite in root] == [
        ("b.yaml", "1"), ("blueprint", "1"), ("c.yaml", "0")
    ]  # fmt: skip
    assert (root.get("tests"), root.get("failures")) == ("3", "2")


def test_nothing_found_is_one_test_that_passed() -> None:
    root = root_of(Report([]))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert [list(test) for test in root.iter("testcase")] == [[]]


@settings(deadline=None)
@given(reports())
def test_any_report_is_well_formed_and_its_numbers_add_up(report: Report) -> None:
    root = root_of(report)
    suites = list(root)
    assert sum(int(suite.attrib["tests"]) for suite in suites) == int(root.attrib["tests"])
    assert sum(int(suite.attrib["failures"]) for suite in suites) == len(list(root.iter("failure")))
    assert len(list(root.iter("testcase"))) == max(1, len(report.findings))

"""Code quality reports: the keys that GitLab asks for, and fingerprints that outlive changes elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from tests.report.samples import CYCLE, INFO, LOOSE, SOURCE, reports

from svcforge.lint.settings import Choices
from svcforge.load import load_text
from svcforge.pipeline import judged
from svcforge.report.findings import Report, fingerprints
from svcforge.report.formats import FORMATS
from svcforge.report.page import Page
from svcforge.source.finding import Span


def issues_of(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(FORMATS["gitlab"](report, Page()))
    return found


def test_a_finding_is_an_issue_with_what_gitlab_asks_for() -> None:
    [cycle, loose, info] = issues_of(Report([CYCLE, LOOSE, INFO], sources={"main.yaml": SOURCE}))
    assert cycle == {
        "check_name": "SF101 sync-cycle",
        "description": 'synchronous cycle "seat -> travel -> seat" (turn it into an event)',
        "fingerprint": cycle["fingerprint"],
        "severity": "major",
        "location": {
            "path": "b.yaml",
            "positions": {"begin": {"line": 2, "column": 5}, "end": {"line": 2, "column": 17}},
        },
    }
    assert [issue["severity"] for issue in (loose, info)] == ["minor", "info"]
    assert loose["location"] == {
        "path": "main.yaml",
        "positions": {"begin": {"line": 1, "column": 1}, "end": {"line": 1, "column": 1}},
    }


def test_paths_are_those_of_the_repository() -> None:
    here = replace(CYCLE, span=Span(".\\contexts\\a.yaml", 1, 1, 1, 1))
    assert issues_of(Report([here]))[0]["location"]["path"] == "contexts/a.yaml"


def test_nothing_found_is_an_empty_list() -> None:
    assert FORMATS["gitlab"](Report([]), Page()) == "[]\n"


@settings(deadline=None)
@given(reports())
def test_fingerprints_are_hexadecimal_and_no_two_of_a_report_are_the_same(report: Report) -> None:
    known_by = [issue["fingerprint"] for issue in issues_of(report)]
    assert len(set(known_by)) == len(report.findings)
    assert all(len(word) == 64 and int(word, 16) >= 0 for word in known_by)


def test_a_fingerprint_outlives_lines_above_and_another_message() -> None:
    text = "svcforge: 1\nsystem: s\ncontexts: {c: {services: {a: {calls: [b]}, b: {calls: [a]}}}}\n"
    moved = text.replace("system", "\n# more\nsystem").replace("b: {", "d: {}, b: {")
    before, after = (
        list(fingerprints(judged(load_text(t), Choices(select=("SF101",))).report.findings)) for t in (text, moved)
    )
    assert before == after
    assert list(fingerprints([replace(CYCLE, message="other words")])) == list(fingerprints([CYCLE]))


def test_a_fingerprint_is_made_of_the_subject_where_there_is_one() -> None:
    one = replace(CYCLE, subject="seat travel")
    assert list(fingerprints([one])) == list(fingerprints([replace(one, path=("elsewhere",))]))
    assert list(fingerprints([one])) != list(fingerprints([CYCLE]))

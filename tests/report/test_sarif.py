"""SARIF: valid for any findings, rules with their pages, every edge of a circle, and fixes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator, FormatChecker
from tests.report.samples import CYCLE, INFO, LOOSE, REPORT, reports

from svcforge.lint import catalogue
from svcforge.report.findings import Report
from svcforge.report.formats import FORMATS
from svcforge.report.formats.sarif import uri
from svcforge.report.page import Page
from svcforge.source.edit import Replace
from svcforge.source.finding import Span
from svcforge.source.patch import Change

SCHEMA = json.loads((Path(__file__).parent / "sarif.schema.json").read_text(encoding="utf-8"))


def run_of(report: Report) -> dict[str, Any]:
    """The one run of a report's log."""
    log = json.loads(FORMATS["sarif"](report, Page()))
    Draft7Validator(SCHEMA, format_checker=FormatChecker()).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


@settings(deadline=None)
@given(reports())
def test_any_report_is_valid_and_its_results_point_at_their_rules(report: Report) -> None:
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == [f.code for f in report.findings]
    assert [r["ruleId"] for r in run["results"]] == [f.code for f in report.findings]
    known_by = [r["partialFingerprints"]["svcforge/v1"] for r in run["results"]]
    assert len(set(known_by)) == len(known_by)


def test_a_rule_has_its_page_its_address_and_its_level() -> None:
    [_, cycle] = run_of(REPORT)["tool"]["driver"]["rules"]
    entry = catalogue.entries()["SF101"]
    assert (cycle["id"], cycle["name"]) == ("SF101", "sync-cycle")
    assert cycle["shortDescription"] == {"text": entry.summary}
    assert cycle["help"] == {"text": entry.page, "markdown": entry.page}
    assert cycle["helpUri"].endswith("/docs/rules/SF101.md")
    assert cycle["defaultConfiguration"] == {"level": "error"}


def test_a_rule_that_is_not_in_the_catalogue_has_its_name() -> None:
    own = replace(LOOSE, code="shop-layers", name="shop-layers")
    assert run_of(Report([own]))["tool"]["driver"]["rules"] == [{"id": "shop-layers", "name": "shop-layers"}]


def test_severities_are_levels() -> None:
    assert [r["level"] for r in run_of(Report([CYCLE, LOOSE, INFO]))["results"]] == ["error", "warning", "note"]


def test_a_place_is_a_region_with_its_text_and_the_path_in_the_model() -> None:
    [place] = run_of(REPORT)["results"][0]["locations"]
    assert place["logicalLocations"] == [{"fullyQualifiedName": "services.seat.calls[0]", "kind": "element"}]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "b.yaml"},
        "region": {
            "startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 17, "snippet": {"text": "call: travel"},
        },
    }  # fmt: skip


def test_every_edge_of_a_circle_is_a_related_location() -> None:
    related = run_of(REPORT)["results"][0]["relatedLocations"]
    lines = [place["physicalLocation"]["region"]["startLine"] for place in related]
    assert [(place["id"], place["message"]["text"]) for place in related] == [
        (1, "this call closes it"), (2, "travel -> seat")
    ]  # fmt: skip
    assert lines == [2, 3]


def test_columns_count_characters_and_the_log_says_so() -> None:
    wide = replace(CYCLE, span=Span("b.yaml", 1, 4, 1, 6))
    run = run_of(Report([wide], sources={"b.yaml": "é𝄞: 漢字\n"}))
    assert run["columnKind"] == "unicodeCodePoints"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region["snippet"] == {"text": " 漢"}


def test_a_fix_says_what_it_writes_in_which_file_and_whether_it_is_safe() -> None:
    changes = {
        CYCLE.path: (
            Change(Span("b.yaml", 2, 5, 2, 17), "a"), Change(Span("c.yaml", 1, 1, 1, 1), "b"),
            Change(Span("b.yaml", 3, 1, 3, 1), "c"),
        )
    }  # fmt: skip
    mended = replace(CYCLE, fix=(Replace(CYCLE.path, "a"),), fix_is_safe=True)
    hopeless = replace(LOOSE, fix=(Replace(LOOSE.path, "a"),))
    run = run_of(Report([mended, hopeless], changes=lambda fix: changes.get(fix[0].path, ())))
    [fix] = run["results"][0]["fixes"]
    assert fix["description"] == {"text": "turn it into an event"}
    assert fix["properties"] == {"safe": True}
    assert [
        (change["artifactLocation"]["uri"], [r["insertedContent"]["text"] for r in change["replacements"]])
        for change in fix["artifactChanges"]
    ] == [("b.yaml", ["a", "c"]), ("c.yaml", ["b"])]
    assert fix["artifactChanges"][1]["replacements"][0]["deletedRegion"] == {
        "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1
    }  # fmt: skip
    assert "fixes" not in run["results"][1]


@pytest.mark.parametrize(
    ("file", "written"),
    [
        ("b.yaml", "b.yaml"),
        ("contexts/über uns.yaml", "contexts/%C3%BCber%20uns.yaml"),
        ("../b.yaml", "../b.yaml"),
        ("/srv/a b.yaml", "file:///srv/a%20b.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("c:d.yaml", "c%3Ad.yaml"),
    ],
)
def test_a_file_is_named_by_a_uri(file: str, written: str) -> None:
    assert uri(file) == written

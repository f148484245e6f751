"""The catalogue as a table, as JSON, and a rule's page."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from svcforge.lint.catalogue import Entry, entries
from svcforge.lint.page import HEADINGS, sections
from svcforge.lint.rule import Status
from svcforge.report.page import Page, cells
from svcforge.report.rules import as_json, blocks, manual, table

ENTRIES = list(entries().values())
each_rule = pytest.mark.parametrize("entry", ENTRIES, ids=[e.rule.code for e in ENTRIES])


def test_on_a_narrow_page_the_table_has_a_rule_in_a_line_and_what_it_finds_below() -> None:
    lines = table(ENTRIES, Page()).splitlines()
    assert lines[:2] == [
        "SF001  unresolved-reference          error    minimal      fix: unsafe",
        "       A name that stands for something which is not declared.",
    ]
    heads = [line for line in lines if not line.startswith(" ")]
    assert [line.split()[:4] for line in heads] == [
        [e.rule.code, e.rule.name, str(e.rule.severity), str(e.rule.profile)] for e in ENTRIES
    ]
    assert [line for line in lines if cells(line) > 80 or line != line.rstrip()] == []


def test_on_a_wide_page_it_is_a_line_a_rule_in_columns() -> None:
    lines = table(ENTRIES, Page(width=250)).splitlines()
    assert [line.split()[0] for line in lines] == list(entries())
    assert len({line.index(e.summary) for line, e in zip(lines, ENTRIES, strict=True)}) == 1


def test_json_has_the_record_of_each_rule() -> None:
    found = json.loads(as_json(ENTRIES))
    deep = next(rule for rule in found["rules"] if rule["code"] == "SF104")
    assert list(deep) == [
        "code", "name", "family", "summary", "severity", "profile", "fix", "since", "status", "rationale",
        "bad_example", "good_example", "remediation", "refactorings", "options", "aliases", "references", "page",
    ]  # fmt: skip
    assert [(o["name"], o["type"], o["default"]) for o in deep["options"]] == [("max_hops", "int", 3)]
    assert deep["page"].startswith(deep["summary"])


@each_rule
def test_json_names_the_literature_and_each_option_with_its_reason(entry: Entry) -> None:
    [found] = json.loads(as_json([entry]))["rules"]
    assert len(found["references"]) == len(re.findall("^- ", sections(entry.page)["References"], re.MULTILINE))
    assert all(option["reason"] for option in found["options"])


@each_rule
def test_json_has_the_examples_the_reason_and_the_refactorings_of_the_page(entry: Entry) -> None:
    [found] = json.loads(as_json([entry]))["rules"]
    page = sections(entry.page)
    for key, heading in (("bad_example", "Example"), ("good_example", "Use instead")):
        assert f"```yaml\n{found[key]}```" in page[heading]
    assert found["rationale"].split() == page["Why is this bad?"].split()
    assert found["remediation"] == found["refactorings"][0]["name"]
    assert (found["since"], found["status"]) == ("0.1", "stable")


def test_refactorings_have_the_weights_that_the_literature_gives_them() -> None:
    found = {rule["code"]: rule["refactorings"] for rule in json.loads(as_json(ENTRIES))["rules"]}
    weights = {code: [way["weight"] for way in ways] for code, ways in found.items() if ways[0]["weight"]}
    assert weights == {
        "SF107": [100],
        "SF110": [55, 31, 14],
        "SF201": [50, 41, 9],
        "SF301": [22, 42, 20, 16],
        "SF302": [42, 22, 20, 16],
        "SF501": [100],
        "SF704": [100],
        "SF806": [100],
    }
    assert found["SF501"] == [{"name": "add an API gateway", "weight": 100}]


def test_a_rule_says_when_it_is_not_settled() -> None:
    entry = replace(ENTRIES[0], rule=replace(ENTRIES[0].rule, status=Status.PREVIEW))
    assert manual(entry, Page(width=200)).splitlines()[0].endswith("fix: unsafe, since 0.1, preview)")


@each_rule
def test_a_page_fits_its_paper_and_says_all_that_the_docstring_says(entry: Entry) -> None:
    head, _, body = manual(entry, Page()).partition("\n\n")
    assert " ".join(head.split()) == (
        f"{entry.rule.code} {entry.rule.name} "
        f"({entry.rule.family}, {entry.rule.severity}, profile {entry.rule.profile}, fix: {entry.rule.fix}, since 0.1)"
    )
    assert body.split() == entry.page.split()
    assert re.findall("^## (.*)$", body, re.MULTILINE) == list(HEADINGS)
    prose = re.sub("(?ms)^```.*?^```$", "", f"{head}\n{body}")
    assert [line for line in prose.splitlines() if cells(line) > 80 and " " in line.strip(" -")] == []


@each_rule
def test_code_is_shown_as_it_is_written(entry: Entry) -> None:
    code = re.compile("(?ms)^```.*?^```$")
    assert code.findall(manual(entry, Page(width=40))) == code.findall(entry.page)


def test_paragraphs_and_list_entries_are_blocks_and_code_stays_whole() -> None:
    page = "A b.\n\n## H\nOne\ntwo.\n\n```yaml\na:\n\n  b: 1\n```\n- x\n  y\n- z\nend"
    assert list(blocks(page)) == [
        "A b.", "", "## H", "One two.", "", "```yaml\na:\n\n  b: 1\n```", "- x y", "- z end",
    ]  # fmt: skip


def test_colours_change_nothing_but_colours() -> None:
    for text in (lambda page: manual(ENTRIES[0], page), lambda page: table(ENTRIES, page)):
        assert "\x1b[" in text(Page(colour=True))
        assert re.sub(r"\x1b\[[0-9;]*m", "", text(Page(colour=True))) == text(Page())

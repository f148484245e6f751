"""The catalogue as a table, as JSON, and a rule's page."""

from __future__ import annotations

import json
import re

import pytest

from svcforge.lint.catalogue import Entry, entries
from svcforge.lint.page import HEADINGS, sections
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
        "code", "name", "family", "summary", "severity", "profile", "fix", "options", "aliases", "references", "page",
    ]  # fmt: skip
    assert [(o["name"], o["type"], o["default"]) for o in deep["options"]] == [("max_hops", "int", 3)]
    assert deep["page"].startswith(deep["summary"])


@each_rule
def test_json_names_the_literature_and_each_option_with_its_reason(entry: Entry) -> None:
    [found] = json.loads(as_json([entry]))["rules"]
    assert len(found["references"]) == len(re.findall("^- ", sections(entry.page)["References"], re.MULTILINE))
    assert all(option["reason"] for option in found["options"])


@each_rule
def test_a_page_fits_its_paper_and_says_all_that_the_docstring_says(entry: Entry) -> None:
    head, _, body = manual(entry, Page()).partition("\n\n")
    assert " ".join(head.split()) == (
        f"{entry.rule.code} {entry.rule.name} "
        f"({entry.rule.family}, {entry.rule.severity}, profile {entry.rule.profile}, fix: {entry.rule.fix})"
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

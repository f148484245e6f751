"""The catalogue as a table, as JSON, and a rule's page."""

from __future__ import annotations

import json

from svcforge.lint.catalogue import entries
from svcforge.report.page import Page
from svcforge.report.rules import as_json, manual, table


def test_the_table_has_a_line_a_rule_in_columns() -> None:
    lines = table(entries().values(), Page()).splitlines()
    assert [line.split()[0] for line in lines] == list(entries())
    assert len({line.index(e.summary) for line, e in zip(lines, entries().values(), strict=True)}) == 1


def test_json_has_the_record_of_each_rule() -> None:
    found = json.loads(as_json(entries().values()))
    deep = next(rule for rule in found["rules"] if rule["code"] == "SF104")
    assert list(deep) == ["code", "name", "family", "summary", "severity", "profile", "fix", "options", "aliases"]
    assert [(o["name"], o["type"], o["default"]) for o in deep["options"]] == [("max_hops", "int", 3)]


def test_the_page_is_the_docstring_under_the_record() -> None:
    entry = entries()["SF101"]
    head, _, body = manual(entry, Page()).partition("\n\n")
    assert head == "SF101 sync-cycle  (topology, error, profile minimal, fix: none)"
    assert body == entry.page + "\n"

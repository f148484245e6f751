"""The bench runs: a bench that is broken is found out here, not on the day it is needed."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.bench import cases, running
from tests.bench.cases import Scale
from tests.bench.measuring import Failed, Taken, least, taken
from tests.bench.systems import blueprint_of, terse_of
from tests.bench.table import HEADS, Note, Row, line

from svcforge.lint.catalogue import entries
from svcforge.lint.settings import Choices
from svcforge.load import load_text
from svcforge.pipeline import judged

TINY = Scale(
    start=1,
    lint=(("a line each", 2, 1), ("five edges", 2, 1)),
    generate=((1, 1), (2, 1), (3, 1)),
    merges=8,
    copier=1,
    up=False,
)


def rows(lines: cases.Lines) -> list[Row]:
    return [found for found in lines if isinstance(found, Row)]


def notes(lines: cases.Lines) -> list[str]:
    return [found.text.strip().split(",")[0] for found in lines if isinstance(found, Note)]


def test_start_measures_help_and_version(tmp_path: Path) -> None:
    found = rows(cases.start(TINY, tmp_path))
    assert [row.what.strip() for row in found] == ["--help", "--version"]
    assert all(row.ratio > 0 and row.ours.memory > 1_000_000 for row in found)


def test_lint_is_measured_against_the_loader(tmp_path: Path) -> None:
    expected = ["2 services, a line each", "2 services, five edges"]
    assert [row.what.strip() for row in rows(cases.lint(TINY, tmp_path))] == expected


def test_every_rule_is_told_with_its_cost(tmp_path: Path) -> None:
    told = " ".join(note.text for note in cases.lint(TINY, tmp_path) if isinstance(note, Note))
    expected = {code for code, entry in entries().items() if entry.check and not code.startswith("SF9")}
    assert expected <= set(re.findall(r"SF\d+", told))
    assert max(len(note.text) for note in cases.lint(TINY, tmp_path) if isinstance(note, Note)) <= 80


def test_there_are_as_many_calls_as_asked_for_and_none_in_a_circle(tmp_path: Path) -> None:
    text = blueprint_of(100, calls=4)
    found = judged(load_text(text), Choices(profile="production")).report.findings
    assert text.count("- {to: ") == 75 + 400
    assert [f.code for f in found if f.severity == "error" or f.code in ("SF101", "SF104")] == []


def test_a_changed_service_and_edited_files_are_measured_against_no_change(tmp_path: Path) -> None:
    found = rows(cases.regenerate(TINY, tmp_path))
    assert [row.what.strip() for row in found] == [
        "a field more in one of them", "2 edited files are merged",
        "a field more in one of them", "3 edited files are merged",
    ]  # fmt: skip


def test_merges_are_counted_and_measured_beside_gits(tmp_path: Path) -> None:
    found = list(cases.merges(TINY, tmp_path))
    told = [str(line) for line in found if isinstance(line, Note)]
    assert re.match(r"  svcforge  \d right, \d spurious conflict, \d silently wrong", told[1])
    assert [row.what.strip() for row in rows(iter(found))] == ["8 merges"]


def test_copier_is_measured_on_the_same_service(tmp_path: Path) -> None:
    assert [row.what.strip() for row in rows(cases.copier(TINY, tmp_path))] == ["the first time", "after a change"]


def test_manifests_are_measured_alone(tmp_path: Path) -> None:
    found = list(cases.manifests(TINY, tmp_path))
    assert [row.what.strip() for row in rows(iter(found))] == ["1 services", "2 services", "3 services"]
    assert "one more service" in notes(iter(found))


def test_a_line_for_each_service_says_as_many_calls_as_asked_for_and_none_in_a_circle() -> None:
    text = terse_of(100, calls=4)
    found = judged(load_text(text), Choices(profile="production")).report.findings
    assert (len(text.splitlines()), text.count("{to: ")) == (3 + 2 * 10 + 100, 75 + 400)
    assert {f.code for f in found} & {"SF001", "SF010", "SF101", "SF104"} == set()


def test_generate_is_measured_first_and_again_and_leaves_only_blueprints(tmp_path: Path) -> None:
    sizes = ["1 services", "2 services", "3 services"]
    found = list(cases.generate(TINY, tmp_path))
    assert [row.what.strip() for row in rows(iter(found))] == sizes * 2
    assert "one more service" in notes(iter(found))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.yaml", "2.yaml", "3.yaml"]


def test_up_says_why_it_is_skipped(tmp_path: Path) -> None:
    assert list(running.up(TINY, tmp_path))[1:] == [Note("  skipped: --quick")]


def test_a_program_that_fails_is_no_measurement() -> None:
    with pytest.raises(Failed, match=r"ended with 3\nno$"):
        taken([sys.executable, "-c", "print('no'); raise SystemExit(3)"])


def test_the_least_of_runs_is_taken_of_each_number_alone() -> None:
    assert least([Taken(2.0, 10), Taken(1.0, 30)]) == Taken(1.0, 10)


def test_a_row_fits_80_columns() -> None:
    row = Row("  10,000 services", Taken(9.4, 999_000_000), Taken(0.0123, 0), "1x")
    assert str(row) == ("  10,000 services                  9.40 s  12.3 ms 764.23x       1x   999 MB")
    assert max(len(str(row)), len(line(*HEADS))) <= 80

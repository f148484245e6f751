"""What a generation did, as text: marks, verdicts, differences, in colour and without."""

from __future__ import annotations

import pytest

from svcforge.merge.changes import ChangeSet
from svcforge.merge.table import Verdict
from svcforge.report.changes import MARKS, attention, counted, difference, tree, unified
from svcforge.report.page import Page

ALL = ChangeSet("orders", "services/orders", {v: (f"{v}.py",) for v in MARKS}, {"beside.py": "it is no text"}, 3)
COLOURED = Page(80, colour=True)


def test_every_verdict_of_a_report_has_a_mark() -> None:
    assert set(MARKS) == set(Verdict) - {Verdict.UNCHANGED, Verdict.DIVERGED}


@pytest.mark.parametrize("page", [Page(), COLOURED])
def test_a_tree_shows_every_file_in_colour_and_without(page: Page) -> None:
    shown = tree([ALL], page)
    assert len(shown.splitlines()) == 1 + len(MARKS)
    assert ("\x1b[" in shown) is page.colour


def test_what_needs_a_look_is_told_with_its_reason() -> None:
    told = list(attention([ALL]))
    assert "services/orders/beside.py: conflict, the new one is beside it in *.svcforge-new; it is no text" in told
    assert "services/orders/waiting.py: conflict, still to be resolved" in told
    assert not any("create.py" in line or "merged.py" in line for line in told)


def test_all_are_counted_conflicts_together() -> None:
    assert "1 merged, 3 conflict, 1 removed" in counted([ALL])


@pytest.mark.parametrize("page", [Page(), COLOURED])
def test_a_difference_shows_lines(page: Page) -> None:
    texts = {
        "services/orders/write.py": (b"a\nb\n", b"a\nc\n"),
        "services/orders/beside.py.svcforge-new": (None, b"x\n"),
    }
    shown = difference([ALL], texts, page)
    for line in ("-b", "+c", "+x"):
        assert line in shown
    assert ("\x1b[" in shown) is page.colour


def test_what_is_no_text_is_no_lines() -> None:
    assert list(unified("a", {"a": (b"\xff", b"a")})) == ["binary"]
    assert list(unified("b", {})) == []


def test_a_carriage_return_does_not_move_the_cursor() -> None:
    assert list(unified("a", {"a": (b"a\r\n", b"b\r\n")}))[3:5] == ["-a\\r", "+b\\r"]

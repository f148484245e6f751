"""What the comparison takes for a difference, and what it asks for one."""

from __future__ import annotations

from tests.accuracy.drawings import Compared, Difference
from tests.accuracy.recorded import Checked
from tests.accuracy.report import Result, figures, tables
from tests.accuracy.verdicts import MAPPED, Verdict

AGREED = [Verdict("shop", asked, MAPPED[asked][1], theirs=True, ours=True) for asked in MAPPED]
MISSED = Verdict("shop", "R01", "SF508", theirs=True, ours=False)


def result(**parts: object) -> Result:
    whole = {"verdicts": AGREED, "drawings": [], "records": [], "expected": [], "arguments": {}, **parts}
    return Result(**whole)  # type: ignore[arg-type]


def drawing(why: str | None) -> Compared:
    return Compared("d", "wobbly", "SF301", 3, (Difference("d", "wobbly", ("a", "b"), True, why),))


def test_agreement_has_no_problems() -> None:
    assert list(result().problems()) == []


def test_every_difference_needs_a_reason_and_every_reason_a_difference() -> None:
    unequal = Checked("shop", "SF101 reported in x", [], ["a"])
    found = result(
        verdicts=[*AGREED, MISSED],
        drawings=[drawing(None)],
        expected=[unequal],
        arguments={"microSecEnD": {"shop R02": "x"}},
    )
    assert list(found.problems()) == [
        "microSecEnD: no reason for shop R01",
        "microSecEnD: a reason for shop R02, which agrees",
        "expected: no reason for shop: SF101 reported in x",
        "microFreshener: no reason for a -> b (wobbly, d)",
    ]
    argued = {"microSecEnD": {"shop R01": "x"}, "expected": {unequal.key: "x"}}
    assert (
        list(
            result(verdicts=[*AGREED, MISSED], drawings=[drawing("x")], expected=[unequal], arguments=argued).problems()
        )
        == []
    )


def test_a_tenth_of_the_verdicts_may_differ_and_no_more() -> None:
    argued = {"microSecEnD": {"shop R01": "x"}}
    assert list(result(verdicts=[*AGREED, MISSED], arguments=argued).problems()) == []
    assert list(result(verdicts=[AGREED[1], MISSED], arguments=argued).problems()) == [
        "microSecEnD: 50.0% of the verdicts agree, less than 90%"
    ]


def test_what_is_recorded_must_be_equal() -> None:
    assert list(result(records=[Checked("shop", "SIY", 1, 2)]).problems()) == ["recorded: shop: SIY is 2, not 1"]


def test_the_matrix_counts_what_both_what_one_and_what_none_finds() -> None:
    silent = Verdict("shop", "R01", "SF508", theirs=False, ours=False)
    false = Verdict("shop", "R01", "SF508", theirs=False, ours=True)
    found = figures(result(verdicts=[*AGREED, MISSED, silent, silent, false], drawings=[drawing("x")]))
    assert found["microSecEnD"]["R01"] == {
        "asks": "a single type of entry point", "rule": "SF508", "both": 1, "missed": 1, "false": 1, "silent": 2,
    }  # fmt: skip
    assert found["microFreshener"] == {"wobbly": {"rule": "SF301", "both": 3, "theirs": 0, "ours": 1}}
    assert "| R01 a single type of entry point | SF508 | 1 | 1 | 1 | 2 |" in tables(found)
    assert "**14 of 16 verdicts (87.5%)**" in tables(found)

"""SF901 to SF903: suppressions by comment and by entry, and what the baseline counts."""

from __future__ import annotations

from datetime import date

import pytest
from tests.lint.judging import TODAY, system, verdict

from svcforge.lint.baseline import Baseline
from svcforge.lint.run import Asked
from svcforge.lint.settings import Choices

MINIMAL = Choices(profile="minimal")


def cycle(comment: str = "", above: str = "", more: str = "") -> str:
    """Two services that call each other; the finding stands in the line of `a`, with a comment there or above."""
    body = "      a: {calls: [b]}" + (f" {comment}" if comment else "")
    lead = f"      {above}\n" if above else ""
    return system({"b": "{calls: [a]}"}, more).replace("      b:", f"{lead}{body}\n      b:")


def told(text: str, choices: Choices = MINIMAL, today: date = TODAY) -> list[str]:
    """What is said, as `code message`, with the number of what was suppressed at the end."""
    found = verdict(text, choices, today)
    return [*(f"{f.code} {f.message}" for f in found.findings), f"{found.suppressed} suppressed"]


CYCLE = 'SF101 synchronous cycle "a -> b -> a"'


@pytest.mark.parametrize(
    "comment",
    [
        "# svcforge: ignore[SF101]: why",
        "# svcforge: ignore[sync-cycle]",
        "#svcforge:ignore[ cyclic-dependency ] until 2026-06-15",
        "# svcforge: ignore[topology]: why",
    ],
)
def test_a_comment_on_the_line_or_above_it_suppresses(comment: str) -> None:
    assert told(cycle(comment)) == ["1 suppressed"]
    assert told(cycle(above=comment)) == ["1 suppressed"]
    assert told(cycle(above=f"{comment}\n      # something else")) == ["1 suppressed"]


def test_a_comment_elsewhere_suppresses_nothing_and_is_told() -> None:
    comment = "# svcforge: ignore[SF101]: why"
    assert told(cycle(above=f"{comment}\n")) == ['SF901 there is nothing of "SF101" to suppress', CYCLE, "0 suppressed"]


def test_a_comment_about_several_rules_is_told_of_those_that_it_does_not_need() -> None:
    assert told(cycle("# svcforge: ignore[SF101, SF201, SF203]: why")) == [
        'SF901 there is nothing of "SF201", "SF203" to suppress',
        "1 suppressed",
    ]


def test_a_rule_that_does_not_run_makes_no_suppression_unused() -> None:
    comment = "# svcforge: ignore[SF101, SF104]: why"
    assert told(cycle(comment)) == ["1 suppressed"]
    assert told(cycle(comment), Choices(select=("SF203",))) == ["0 suppressed"]
    assert told(cycle(comment), Choices(profile="recommended", select=("SF101", "SF104"))) == [
        'SF901 there is nothing of "SF104" to suppress',
        "1 suppressed",
    ]


def test_what_only_a_later_profile_asks_for_makes_a_suppression_used() -> None:
    # That nobody listens is said in production; the rule itself runs in every profile.
    text = system(
        {"a": "{events: {Done: {id: uuid}}, operations: {go: {emits: [Done]}}} # svcforge: ignore[SF404]: an archive"}
    )
    assert told(text, Choices(select=("SF404",), profile="minimal")) == ["0 suppressed"]
    assert told(text, Choices(select=("SF404",), profile="production")) == ["1 suppressed"]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# svcforge: ignore SF101", '"# svcforge: ignore SF101" suppresses nothing'),
        ("# svcforge: ignore[]", '"# svcforge: ignore[]" suppresses nothing'),
        ("# svcforge: ignore[SF101] because", '"# svcforge: ignore[SF101] because" suppresses nothing'),
        (
            "# svcforge: ignore[SF101] until 2026-13-01",
            '"# svcforge: ignore[SF101] until 2026-13-01" suppresses nothing',
        ),
        ("# svcforge: ignore[SF101] until 2026-06-14: why", 'the suppression of "SF101" ended on 2026-06-14'),
    ],
)
def test_a_comment_that_cannot_be_read_or_has_ended_suppresses_nothing(comment: str, message: str) -> None:
    assert told(cycle(comment)) == [CYCLE, f"SF902 {message}", "0 suppressed"]


def test_a_rule_that_does_not_exist_is_told_and_the_others_hold() -> None:
    assert told(cycle("# svcforge: ignore[sync-cycle, sync-cycel]: why")) == [
        'SF902 there is no rule "sync-cycel"',
        "1 suppressed",
    ]


def test_production_asks_why() -> None:
    text = cycle("# svcforge: ignore[SF101]", more="lint: {ignore: [{rule: SF203, at: a}]}\n")
    only = ("SF101", "SF203")
    assert told(text, Choices(select=only, profile="recommended")) == [
        'SF901 there is nothing of "SF203" at "a" to suppress',
        "1 suppressed",
    ]
    assert told(text, Choices(select=only, profile="production")) == [
        'SF901 there is nothing of "SF203" at "a" to suppress',
        'SF902 the suppression of "SF203" does not say why',
        'SF902 the suppression of "SF101" does not say why',
        "1 suppressed",
    ]


def test_findings_about_upkeep_are_suppressed_like_any_other() -> None:
    entry = "{ignore: [{rule: SF203, at: a, reason: soon}, {rule: SF901, reason: we know}]}"
    assert told(system({"a": "{}"}, f"lint: {entry}\n")) == ["1 suppressed"]


def baselined(counts: dict[tuple[str, str], int], *, strict: bool = False, choices: Choices = MINIMAL) -> list[str]:
    """What is said of a cycle under a baseline, with how much of it is known."""
    asked = Asked(baseline=Baseline("b.json", counts), strict_baseline=strict)
    found = verdict(cycle(), choices, asked=asked)
    return [*(f"{f.code} {f.severity} {f.message}" for f in found.findings), f"{len(found.known)} known"]


def test_what_the_baseline_counts_is_not_told() -> None:
    assert baselined({("SF101", "a, b"): 1}) == ["1 known"]


def test_a_baseline_that_counts_more_is_stale_and_strictly_an_error() -> None:
    message = 'the baseline counts 2 SF101 of "a, b", and there are 1'
    assert baselined({("SF101", "a, b"): 2}) == [f"SF903 info {message}", "1 known"]
    assert baselined({("SF101", "a, b"): 2}, strict=True) == [f"SF903 error {message}", "1 known"]


def test_what_another_subject_counts_accounts_for_nothing() -> None:
    assert baselined({("SF101", "a, c"): 1}) == [
        'SF903 info the baseline counts 1 SF101 of "a, c", and there are 0',
        'SF101 error synchronous cycle "a -> b -> a"',
        "0 known",
    ]


def test_a_rule_that_did_not_run_makes_no_count_stale() -> None:
    assert baselined({("SF101", "a, b"): 1, ("SF104", "x"): 3}) == ["1 known"]
    assert baselined({("SF101", "a, b"): 5}, choices=Choices(select=("SF203",))) == ["0 known"]

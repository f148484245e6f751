"""The engine: severities, suppressions, order, places, thresholds."""

from __future__ import annotations

from datetime import date

import pytest
from tests.lint.judging import HEAD, system, verdict

from svcforge.lint.run import fails
from svcforge.lint.settings import Choices
from svcforge.source.finding import Severity

CYCLE = {"a": "{calls: [b]}", "b": "{calls: [a]}"}


def linted(lint: str, today: date = date(2026, 6, 15)) -> list[str]:
    """The findings of a cycle between a and b under a `lint` block, as `code severity`."""
    text = system(CYCLE, f"lint: {lint}\n")
    found = verdict(text, Choices(profile="minimal"), today)
    return [f"{f.code} {f.severity}" for f in found.findings] + [f"{found.suppressed} suppressed"]


@pytest.mark.parametrize(
    ("lint", "expected"),
    [
        ("{}", ["SF101 error", "0 suppressed"]),
        ("{severity: {SF101: info}}", ["SF101 info", "0 suppressed"]),
        ("{severity: {sync-cycle: warning}}", ["SF101 warning", "0 suppressed"]),
        ("{ignore: [SF101]}", ["1 suppressed"]),
        ("{ignore: [topology]}", ["1 suppressed"]),
        ("{ignore: [SF102x]}", ["SF001 error", "SF101 error", "0 suppressed"]),
        ("{ignore: [{rule: sync-cycle, at: a}]}", ["1 suppressed"]),
        ("{ignore: [{rule: sync-cycle, at: b}]}", ["1 suppressed"]),
        ("{ignore: [{rule: sync-cycle, at: a -> b}]}", ["1 suppressed"]),
        ("{ignore: [{rule: sync-cycle, at: b -> a}]}", ["1 suppressed"]),
        ("{ignore: [{rule: sync-cycle, at: c}]}", ["SF901 warning", "SF101 error", "0 suppressed"]),
        ("{ignore: [{rule: SF203, at: a}]}", ["SF901 warning", "SF101 error", "0 suppressed"]),
        ("{ignore: [{rule: SF104, at: a}]}", ["SF101 error", "0 suppressed"]),
        ("{ignore: [{rule: sync-cycle, until: 2026-06-15}]}", ["1 suppressed"]),
        ("{ignore: [{rule: sync-cycle, until: 2026-06-14}]}", ["SF902 warning", "SF101 error", "0 suppressed"]),
        ("{ignore: [{rule: sync-cycle, until: some day}]}", ["SF902 warning", "SF101 error", "0 suppressed"]),
    ],
)
def test_the_lint_block_decides(lint: str, expected: list[str]) -> None:
    assert linted(lint) == expected


@pytest.mark.parametrize(("at", "suppressed"), [("a", 1), ("a.go", 1), ("a.other", 0), ("a -> b", 1), ("b -> a", 0)])
def test_a_finding_inside_a_service_is_named_by_service_member_or_edge(at: str, suppressed: int) -> None:
    services = {"a": "{operations: {go: {calls: [b.work]}}}", "b": "{operations: {work: {long_running: true}}}"}
    text = system(services, f"lint: {{ignore: [{{rule: SF306, at: {at}}}]}}\n")
    assert verdict(text, Choices(profile="minimal")).suppressed == suppressed


def test_findings_stand_in_the_order_of_the_file() -> None:
    services = {"a": "{uses: [b.T]}", "b": "{owns: {T: {x: int}}, operations: {go: {http: GET /go}}}"}
    found = verdict(system(services), Choices(profile="minimal")).findings
    assert [(f.code, f.span.line) for f in found if f.span] == [("SF203", 6), ("SF601", 7)]


def test_related_places_are_located() -> None:
    [finding] = verdict(system(CYCLE), Choices(profile="minimal")).findings
    assert [(r.span.line if r.span else None) for r in finding.related] == [7]


def test_a_blueprint_without_places_is_judged_all_the_same() -> None:
    from svcforge.lint.run import run
    from svcforge.lint.settings import resolve
    from svcforge.load import load_text

    blueprint = load_text(system(CYCLE)).blueprint
    assert blueprint is not None
    [finding] = run(blueprint, resolve(blueprint.lint, Choices(profile="minimal")), today=date(2026, 1, 1)).findings
    assert (finding.code, finding.span) == ("SF101", None)


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(Severity.ERROR, False), (Severity.WARNING, True), (Severity.INFO, True), (None, False)],
)
def test_findings_at_or_above_the_threshold_fail(threshold: Severity | None, expected: bool) -> None:
    found = verdict(system(CYCLE, "lint: {severity: {SF101: warning}}\n"), Choices(profile="minimal")).findings
    assert fails(found, threshold) is expected


def test_an_empty_system_has_no_findings() -> None:
    assert verdict(HEAD, Choices(profile="production")).findings == ()

"""What the blueprint and the command line ask for, resolved."""

from __future__ import annotations

import pytest

from svcforge.lint import catalogue
from svcforge.lint.rule import Option, Profile
from svcforge.lint.settings import Choices, UnknownSelector, resolve
from svcforge.model.elements import Ignore, LintConfig
from svcforge.source.finding import Severity, dotted

HYGIENE = catalogue.selected("hygiene") or frozenset()
"""What always runs."""


def test_nothing_said_is_the_recommended_profile_failing_on_warnings() -> None:
    settings = resolve(LintConfig())
    assert settings.codes == catalogue.selected("recommended")
    assert (settings.profile, settings.fail_on) == (Profile.RECOMMENDED, Severity.WARNING)


@pytest.mark.parametrize(
    ("config", "choices", "expected"),
    [
        (LintConfig(profile="minimal"), Choices(), "minimal"),
        (LintConfig(profile="minimal"), Choices(profile="production"), "production"),
        (LintConfig(select=("topology",)), Choices(), "topology"),
        (LintConfig(select=("topology",)), Choices(profile="minimal"), "minimal"),
        (LintConfig(select=("topology",)), Choices(select=("data",)), "data"),
        (LintConfig(profile="minimal"), Choices(select=("data",), profile="production"), "data"),
    ],
)
def test_the_command_line_comes_before_the_blueprint(config: LintConfig, choices: Choices, expected: str) -> None:
    expected_codes = catalogue.selected(expected) or frozenset()
    assert resolve(config, choices).codes == expected_codes | HYGIENE


def test_profiles_and_rules_may_be_selected_together() -> None:
    minimal = catalogue.selected("minimal") or frozenset()
    assert resolve(LintConfig(select=("minimal", "SF202"))).codes == minimal | {"SF202"}


def test_what_is_ignored_on_the_command_line_does_not_run() -> None:
    settings = resolve(LintConfig(), Choices(select=("topology",), ignore=("sync-cycle",)))
    assert "SF101" not in settings.codes
    assert "SF103" in settings.codes


@pytest.mark.parametrize("choices", [Choices(select=("nosuch",)), Choices(ignore=("sync-cycel",))])
def test_a_word_of_the_command_line_that_is_no_rule_is_refused(choices: Choices) -> None:
    with pytest.raises(UnknownSelector):
        resolve(LintConfig(), choices)


def ignoring(rule: str) -> LintConfig:
    return LintConfig(ignore=(Ignore(rule=rule, at=None, reason=None, until=None, path=("lint", "ignore", 0)),))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (LintConfig(select=("sync-cycel",)), 'SF001 lint.select[0] there is no rule "sync-cycel" | did you mean "sync-cycle"?'),
        (ignoring("zzz"), 'SF001 lint.ignore[0].rule there is no rule "zzz" | see "svcforge rules"'),
        (LintConfig(severity={"SF999": "info"}), 'SF001 lint.severity.SF999 there is no rule "SF999" | see "svcforge rules"'),
        (LintConfig(options={"topology": {}}), 'SF001 lint.options.topology "topology" is several rules | options belong to one rule: name it'),
        (
            LintConfig(options={"SF104": {"max_hop": "4"}}),
            'SF001 lint.options.SF104.max_hop rule "deep-sync-chain" has no option "max_hop" | did you mean "max_hops"?',
        ),
        (LintConfig(options={"SF101": {"x": "4"}}), 'SF001 lint.options.SF101.x rule "sync-cycle" has no option "x" | its options are: none'),
        (LintConfig(options={"SF104": {"max_hops": "many"}}), 'SF011 lint.options.SF104.max_hops "many" is no value of "max_hops" | write int, like 3'),
        (LintConfig(options={"SF104": {"max_hops": "-1"}}), 'SF011 lint.options.SF104.max_hops "-1" is no value of "max_hops" | write int, like 3'),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_lint_block_is_a_finding_at_its_place(config: LintConfig, expected: str) -> None:
    found = [
        f"{p.code} {dotted(p.violation.path)} {p.violation.message} | {p.violation.hint}"
        for p in resolve(config).problems
    ]
    assert found == [expected]


def test_severities_and_options_are_kept_by_code() -> None:
    settings = resolve(LintConfig(severity={"topology": "info"}, options={"service-chain": {"max_hops": "5"}}))
    assert {code: str(s) for code, s in settings.severities.items()} == dict.fromkeys(
        catalogue.selected("topology") or (), "info"
    )
    assert settings.options == {"SF104": {"max_hops": 5}}


def test_never_has_no_threshold() -> None:
    assert resolve(LintConfig(fail_on="error"), Choices(fail_on="never")).fail_on is None


@pytest.mark.parametrize(
    ("option", "raw", "expected"),
    [
        (Option("n", 3, "r"), "4", 4),
        (Option("x", 0.5, "r"), "0.25", 0.25),
        (Option("b", True, "r"), "false", False),
        (Option("t", "a", "r"), "b", "b"),
    ],
)
def test_an_option_is_read_as_its_default_is(option: Option[object], raw: str, expected: object) -> None:
    assert option.read(raw) == expected


@pytest.mark.parametrize(
    ("option", "raw"),
    [(Option("n", 3, "r"), "x"), (Option("n", 3, "r"), "-1"), (Option("x", 0.5, "r"), "nan"), (Option("x", 0.5, "r"), "inf"), (Option("b", True, "r"), "yes")],
)  # fmt: skip
def test_what_is_not_of_the_options_type_is_refused(option: Option[object], raw: str) -> None:
    with pytest.raises(ValueError, match=raw):
        option.read(raw)


def test_rules_selected_one_by_one_reach_no_profile() -> None:
    assert resolve(LintConfig(select=("SF101",))).reachable == frozenset()
    assert resolve(LintConfig(), Choices(select=("SF101",))).reachable == frozenset()


def test_all_rules_that_are_not_ignored_decide_which_profile_is_reached() -> None:
    production = catalogue.selected("production") or frozenset()
    assert resolve(LintConfig(), Choices(profile="minimal", ignore=("SF101",))).reachable == production - {"SF101"}

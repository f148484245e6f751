"""Finding rules by code, name, family, profile, and other names."""

from __future__ import annotations

import pytest

from svcforge.lint import catalogue


@pytest.mark.parametrize("word", ["SF101", "sf101", "sync-cycle", "Sync-Cycle", "cyclic-dependency"])
def test_a_rule_is_found_by_code_name_and_other_names(word: str) -> None:
    found = catalogue.entry(word)
    assert found is not None
    assert found.rule.code == "SF101"


def test_a_word_that_is_no_rule_has_a_nearest() -> None:
    assert catalogue.entry("sync-cycel") is None
    assert catalogue.nearest("sync-cycel") == "sync-cycle"
    assert catalogue.nearest("zzzzzz") is None


def test_a_selector_is_a_rule_a_family_the_beginning_of_a_code_or_a_profile() -> None:
    everything = frozenset(catalogue.entries())
    assert catalogue.selected("service-cycle") == {"SF101"}
    assert catalogue.selected("topology") == catalogue.selected("SF1") == {c for c in everything if c.startswith("SF1")}
    assert catalogue.selected("production") == catalogue.selected("SF") == everything
    assert catalogue.selected("nothing-like-it") is None


def test_a_smell_of_which_two_rules_see_a_part_selects_both_and_is_explained_by_the_first() -> None:
    assert catalogue.selected("wobbly-service-interaction") == {"SF301", "SF302"}
    found = catalogue.entry("wobbly-service-interaction")
    assert found is not None
    assert found.rule.code == "SF301"


def test_each_profile_holds_the_one_before() -> None:
    minimal, recommended, production = map(catalogue.selected, ("minimal", "recommended", "production"))
    assert minimal is not None
    assert recommended is not None
    assert production is not None
    assert minimal < recommended < production


def test_rules_stand_in_the_order_of_their_codes() -> None:
    assert list(catalogue.entries()) == sorted(catalogue.entries())

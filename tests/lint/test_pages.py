"""Every rule's page: its headings, its examples as blueprints, and its record."""

from __future__ import annotations

import pytest
from tests.lint.judging import TODAY

from svcforge.lint import catalogue
from svcforge.lint.baseline import FILE, read
from svcforge.lint.catalogue import Entry
from svcforge.lint.earlier import Earlier
from svcforge.lint.page import BEFORE, HEADINGS, example, sections
from svcforge.lint.rule import Fix
from svcforge.lint.run import Asked, run
from svcforge.lint.settings import Choices, resolve
from svcforge.load import Loaded, load_text
from svcforge.model.blueprint import Blueprint
from svcforge.packs.shelf import bundled
from svcforge.pipeline.patching import idle_patches
from svcforge.plan.parts import services
from svcforge.plan.plan import plan
from svcforge.plan.service import service_facts
from svcforge.source.finding import Finding
from svcforge.source.patch import Patch

ENTRIES = list(catalogue.entries().values())
FIXABLE = [entry for entry in ENTRIES if entry.rule.fix is not Fix.NONE]
each_rule = pytest.mark.parametrize("entry", ENTRIES, ids=[e.rule.code for e in ENTRIES])


def judged(entry: Entry, loaded: Loaded, heading: str) -> list[Finding]:
    """What is found in a blueprint under the rule's own profile, with the baseline under the heading if there is one."""
    if loaded.blueprint is None:
        return list(loaded.findings)
    known = example(entry.page, heading, "json")
    before = load_text(example(entry.page, heading, BEFORE) or "{}", "before.yaml")
    earlier = Earlier("before.yaml", before.blueprint, before.locate) if before.blueprint else None
    asked = Asked(baseline=read(known, FILE) if known else None, earlier=earlier)
    settings = resolve(loaded.blueprint.lint, Choices(profile=entry.rule.profile))
    found = run(loaded.blueprint, settings, today=TODAY, locate=loaded.locate, comments=loaded.comments(), asked=asked)
    return list(found.findings)


def codes(entry: Entry, heading: str) -> list[str]:
    """The codes of what is found in an example."""
    loaded = load_text(example(entry.page, heading))
    found = [finding.code for finding in judged(entry, loaded, heading)]
    if entry.rule.code in PLANNING and loaded.blueprint:
        return [*found, *planning(entry, loaded.blueprint)]
    return found


PLANNING = ("SF020", "SF021", "SF023", "SF024", "SF026")
"""What is found when generating."""


def planning(entry: Entry, blueprint: Blueprint) -> list[str]:
    """What planning finds where the mended example has been generated before."""
    mended = load_text(example(entry.page, "Use instead")).blueprint
    assert mended is not None
    models = {s.name: service_facts(mended, s)["schema"]["migrations"] for s in services(mended)}
    made = plan(blueprint, bundled().packs, models)
    return [finding.code for finding in (*made.findings, *idle_patches(blueprint, made.units))]


@each_rule
def test_the_example_that_fires_gives_exactly_this_finding(entry: Entry) -> None:
    assert codes(entry, "Example") == [entry.rule.code]


@each_rule
def test_the_mended_example_gives_none(entry: Entry) -> None:
    assert codes(entry, "Use instead") == []


@pytest.mark.parametrize("entry", FIXABLE, ids=[e.rule.code for e in FIXABLE])
def test_a_rule_that_says_it_can_mend_its_example_does(entry: Entry) -> None:
    loaded = load_text(example(entry.page, "Example"))
    fixes = [f.fix for f in judged(entry, loaded, "Example") if f.code == entry.rule.code and f.fix]
    done = Patch(loaded.root, loaded.sources, loaded.file).patched(fixes)
    assert done.made == tuple(range(len(fixes)))
    assert fixes
    mended = load_text(done.texts[loaded.file])
    assert [f.code for f in judged(entry, mended, "Example") if f.code == entry.rule.code] == []
    assert mended.blueprint is not None


@each_rule
def test_only_a_rule_that_says_so_mends_anything(entry: Entry) -> None:
    found = judged(entry, load_text(example(entry.page, "Example")), "Example")
    fixed = {finding.code for finding in found if finding.fix}
    assert fixed <= {e.rule.code for e in FIXABLE}


@each_rule
def test_a_page_has_all_headings_in_order_and_something_under_each(entry: Entry) -> None:
    found = sections(entry.page)
    assert tuple(found) == HEADINGS
    assert [heading for heading, text in found.items() if not text] == []


@each_rule
def test_a_page_opens_with_a_sentence_and_keeps_its_lines_short(entry: Entry) -> None:
    assert entry.summary.endswith(".")
    assert [line for line in entry.page.splitlines() if len(line) > 120 and "://" not in line] == []


@each_rule
def test_a_page_tells_each_option_with_its_default_and_each_other_name(entry: Entry) -> None:
    found = sections(entry.page)
    options = [f"- `{o.name}` = {o.default}" for o in entry.rule.options]
    assert [line for line in options if line not in found["Options"]] == []
    assert [alias for alias in entry.rule.aliases if f"- `{alias}`" not in found["Also known as"]] == []


@each_rule
def test_an_option_has_a_reason_and_reads_its_own_default(entry: Entry) -> None:
    assert [(o.read(o.default), bool(o.reason)) for o in entry.rule.options] == [
        (o.default, True) for o in entry.rule.options
    ]


@each_rule
def test_a_rule_lives_in_the_folder_of_its_family_under_its_code_and_name(entry: Entry) -> None:
    module = "svcforge.lint.rules.{}.{}_{}".format(
        entry.rule.family, entry.rule.code.lower(), entry.rule.name.replace("-", "_")
    )
    assert catalogue._modules()[entry.rule.code] == module
    assert catalogue.entry(entry.rule.name) == entry


def test_no_word_stands_for_two_rules_but_that_for_a_smell_of_which_each_sees_a_part() -> None:
    words = [word for e in ENTRIES for word in (e.rule.code, e.rule.name, *e.rule.aliases)]
    assert sorted(word for word in words if words.count(word) > 1) == ["wobbly-service-interaction"] * 2

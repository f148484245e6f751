"""What checkers are told to let pass, in whatever is generated: each by its name, and both READMEs say why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.packs.systems import SYSTEMS, system

from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan
from svcforge.render.unit import render

CHOICES = (
    (("compose", "kubernetes", "helm", "swarm", "nomad"), None),
    (("kubernetes",), "istio"),
    (("kubernetes",), "linkerd"),
    (("kubernetes",), "consul"),
)

TOLD = re.compile(
    r"kube-score/ignore:\s*\"?([\w,-]+)|polaris\.fairwinds\.com/(\w+)-exempt|ignore-check\.kube-linter\.io/([\w-]+)"
    r"|checkov\S*?skip\d*[:=]\s*(\w+)|hadolint (?:global )?ignore=(\S+)|zizmor: ignore\[(\S+)\]|dclint disable\S* (\S+)"
)
"""How a checker is told, in an annotation or a comment, to let something pass."""

README = Path(__file__).parents[2] / "README.md"


@cache
def made(name: str) -> tuple[tuple[str, str], ...]:
    """All files of a system on every platform, with their paths."""
    units = [unit for choice in CHOICES for unit in plan(system(name, *choice), bundled().packs).units]
    return tuple((f"{unit.folder}/{file.path}", file.data.decode()) for unit in units for file in render(unit))


def told(text: str) -> Iterator[str]:
    """The checks that a file exempts something from."""
    for found in TOLD.finditer(text):
        for group in found.groups():
            yield from group.split(",") if group else ()


@pytest.mark.parametrize("name", SYSTEMS)
def test_nothing_is_exempted_that_the_readme_of_its_pack_does_not_explain(name: str) -> None:
    readmes = {path.rpartition("/")[0]: text for path, text in made(name) if path.endswith("/README.md")}
    # A chart's templates are the same for every system, and not yet what is applied.
    for path, text in made(name):
        for check in told(text) if "/templates/" not in path else ():
            folder = "/".join(path.split("/")[:2])
            assert f"`{check}`" in readmes[folder], (path, check)


def test_our_own_readme_explains_each_and_no_other() -> None:
    rows = re.findall(r"^\| (?:checkov|Polaris|kube-score) \| (.*?) \|", README.read_text(), re.MULTILINE)
    explained = {check for row in rows for check in re.findall("`([^`]+)`", row)}
    found = {check for name in SYSTEMS for _, text in made(name) for check in told(text)}
    assert explained == found | {"CKV_K8S_43", "CKV_K8S_38"}


def test_each_way_to_tell_a_checker_is_seen() -> None:
    text = """
kube-score/ignore: one,two
kube-score/ignore: "three"
polaris.fairwinds.com/four-exempt: "true"
ignore-check.kube-linter.io/five: why
checkov.io/skip1: SIX=why
# checkov:skip=SEVEN:why
# hadolint ignore=EIGHT
# zizmor: ignore[nine]
# dclint disable-line ten
"""
    assert list(told(text)) == ["one", "two", "three", "four", "five", "SIX", "SEVEN", "EIGHT", "nine", "ten"]

"""What the documents say that is made from the code is what the code says today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.docs import fresh
from tests.docs.blocks import DOCUMENTS, ROOT, blocks


@pytest.mark.parametrize("document", fresh.PARTS)
def test_the_made_parts_of_a_document_are_fresh(document: str) -> None:
    assert (ROOT / document).read_text(encoding="utf-8") == fresh.filled(document), "run `make fmt`"


def test_the_picture_of_the_shop_is_fresh() -> None:
    assert (ROOT / "docs" / "shop.svg").read_text(encoding="utf-8") == fresh.picture(), "run `make fmt`"


def test_the_pages_of_the_rules_are_fresh_and_no_others_are_there() -> None:
    folder = ROOT / fresh.RULES
    there = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert sorted(there) == sorted(fresh.rule_pages()), "run `make fmt`"
    assert [name for name, text in fresh.rule_pages().items() if there[name] != text] == [], "run `make fmt`"


def test_the_index_of_the_rules_leads_to_each_page() -> None:
    links = set(re.findall(r"\]\(([^)]+)\)", (ROOT / fresh.RULES / "README.md").read_text(encoding="utf-8")))
    assert links == {name for name in fresh.rule_pages() if name != "README.md"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=[d.name for d in DOCUMENTS])
def test_links_lead_somewhere(document: Path) -> None:
    text = re.sub(r"(?ms)^(`{3,}).*?^\\1$", "", document.read_text(encoding="utf-8"))
    targets = re.findall(r"(?:\]\(|src=\"|srcset=\")([^)\s\"]+)", text)
    anchors = {_anchor(line) for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    lost = [
        target
        for target in targets
        if not target.startswith("https://")
        and not (target.startswith("#") and target[1:] in anchors)
        and not (document.parent / target.partition("#")[0]).is_file()
    ]
    assert lost == []


def _anchor(heading: str) -> str:
    """As GitHub makes them."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=[d.name for d in DOCUMENTS])
def test_what_is_shown_fits_80_columns(document: Path) -> None:
    wide = [
        line
        for block in blocks(document)
        if block.language == "console"
        for line in block.text.splitlines()
        if len(line) > 80
    ]
    assert wide == []

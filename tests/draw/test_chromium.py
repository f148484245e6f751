"""The shop in a browser, in light and in dark: no two words meet, and none leaves what it stands in."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.draw.systems import finding, shop

from svcforge.draw import drawing
from svcforge.draw.palette import COLOURS
from svcforge.draw.views import VIEWS
from svcforge.source.finding import Finding, Severity

ORDERS = ("contexts", "ordering", "services", "orders")
FINDINGS = [
    finding(ORDERS, Severity.WARNING, "SF105"),
    finding(("contexts", "ordering"), Severity.ERROR, "SF103"),
    finding((*ORDERS, "operations", "create_order", "calls", 0), Severity.ERROR, "SF306"),
    finding((*ORDERS, "operations", "create_order", "calls", 0), Severity.WARNING, "SF301"),
    finding((*ORDERS, "owns", "Order"), Severity.INFO, "SF204"),
    finding((*ORDERS, "events", "OrderCreated"), Severity.INFO, "SF405"),
    finding(("platform",), Severity.WARNING, "SF703"),
]
SCRIPT = """
const box = e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom] };
const pictures = [...document.querySelectorAll('svg.svcforge')].map(svg => ({
    canvas: getComputedStyle(svg.querySelector('.canvas')).fill,
    outline: box(svg),
    texts: [...svg.querySelectorAll('text')].map(t => {
        const frame = t.parentElement.querySelector(':scope>.box,:scope>.plate');
        return {words: t.textContent, box: box(t), frame: frame && box(frame)};
    }),
}));
document.getElementById('found').textContent = JSON.stringify(pictures);
"""


def browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has to have Chromium: the pictures are measured in it")
        pytest.skip("there is no Chromium on this machine")
    return found


def pictures(folder: Path, findings: list[Finding], *, dark: bool) -> list[dict[str, Any]]:
    """What Chromium makes of the four views: the canvas's colour, and every text with its box."""
    drawings = "".join(drawing(shop(), findings, view=view, format="svg") for view in VIEWS)
    page = folder / "page.html"
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><body>{drawings}<pre id="found"></pre><script>{SCRIPT}</script>',
        encoding="utf-8",
    )
    done = subprocess.run(
        [
            browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={folder / 'profile'}", f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr
    measured: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
    return measured


def meet(one: list[float], other: list[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def within(inner: list[float], outer: list[float]) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


@pytest.mark.parametrize("findings", [[], FINDINGS], ids=["clean", "with findings"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_two_words_meet(tmp_path: Path, dark: bool, findings: list[Finding]) -> None:
    measured = pictures(tmp_path, findings, dark=dark)
    assert len(measured) == len(VIEWS)
    for picture in measured:
        texts = picture["texts"]
        assert len(texts) > 10
        pairs = [
            (one["words"], other["words"])
            for number, one in enumerate(texts)
            for other in texts[number + 1 :]
            if meet(one["box"], other["box"])
        ]
        assert pairs == []
        assert [t["words"] for t in texts if not within(t["box"], t["frame"] or picture["outline"])] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_picture_follows_light_and_dark(tmp_path: Path, dark: bool) -> None:
    colour = COLOURS["canvas"][int(dark)]
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    canvases = {picture["canvas"] for picture in pictures(tmp_path, [], dark=dark)}
    assert canvases == {f"rgb({red}, {green}, {blue})"}

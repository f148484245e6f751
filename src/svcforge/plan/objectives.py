"""Objectives: what an `slo` promises, and how fast its budget of failures may be spent before somebody is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from svcforge.plan.types import Fact

WINDOWS = (
    ("1h", "5m", 14.4, "2m", "page"),
    ("6h", "30m", 6, "15m", "page"),
    ("1d", "2h", 3, "1h", "ticket"),
    ("3d", "6h", 1, "3h", "ticket"),
)
"""Long and short window, how many times too fast the budget is spent, for how long, and how loud to be about it.

Google's Site Reliability Workbook, chapter 5, "multiwindow, multi-burn-rate alerts": 2 % of a month's budget in an hour,
5 % in six hours and 10 % in three days.
"""

SLOW = 0.01
"""The share of answers that may take longer than the 99th percentile that is promised."""

TRIED = (5, 10, 20, 50, 100)
"""Failures in a hundred requests; the first of them that is too much for every window is what a rule's test plays."""


def objectives(slo: Fact) -> Iterator[Fact]:
    """What is promised: `availability`, a share of good answers, and `latency`, a share of quick ones.

    Args:
        slo: `availability` (0..1) and `latency_ms`, the 99th percentile; either may be None.
    """
    if slo["availability"] is not None and slo["availability"] < 1:
        yield _objective("availability", 1 - slo["availability"], {"ms": None, "bound": None})
    if slo["latency_ms"]:
        # As the client library of Prometheus writes the bound of a bucket.
        yield _objective("latency", SLOW, {"ms": slo["latency_ms"], "bound": repr(slo["latency_ms"] / 1000)})


def _objective(kind: str, share: float, limit: dict[str, Any]) -> Fact:
    """An objective with the budget `share`, the part of all requests that may fail it."""
    budget = round(share, 9)
    burns: list[Fact] = [
        {
            "long": long,
            "short": short,
            "factor": factor,
            "threshold": round(factor * budget, 9),
            "after": after,
            "severity": severity,
        }
        for long, short, factor, after, severity in WINDOWS
        if factor * budget < 1  # more than all requests cannot fail
    ]
    most = max((burn["threshold"] for burn in burns), default=0)
    bad = next((percent for percent in TRIED if percent / 100 > most), 100)
    windows = dict.fromkeys(burn[length] for burn in burns for length in ("short", "long"))
    return limit | {
        "kind": kind,
        "percent": round(100 * (1 - budget), 7),
        "budget": budget,
        "burns": burns,
        "windows": list(windows),
        "tried": {"bad": bad, "good": 100 - bad, "share": bad / 100},
    }

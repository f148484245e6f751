"""The figures of a blueprint as people and machines read them: tables that fit a page, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from svcforge.lint.budgets import percent
from svcforge.metrics.measured import ComponentFigures, Measured, SystemFigures
from svcforge.metrics.reach import Knot
from svcforge.model.policy import Milliseconds, duration_text
from svcforge.report.page import Page, cells, wrapped

NOTHING = "-"
"""Stands for a figure that something does not have."""

HEAD = ("AIS", "ADS", "ACS", "I", "SIUC", "SIDC", "LoMC", "chain", "blast", "avail.", "slack", "tries")

KEY = (
    "AIS: callers; ADS: callees; ACS: AIS * ADS; I: instability, ADS / (AIS + ADS); SIUC: how much of what is offered each "
    "client uses; SIDC: types that several operations take, of all that are taken; LoMC: how little operations are alike "
    "in what they take and answer; chain: calls in the longest chain from here; blast: share of all that waits for it; avail.: what can "
    "be promised at best; slack: time that its callers have to spare; tries: how often one request may ask it."
)


def table(found: Measured, page: Page) -> str:
    """A line a component, what the columns are, and the system's figures below."""
    parts = [_components(found.components, page)] if found.components else []
    lines = [*parts, "\n".join(_system(found, page))]
    return "\n\n".join(lines) + "\n"


def _components(figures: Sequence[ComponentFigures], page: Page) -> str:
    rows = [_row(f) for f in figures]
    widths = [max(len(head), *(len(row[i]) for row in rows)) for i, head in enumerate(HEAD)]
    room = page.width - sum(widths) - len(widths)
    first = min(max(len(f.name) for f in figures), max(room, 1))
    lines = [_line(" " * first, HEAD, widths)]
    for f, row in zip(figures, rows, strict=True):
        # A name that has no room beside its figures stands above them: names are copied.
        if len(f.name) > first:
            lines.append(page.paint("strong", f.name))
        name = f.name if len(f.name) <= first else ""
        lines.append(_line(page.paint("strong", name) + " " * (first - len(name)), row, widths))
    return "\n".join([*lines, "", *wrapped(KEY, page.width, indent="")])


def _line(first: str, row: Sequence[str], widths: Sequence[int]) -> str:
    return first + "".join(f" {cell:>{width}}" for cell, width in zip(row, widths, strict=True))


def _row(f: ComponentFigures) -> tuple[str, ...]:
    return (
        str(f.ais), str(f.ads), str(f.acs), _share(f.instability), _share(f.siuc), _share(_sidc(f)), _share(_lomc(f)),
        str(f.chain),
        f"{f.blast_radius:.0%}", _percent(f), _duration(f.slack), str(f.attempts),
    )  # fmt: skip


def _sidc(f: ComponentFigures) -> float | None:
    return f.alike.sidc if f.alike else None


def _lomc(f: ComponentFigures) -> float | None:
    return f.alike.lomc if f.alike else None


def _system(found: Measured, page: Page) -> Iterator[str]:
    rows = list(_figures(found.system))
    names = max(len(name) for name, _, _ in rows)
    values = max(len(value) for _, value, _ in rows)
    yield page.paint("strong", found.system.name)
    for name, value, about in rows:
        head = f"  {name:<{names}}  {value:>{values}}"
        yield from wrapped(about, page.width, first=f"{head}  ", indent=" " * (cells(head) + 2)) if about else [head]


def _figures(system: SystemFigures) -> Iterator[tuple[str, str, str]]:
    """Each figure of the system: its name, its value, and a word about it."""
    yield "components", str(system.components), ""
    yield "calls", str(system.calls), "ordered pairs of which one calls the other"
    yield "SCF", _share(system.scf), "density: calls / (N * (N - 1))"
    yield "ADCS", _share(system.adcs), "mean ADS"
    yield "SIY", str(system.siy), "pairs that call each other both ways"
    yield "SC", _share(system.coupling), "mean structural coupling of the pairs"
    yield "circles", str(len(system.circles)), "; ".join(map(_members, system.circles))
    hops = max(0, len(system.longest_chain) - 1)
    yield "longest chain", str(hops), " -> ".join(map(_members, system.longest_chain)) if hops else ""
    yield "async ratio", _share(system.async_ratio), "events' share of all coupled pairs"
    hit = system.blast_radius if system.blast_radius and system.blast_radius.dependents else None
    yield "blast radius", f"{hit.blast_radius:.0%}" if hit else NOTHING, f"of {hit.name}" if hit else ""
    yield "availability", *_least(system.availability)
    yield (
        "slack",
        _duration(system.slack.slack if system.slack else None),
        f"of {system.slack.name}" if system.slack else "",
    )
    most = system.attempts if system.attempts and system.attempts.attempts > 1 else None
    yield "tries", str(most.attempts) if most else "1", f"at {most.name}" if most else ""


def _least(figures: ComponentFigures | None) -> tuple[str, str]:
    if figures is None or figures.composite is None:
        return NOTHING, ""
    silent = figures.composite.unpromised
    less = f", or less: {silent} of its parts promise{'s' if silent == 1 else ''} nothing" if silent else ""
    return _percent(figures), f"of {figures.name}{less}"


def _members(knot: Knot) -> str:
    return knot[0] if len(knot) == 1 else f"({', '.join(knot)})"


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def _percent(figures: ComponentFigures) -> str:
    return NOTHING if figures.composite is None else percent(figures.composite.availability)


def _duration(value: Milliseconds | None) -> str:
    if value is None:
        return NOTHING
    return f"-{duration_text(-value)}" if value < 0 else duration_text(value)


def as_json(found: Measured) -> str:
    """The same for programs; stable within its version. Durations are in milliseconds, shares from 0 to 1."""
    system = found.system
    data = {
        "version": 1,
        "system": {
            "name": system.name,
            "components": system.components,
            "calls": system.calls,
            "scf": _rounded(system.scf),
            "adcs": _rounded(system.adcs),
            "siy": system.siy,
            "structural_coupling": _rounded(system.coupling),
            "cycles": [list(knot) for knot in system.circles],
            "longest_chain": {
                "hops": max(0, len(system.longest_chain) - 1),
                "components": [list(knot) for knot in system.longest_chain],
            },
            "async_ratio": _rounded(system.async_ratio),
            "blast_radius": _extreme(system.blast_radius, "blast_radius"),
            "availability": _extreme(system.availability, "availability"),
            "deadline_slack": _extreme(system.slack, "deadline_slack"),
            "retry_factor": _extreme(system.attempts, "retry_factor"),
        },
        "components": [_component(figures) for figures in found.components],
        "pairs": [
            {"source": p.source, "target": p.target, "calls": p.calls, "structural_coupling": _rounded(p.coupling)}
            for p in found.pairs
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _component(f: ComponentFigures) -> dict[str, Any]:
    return {
        "name": f.name,
        "ais": f.ais,
        "ads": f.ads,
        "acs": f.acs,
        "instability": _rounded(f.instability),
        "siuc": _rounded(f.siuc),
        "sidc": _rounded(_sidc(f)),
        "lomc": _rounded(_lomc(f)),
        "chain": f.chain,
        "dependents": f.dependents,
        "blast_radius": _rounded(f.blast_radius),
        "availability": _rounded(f.composite.availability) if f.composite else None,
        "unpromised": f.composite.unpromised if f.composite else None,
        "deadline_slack": f.slack,
        "retry_factor": f.attempts,
    }


def _extreme(figures: ComponentFigures | None, key: str) -> dict[str, Any] | None:
    """The figure of the component that has it at its worst."""
    return {"component": figures.name, "value": _component(figures)[key]} if figures else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)

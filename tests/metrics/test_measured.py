"""All figures together: of the example shop, of systems that others have counted, and of large ones."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.metrics.small import Graph, blueprint_of, calling, graphs
from tests.strategies import Data, as_text, blueprints

from svcforge.load import load_text
from svcforge.metrics.measured import Measured, measured
from svcforge.pipeline.importing import imported
from svcforge.report.metrics import as_json, table
from svcforge.report.page import Page

ROOT = Path(__file__).parents[2]
SYSTEMS = ROOT.parent / "shared" / "systems"


def test_of_nothing_nothing_is_counted() -> None:
    loaded = load_text("svcforge: 1\nsystem: s\n")
    assert loaded.blueprint is not None
    found = measured(loaded.blueprint)
    assert found.components == ()
    assert found.pairs == ()
    assert (found.system.scf, found.system.adcs, found.system.async_ratio, found.system.coupling) == (None,) * 4
    assert (found.system.longest_chain, found.system.attempts, found.system.availability) == ((), None, None)


def test_the_share_of_events_counts_pairs_and_copies() -> None:
    services = """
a: {events: {E: {x: uuid}, F: {x: uuid}}}
b: {subscribes: {a.E: o, a.F: o}, operations: {o: {}}, calls: [a, c]}
c: {copies: {Known: {a.E: {keep: [x]}}}}
"""
    # Events: a to b, a to c; calls: b to a, b to c.
    assert measured(blueprint_of(services)).system.async_ratio == 2 / 4


def test_who_is_hit_includes_the_gateway_though_it_is_not_counted() -> None:
    blueprint = blueprint_of("a: {calls: [b]}\nb: {}", "gateway: {routes: {/a: a}}\n")
    found = {f.name: (f.dependents, f.blast_radius) for f in measured(blueprint).components}
    assert found == {"a": (1, 1 / 3), "b": (2, 2 / 3)}


def theirs_of(system: str) -> dict[str, object]:
    """What an independent script has counted."""
    found = json.loads((SYSTEMS / system / "metrics.json").read_text(encoding="utf-8"))
    return {
        "components": found["components"],
        "calls": found["sync_edges"],
        "SCF": found["SCF"],
        "SIY": found["SIY"],
        "ADCS": found["ADCS"],
        "AIS": {name: number for name, number in found["maxAIS"] if number},
        "ADS": {name: number for name, number in found["maxADS"] if number},
        "ACS": dict(found["ACS"]),
        "instability": found["instability"],
        "circles": sorted(map(sorted, found["sync_scc"])),
        "hops": found["longest_sync_chain_hops"],
    }


def ours_of(found: Measured, theirs: dict[str, object]) -> dict[str, object]:
    """The same of what we count; theirs lists the largest only."""
    told = {what: set(of) for what in ("AIS", "ADS", "ACS") if isinstance(of := theirs[what], dict)}
    return {
        "components": found.system.components,
        "calls": found.system.calls,
        "SCF": round(found.system.scf or 0, 4),
        "SIY": found.system.siy,
        "ADCS": round(found.system.adcs or 0, 3),
        "AIS": {f.name: f.ais for f in found.components if f.name in told["AIS"]},
        "ADS": {f.name: f.ads for f in found.components if f.name in told["ADS"]},
        "ACS": {f.name: f.acs for f in found.components if f.name in told["ACS"]},
        "instability": {f.name: round(f.instability, 3) for f in found.components if f.instability is not None},
        "circles": sorted(map(list, found.system.circles)),
        "hops": len(found.system.longest_chain) - 1,
    }


@pytest.mark.skipif(not SYSTEMS.is_dir(), reason="the published systems are not beside this checkout")
@pytest.mark.parametrize(
    "system", ["deathstarbench-social", "ftgo", "online-boutique", "robot-shop", "spring-petclinic"]
)
def test_a_published_system_has_the_figures_that_an_independent_script_found(system: str) -> None:
    loaded = load_text(imported([str(SYSTEMS / system / "topology.json")]).text)
    assert loaded.blueprint is not None
    theirs = theirs_of(system)
    assert ours_of(measured(loaded.blueprint, entries=True), theirs) == theirs


@settings(max_examples=40, deadline=None)
@given(blueprints())
def test_any_blueprint_can_be_counted_and_always_the_same(data: Data) -> None:
    text = as_text(data)
    first, again = load_text(text).blueprint, load_text(text).blueprint
    if first is not None and again is not None:
        for entries in (False, True):
            found = measured(first, entries=entries)
            assert as_json(found) == as_json(measured(again, entries=entries))
            assert all(len(line) <= 80 for line in table(found, Page()).splitlines())


@settings(deadline=None)
@given(graphs)
def test_more_calls_make_nothing_smaller(graph: Graph) -> None:
    fuller = {name: callees | {min(graph)} for name, callees in graph.items()}
    before, after = (measured(blueprint_of(calling(g))) for g in (graph, fuller))
    assert before.system.calls <= after.system.calls
    assert before.system.siy <= after.system.siy
    for old, new in zip(before.components, after.components, strict=True):
        assert old.ais <= new.ais
        assert old.ads <= new.ads
        assert old.dependents <= new.dependents


def test_ten_times_the_services_take_not_much_more_than_ten_times_the_time() -> None:
    def seconds(number: int) -> float:
        calls = [
            f"s{i}: {{calls: [{', '.join(f's{i + k}' for k in (1, 3, 7) if i + k < number)}]}}" for i in range(number)
        ]
        blueprint = blueprint_of("\n".join(calls))
        start = time.perf_counter()
        measured(blueprint)
        return time.perf_counter() - start

    seconds(100)
    assert seconds(4000) < 40 * max(seconds(400), 0.01)

"""Figures as tables that fit 80 columns, and as JSON."""

from __future__ import annotations

import json
import re

from tests.metrics.small import blueprint_of

from svcforge.metrics.measured import measured
from svcforge.report.metrics import as_json, table
from svcforge.report.page import Page

SMALL = """
orders: {slo: {availability: 99.9%}, calls: [{to: stock, timeout: 1s, retries: 1}, prices]}
stock: {calls: [{to: prices, timeout: 1500ms}]}
prices: {slo: {availability: 99.5%}, calls: [stock]}
"""


def test_the_table_has_a_line_a_service_and_the_system_below() -> None:
    assert table(measured(blueprint_of(SMALL)), Page()) == (
        "       AIS ADS ACS    I SIUC SIDC LoMC chain blast   avail.  slack tries\n"
        "orders   0   2   0 1.00    -    -    -     1    0% 99.4005%      -     1\n"
        "stock    2   1   2 0.33    -    -    -     0   67%    99.5% -500ms     2\n"
        "prices   2   1   2 0.33    -    -    -     0   67%    99.5%      -     2\n"
        "\n"
        "AIS: callers; ADS: callees; ACS: AIS * ADS; I: instability, ADS / (AIS + ADS);\n"
        "SIUC: how much of what is offered each client uses; SIDC: types that several\n"
        "operations take, of all that are taken; LoMC: how little operations are alike in\n"
        "what they take and answer; chain: calls in the longest chain from here; blast:\n"
        "share of all that waits for it; avail.: what can be promised at best; slack:\n"
        "time that its callers have to spare; tries: how often one request may ask it.\n"
        "\n"
        "s\n"
        "  components            3\n"
        "  calls                 4  ordered pairs of which one calls the other\n"
        "  SCF                0.67  density: calls / (N * (N - 1))\n"
        "  ADCS               1.33  mean ADS\n"
        "  SIY                   1  pairs that call each other both ways\n"
        "  SC                -0.33  mean structural coupling of the pairs\n"
        "  circles               1  (prices, stock)\n"
        "  longest chain         1  orders -> (prices, stock)\n"
        "  async ratio        0.00  events' share of all coupled pairs\n"
        "  blast radius        67%  of stock\n"
        "  availability   99.4005%  of orders, or less: 1 of its parts promises nothing\n"
        "  slack            -500ms  of stock\n"
        "  tries                 2  at stock\n"
    )


def test_a_name_that_has_no_room_stands_above_its_figures() -> None:
    long = "a" * 40
    lines = table(measured(blueprint_of(f"{long}: {{calls: [b]}}\nb: {{}}")), Page()).splitlines()
    assert lines[1] == long
    assert lines[2].split()[:3] == ["0", "1", "0"]
    assert max(map(len, lines)) <= 80


def test_a_system_without_services_has_its_own_figures_only() -> None:
    found = table(measured(blueprint_of("x: {role: infra}")), Page())
    assert found.startswith("s\n  components     0\n")
    assert "  SCF            -  density" in found


def test_colours_change_nothing_but_colours() -> None:
    found = measured(blueprint_of(SMALL))
    coloured = table(found, Page(colour=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == table(found, Page())


def test_json_has_the_same_and_names_who_is_worst() -> None:
    found = json.loads(as_json(measured(blueprint_of(SMALL))))
    assert list(found) == ["version", "system", "components", "pairs"]
    system = found["system"]
    assert system["scf"] == 0.666667
    assert system["cycles"] == [["prices", "stock"]]
    assert system["longest_chain"] == {"hops": 1, "components": [["orders"], ["prices", "stock"]]}
    assert system["availability"] == {"component": "orders", "value": 0.994005}
    assert system["deadline_slack"] == {"component": "stock", "value": -500}
    assert system["retry_factor"] == {"component": "stock", "value": 2}
    assert found["components"][1] == {
        "name": "stock", "ais": 2, "ads": 1, "acs": 2, "instability": 0.333333, "siuc": None, "sidc": None,
        "lomc": None, "chain": 0, "dependents": 2, "blast_radius": 0.666667, "availability": 0.995,
        "unpromised": 1, "deadline_slack": -500, "retry_factor": 2,
    }  # fmt: skip
    assert found["pairs"][0] == {"source": "orders", "target": "stock", "calls": 1, "structural_coupling": -0.5}

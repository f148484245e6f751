"""The example of Online Boutique asks whom the real one asks, edge by edge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from svcforge.load import load_file
from svcforge.model.edges import SYNC, edges
from svcforge.packs.shelf import blueprints_folder

TOPOLOGY = Path(__file__).parents[3] / "shared" / "systems" / "online-boutique" / "topology.json"
OUTSIDE = {"loadgenerator", "gateway"}
"""Who knocks at the frontend's door, there and here."""


@pytest.mark.skipif(not TOPOLOGY.exists(), reason="the real systems are not beside this checkout")
def test_it_has_the_services_and_the_edges_of_the_real_one() -> None:
    real = json.loads(TOPOLOGY.read_text())
    blueprint = load_file(blueprints_folder() / "online-boutique" / "blueprint.yaml").blueprint
    assert blueprint is not None
    services = {node["name"] for node in real["nodes"] if node["kind"] == "service"}
    assert {*blueprint.services, *blueprint.bffs} == services
    assert len(services) == 10
    asked = {(edge["source"], edge["target"]) for edge in real["edges"] if edge["kind"] == "sync"}
    found = {(edge.source, edge.target) for edge in edges(blueprint) if edge.kind in SYNC}
    assert {edge for edge in found if edge[0] not in OUTSIDE} == {edge for edge in asked if edge[0] not in OUTSIDE}
    assert {edge["source"] for edge in real["edges"] if edge["kind"] == "data"} == {
        name for name, service in blueprint.services.items() if service.entities
    }

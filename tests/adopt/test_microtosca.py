"""microTOSCA drawings: what is drawn, seen through routers, and no more than that."""

from __future__ import annotations

from pathlib import Path

from tests.adopt.importing import Folder, call, calls, uses

from svcforge.model.blueprint import Blueprint
from svcforge.model.policy import Breaker

TEMPLATES = """
  relationship_templates:
    t: {properties: {timeout: true}, type: micro.relationships.InteractsWith}
    cd: {properties: {circuit_breaker: true, dynamic_discovery: true}, type: micro.relationships.InteractsWith}
"""


def drawn(folder: Path, nodes: str, groups: str = "{}") -> Blueprint:
    """The blueprint of a drawing; a node in a line, as `name: Type [requirements]`."""
    lines = (line.strip().split(" ", 2) for line in nodes.strip().splitlines())
    templates = "".join(
        f"    {name} {{type: micro.nodes.{kind}, requirements: {(rest or ['[]'])[0]}}}\n" for name, kind, *rest in lines
    )
    text = f"tosca_definitions_version: micro_tosca_yaml_1.1\ntopology_template:\n  node_templates:\n{templates}  groups: {groups}{TEMPLATES}"
    return Folder(folder).write(drawing=text).blueprint()


def test_services_stores_and_brokers_are_what_they_are_drawn_as(tmp_path: Path) -> None:
    found = drawn(
        tmp_path, "a: Service [{interaction: db}, {interaction: rabbitmq}]\ndb: Datastore\nrabbitmq: MessageBroker"
    )
    assert (uses(found.services["a"]), calls(found.services["a"]), found.platform.broker) == (
        ["db"],
        ["rabbitmq"],
        "rabbitmq",
    )
    assert (str(found.services["a"].role), found.services["a"].has) == ("business", ())


def test_a_router_before_one_service_is_its_name_in_the_network(tmp_path: Path) -> None:
    found = drawn(tmp_path, "a: Service [{interaction: b.svc}]\nb.svc: MessageRouter [{interaction: b}]\nb: Service")
    assert list(found.services) == ["a", "b"]
    assert call(found, "a", "b").policy.discovery == "dns"


def test_a_router_at_the_edge_is_a_gateway_and_a_service_there_is_exposed(tmp_path: Path) -> None:
    found = drawn(
        tmp_path,
        "a: Service\nb: Service\nin: MessageRouter [{interaction: a}]",
        "{e: {type: micro.groups.Edge, members: [in, b]}, t: {type: micro.groups.Team, members: [a]}}",
    )
    assert {n: (str(s.role), s.exposed, s.team) for n, s in found.services.items()} == {
        "a": ("business", False, "t"),
        "b": ("business", True, None),
        "in": ("gateway", True, None),
    }
    assert calls(found.services["in"]) == ["a"]


def test_routers_in_a_circle_end(tmp_path: Path) -> None:
    found = drawn(
        tmp_path,
        "a: Service [{interaction: r}]\nr: MessageRouter [{interaction: s}]\ns: MessageRouter [{interaction: r}, {interaction: b}]\nb: Service",
    )
    assert calls(found.services["a"]) == ["b"]


def test_breakers_and_discovery_are_policies_and_a_timeout_without_a_length_is_excused(tmp_path: Path) -> None:
    found = drawn(
        tmp_path,
        "a: Service [{interaction: {node: b, relationship: cd}}, {interaction: {node: c, relationship: t}}]\nb: Service\nc: Service",
    )
    to_b = call(found, "a", "b").policy
    assert (to_b.breaker, to_b.discovery, call(found, "a", "c").policy.timeout) == (Breaker(), "dns", None)
    assert [(i.at, i.reason) for i in found.lint.ignore if i.rule == "SF301"] == [
        ("a -> c", "drawing.yaml:4 has a timeout and does not say which")
    ]


def test_what_one_of_two_arrows_lacks_the_pair_lacks(tmp_path: Path) -> None:
    found = drawn(tmp_path, "a: Service [{interaction: {node: b, relationship: cd}}, {interaction: b}]\nb: Service")
    assert (calls(found.services["a"]), call(found, "a", "b").policy.breaker) == (["b"], None)


def test_services_on_one_compute_share_a_deployable(tmp_path: Path) -> None:
    found = drawn(
        tmp_path,
        "a: Service [{deployed_on: box}]\nb: Service [{deployed_on: box}]\nc: Service [{deployed_on: own}]\nbox: Compute\nown: Compute",
    )
    assert {n: s.unit for n, s in found.services.items()} == {"a": "box", "b": "box", "c": None}


def test_what_is_not_drawn_is_told(tmp_path: Path) -> None:
    drawn(tmp_path, "a: Service [{interaction: gone}]\nodd: Gizmo")
    assert [n.split(": ", 1)[1] for n in Folder(tmp_path).imported().notes] == [
        '"a" interacts with "gone", which is not drawn',
        '"odd" is of a type that is not known, "gizmo": not read',
    ]

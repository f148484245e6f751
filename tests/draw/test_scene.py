"""Findings on the elements that they are about."""

from __future__ import annotations

from tests.draw.systems import finding

from svcforge.draw.scene import Cluster, Edge, EdgeKind, Node, NodeKind, Scene, clipped, codes, marked, severity
from svcforge.source.finding import Finding, Related, Severity

ORDERS = ("contexts", "ordering", "services", "orders")
CALL = (*ORDERS, "operations", "create_order", "calls", 0)


def scene() -> Scene:
    return Scene(
        view="services",
        title="shop",
        clusters=(Cluster(id="c", kind=NodeKind.CONTEXT, label="ordering", paths=(("contexts", "ordering"),)),),
        nodes=(Node(id="n", kind=NodeKind.SERVICE, label="orders", cluster="c", paths=(ORDERS,)),),
        edges=(Edge(id="e", kind=EdgeKind.SYNC, source="n", target="n", paths=(CALL,)),),
    )


def marks(*findings: Finding) -> dict[str, tuple[str, ...]]:
    """Id of an element -> the codes on it; under "notes" those on none."""
    drawn = marked(scene(), findings)
    on = {element.id: codes(element) for element in drawn.elements if element.findings}
    return on | ({"notes": tuple(note.code for note in drawn.notes)} if drawn.notes else {})


def test_a_finding_inside_a_call_is_on_its_edge() -> None:
    assert marks(finding((*CALL, "timeout"))) == {"e": ("SF101",)}


def test_a_finding_inside_a_service_is_on_its_node() -> None:
    assert marks(finding((*ORDERS, "owns", "Order"))) == {"n": ("SF101",)}


def test_a_finding_on_a_context_is_on_its_cluster() -> None:
    assert marks(finding(("contexts", "ordering"))) == {"c": ("SF101",)}


def test_a_finding_on_the_system_is_a_note() -> None:
    assert marks(finding(("platform",))) == {"notes": ("SF101",)}


def test_a_finding_is_also_on_what_it_is_related_to() -> None:
    found = Finding("SF101", "sync-cycle", Severity.ERROR, "a circle", None, CALL, None, (Related(ORDERS, "here"),))
    assert marks(found) == {"e": ("SF101",), "n": ("SF101",)}


def test_the_worst_finding_comes_first() -> None:
    info, error = finding(ORDERS, Severity.INFO, "SF001"), finding(ORDERS, Severity.ERROR, "SF900")
    node = marked(scene(), [info, error]).nodes[0]
    assert (codes(node), severity(node)) == (("SF900", "SF001"), Severity.ERROR)


def test_too_many_lines_are_counted() -> None:
    assert clipped(("a", "b", "c", "d"), 3) == ("a", "b", "+2 more")


def test_lines_that_fit_stay() -> None:
    assert clipped(("a", "b", "c"), 3) == ("a", "b", "c")

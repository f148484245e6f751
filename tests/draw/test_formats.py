"""A scene written down: what each format looks like, and that no words break it."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, reject, settings
from tests.draw.systems import finding, scenes, shop, system

from svcforge.draw import drawing
from svcforge.draw.formats import FORMATS, SUFFIXES
from svcforge.draw.graphviz import Graphviz, LayoutTooHard
from svcforge.draw.scene import Scene
from svcforge.draw.views import VIEWS
from svcforge.source.finding import Severity

SVG = "{http://www.w3.org/2000/svg}"
SMALL = """
contexts:
  sales:
    subdomain: core
    services:
      orders: {calls: [stock], events: {Placed: {order: uuid}}}
      stock: {subscribes: [orders.Placed]}
"""
WRONG = finding(("contexts", "sales", "services", "orders", "calls", 0), Severity.WARNING, "SF301", "no timeout")


def test_mermaid() -> None:
    assert drawing(system(SMALL), [WRONG], view="services", format="mermaid") == (
        "---\n"
        'title: "small: services"\n'
        "---\n"
        "flowchart LR\n"
        '  subgraph context_sales["sales (core)"]\n'
        '    service_orders["orders"]:::service\n'
        '    service_stock["stock"]:::service\n'
        "  end\n"
        '  service_orders -->|"REST<br/>SF301"| service_stock\n'
        '  service_orders -.->|"Placed"| service_stock\n'
        "  linkStyle 0 stroke:#a85400,stroke-width:3px\n"
        "  linkStyle 1 stroke:#0a7a5c\n"
        "  classDef service fill:#ffffff,stroke:#7d8dab,color:#172033\n"
    )


def test_dot() -> None:
    text = drawing(system(SMALL), [WRONG], view="services", format="dot")
    assert [line.strip() for line in text.splitlines() if "->" in line] == [
        'service_orders -> service_stock [label="REST\\nSF301", tooltip="REST\\nstock\\nSF301 warning: no timeout", '
        'color="#a85400", fontcolor="#a85400", penwidth=2.5]',
        'service_orders -> service_stock [label="Placed", tooltip="Placed\\nPlaced", color="#0a7a5c", '
        'fontcolor="#0a7a5c", style=dashed]',
    ]


def test_json() -> None:
    document = json.loads(drawing(system(SMALL), [WRONG], view="services", format="json"))
    assert list(document) == ["version", "view", "title", "about", "clusters", "nodes", "edges", "notes"]
    assert document["edges"][0] == {
        "id": "sync:service.orders->service.stock",
        "kind": "sync",
        "label": ["REST"],
        "details": ["stock"],
        "findings": [
            {
                "code": "SF301",
                "name": "some-rule",
                "severity": "warning",
                "message": "no timeout",
                "path": "contexts.sales.services.orders.calls[0]",
            }
        ],
        "source": "service.orders",
        "target": "service.stock",
    }


def picture(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def classes(root: ElementTree.Element) -> list[str]:
    return [group.get("class", "") for group in root.iter(f"{SVG}g")]


def test_svg_can_be_read_aloud() -> None:
    root = picture(drawing(shop(), view="services", format="svg"))
    assert (root.get("role"), root.get("aria-label")) == ("img", "shop: services")
    assert root.find(f"{SVG}title") is not None


def test_svg_explains_what_is_in_it() -> None:
    root = picture(drawing(shop(), view="services", format="svg"))
    shown = {text.text for text in root.iter(f"{SVG}text")}
    assert {"synchronous call", "asynchronous event", "step of a saga", "external system"} <= shown
    assert "reference by id" not in shown


def test_svg_shows_findings_on_what_they_are_about() -> None:
    root = picture(drawing(system(SMALL), [WRONG], view="services", format="svg"))
    assert classes(root).count("edge sync warning") == 2
    assert "SF301 warning: no timeout" in "".join(root.itertext())


@pytest.mark.parametrize("view", VIEWS)
def test_svg_needs_nothing_from_elsewhere(view: str) -> None:
    text = drawing(shop(), view=view, format="svg").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|url\(|@import|href|<script|<image", text)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("view", VIEWS)
def test_the_same_blueprint_gives_the_same_bytes(view: str, format_: str) -> None:
    assert drawing(shop(), view=view, format=format_) == drawing(shop(), view=view, format=format_)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_system_is_drawn(view: str, format_: str) -> None:
    assert "small" in drawing(system(""), view=view, format=format_)


def test_every_suffix_stands_for_a_format() -> None:
    assert set(SUFFIXES.values()) == set(FORMATS)


patient = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@patient
@given(scenes())
def test_no_words_break_svg(scene: Scene) -> None:
    root = picture(FORMATS["svg"](scene))
    drawn = [g for g in root.iter(f"{SVG}g") if g.find(f"{SVG}title") is not None]
    assert len([g for g in drawn if g.get("class", "").startswith("node")]) == len(scene.nodes)


@patient
@given(scenes())
def test_no_words_break_json(scene: Scene) -> None:
    document = json.loads(FORMATS["json"](scene))
    assert [node["label"] for node in document["nodes"]] == [node.label for node in scene.nodes]


@patient
@given(scenes())
def test_no_words_break_dot(scene: Scene) -> None:
    try:
        graph = Graphviz().positions(FORMATS["dot"](scene))
    except LayoutTooHard as error:
        # Several loops at one box make the WebAssembly build of Graphviz read past a table; a graph that it
        # cannot read gives no answer, and that is what this is about.
        if "trap" not in str(error):
            raise
        reject()
    objects = [o for o in graph.get("objects", ()) if not o["name"].startswith("cluster_")]
    assert len(objects) == len(scene.nodes)
    assert len(graph.get("edges", ())) == len(scene.edges)


STRING = r'"[^"`<>&\x00-\x1f]*"'
NAME = r"[A-Za-z0-9_]+"
STATEMENT = re.compile(
    rf" *(subgraph {NAME}\[{STRING}\]|end"
    rf"|{NAME}(\[{STRING}\]|\(\[{STRING}\]\)|\[\({STRING}\)\]|\{{\{{{STRING}\}}\}}|\[\[{STRING}\]\]):::\w+"
    rf"|{NAME} (-->|-\.->|==>)(\|{STRING}\|)? {NAME}"
    r"|linkStyle [\d,]+ [\w:#,-]+|classDef \w+ [\w:#,-]+|style \w+ [\w:#,-]+"
    r"|%% [^{}]*)"
)


@patient
@given(scenes())
def test_no_words_break_mermaid(scene: Scene) -> None:
    text = FORMATS["mermaid"](scene)
    assert text.encode()
    start, title, stop, kind, *body = text.removesuffix("\n").split("\n")
    assert (start, stop, kind) == ("---", "---", "flowchart LR")
    assert isinstance(json.loads(title.removeprefix("title: ")), str)
    strange = [line for line in body if not STATEMENT.fullmatch(line.replace("<br/>", " "))]
    assert strange == []
    assert not {line.split("[")[0].split("(")[0].split("{")[0].strip() for line in body} & {"graph", "default"}

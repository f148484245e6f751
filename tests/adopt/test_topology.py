"""`topology.json`: nodes by kind, links by kind, publishers joined with subscribers."""

from __future__ import annotations

import json
from pathlib import Path

from tests.adopt.importing import Folder, call, calls, uses

from svcforge.model.blueprint import Blueprint


def topology(folder: Path, nodes: dict[str, str], edges: dict[str, str]) -> Blueprint:
    """The blueprint of a topology; an edge is `a -> b` with `kind protocol`."""
    written = {
        "system": "shop",
        "nodes": [{"name": n, "kind": k} for n, k in nodes.items()],
        "edges": [
            {"source": e.split(" -> ")[0], "target": e.split(" -> ")[1], "kind": k.partition(" ")[0], "protocol": k.partition(" ")[2]}
            for e, k in edges.items()
        ],
    }  # fmt: skip
    (folder / "topology.json").write_text(json.dumps(written, indent=1), encoding="utf-8")
    return Folder(folder).blueprint()


def test_kinds_are_roles_and_every_place_is_said(tmp_path: Path) -> None:
    found = topology(
        tmp_path,
        {"s": "service", "g": "gateway", "f": "frontend", "l": "load", "i": "infra", "x": "external", "d": "datastore"},
        {"s -> x": "sync http"},
    )
    assert {n: str(s.role) for n, s in found.services.items()} == {
        "s": "business", "g": "gateway", "f": "frontend", "l": "client", "i": "infra"
    }  # fmt: skip
    assert (list(found.externals), list(found.stores), calls(found.services["s"])) == (["x"], ["d"], ["x"])


def test_protocols_say_how_a_call_is_spoken_and_which_database_is_used(tmp_path: Path) -> None:
    found = topology(
        tmp_path,
        {"a": "service", "b": "service", "db": "datastore"},
        {"a -> b": "sync grpc", "a -> db": "data mysql:orders", "b -> db": "store mysql:stock"},
    )
    assert call(found, "a", "b").policy.over == "grpc"
    assert {n: (s.engine, s.server, s.schema) for n, s in found.stores.items()} == {
        "db-orders": ("mysql", "db", "orders"),
        "db-stock": ("mysql", "db", "stock"),
    }
    assert uses(found.services["b"]) == ["db-stock"]


def test_publishers_and_subscribers_are_joined_with_and_without_a_broker(tmp_path: Path) -> None:
    found = topology(
        tmp_path,
        {"a": "service", "b": "service", "c": "service", "mq": "broker"},
        {"a -> mq": "async-publish amqp", "mq -> b": "async-consume amqp", "a -> c": "async kafka event Order"},
    )
    assert [(s.source, s.publisher) for n in found.services.values() for s in n.subscriptions] == [
        ("b", "a"),
        ("c", "a"),
    ]


def test_who_hears_whom_is_not_guessed_where_it_could_be_several(tmp_path: Path) -> None:
    topology(
        tmp_path,
        {"a": "service", "b": "service", "c": "service", "mq": "broker"},
        {"a -> mq": "async-publish", "b -> mq": "async-publish", "mq -> c": "async-consume"},
    )
    imported = Folder(tmp_path).imported()
    assert "subscribes" not in imported.text
    assert [n.partition(": ")[2] for n in imported.notes] == ['whom "c" hears through "mq" is not said']


def test_links_of_nobody_are_told(tmp_path: Path) -> None:
    topology(tmp_path, {"a": "service", "b": "gizmo"}, {"a -> gone": "sync http"})
    assert [n.split(": ", 1)[1] for n in Folder(tmp_path).imported().notes] == [
        '"b" is of a kind that is not known, "gizmo": taken as a service',
        'a link names "gone", which is no node',
    ]

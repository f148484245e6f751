"""A change of the blueprint changes the manifests that it is about, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot
from tests.packs.kubernetes.cluster import LITTLE, files_of, made, read, text_of

WITH = "contexts:\n  lab:\n    team: Front desk\n    services:\n"


def changed(before: str, after: str) -> set[str]:
    """The files that differ between two blueprints."""
    old = {file.path: file.data for file in made(read(before))}
    new = {file.path: file.data for file in made(read(after))}
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


@pytest.mark.parametrize(
    ("old", "new", "files"),
    [
        ("max: 5", "max: 6", {"base/notes/autoscaler.yaml"}),
        ("{Note: {text: text}}", "{Note: {text: text, mark: int}}", set()),
        ("team: Front desk", "team: Back office", {"base/notes/kustomization.yaml", *(f"overlays/{one}/notes-db/kustomization.yaml" for one in ("dev", "staging", "prod"))}),
        ("about: Keeps notes.", "resources: {memory: 1Gi}\n        about: Keeps notes.", {"base/notes/deployment.yaml", "base/notes/migration.yaml"}),
        (
            "about: Keeps notes.", "settings: {motto: text = hi}\n        about: Keeps notes.",
            {"base/notes/config.yaml", "base/notes/deployment.yaml"},
        ),
        (", calls: [printer.print_note]", "", {
            "README.md", "base/notes/paths.yaml", "base/notes/kustomization.yaml",
            "base/notes/deployment.yaml", "base/notes/migration.yaml", "base/notes/networkpolicy.yaml",
            "overlays/dev/secrets.sh",
            *(f"overlays/{one}/{file}" for one in ("dev", "staging", "prod") for file in ("kustomization.yaml", "config/notes-config.yaml")),
        }),
    ],
)  # fmt: skip
def test_one_change_changes_what_it_is_about(old: str, new: str, files: set[str]) -> None:
    assert old in LITTLE
    assert changed(LITTLE, LITTLE.replace(old, new)) == files


def test_a_new_call_changes_its_two_ends() -> None:
    text = text_of("shop")
    old = 'get_stock: {http: "GET /stock/{product}", reads: Stock, by: product, scopes: [inventory:read]}'
    assert old in text
    call = old[:-1] + ", calls: [catalog.list_products]}"
    assert {path for path in changed(text, text.replace(old, call)) if "inventory" not in path} == {
        "base/catalog/networkpolicy.yaml"
    }


def test_a_new_operation_changes_nothing_here() -> None:
    one = "add_note: {http: POST /notes"
    more = 'get_note: {http: "GET /notes/{id}", reads: Note, public: an example}\n          '
    assert changed(LITTLE, LITTLE.replace(one, more + one)) == set()


def test_somebody_who_listens_changes_only_who_may_reach_the_broker() -> None:
    text = text_of("shop")
    old = "        owns: {Shipment: {order: unique uuid, state: planned | sent | delivered = planned}}\n"
    assert old in text
    copy = f"{old}        copies: {{Bought: {{orders.OrderCreated: {{keep: [customer]}}}}}}\n"
    found = {path for path in changed(text, text.replace(old, copy)) if "shipping" not in path}
    assert found == {f"overlays/{one}/rabbitmq/definitions" for one in ("dev", "staging", "prod")}


@pytest.mark.parametrize(
    ("more", "folder", "others"),
    [
        ("releases: {v1: {weight: 90}, v2: {weight: 10}}", "components/canary/", {
            "base/notes/deployment.yaml", "base/notes/migration.yaml", "base/notes/kustomization.yaml",
            *(f"overlays/{one}/kustomization.yaml" for one in ("dev", "staging", "prod")),
        }),
        ("sidecars: [{name: proxy, image: x}]", "components/sidecars/", {
            f"overlays/{one}/kustomization.yaml" for one in ("dev", "staging", "prod")
        }),
    ],
)  # fmt: skip
def test_what_comes_as_a_component_stays_in_it(more: str, folder: str, others: set[str]) -> None:
    about = "about: Keeps notes."
    found = changed(LITTLE, LITTLE.replace(about, f"{more}\n        {about}"))
    assert {path for path in found if not path.startswith(folder)} == {"README.md", *others}


def test_a_new_service_changes_no_other() -> None:
    more = (
        LITTLE
        + "      marks: {owns: {Mark: {text: text}}, operations: {add: {http: POST /marks, creates: Mark, public: x}}}\n"
    )
    assert {path for path in changed(LITTLE, more) if "marks" not in path} == {
        "README.md",
        "base/kustomization.yaml",
        "overlays/dev/secrets.sh",
        *(f"overlays/{one}/kustomization.yaml" for one in ("dev", "staging", "prod")),
    }


def test_one_small_system_as_a_whole(snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = Path(__file__).parent / "golden"
    tree: dict[str, object] = {}
    for path, text in files_of("little").items():
        *folders, file = path.split("/")
        if file not in ("README.md", ".gitignore"):
            here = tree
            for folder in folders:
                here = here.setdefault(folder, {})  # type: ignore[assignment]
            here[file] = text
    snapshot.assert_match_dir(tree, "little")

"""What a small mesh is as a whole, and what of it a change of the blueprint changes."""

from __future__ import annotations

from pathlib import Path

from pytest_snapshot.plugin import Snapshot
from tests.packs.istio.mesh import POST, files_of, made
from tests.packs.kubernetes.cluster import read

HERE = "platform/istio/"


def changed(*changes: tuple[str, str]) -> set[str]:
    """The files of the mesh that differ when the blueprint does."""
    text = POST
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    before, after = made(read(POST)), made(read(text))
    return {
        path.removeprefix(HERE)
        for path in {*before, *after}
        if path.startswith(HERE) and before.get(path) != after.get(path)
    }


def test_a_small_mesh_as_a_whole(snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = Path(__file__).parent / "golden"
    tree: dict[str, object] = {}
    for path, text in files_of("post").items():
        if path.startswith(HERE) and not path.endswith("README.md"):
            *folders, file = path.removeprefix(HERE).split("/")
            here = tree
            for folder in folders:
                here = here.setdefault(folder, {})  # type: ignore[assignment]
            here[file] = text
    snapshot.assert_match_dir(tree, "post")


def test_a_changed_timeout_changes_the_routes_to_whom_it_is_about() -> None:
    assert changed(("timeout: 300ms", "timeout: 400ms")) == {"stamps/routes.yaml", "gameday/stamps.yaml"}


def test_a_changed_breaker_changes_when_an_instance_is_left_out() -> None:
    assert changed(("reset: 7s", "reset: 8s")) == {"stamps/destination.yaml"}


def test_changed_weights_change_the_canary_alone() -> None:
    assert changed(("weight: 80", "weight: 70"), ("weight: 20", "weight: 30")) == {"canary/letters/routes.yaml"}


def test_a_new_operation_changes_what_leads_to_its_service() -> None:
    more = (
        '          drop_letter: {http: "DELETE /letters/{id}", deletes: Letter, scopes: [letters]}\n        releases:'
    )
    assert changed(("        releases:", more)) == {
        "letters/authorization.yaml",
        "letters/routes.yaml",
        "canary/letters/routes.yaml",
    }

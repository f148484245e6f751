"""Releases that run beside the first one: Deployments and images of their own, the same Service and the same rights."""

from __future__ import annotations

from typing import Any

from tests.packs.kubernetes.cluster import OVERLAYS, beside, built, cluster, made, of_kind, pods, read, selects, text_of

SHARES = 'releases: {steady: {weight: 50}, next: {weight: 40}, odd: {weight: 10, when: {header: {x-odd: "1"}}}}'


def objects(text: str, overlay: str = "prod") -> tuple[Any, ...]:
    blueprint = read(text)
    files = {file.path: file.data.decode() for file in made(blueprint)}
    return tuple(built(files, f"overlays/{overlay}", beside(blueprint)))


def test_every_release_after_the_first_is_a_deployment_in_staging_and_prod() -> None:
    found = {
        overlay: {one for one in of_kind(cluster("shop", overlay), "Deployment") if one.startswith("orders")}
        for overlay in OVERLAYS
    }
    assert found == {"dev": {"orders"}, "staging": {"orders", "orders-v2"}, "prod": {"orders", "orders-v2"}}


def test_pods_say_their_release_and_differ_in_nothing_else() -> None:
    found = pods(cluster("shop", "prod"))
    own, other = found["orders"], found["orders-v2"]
    differing = {
        key: (value, other["metadata"]["labels"][key])
        for key, value in own["metadata"]["labels"].items()
        if value != other["metadata"]["labels"][key]
    }
    assert differing == {
        "app.kubernetes.io/instance": ("orders", "orders-v2"),
        "app.kubernetes.io/version": ("v1", "v2"),
        "version": ("v1", "v2"),
    }
    [mine], [theirs] = own["spec"]["containers"], other["spec"]["containers"]
    assert {key for key in mine if mine[key] != theirs[key]} == {"image"}


def test_images_are_of_one_name_and_told_apart_by_lines_of_their_own() -> None:
    found = {name: pod["spec"]["containers"][0]["image"] for name, pod in pods(cluster("shop", "prod")).items()}
    assert (found["orders"], found["orders-v2"]) == (
        "registry.example.com/shop/orders:v1",
        "registry.example.com/shop/orders:v2",
    )
    files = {file.path: file.data.decode() for file in made(read(text_of("shop")))}
    path = "overlays/prod/kustomization.yaml"
    digest = f"sha256:{'0' * 64}"
    files[path] = files[path].replace("    newTag: v2\n", f"    digest: {digest}\n")
    now = pods(tuple(built(files, "overlays/prod", beside(read(text_of("shop"))))))
    assert now["orders-v2"]["spec"]["containers"][0]["image"] == f"registry.example.com/shop/orders@{digest}"
    assert now["orders"]["spec"]["containers"][0]["image"] == "registry.example.com/shop/orders:v1"


def test_the_service_leads_to_all_releases_and_another_to_each_alone() -> None:
    found = cluster("shop", "prod")
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(found).items()}
    behind = {
        name: {one for one, own in labels.items() if selects({"matchLabels": service["spec"]["selector"]}, own)}
        for name, service in of_kind(found, "Service").items()
        if name.startswith("orders")
    }
    assert behind == {"orders": {"orders", "orders-v2"}, "orders-v1": {"orders"}, "orders-v2": {"orders-v2"}}


def test_replicas_follow_weights_but_where_a_header_sends_who_knows_how_many() -> None:
    text = text_of("little").replace("about: Keeps notes.", f"about: Keeps notes.\n        {SHARES}")
    found = of_kind(objects(text.replace("min: 2, max: 5", "min: 10, max: 20")), "HorizontalPodAutoscaler")
    scale = {name: (one["spec"]["minReplicas"], one["spec"]["maxReplicas"]) for name, one in found.items()}
    assert scale == {"notes": (10, 20), "notes-next": (8, 16), "notes-odd": (2, 20)}


def test_a_database_that_is_a_file_has_one_release_only() -> None:
    text = text_of("little").replace("store: postgres, ", "").replace("about: Keeps", f"{SHARES}\n        about: Keeps")
    found = objects(text)
    assert set(of_kind(found, "Deployment")) == {"notes"}
    assert set(of_kind(found, "Service")) == {"notes"}


def test_a_name_that_a_service_has_already_is_left_to_it() -> None:
    more = """      notes-next: {owns: {Mark: {text: text}}, operations: {add: {http: POST /marks, creates: Mark, public: x}}}
"""
    text = text_of("little").replace("about: Keeps notes.", f"about: Keeps notes.\n        {SHARES}") + more
    found = of_kind(objects(text), "Service")
    assert found["notes-next"]["spec"]["selector"] == {"app.kubernetes.io/name": "notes-next"}
    assert found["notes-next2"]["spec"]["selector"] == {"app.kubernetes.io/name": "notes", "version": "next"}

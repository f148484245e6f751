"""Kustomize folders: a base and its overlay are one system, with every line from the file that says it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from tests.adopt.importing import Folder, calls

from svcforge.adopt.patches import Unfit, edited, merged
from svcforge.errors import SvcforgeError
from svcforge.source.foreign import read_foreign
from svcforge.source.tree import Mapping, Sequence


def manifest(name: str) -> str:
    """A Deployment and its Service, with variables of the ConfigMap `config`."""
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: {name}
          image: acme/{name}:1
          env: [{{name: A_URL, value: "http://old"}}]
          envFrom: [{{configMapRef: {{name: config}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{selector: {{app: {name}}}}}
"""


def shop(folder: Path, **kustomizations: str) -> Folder:
    """A base of two services, and overlays on it by their folders' names."""
    base = {"kustomization.yaml": kustomizations.pop("base", "resources: [orders.yaml, stock.yaml]")}
    files = {f"base/{name}": text for name, text in base.items()}
    files |= {f"base/{name}.yaml": manifest(name) for name in ("orders", "stock")}
    files |= {f"overlays/{name}/kustomization.yaml": text for name, text in kustomizations.items()}
    return placed(folder, files)


def placed(folder: Path, files: dict[str, str]) -> Folder:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return Folder(folder)


def test_a_base_and_its_overlay_are_one_service_and_say_where_each_line_is_from(tmp_path: Path) -> None:
    folder = shop(
        tmp_path,
        base="""
            resources: [orders.yaml, stock.yaml]
            configMapGenerator:
              - name: config
                literals: ["STOCK_URL=http://stock:8080"]
            """,
        prod="""
            resources: [../../base, ingress.yaml]
            commonLabels: {team: core}
            replicas: [{name: orders, count: 5}]
            patches: [{path: orders.yaml}]
            """,
    )
    placed(
        tmp_path,
        {
            "overlays/prod/orders.yaml": """\
                kind: Deployment
                metadata: {name: orders}
                spec:
                  template:
                    spec:
                      containers:
                        - name: orders
                          env:
                            - {name: A_URL, $patch: delete}
                            - {name: PAY_URL, value: "https://api.pay.com"}
                """,
            "overlays/prod/ingress.yaml": """\
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: web}
                spec: {defaultBackend: {service: {name: orders}}}
                """,
        },
    )
    found = folder.blueprint()
    assert sorted(found.services) == ["orders", "stock"]
    orders = found.services["orders"]
    assert (calls(orders), orders.replicas, orders.team) == (["api-pay-com", "stock"], 5, "core")
    text = folder.imported().text
    for line in (
        "replicas: 5  # overlays/prod/kustomization.yaml:4 replicas\n",
        "team: core  # overlays/prod/kustomization.yaml:3 team\n",
        "- {to: api-pay-com, tls: strict}  # overlays/prod/orders.yaml:10 PAY_URL\n",
        "# base/kustomization.yaml:5 STOCK_URL\n",
        "/: orders  # overlays/prod/ingress.yaml:4 Ingress\n",
    ):
        assert line in text
    assert [note for note in folder.imported().notes if "old" not in note] == []


@pytest.mark.parametrize(
    ("overlays", "taken", "told"),
    [
        (("dev", "prod", "staging"), "overlays/prod", '"overlays/dev", "overlays/staging"'),
        (("dev", "eu-production"), "overlays/eu-production", '"overlays/dev"'),
        (("dev", "test"), "base", '"overlays/dev", "overlays/test"'),
    ],
)
def test_of_several_overlays_production_is_taken_or_else_the_base_alone(
    tmp_path: Path, overlays: tuple[str, ...], taken: str, told: str
) -> None:
    folder = shop(tmp_path, **{name: f"resources: [../../base]\ncommonLabels: {{team: {name}}}" for name in overlays})
    teams = {service.team for service in folder.blueprint().services.values()}
    assert teams == ({taken.rpartition("/")[2]} if taken != "base" else {None})
    assert f"{taken}/kustomization.yaml:1: taken, and not {told}: to take another name it, and what it builds on, as sources" in folder.imported().notes  # fmt: skip


def test_an_overlay_that_is_a_source_is_taken_and_its_base_followed_where_that_is_one_too(tmp_path: Path) -> None:
    folder = shop(tmp_path, dev="resources: [../../base]\nnameSuffix: -dev", prod="resources: [../../base]")
    assert sorted(folder.blueprint("base", "overlays/dev").services) == ["orders-dev", "stock-dev"]
    with pytest.raises(SvcforgeError, match="it lies outside of the sources"):
        folder.imported("overlays/dev")


def test_folders_that_have_no_base_in_common_are_all_built(tmp_path: Path) -> None:
    folder = placed(
        tmp_path,
        {
            **{f"{name}/{name}.yaml": manifest(name) for name in ("orders", "stock")},
            **{f"{name}/kustomization.yml": f"resources: [{name}.yaml]" for name in ("orders", "stock")},
        },
    )
    assert sorted(folder.blueprint().services) == ["orders", "stock"]


def test_names_change_where_objects_name_each_other_and_not_in_texts(tmp_path: Path) -> None:
    folder = shop(
        tmp_path,
        base="""
            resources: [orders.yaml, stock.yaml]
            configMapGenerator: [{name: config, envs: [config.env]}]
            """,
        prod="""
            resources: [../../base, ingress.yaml, scaler.yaml]
            namePrefix: p-
            namespace: shop
            patchesJson6902:
              - target: {kind: Deployment, name: orders}
                patch: '[{"op": "replace", "path": "/spec/template/spec/containers/0/env/0/value", "value": "http://p-stock"}]'
            """,
    )
    placed(
        tmp_path,
        {
            "base/config.env": "# c\nSTOCK_URL=http://stock\n",
            "overlays/prod/ingress.yaml": "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n"
            "spec: {rules: [{http: {paths: [{path: /o, backend: {service: {name: orders}}}]}}]}\n",
            "overlays/prod/scaler.yaml": "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\n"
            "spec: {scaleTargetRef: {kind: Deployment, name: orders}, minReplicas: 2, maxReplicas: 4}\n",
        },
    )
    found = folder.blueprint()
    assert sorted(found.services) == ["p-orders", "p-stock"]
    assert calls(found.services["p-orders"]) == ["p-stock"]
    assert found.services["p-orders"].scale is not None
    assert [note for note in folder.imported().notes if "STOCK_URL" in note] == [
        'base/config.env:2 STOCK_URL: "stock" is named, and no part of the sources has that name'
    ]
    assert "/o: p-orders" in folder.imported().text


def test_images_components_and_patches_in_the_file_itself_are_followed(tmp_path: Path) -> None:
    folder = shop(
        tmp_path,
        prod="""\
            resources: [../../base]
            components: [../../tls]
            images: [{name: acme/stock, newName: redis}]
            patchesStrategicMerge:
              - |-
                kind: Deployment
                metadata: {name: orders}
                spec: {template: {metadata: {labels: {team: inline}}}}
            """,
    )
    placed(
        tmp_path,
        {
            "tls/kustomization.yaml": "kind: Component\nresources: [strict.yaml]\n",
            "tls/strict.yaml": "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: d}\nspec: {mtls: {mode: STRICT}}\n",
        },
    )
    found = folder.blueprint()
    assert (list(found.stores), found.platform.mesh) == (["stock"], "istio")
    assert "team: inline  # overlays/prod/kustomization.yaml:8 team\n" in folder.imported().text


def test_what_cannot_be_followed_is_told(tmp_path: Path) -> None:
    folder = shop(
        tmp_path,
        base="resources: [orders.yaml]",
        prod="""\
            resources:
              - ../../base
              - https://github.com/acme/base
              - gone.yaml
              - ../../overlays/prod
            helmCharts: []
            patches:
              - {path: gone-too.yaml}
              - {target: {kind: Job}, patch: "[]"}
              - {target: {name: "(a*)*"}, patch: "[]"}
              - {target: {name: orders}, patch: '[{"op": "remove", "path": "/spec/gone"}]'}
            """,
    )
    notes = [note for note in folder.imported().notes if "old" not in note]
    here = "overlays/prod/kustomization.yaml"
    assert notes == [
        "base/stock.yaml:1: not read: the kustomization beside it does not name it",
        f'{here}:3 resources: not followed: "https://github.com/acme/base": nothing is fetched',
        f'{here}:4 resources: not followed: "gone.yaml": there is no such file',
        f'{here}:5 resources: not followed: "overlays/prod": it builds on itself',
        f'{here}:6 helmCharts: not read: "helmCharts"',
        f'{here}:8 patches: not followed: "gone-too.yaml": there is no such file',
        f"{here}:9 patches: a patch is not followed: there is no Job",
        f'{here}:10 patches: a patch is not followed: the pattern "(a*)*" is not read',
        f'{here}:11 patches: a patch of Deployment "orders" is not followed: there is no "gone"',
        f'{here}:11 patches: a patch of Service "orders" is not followed: there is no "gone"',
    ]


def test_folders_that_build_on_each_other_in_a_circle_are_told(tmp_path: Path) -> None:
    folder = placed(
        tmp_path,
        {
            "a/kustomization.yaml": "resources: [../b, orders.yaml]",
            "a/orders.yaml": manifest("orders"),
            "b/kustomization.yaml": "resources: [../a]",
        },
    )
    assert list(folder.blueprint().services) == ["orders"]
    assert 'b/kustomization.yaml:1 resources: not followed: "a": it builds on itself' in folder.imported().notes


def tree(text: str) -> Mapping:
    found = read_foreign(text, "x").documents[0]
    assert isinstance(found, Mapping)
    return found


@pytest.mark.parametrize(
    ("base", "patch", "result"),
    [
        ("{a: 1, b: {c: 2}}", "{b: {d: 3}}", {"a": "1", "b": {"c": "2", "d": "3"}}),
        ("{a: 1, b: 2}", "{a: null}", {"b": "2"}),
        ("{a: {b: 1}}", "{a: {$patch: replace, c: 2}}", {"a": {"c": "2"}}),
        ("{a: {b: 1}}", "{a: {$patch: delete}}", {}),
        ("{env: [{name: x, value: 1}, {name: y}]}", "{env: [{name: x, value: 2}, {name: z}]}",
         {"env": [{"name": "x", "value": "2"}, {"name": "z"}, {"name": "y"}]}),
        ("{env: [{name: x}, {name: y}]}", "{env: [{name: x, $patch: delete}]}", {"env": [{"name": "y"}]}),
        ("{env: [{name: x}]}", "{env: [{$patch: replace}, {name: y}]}", {"env": [{"name": "y"}]}),
        ("{}", "{env: [{name: x, $patch: delete}, {name: y}]}", {"env": [{"name": "y"}]}),
        ("{args: [a, b]}", "{args: [c]}", {"args": ["c"]}),
    ],
)  # fmt: skip
def test_a_strategic_merge_joins_what_has_a_key_and_replaces_the_rest(base: str, patch: str, result: object) -> None:
    before = tree(base)
    assert merged(before, tree(patch), by_item=True) == result
    assert before == tree(base)


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ("{op: add, path: /a/-, value: 3}", {"a": ["1", "2", "3"], "b/c": "x"}),
        ("{op: add, path: /a/0, value: 0}", {"a": ["0", "1", "2"], "b/c": "x"}),
        ("{op: replace, path: /b~1c, value: y}", {"a": ["1", "2"], "b/c": "y"}),
        ("{op: replace, path: /d, value: y}", {"a": ["1", "2"], "b/c": "x", "d": "y"}),
        ("{op: remove, path: /a/1}", {"a": ["1"], "b/c": "x"}),
        ("{op: copy, from: /b~1c, path: /d}", {"a": ["1", "2"], "b/c": "x", "d": "x"}),
        ("{op: move, from: /b~1c, path: /a/0}", {"a": ["x", "1", "2"]}),
        ("{op: test, path: /a, value: 1}", {"a": ["1", "2"], "b/c": "x"}),
    ],
)
def test_a_json_patch_changes_one_place(operation: str, result: object) -> None:
    patch = read_foreign(f"[{operation}]", "x").documents[0]
    before = tree("{a: [1, 2], b/c: x}")
    assert isinstance(patch, Sequence)
    assert edited(before, patch) == result
    assert before == tree("{a: [1, 2], b/c: x}")


@pytest.mark.parametrize(
    "operation",
    ["{op: add, path: a, value: 1}", "{op: replace, path: /a/9, value: 1}", "{op: shout, path: /a}", "word", "{}",
     "{op: remove, path: /b~1c/d}", "{op: add, path: /a/01x, value: 1}", "{op: copy, path: /a}"],
)  # fmt: skip
def test_a_json_patch_that_leads_nowhere_says_so(operation: str) -> None:
    patch = read_foreign(f"[{operation}]", "x").documents[0]
    assert isinstance(patch, Sequence)
    with pytest.raises(Unfit):
        edited(tree("{a: [1, 2], b/c: x}"), patch)

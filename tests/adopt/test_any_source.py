"""No source makes the import raise, and whatever it writes can be read: every line of it with its place."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from svcforge.errors import SvcforgeError
from svcforge.load import load_text
from svcforge.pipeline.importing import imported

NAMES = st.sampled_from(
    ["a", "b", "A_b", "db", "redis", "kafka", "gateway", "tests", "con", "日本", "x" * 50, "a.default.svc", ""]
) | st.text(max_size=8)
WORDS = NAMES | st.sampled_from(
    ["http://b:80", "https://x.y.com", "jdbc:mysql://db/o", "${X:-b}", "true", "80:80", "postgres", "STRICT", "/a/{b}", "1.5s", "sync",
     "async-publish", "data", "gateway", "micro.nodes.Service", "micro.nodes.MessageRouter", "micro.groups.Edge", "database", "null"]
)  # fmt: skip
KEYS = st.sampled_from(
    ["services", "nodes", "edges", "name", "kind", "source", "target", "protocol", "image", "environment", "depends_on", "ports",
     "healthcheck", "deploy", "replicas", "stereotypes", "tagged_values", "sender", "receiver", "information_flows", "external_entities",
     "topology_template", "node_templates", "groups", "relationship_templates", "type", "requirements", "interaction", "node",
     "relationship", "members", "properties", "timeout", "deployed_on", "spec", "metadata", "template", "containers", "env", "value",
     "labels", "selector", "matchLabels", "app", "rules", "http", "paths", "path", "backend", "service", "host", "mtls", "mode",
     "trafficPolicy", "outlierDetection", "route", "destination", "jwtRules", "issuer", "audiences", "data", "items", "valueFrom"]
)  # fmt: skip
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers(0, 99),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | NAMES, inner, max_size=5),
    max_leaves=25,
)
LOOSE = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def mapped(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A mapping with some of the keys, each as it should be or as anything."""
    return st.fixed_dictionaries({}, optional={key: value | ANYTHING for key, value in keys.items()})


def listed(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(item | ANYTHING, max_size=5)


def named(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(NAMES, value | ANYTHING, max_size=5)


TOPOLOGY = st.fixed_dictionaries(
    {
        "nodes": st.lists(mapped(name=NAMES, kind=st.sampled_from(["service", "broker", "datastore", "external", "gateway"])), min_size=1, max_size=6),
        "edges": listed(mapped(source=NAMES, target=NAMES, kind=WORDS, protocol=WORDS)),
    }
)  # fmt: skip
SERVICE = mapped(
    image=WORDS, environment=named(WORDS) | listed(WORDS), depends_on=listed(NAMES) | named(ANYTHING), ports=listed(WORDS),
    healthcheck=ANYTHING, deploy=mapped(replicas=st.integers()), env_file=WORDS | listed(WORDS), command=listed(WORDS),
    extends=NAMES | mapped(service=NAMES, file=st.just("shop.yaml") | WORDS), profiles=listed(NAMES), links=listed(WORDS),
)  # fmt: skip
COMPOSE = mapped(
    services=st.dictionaries(NAMES, SERVICE, max_size=6),
    name=NAMES,
    include=listed(WORDS | st.just("shop.yaml") | mapped(path=WORDS | listed(WORDS), env_file=WORDS)),
)
KUSTOMIZATION = mapped(
    resources=listed(st.sampled_from(["shop.yaml", ".", "..", "gone"]) | WORDS), namePrefix=NAMES, namespace=NAMES,
    commonLabels=named(WORDS), replicas=listed(mapped(name=NAMES, count=st.integers())),
    images=listed(mapped(name=NAMES, newName=NAMES)), components=listed(WORDS),
    configMapGenerator=listed(mapped(name=NAMES, literals=listed(WORDS), envs=listed(WORDS), behavior=st.sampled_from(["merge", "x"]))),
    patches=listed(mapped(target=mapped(kind=WORDS, name=NAMES, labelSelector=WORDS), patch=st.sampled_from(
        ["[{op: add, path: /spec/x, value: 1}]", "{kind: Pod, metadata: {name: a}, spec: null}", "[", "- {op: remove, path: /metadata}"]),
        path=WORDS)),
    patchesStrategicMerge=listed(WORDS), patchesJson6902=listed(ANYTHING),
)  # fmt: skip
DATAFLOW = st.fixed_dictionaries(
    {
        "services": listed(mapped(name=NAMES, stereotypes=listed(WORDS), tagged_values=named(WORDS))),
        "information_flows": listed(
            mapped(sender=NAMES, receiver=NAMES, stereotypes=listed(WORDS), tagged_values=named(WORDS))
        ),
        "external_entities": listed(mapped(name=NAMES, stereotypes=listed(st.sampled_from(["user_stereotype", "x"])))),
    }
)
DRAWING = st.fixed_dictionaries(
    {
        "topology_template": mapped(
            node_templates=named(
                mapped(
                    type=st.sampled_from(["micro.nodes.Service", "micro.nodes.MessageRouter", "micro.nodes.Datastore"]),
                    requirements=listed(
                        mapped(interaction=NAMES | mapped(node=NAMES, relationship=NAMES), deployed_on=NAMES)
                    ),
                )
            ),
            groups=named(mapped(type=WORDS, members=listed(NAMES))),
        ),
        "tosca_definitions_version": st.just("micro_tosca"),
    }
)
POD = mapped(
    containers=listed(mapped(name=NAMES, image=WORDS, env=listed(mapped(name=NAMES, value=WORDS)), args=listed(WORDS))),
    volumes=ANYTHING,
)
LABELS = st.fixed_dictionaries({"app": st.sampled_from(["a", "b"])})
OBJECT = st.fixed_dictionaries(
    {
        "apiVersion": st.just("v1"),
        "kind": st.sampled_from(
            ["Deployment", "Pod", "Service", "Ingress", "HTTPRoute", "VirtualService", "DestinationRule", "PeerAuthentication",
             "AuthorizationPolicy", "RequestAuthentication", "ConfigMap", "HorizontalPodAutoscaler", "CronJob", "List", "Gizmo", "Route"]
        ),
        "metadata": mapped(name=NAMES, namespace=NAMES, labels=LABELS),
        "spec": ANYTHING | mapped(
            template=mapped(metadata=mapped(labels=LABELS), spec=POD), selector=LABELS, http=listed(ANYTHING), rules=listed(ANYTHING),
            containers=listed(ANYTHING), hosts=listed(NAMES), host=NAMES, replicas=st.integers(),
        ),
        "data": ANYTHING,
    }
)  # fmt: skip
SOURCES = st.one_of(
    TOPOLOGY, COMPOSE, DATAFLOW, DRAWING, st.lists(OBJECT, min_size=1, max_size=6), ANYTHING, st.text(max_size=80)
)


def written(source: Any, folder: str) -> Path:
    """A source as a file: objects as YAML documents, text as it is, the rest as JSON, which is YAML too."""
    file = Path(folder, "shop.yaml")
    if isinstance(source, str):
        file.write_text(source, encoding="utf-8", errors="replace")
    elif isinstance(source, list) and source and isinstance(source[0], dict) and "apiVersion" in source[0]:
        file.write_text("\n---\n".join(json.dumps(each) for each in source), encoding="utf-8", errors="replace")
    else:
        file.write_text(json.dumps(source, indent=1), encoding="utf-8", errors="replace")
    return file


@LOOSE
@given(SOURCES)
@example({"topology_template": {"node_templates": {"a": {"requirements": [{"interaction": "a"}]}}}})
def test_whatever_is_imported_can_be_read_and_says_where_it_comes_from(source: Any) -> None:
    with TemporaryDirectory() as folder:
        try:
            found = imported([str(written(source, folder))])
        except SvcforgeError:
            return
    loaded = load_text(found.text)
    assert [(f.code, f.message) for f in loaded.findings] == []
    assert [line for line in found.text.splitlines() if "#" not in line] == []


@settings(LOOSE, max_examples=80)
@given(st.lists(OBJECT, min_size=1, max_size=5), KUSTOMIZATION)
def test_whatever_a_kustomization_says_is_built_or_told(objects: Any, kustomization: Any) -> None:
    with TemporaryDirectory() as folder:
        written(objects, folder)
        Path(folder, "kustomization.yaml").write_text(json.dumps(kustomization), errors="replace")
        try:
            found = imported([folder])
        except SvcforgeError:
            return
    assert [(f.code, f.message) for f in load_text(found.text).findings] == []
    assert [line for line in found.text.splitlines() if "#" not in line] == []


CODE = st.sampled_from(
    ["{{", "}}", "{{-", "-}}", "if", "else", "end", "range", "with", "define", "include", "template", "tpl", "$x", ":=", "=", ".", ".Values", ".a",
     "(", ")", "|", "toYaml", "nindent", "default", "dict", "set", "list", "until", "printf", "index", "9", "1.5", '"a"', '"%d"', "`b`", "$",
     "/*", "*/", "\n", "a:", "- b", "{{ end }}", "{{ if .Values.a }}", '{{ define "a" }}', '{{ include "a" . }}', ".Release.Name", "break", "continue", "now",
     "{{ range .Values.a.a }}"]
)  # fmt: skip


@settings(LOOSE, max_examples=150)
@given(st.lists(CODE, max_size=40).map(" ".join) | st.text(alphabet='{}- if.Values end/*|\n:ab"', max_size=120))
def test_no_template_raises(text: str) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "templates").mkdir()
        Path(folder, "Chart.yaml").write_text("name: shop\n")
        Path(folder, "values.yaml").write_text("a: {a: [1, x, {a: b}]}\n")
        Path(folder, "templates", "t.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n" + text)
        try:
            found = imported([folder])
        except SvcforgeError:
            return
    assert load_text(found.text).findings == ()


@pytest.mark.parametrize("seed", ["compose", "manifests"])
def test_two_imports_of_one_source_are_equal(tmp_path: Path, seed: str) -> None:
    texts = {
        "compose": {
            "services": {n: {"image": n, "environment": {"X_URL": f"http://{m}"}} for n, m in ("ab", "bc", "ca")}
        },
        "manifests": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": []}},
    }
    (tmp_path / "x.yaml").write_text(yaml.safe_dump(texts[seed]))
    assert imported([str(tmp_path)]) == imported([str(tmp_path / "x.yaml")])

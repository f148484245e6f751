"""What a kustomization says of all its objects: namespace, prefix and suffix, labels, annotations, images, replicas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from svcforge.adopt.looking import entries, items, mapping, text, true
from svcforge.adopt.patches import listed, with_entry
from svcforge.adopt.resources import From, Resource
from svcforge.source.tree import Mapping, Place, Quoted, Sequence

FIELDS = ("namespace", "namePrefix", "nameSuffix", "labels", "commonLabels", "commonAnnotations", "images", "replicas")
CLUSTER_WIDE = frozenset(
    ["Namespace", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "PersistentVolume", "StorageClass",
     "PriorityClass", "IngressClass", "GatewayClass", "APIService", "ClusterSecretStore"]
)  # fmt: skip
"""Kinds without a namespace."""
UNNAMED = frozenset(["Namespace", "CustomResourceDefinition", "APIService"])
"""Kinds that a prefix leaves as they are."""
REFERENCES: dict[str, tuple[str, str]] = {
    "configMapRef": ("ConfigMap", "name"), "configMapKeyRef": ("ConfigMap", "name"), "configMap": ("ConfigMap", "name"),
    "secretRef": ("Secret", "name"), "secretKeyRef": ("Secret", "name"), "secret": ("Secret", "secretName"),
    "service": ("Service", "name"), "backend": ("Service", "serviceName"), "defaultBackend": ("Service", "serviceName"),
}  # fmt: skip
"""Where one object names another, beside `scaleTargetRef`, which says the kind itself."""


def named(each: From, resources: list[Resource]) -> list[Resource]:
    """The objects with the names, namespace, labels and annotations that a kustomization gives to all."""
    namespace, prefix, suffix = (text(each.data, key) for key in ("namespace", "namePrefix", "nameSuffix"))
    if namespace:
        at = each.data.keys_at["namespace"]
        resources = [
            r if r.kind in CLUSTER_WIDE else r.with_metadata("namespace", Quoted(namespace), at) for r in resources
        ]
    if prefix or suffix:
        at = each.data.keys_at["namePrefix" if prefix else "nameSuffix"]
        resources = [r if r.kind in UNNAMED else _renamed(r, prefix, suffix, at) for r in resources]
        new = {(r.kind, old): r.name for r in resources for old in r.before}
        resources = [replace(r, data=_Everywhere(partial(_referring, new)).of(r.data)) for r in resources]
    for key, value, at in entries(each.data, "commonLabels"):
        resources = [_marked(r, "labels", key, value, at, pods=True) for r in resources]
    for group, _ in items(each.data, "labels"):
        pods = true(group, "includeSelectors") or true(group, "includeTemplates")
        for key, value, at in entries(group, "pairs"):
            resources = [_marked(r, "labels", key, value, at, pods=pods) for r in resources]
    for key, value, at in entries(each.data, "commonAnnotations"):
        resources = [_marked(r, "annotations", key, value, at, pods=True) for r in resources]
    return resources


def _renamed(each: Resource, prefix: str, suffix: str, at: Place) -> Resource:
    changed = each.with_metadata("name", Quoted(f"{prefix}{each.name}{suffix}"), at)
    return replace(changed, before=each.before | {each.name})


class _Everywhere:
    """One change of all mappings in an object, from within; what stands for one anchor several times is changed once.

    A change takes the key that a mapping stands under and the mapping, and gives it back changed, or as it is.
    """

    def __init__(self, change: Callable[[str, Mapping], Mapping]) -> None:
        self._change = change
        self._done: dict[tuple[int, str], Mapping] = {}

    def of(self, node: Mapping, key: str = "") -> Mapping:
        """A mapping, changed."""
        place = (id(node), key)
        if place not in self._done:
            self._done[place] = node  # for one that holds itself
            self._done[place] = self._change(key, self._inside(node))
        return self._done[place]

    def _inside(self, node: Mapping) -> Mapping:
        for key, value in node.items():
            changed: object = value
            if isinstance(value, Mapping):
                changed = self.of(value, key)
            elif isinstance(value, Sequence):
                inner = [self.of(item, key) if isinstance(item, Mapping) else item for item in value]
                changed = (
                    listed(inner, value.values_at)
                    if any(a is not b for a, b in zip(inner, value, strict=True))
                    else value
                )
            if changed is not value:
                node = with_entry(node, key, changed, node.keys_at[key])
        return node


def _referring(new: dict[tuple[str, str], str], key: str, node: Mapping) -> Mapping:
    """What names another object, by its new name; text alone, such as a host in a variable, stays as it is."""
    kind, field = (text(node, "kind"), "name") if key == "scaleTargetRef" else REFERENCES.get(key, ("", ""))
    name = new.get((kind, text(node, field))) if field in node else None
    return with_entry(node, field, Quoted(name), node.keys_at[field]) if name else node


def _marked(each: Resource, where: str, key: str, value: object, at: Place, pods: bool) -> Resource:
    """An object with one label or annotation more, on its pods too."""
    own = with_entry(mapping(each.data, "metadata", where), key, value, at)
    each = each.with_metadata(where, own, each.data.keys_at.get("metadata", at))
    template = mapping(each.data, "spec", "template")
    if not pods or not template:
        return each
    spec = mapping(each.data, "spec")
    metadata = mapping(template, "metadata")
    marked = with_entry(metadata, where, with_entry(mapping(metadata, where), key, value, at), at)
    template = with_entry(template, "metadata", marked, template.keys_at.get("metadata", at))
    spec = with_entry(spec, "template", template, spec.keys_at["template"])
    return replace(each, data=with_entry(each.data, "spec", spec, each.data.keys_at["spec"]))


def counted(each: From, resources: list[Resource]) -> list[Resource]:
    """The objects with the numbers of replicas and the images that a kustomization gives them."""
    for entry, _ in items(each.data, "replicas"):
        name, count = text(entry, "name"), text(entry, "count")
        if name and count and isinstance(entry, Mapping):
            at = entry.keys_at["count"]
            resources = [_scaled(r, count, at) if name in {r.name, *r.before} else r for r in resources]
    new = {text(entry, "name"): text(entry, "newName") for entry, _ in items(each.data, "images")}
    new = {old: name for old, name in new.items() if old and name}
    return [replace(r, data=_Everywhere(partial(_with_image, new)).of(r.data)) for r in resources] if new else resources


def _scaled(each: Resource, count: str, at: Place) -> Resource:
    if each.kind not in ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"):
        return each
    spec = with_entry(mapping(each.data, "spec"), "replicas", count, at)
    return replace(each, data=with_entry(each.data, "spec", spec, each.data.keys_at.get("spec", at)))


def _with_image(new: dict[str, str], key: str, node: Mapping) -> Mapping:
    """A container with another image, its tag aside."""
    if key not in ("containers", "initContainers") or "image" not in node:
        return node
    host, slash, last = text(node, "image").partition("@")[0].rpartition("/")
    name = new.get(f"{host}{slash}{last.partition(':')[0]}")
    return with_entry(node, "image", Quoted(name), node.keys_at["image"]) if name else node

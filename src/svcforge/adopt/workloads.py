"""Kubernetes objects by kind, and workloads with the Services in front of them as nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from svcforge.adopt.files import Read
from svcforge.adopt.helm.values import UNKNOWN
from svcforge.adopt.looking import entries, mapping, origin_of, text
from svcforge.adopt.resources import flat
from svcforge.adopt.system import Note, Origin
from svcforge.source.tree import Mapping

RUNNING = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod", "Job", "CronJob",
           "DeploymentConfig", "Rollout")  # fmt: skip
SILENT = frozenset(
    [
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "ClusterRole",
        "ClusterRoleBinding",
        "Namespace",
        "PodSecurityPolicy",
        "PodDisruptionBudget",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "StorageClass",
        "CustomResourceDefinition",
        "Kustomization",
        "ResourceQuota",
        "LimitRange",
        "PriorityClass",
        "NetworkPolicy",
        "Secret",
        "Endpoints",
        "SecurityContextConstraints",
        "IngressClass",
        "GatewayClass",
        "Telemetry",
        "Gateway",
    ]
)
"""Kinds that say nothing of who works with whom."""
READ = frozenset(
    [
        "Service",
        "ConfigMap",
        "Ingress",
        "HTTPRoute",
        "GRPCRoute",
        "VirtualService",
        "DestinationRule",
        "PeerAuthentication",
        "AuthorizationPolicy",
        "RequestAuthentication",
        "HorizontalPodAutoscaler",
        "Route",
        "ExternalSecret",
        "SecretProviderClass",
        "SecretStore",
        "ClusterSecretStore",
        "ServiceEntry",
    ]
)


@dataclass(frozen=True, slots=True)
class Object:
    """A manifest's object."""

    kind: str
    name: str
    namespace: str
    file: str
    data: Mapping

    @property
    def origin(self) -> Origin:
        """Where it is named."""
        return origin_of(mapping(self.data, "metadata"), "name", file=self.file, what=self.kind)

    def at(self, node: object, key: str | None = None, what: str = "") -> Origin:
        """The place of something inside it."""
        return origin_of(node, key, file=self.file, what=what or self.kind)

    @property
    def spec(self) -> Mapping:
        """What it asks for."""
        return mapping(self.data, "spec")

    @property
    def pod(self) -> Mapping:
        """The specification of the pods that a workload runs."""
        if self.kind == "Pod":
            return self.spec
        return mapping(self._template, "spec")

    @property
    def _template(self) -> Mapping:
        return mapping(self.spec, *(("jobTemplate", "spec") if self.kind == "CronJob" else ()), "template")

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its pods."""
        return labels(self.pod_metadata, "labels")

    @property
    def annotations(self) -> dict[str, str]:
        """The annotations of its pods."""
        return labels(self.pod_metadata, "annotations")

    @property
    def pod_metadata(self) -> Mapping:
        """What is said about its pods."""
        return mapping(self.data if self.kind == "Pod" else self._template, "metadata")


def labels(node: object, *keys: str) -> dict[str, str]:
    """The text entries of a mapping."""
    return {key: text(value) for key, value, _ in entries(node, *keys)}


@dataclass(slots=True)
class Workload:
    """One part of the system: workloads that one Service leads to (versions of it), or a workload alone."""

    name: str
    objects: list[Object]
    services: list[Object] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        """The namespace of the first of its objects."""
        return self.objects[0].namespace

    def matches(self, selector: dict[str, str], namespace: str) -> bool:
        """Whether labels select one of its pods."""
        return self.namespace == namespace and any(_selects(selector, o.labels) for o in self.objects)


def objects(documents: Sequence[Read], notes: list[Note]) -> dict[str, list[Object]]:
    """The objects by kind, those of lists too; of two with one name the first."""
    found: dict[str, list[Object]] = {}
    seen: set[tuple[str, str, str]] = set()
    unknown: set[str] = set()
    for document in documents:
        for data in flat(document.data):
            kind = text(data, "kind")
            name = text(data, "metadata", "name") or text(data, "metadata", "generateName")
            each = Object(kind, name, text(data, "metadata", "namespace"), document.file, data)
            if kind not in READ and kind not in RUNNING:
                if kind not in SILENT and kind not in unknown:
                    notes.append(
                        Note(origin_of(data, "kind", file=document.file), f'not read: objects of the kind "{kind}"')
                    )
                unknown.add(kind)
            elif "test" in text(data, "metadata", "annotations", "helm.sh/hook"):
                continue  # runs when Helm is asked to test, and is no part of the system
            elif UNKNOWN in name:
                notes.append(Note(each.origin, f"not read: a {kind} whose name only Helm knows"))
            elif not name:
                notes.append(Note(origin_of(data, "kind", file=document.file), f"a {kind} without a name"))
            elif (kind, each.namespace, name) in seen:
                notes.append(Note(each.origin, f'a second {kind} "{name}": not read'))
            else:
                seen.add((kind, each.namespace, name))
                found.setdefault(kind, []).append(each)
    return found


def workloads(found: dict[str, list[Object]]) -> list[Workload]:
    """The parts of the system: every workload with its Services, versions behind one Service joined."""
    running = [each for kind in RUNNING for each in found.get(kind, ())]
    running.sort(key=lambda o: (o.file, origin_of(o.data, file=o.file).line))
    group = {id(each): Workload(each.name, [each]) for each in running}
    labelled: dict[tuple[str, str, str], list[Object]] = {}
    for each in running:
        for key, value in each.labels.items():
            labelled.setdefault((each.namespace, key, value), []).append(each)
    for service in found.get("Service", ()):
        selector = labels(service.spec, "selector")
        candidates = labelled.get((service.namespace, *next(iter(selector.items()))), []) if selector else []
        chosen = [each for each in candidates if _selects(selector, each.labels)]
        if not chosen:
            continue
        first = group[id(chosen[0])]
        for other in chosen[1:]:
            if (theirs := group[id(other)]) is not first:
                first.name = service.name
                first.objects += theirs.objects
                first.services += theirs.services
                for each in theirs.objects:
                    group[id(each)] = first
        first.services.append(service)
    parts = list({id(group[id(each)]): group[id(each)] for each in running}.values())
    for workload in parts:
        if len(workload.services) == 1:
            workload.name = workload.services[0].name  # what the others call it
    return parts


def _selects(selector: dict[str, str], of_pod: dict[str, str]) -> bool:
    return bool(selector) and all(of_pod.get(key) == value for key, value in selector.items())

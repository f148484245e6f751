"""Reads Kubernetes manifests: workloads, the Services in front of them, what their containers are told, what probes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from svcforge.adopt import istio, ways_in
from svcforge.adopt.environment import Variable, said, traces
from svcforge.adopt.files import Read
from svcforge.adopt.kinds import CAPTURES, engine_of, image_name, known, of_name, product, words_of
from svcforge.adopt.looking import entries, items, mapping, text, texts, true, whole
from svcforge.adopt.system import Fact, Kind, Link, LinkKind, Node, Note, Origin, Part
from svcforge.adopt.workloads import Object, Workload, objects, workloads
from svcforge.source.tree import Mapping, Place

UNSEEN = dict.fromkeys(("outbox", "inbox", "contract", "version"), "manifests do")
PART_OF = "app.kubernetes.io/part-of"
SCRAPED = "prometheus.io/scrape"
BESIDE = frozenset(
    [
        "istio",
        "proxy",
        "envoy",
        "linkerd",
        "dapr",
        "daprd",
        "fluentd",
        "fluent",
        "bit",
        "filebeat",
        "exporter",
        "agent",
        "vault",
        "cloudsql",
        "sidecar",
        "reloader",
        "oauth2",
        "jaeger",
        "otel",
        "collector",
        "promtail",
        "logger",
        "log",
    ]
)
"""Words in the name or image of a container that stands beside the main one."""


def read(documents: Sequence[Read]) -> Part:
    """What manifests say, all of one cluster."""
    cluster = _Cluster(documents)
    return cluster.part()


class _Cluster:
    """The objects, the parts made of them, and who answers at which host."""

    def __init__(self, documents: Sequence[Read]) -> None:
        self.notes: list[Note] = []
        self.objects = objects(documents, self.notes)
        self.platform: list[Fact] = []
        self.configs = {(c.namespace, c.name): c for c in self.objects.get("ConfigMap", ())}
        self.workloads: dict[str, Workload] = {}
        self.nodes: dict[str, Node] = {}
        self.hosts: dict[str, str] = {}
        self.outside: list[Node] = []
        self.links: list[Link] = []
        for workload in workloads(self.objects):
            self._place(workload)
        self._externals()

    def part(self) -> Part:
        """All that the manifests say."""
        for name in list(self.workloads):
            self._dependencies(name)
        mesh = istio.policies(self.objects, self.workloads, self.resolve)
        self.links = [istio.governed(link, mesh) for link in self.links]
        entries_, jwt = ways_in.routes(self.objects, self.resolve, self.notes)
        self._replicas()
        self._secret_stores()
        nodes = [*self.nodes.values(), *self.outside]
        return Part(
            source="kubernetes", name=self._name(), nodes=tuple(nodes), links=tuple(self.links),
            platform=(*self.platform, *mesh.platform), routes=entries_, jwt=jwt,
            notes=(*self.notes, *mesh.notes), unseen=UNSEEN,
        )  # fmt: skip

    def _name(self) -> tuple[str, Origin] | None:
        """What the workloads say that they are a part of, if all that do say the same."""
        said_: dict[str, Origin] = {}
        for workload in self.workloads.values():
            for each in workload.objects:
                if whole_ := each.labels.get(PART_OF):
                    said_.setdefault(whole_, each.at(mapping(each.pod_metadata, "labels"), PART_OF, "part-of"))
        return next(iter(said_.items())) if len(said_) == 1 else None

    def _place(self, workload: Workload) -> None:
        name = workload.name
        if name in self.nodes:
            name = f"{name}-{workload.namespace or len(self.nodes)}"
        if name in self.nodes:
            self.notes.append(Note(workload.objects[0].origin, f'a second "{name}": not read'))
            return
        first = workload.objects[0]
        main = _main(first)
        row = known(text(main, "image"), name)
        role = row.role if row else None
        if row is None and first.kind in ("DaemonSet", "Job"):
            role = "infra"
        elif row is None and first.kind == "CronJob":
            role = "worker"
        names = {s.name for s in workload.services} | {o.name for o in workload.objects}
        self.nodes[name] = Node(
            name=name, kind=row.kind if row else Kind.SERVICE, role=role, engine=engine_of(row),
            origin=first.origin, aka=tuple(sorted(names - {name})),
        )  # fmt: skip
        told = product(row, name, image_name(text(main, "image")))
        self.platform += [Fact(place, told, first.origin) for place in (row.fills if row else ())]
        self.workloads[name] = workload
        for each in (*workload.services, *(o for o in workload.objects if o.kind in ("StatefulSet", "Pod"))):
            for host in (each.name, f"{each.name}.{each.namespace or 'default'}"):
                self.hosts.setdefault(host.lower(), name)
        self._further(name, first, main)

    def _further(self, name: str, first: Object, main: Mapping) -> None:
        """The other containers of a pod: sidecars, or services that share the deployable."""
        for container, at in items(first.pod, "containers"):
            if container is main or not isinstance(container, Mapping):
                continue
            own, image = text(container, "name"), image_name(text(container, "image"))
            origin = Origin.of(at, "containers")
            row = of_name(image) or of_name(own)
            if BESIDE.intersection((*words_of(own), *words_of(image))) or (row and row.role in ("infra", "gateway")):
                self.nodes[name] = _with(self.nodes[name], Fact("sidecar", (own or image, image), origin))
            elif own and f"{name}-{own}" not in self.nodes:
                unit = Fact("unit", name, origin)
                kind = row.kind if row else Kind.SERVICE
                node = Node(name=f"{name}-{own}", kind=kind, engine=engine_of(row), origin=origin)
                self.nodes[node.name] = replace(node, facts=(unit,)) if kind is Kind.SERVICE else node
                if kind is Kind.SERVICE:
                    self.nodes[name] = _with(self.nodes[name], unit)

    def _externals(self) -> None:
        for service in self.objects.get("Service", ()):
            host = text(service.spec, "externalName")
            if host and service.name.lower() not in self.hosts:
                self.outside.append(Node(name=service.name, kind=Kind.EXTERNAL, origin=service.origin, aka=(host,)))
                self.hosts[service.name.lower()] = service.name
        for entry in self.objects.get("ServiceEntry", ()):
            for host in texts(entry.spec, "hosts"):
                if text(entry.spec, "location") == "MESH_INTERNAL" or "*" in host:
                    self.notes.append(Note(entry.origin, f'not read: "{host}", which is no single host outside'))
                elif host.lower() not in self.hosts:
                    self.outside.append(Node(name=host, kind=Kind.EXTERNAL, origin=entry.origin))
                    self.hosts[host.lower()] = host

    def resolve(self, host: str) -> Node | None:
        """The part that answers at a host's name, as any namespace may write it."""
        name = re.sub(r"\.svc(\.cluster\.local)?\.?$", "", host.lower())
        found = self.hosts.get(name) or self.hosts.get(name.partition(".")[0] if name.count(".") < 2 else name)
        if found is None:
            return None
        return self.nodes.get(found) or next((n for n in self.outside if n.name == found), None)

    def _dependencies(self, name: str) -> None:
        node, workload = self.nodes[name], self.workloads[name]
        variables = [v for each in workload.objects for v in self._variables(each)]
        if node.kind is not Kind.SERVICE:
            literal = [f for f in said(node, variables, lambda host: None).facts if f.value[1]]
            self.notes += [Note(f.origin, f'"{f.value[0]}" holds a secret in plain text (not copied)') for f in literal]
            return
        found = said(node, variables, self.resolve)
        self.links += [self._discovered(link) for link in found.links]
        self.outside += found.externals
        self.notes += found.notes
        facts = [*self._facts(workload), *found.facts]
        kept = next((v.origin for v in variables if v.secret), None)
        self.platform += [Fact("secrets", "kubernetes", kept)] if kept else []
        facts += [Fact("has", "tracing", origin)] if (origin := traces(variables)) else []
        if known(text(_main(workload.objects[0]), "image"), name) is CAPTURES:
            facts += [
                Fact("schema", v.value, v.origin) for v in variables if v.value and v.name.upper().endswith("SCHEMA")
            ]
        self.nodes[name] = _with(node, *facts)

    def _discovered(self, link: Link) -> Link:
        """A call to a Service: DNS and the Service find whichever replica there is."""
        if link.kind is LinkKind.CALL and link.target in self.workloads and self.workloads[link.target].services:
            return replace(link, facts=(*link.facts, Fact("discovery", "dns", link.origin)))
        return link

    def _facts(self, workload: Workload) -> Iterator[Fact]:
        first = workload.objects[0]
        main = _main(first)
        if all("livenessProbe" in _main(o) and "readinessProbe" in _main(o) for o in workload.objects):
            yield Fact("has", "health", first.at(main, "livenessProbe", "livenessProbe"))
        if first.annotations.get(SCRAPED) == "true":
            yield Fact("has", "metrics", first.at(mapping(first.pod_metadata, "annotations"), SCRAPED, SCRAPED))
        replicas = whole(first.spec, "replicas")
        if replicas is not None:
            yield Fact("replicas", replicas, first.at(first.spec, "replicas", "replicas"))
        for metadata in (mapping(first.data, "metadata"), first.pod_metadata):
            if team := text(metadata, "labels", "team"):
                yield Fact("team", team, first.at(mapping(metadata, "labels"), "team", "team"))
        for service in workload.services:
            if (type_ := text(service.spec, "type")) in ("LoadBalancer", "NodePort"):
                yield Fact("exposed", True, service.at(service.spec, "type", type_))
        ports = [p for c, _ in items(first.pod, "containers") for p, _ in items(c, "ports") if text(p, "hostPort")]
        if first.kind != "DaemonSet" and (true(first.pod, "hostNetwork") or ports):
            where = (
                first.at(ports[0], "hostPort", "hostPort")
                if ports
                else first.at(first.pod, "hostNetwork", "hostNetwork")
            )
            yield Fact("exposed", True, where)

    def _variables(self, each: Object) -> Iterator[Variable]:
        configs = self.configs
        for container, _ in items(each.pod, "containers"):
            for entry, at in items(container, "env"):
                yield from self._variable(each, entry, at, configs)
            for source, at in items(container, "envFrom"):
                config = configs.get((each.namespace, text(source, "configMapRef", "name")))
                prefix = text(source, "prefix")
                for key, value, place in entries(config.data, "data") if config else ():
                    yield Variable(f"{prefix}{key}", text(value), Origin.of(place, key))
                if secret := text(source, "secretRef", "name"):
                    yield Variable(secret, None, Origin.of(at, "secretRef"), secret=True)
            for word in (*texts(container, "command"), *texts(container, "args")):
                value = word.partition("=")[2] if word.startswith("-") else word
                if "://" in value or re.search(r"^[\w.-]+:\d+$", value):
                    yield Variable(
                        "args url", value, each.at(container, "args" if "args" in container else "command", "args")
                    )
        for volume, _ in items(each.pod, "volumes"):
            config = configs.get((each.namespace, text(volume, "configMap", "name")))
            for key, value, place in entries(config.data, "data") if config else ():
                yield from _mounted(key, text(value), Origin.of(place, key), self.resolve)

    def _variable(
        self, each: Object, entry: object, at: Place, configs: dict[tuple[str, str], Object]
    ) -> Iterator[Variable]:
        name = text(entry, "name")
        origin = Origin.of(at, name)
        reference = mapping(entry, "valueFrom", "configMapKeyRef")
        config = configs.get((each.namespace, text(reference, "name")))
        if not name:
            return
        if config:
            data = mapping(config.data, "data")
            key = text(reference, "key")
            yield Variable(name, text(data, key), config.at(data, key, key) if key in data else origin)
        elif mapping(entry, "valueFrom", "secretKeyRef"):
            yield Variable(name, None, origin, secret=True)
        else:
            value = text(entry, "value")
            yield Variable(name, None if "$(" in value else value, origin)

    def _replicas(self) -> None:
        for scaler in self.objects.get("HorizontalPodAutoscaler", ()):
            target = text(scaler.spec, "scaleTargetRef", "name")
            for name, workload in self.workloads.items():
                if any(o.name == target and o.namespace == scaler.namespace for o in workload.objects):
                    bounds = (whole(scaler.spec, "minReplicas"), whole(scaler.spec, "maxReplicas"))
                    self.nodes[name] = _with(self.nodes[name], Fact("scale", bounds, scaler.origin))

    def _secret_stores(self) -> None:
        for kind in ("SecretStore", "ClusterSecretStore", "SecretProviderClass", "ExternalSecret"):
            for each in self.objects.get(kind, ()):
                provider = text(each.spec, "provider") or next(iter(mapping(each.spec, "provider")), "")
                self.platform.append(Fact("secrets", provider or "external-secrets", each.origin))


def _main(each: Object) -> Mapping:
    """The container that a workload is about: the one with its name, else the first that is no sidecar."""
    containers = [c for c, _ in items(each.pod, "containers") if isinstance(c, Mapping)]
    named = [c for c in containers if text(c, "name") == each.name]
    own = [c for c in containers if not BESIDE.intersection(words_of(text(c, "name")))]
    return next(iter((*named, *own, *containers)), Mapping())


def _mounted(key: str, value: str, origin: Origin, resolve: object) -> Iterator[Variable]:
    """Addresses in a configuration file, as variables: only URLs, since anything else may mean anything."""
    for number, row in enumerate(value.split("\n")[:5000], 1):
        for url in re.findall(
            r"[A-Za-z][A-Za-z0-9+.:-]{0,20}://[A-Za-z0-9_.-]+(?::\d+)?(?:/[A-Za-z0-9_-]*)?", row[:2000]
        ):
            host = re.sub(r"^.*?://", "", url).split("/")[0].partition(":")[0]
            if callable(resolve) and resolve(host) is not None:
                yield Variable(f"{key} url", url, Origin(origin.file, origin.line + number, key))


def _with(node: Node, *facts: Fact) -> Node:
    return replace(node, facts=(*node.facts, *facts))

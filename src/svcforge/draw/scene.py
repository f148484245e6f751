"""What there is to see: nodes, clusters and edges with their words, before anybody thinks of ink or of places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from svcforge.source.finding import Finding, Path, Severity, in_order


class NodeKind(StrEnum):
    """What a node stands for; a service has the kind of its role."""

    SERVICE = "service"
    WORKER = "worker"
    GATEWAY = "gateway"
    BFF = "bff"
    FRONTEND = "frontend"
    CLIENT = "client"
    ADAPTER = "adapter"
    ESB = "esb"
    REGISTRY = "registry"
    INFRA = "infra"
    EXTERNAL = "external"
    CONTEXT = "context"
    EVENT = "event"
    SAGA = "saga"
    ENTITY = "entity"
    COPY = "copy"
    STORE = "store"
    SHARED_STORE = "shared-store"


class EdgeKind(StrEnum):
    """What an edge stands for. Edges point where a call, an event or a reference goes."""

    SYNC = "sync"
    ASYNC = "async"
    SAGA = "saga"
    RELATION = "relation"
    REFERENCE = "reference"
    USE = "use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box: its name, a smaller line under it, rows of content, and details for a tooltip.

    `id` is the same as long as the element keeps its name. `paths` are the places in the blueprint that it
    stands for, `findings` what is wrong there, worst first. `cluster` is the id of the cluster it is in.
    """

    id: str
    kind: NodeKind
    label: str
    sublabel: str = ""
    rows: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    cluster: str | None = None
    paths: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A frame around nodes; `kind` is `context`, or `service` where its data is what is drawn."""

    id: str
    kind: NodeKind
    label: str
    sublabel: str = ""
    details: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An arrow from `source` to `target` (ids of nodes); `label` has a line for each thing that it carries."""

    id: str
    kind: EdgeKind
    source: str
    target: str
    label: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()


Element = Node | Cluster | Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One picture; `notes` are the findings that belong to no element of it."""

    view: str
    title: str
    about: str = ""
    nodes: tuple[Node, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    edges: tuple[Edge, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def elements(self) -> tuple[Element, ...]:
        """All that is drawn, from the outside in."""
        return (*self.clusters, *self.nodes, *self.edges)

    def members(self) -> Mapping[str | None, Sequence[Node]]:
        """The nodes of each cluster by its id; under None those outside."""
        found: dict[str | None, list[Node]] = {None: [], **{cluster.id: [] for cluster in self.clusters}}
        for node in self.nodes:
            found[node.cluster].append(node)
        return found


MOST_LINES = 4
"""Lines of an edge's label that a picture shows."""
MOST_ROWS = 12
"""Rows of a node that a picture shows."""

_WORST_FIRST = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def marked(scene: Scene, findings: Iterable[Finding]) -> Scene:
    """The scene with each finding on the elements that it and its related places are about.

    A place belongs to the element whose path is its longest prefix: a finding on a call is on the call's edge
    where that is drawn, and on the service where it is not.
    """
    owners: dict[Path, list[str]] = {}
    for element in scene.elements:
        for path in element.paths:
            owners.setdefault(path, []).append(element.id)
    found: dict[str, list[Finding]] = {}
    notes = []
    for finding in in_order(findings):
        places = (finding.path, *(related.path for related in finding.related))
        about = dict.fromkeys(owner for place in places for owner in _owners(place, owners))
        for owner in about:
            found.setdefault(owner, []).append(finding)
        if not about:
            notes.append(finding)
    worst = {owner: tuple(sorted(of, key=lambda f: _WORST_FIRST[f.severity])) for owner, of in found.items()}
    return replace(
        scene,
        nodes=tuple(replace(n, findings=worst.get(n.id, ())) for n in scene.nodes),
        clusters=tuple(replace(c, findings=worst.get(c.id, ())) for c in scene.clusters),
        edges=tuple(replace(e, findings=worst.get(e.id, ())) for e in scene.edges),
        notes=tuple(notes),
    )


def _owners(place: Path, owners: dict[Path, list[str]]) -> list[str]:
    for length in range(len(place), 0, -1):
        if place[:length] in owners:
            return owners[place[:length]]
    return []


def codes(element: Element) -> tuple[str, ...]:
    """The codes of an element's findings, each once, worst first."""
    return tuple(dict.fromkeys(f.code for f in element.findings))


def severity(element: Element) -> Severity | None:
    """The worst severity among an element's findings."""
    return element.findings[0].severity if element.findings else None


def clipped(lines: tuple[str, ...], most: int) -> tuple[str, ...]:
    """At most so many lines, the last one saying how many more there are."""
    return lines if len(lines) <= most else (*lines[: most - 1], f"+{len(lines) - most + 1} more")

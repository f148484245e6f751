"""JSON: the scene as it is, for programs.

    {"version": 1, "view": "services", "title": "shop", "about": "...",
     "clusters": [{"id", "kind", "label", "sublabel", "details": [...], "findings": [...]}],
     "nodes":    [{"id", "kind", "label", "sublabel", "rows": [...], "cluster": id or null, "details", "findings"}],
     "edges":    [{"id", "kind", "source", "target", "label": [...], "details", "findings"}],
     "notes":    [finding, ...]}

Ids stay the same as long as names do. `label` of an edge has one entry for each protocol, event or step, `details`
are the lines of its tooltip, `rows` the content of a node (fields, services). `kind` is one of `scene.NodeKind` or
`scene.EdgeKind`. A finding is `{"code", "name", "severity", "message", "path"}` as in `lint --format json`; those
that belong to no element of the view are in `notes`. Edges point where the call, the event or the reference goes.
"""

from __future__ import annotations

import json
from typing import Any

from svcforge.draw.scene import Element, Scene
from svcforge.source.finding import Finding, dotted

VERSION = 1
"""Rises when a reader of the format would have to change."""


def text(scene: Scene) -> str:
    """The scene as a JSON document."""
    document = {
        "version": VERSION,
        "view": scene.view,
        "title": scene.title,
        "about": scene.about,
        "clusters": [_common(c) | {"sublabel": c.sublabel} for c in scene.clusters],
        "nodes": [
            _common(n) | {"sublabel": n.sublabel, "rows": list(n.rows), "cluster": n.cluster} for n in scene.nodes
        ],
        "edges": [_common(e) | {"label": list(e.label), "source": e.source, "target": e.target} for e in scene.edges],
        "notes": [_finding(finding) for finding in scene.notes],
    }
    return json.dumps(document, indent=2) + "\n"


def _common(element: Element) -> dict[str, Any]:
    return {
        "id": element.id,
        "kind": element.kind.value,
        "label": element.label,
        "details": list(element.details),
        "findings": [_finding(finding) for finding in element.findings],
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": dotted(finding.path),
    }

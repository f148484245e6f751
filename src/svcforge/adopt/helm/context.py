"""What a template starts from: its dot, with the chart's values, the release, the cluster and the chart's other files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from svcforge.adopt.helm.syntax import Node
from svcforge.adopt.helm.values import Unknown, plain
from svcforge.adopt.reach import Reach, real
from svcforge.source.tree import Mapping

KUBERNETES = {"Major": "1", "Minor": "31", "Version": "v1.31.0", "GitVersion": "v1.31.0"}
"""The cluster that a chart is told of: a recent one, as `helm template` does it."""


@dataclass(slots=True)
class Chart:
    """A chart's folder: what it says of itself, the values that hold for it, and its templates by name."""

    folder: Path
    data: Mapping
    name: str
    base: str
    values: dict[str, Any] = field(default_factory=dict)
    templates: dict[str, tuple[Path, list[Node]]] = field(default_factory=dict)


class _Versions:
    """The API versions of a cluster without extensions."""

    fields: dict[str, Any]

    def __init__(self) -> None:
        self.fields = {"Has": self._has}

    def _has(self, name: Any = "") -> bool:
        """As `helm template` answers, which knows groups with versions and no kinds."""
        group, version = str(name).split("/") if str(name).count("/") == 1 else ("", str(name))
        extension = group.startswith(("gateway.", "metrics.", "snapshot."))
        return "/" not in version and ("." not in group or (group.endswith(".k8s.io") and not extension))


class _Files:
    """The other files of a chart; `Get` reads one, what chooses among them is not known here."""

    fields: dict[str, Any]

    def __init__(self, folder: Path, reach: Reach) -> None:
        self._folder, self._reach = folder, reach
        self.fields = dict.fromkeys(("GetBytes", "Glob", "Lines", "AsConfig", "AsSecrets"), self._unknown)
        self.fields["Get"] = self._get

    def _get(self, name: Any = "") -> str:
        """A file's text; empty where there is none, as Helm has it."""
        path = self._folder / str(name)
        read = self._reach.text(path) if real(path).is_relative_to(real(self._folder)) else ""
        return read if isinstance(read, str) else ""

    def _unknown(self, *names: Any) -> Unknown:
        return Unknown("files that are chosen by a pattern")


def context(chart: Chart, release: str, template: str, reach: Reach) -> dict[str, Any]:
    """What a template starts from: its dot."""
    own = {key[:1].upper() + key[1:]: value for key, value in plain(chart.data).items()}
    return {
        "Values": chart.values,
        "Chart": {**own, "Name": chart.name},
        "Release": {"Name": release, "Namespace": "default", "Service": "Helm", "IsInstall": True, "IsUpgrade": False, "Revision": 1},
        "Capabilities": {"KubeVersion": KUBERNETES, "APIVersions": _Versions(), "HelmVersion": {"Version": "v3.17.0"}},
        "Template": {"Name": template, "BasePath": f"{chart.base}/templates"},
        "Files": _Files(chart.folder, reach),
        "Subcharts": {},
    }  # fmt: skip

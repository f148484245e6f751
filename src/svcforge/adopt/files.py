"""The files of the sources: found, read, and told apart by what is in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from svcforge.adopt.helm.charts import CHART, Charts
from svcforge.adopt.kinds import words_of
from svcforge.adopt.kustomization import FILES as KUSTOMIZATIONS
from svcforge.adopt.looking import mapping, origin_of, sequence, text, unread
from svcforge.adopt.overlays import Overlays, overlays
from svcforge.adopt.reach import Reach, Refused, exists, is_folder, real
from svcforge.adopt.system import Note, Origin
from svcforge.errors import SvcforgeError
from svcforge.source.foreign import read_foreign
from svcforge.source.tree import Mapping

SUFFIXES = (".yaml", ".yml", ".json")
MAX_FILES = 10_000
"""Files of one import."""
SHOWN = 5
"""Files that are named in one note."""
NO_KIND = "no kind of source that svcforge knows"
SKIPPED_FOLDERS = ("node_modules", "vendor", "target", "dist")
BESIDE = ("values.yaml", "values.yml", "package.json")
"""Files that belong to others and are no source themselves."""


_DEPLOYED = [
    "k8s",
    "kubernetes",
    "manifests",
    "manifest",
    "helm",
    "charts",
    "chart",
    "templates",
    "deploy",
    "deployment",
]
_PLACES = [
    "deployments",
    "release",
    "compose",
    "docker",
    "src",
    "config",
    "infra",
    "infrastructure",
    "base",
    "overlays",
]
_MODELS = [
    "kustomize",
    "istio",
    "app",
    "all",
    "topology",
    "microtosca",
    "model",
    "dataflow",
    "architecture",
    "system",
    "tmp",
]
OF_ANY_SYSTEM = frozenset([*_DEPLOYED, *_PLACES, *_MODELS])
"""Words that say what kind of thing a file or folder is, and not which system is in it."""


@dataclass(frozen=True, slots=True)
class Read:
    """A document of a file, and the kind of source that it is; `named`: the file itself is a source."""

    kind: str
    file: str
    data: Mapping
    path: Path
    named: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """All that was read, what could not be, the name of the folder that holds it, and what else may be read."""

    documents: tuple[Read, ...]
    notes: tuple[Note, ...]
    folder: str
    files: tuple[str, ...]
    reach: Reach


def found(sources: Sequence[str]) -> Found:
    """Read what the sources name: files, and all YAML and JSON below folders.

    Raises SvcforgeError for a source that is not there or cannot be read, and when nothing of a known kind is in them.
    """
    named = [Path(source).absolute() for source in sources]
    for source, path in zip(sources, named, strict=True):
        if not exists(path):
            raise SvcforgeError(f'there is no "{source}"', "name a file, or a folder with manifests")
    paths = list(dict.fromkeys(file for path in named for file in _files(path)))
    if len(paths) > MAX_FILES:
        raise SvcforgeError(f"more than {MAX_FILES} files", "name the folder that holds the manifests")
    reach = Reach(named)
    documents: list[Read] = []
    notes: list[Note] = []
    unknown: list[str] = []
    built = overlays([path for path in paths if path.name in KUSTOMIZATIONS], named, reach)
    charts = _outermost(path.parent for path in paths if path.name == CHART)
    for path in paths:
        if path in named or not (built.uses(path) or any(folder in charts for folder in path.parents)):
            _read(path, path in named, reach, documents, notes, unknown)
    notes += _of_no_kind(unknown)
    documents += _rendered(charts, reach, notes)
    documents = [*_manifests(built, documents, notes), *(d for d in documents if not _is_left_out(d, built))]
    if not documents:
        names = ", ".join(f'"{source}"' for source in sources)
        raise SvcforgeError(
            f"nothing in {names} says what a system is made of" + (f": {notes[0]}" if notes else ""),
            "name compose files, Kubernetes manifests, microTOSCA or dataflow models, or a topology.json",
        )
    shown_files = tuple(dict.fromkeys(document.file for document in documents))
    return Found(tuple(documents), tuple(notes), _called(reach.base, shown_files), shown_files, reach)


def _manifests(built: Overlays, documents: list[Read], notes: list[Note]) -> Iterable[Read]:
    """What Kustomize makes; files beside a kustomization that does not name them are told."""
    notes += built.notes
    for document in documents:
        if _is_left_out(document, built):
            notes.append(Note(Origin(document.file, 1), "not read: the kustomization beside it does not name it"))
    return (Read("kubernetes", resource.file, resource.data, resource.path) for resource in built.resources)


def _is_left_out(document: Read, built: Overlays) -> bool:
    return document.kind == "kubernetes" and not document.named and real(document.path.parent) in built.folders


def _files(path: Path) -> Iterable[Path]:
    if not is_folder(path):
        return [path]
    below: list[Path] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in SKIPPED_FOLDERS)
        below += [
            Path(folder, n)
            for n in sorted(names, key=_turn)
            if n.lower().endswith(SUFFIXES) and n.lower() not in BESIDE
        ]
    return below


def _outermost(charts: Iterable[Path]) -> dict[Path, None]:
    """The charts that lie in no other."""
    found: dict[Path, None] = {}
    for chart in sorted(charts, key=lambda path: (len(path.parts), path)):
        if not any(folder in found for folder in chart.parents):
            found[chart] = None
    return found


def _is_source(name: str) -> bool:
    return name in (*KUSTOMIZATIONS, CHART) or (name.lower().endswith(SUFFIXES) and name.lower() not in BESIDE)


def _turn(name: str) -> tuple[int, str]:
    """The turn of a file in its folder: `compose.override.yaml` comes after the `compose.yaml` that it changes."""
    is_compose = name.lower().startswith(("compose", "docker-compose"))
    return (len(re.split(r"[.-]", name)) if is_compose else 0), name


def _called(folder: Path, files: Sequence[str]) -> str:
    """What the system is called: by the one file that tells of it, else by the folder that holds it.

    Names that only say what kind of thing they are pass it on to the folder around them.
    """
    stem = [PurePosixPath(files[0]).name.partition(".")[0]] if len(files) == 1 else []
    names = [*stem, *(each.name for each in (folder, *folder.parents))]
    return next((name for name in names if not OF_ANY_SYSTEM.issuperset(words_of(name))), folder.name)


def _read(path: Path, named: bool, reach: Reach, documents: list[Read], notes: list[Note], unknown: list[str]) -> None:
    written, shown = reach.text(path), reach.shown(path)
    if isinstance(written, Refused):
        notes.append(Note(Origin(shown, 1), f"not read: {written.reason}"))
        return
    if "{{" in written and path.suffix.lower() != ".json":
        charts = Charts(reach)
        made: list[Any] = [document.data for document in charts.alone(path, written)]
        notes += charts.notes
        problem = bool(charts.notes)
    else:
        foreign = read_foreign(written, shown)
        made, problem = list(foreign.documents), foreign.problem is not None
        notes += unread(foreign, shown)
    known = [Read(kind, shown, data, path, named) for data in made if (kind := kind_of(data))]
    documents += known
    if known:
        others = [data for data in made if isinstance(data, Mapping) and data and not kind_of(data)]
        notes += [Note(origin_of(data, file=shown), f"not read: {NO_KIND}") for data in others]
    elif made and not problem:
        unknown.append(shown)
    if any(document.kind == "compose" for document in known):
        notes += _tags(written, shown)


def _tags(written: str, shown: str) -> Iterable[Note]:
    """Where a compose file takes back what another says: tags mean nothing to the reader."""
    for number, row in enumerate(written.split("\n"), 1):
        if match := re.search(r":\s*(!reset|!override)\b", row):
            yield Note(Origin(shown, number), f'not read: "{match[1]}"; what stood there before is still there')


def _of_no_kind(files: Sequence[str]) -> Iterable[Note]:
    """The files that are no sources, those of one folder together."""
    beside: dict[str, list[str]] = {}
    for file in files:
        beside.setdefault(str(PurePosixPath(file).parent), []).append(file)
    for first, *others in beside.values():
        names = [f'"{PurePosixPath(other).name}"' for other in others]
        more = [*names[:SHOWN], *([f"{len(names) - SHOWN} more"] if len(names) > SHOWN else [])]
        told = f"; nor are {', '.join(more)} beside it" if more else ""
        yield Note(Origin(first, 1), f"not read: {NO_KIND}{told}")


def _rendered(folders: Iterable[Path], reach: Reach, notes: list[Note]) -> Iterable[Read]:
    """The manifests that charts make."""
    charts = Charts(reach)
    for folder in folders:
        for each in charts.rendered(folder):
            if kind := kind_of(each.data):
                yield Read(kind, each.file, each.data, each.path)
    notes += charts.notes


def kind_of(data: Any) -> str | None:
    """The kind of source that a document is; None: none that is known."""
    if not isinstance(data, Mapping):
        return None
    if text(data, "apiVersion") and text(data, "kind"):
        return "kubernetes"
    if mapping(data, "topology_template") or "tosca_definitions_version" in data:
        return "microtosca"
    if "information_flows" in data and "services" in data:
        return "dataflow"
    if sequence(data, "nodes") and "edges" in data:
        return "topology"
    services = mapping(data, "services")
    if any(isinstance(service, Mapping) for service in services.values()) and "svcforge" not in data:
        return "compose"
    return None

"""Helm charts: a folder's values, its subcharts and its templates, as the documents that they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from svcforge.adopt.helm.context import Chart, context
from svcforge.adopt.helm.functions import merged
from svcforge.adopt.helm.rendering import Templates
from svcforge.adopt.helm.syntax import Malformed, Node, parsed
from svcforge.adopt.helm.values import Unrendered, is_true, plain
from svcforge.adopt.looking import items, text, unread
from svcforge.adopt.reach import ABSENT, Reach, Refused, is_folder
from svcforge.adopt.system import Note, Origin
from svcforge.source.foreign import read_foreign
from svcforge.source.tree import Mapping, Sequence

CHART = "Chart.yaml"
VALUES = "values.yaml"
REQUIREMENTS = "requirements.yaml"
LARGEST_TEMPLATE = 500_000
ADVICE = 'run "helm template . > rendered.yaml" in the chart\'s folder and import that file instead'


@dataclass(frozen=True, slots=True)
class Document:
    """A document that a template made, in the file of that template."""

    path: Path
    file: str
    data: Mapping


class Charts:
    """Renders charts out of files in reach; `notes` are what could not be."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.notes: list[Note] = []

    def rendered(self, folder: Path) -> Iterator[Document]:
        """What the templates of a chart, and of those in it, make."""
        shared = Templates()
        before = len(self.notes)
        charts = list(self._charts(folder, "", "", {}, {}, 0))
        for chart in charts:
            for name, (_, nodes) in chart.templates.items():
                shared.named[name] = nodes
                shared.define(nodes)
        for chart in charts:
            for name, (path, nodes) in chart.templates.items():
                if path.suffix.lower() in (".yaml", ".yml") and text(chart.data, "type") != "library":
                    yield from self._template(path, nodes, context(chart, charts[-1].name, name, self.reach), shared)
        if len(self.notes) > before:
            self._advise(folder / CHART)
        if any(_names_release(nodes) for chart in charts for _, nodes in chart.templates.values()):
            told = f'names of the release are those of one that is called "{charts[-1].name}", as the chart is'
            self.notes.append(Note(Origin(self.reach.shown(folder / CHART), 1), told))

    def alone(self, path: Path, written: str) -> Iterator[Document]:
        """What a template makes that belongs to no chart, with the `values.yaml` and templates near it."""
        shared = Templates()
        values: dict[str, Any] = {}
        for folder in (path.parent, *path.parents[1:3]):
            if (read := self._yaml(folder / VALUES)) is not None:
                values = plain(read)
                break
        for helper in self._files(path.parent, (".tpl",)):
            if nodes := self._parsed(helper):
                shared.define(nodes)
        nodes = self._nodes(path, written)
        chart = Chart(path.parent, Mapping(), "release", "release", values)
        if nodes:
            shared.define(nodes)
            yield from self._template(path, nodes, context(chart, "release", path.name, self.reach), shared)
        if self.notes:
            self._advise(path)

    def _advise(self, path: Path) -> None:
        self.notes.append(Note(Origin(self.reach.shown(path), 1), f"not all of it was read: {ADVICE}"))

    def _charts(
        self, folder: Path, above: str, alias: str, given: dict[str, Any], told: dict[str, Any], depth: int
    ) -> Iterator[Chart]:
        """The charts in a chart, then the chart itself; `given` are the values that the chart above has for it."""
        data = self._yaml(folder / CHART) or Mapping()
        name = alias or text(data, "name") or folder.name
        chart = Chart(folder, data, name, f"{above}/charts/{name}" if above else name)
        chart.values = _over(plain(self._yaml(folder / VALUES) or Mapping()), given)
        chart.values["global"] = merged(deepcopy(told), _dict(chart.values.get("global")))
        for path in self._files(folder / "templates", (".yaml", ".yml", ".tpl", ".txt")):
            inside = path.relative_to(folder / "templates").as_posix()
            if not inside.startswith("tests/") and (nodes := self._parsed(path)) is not None:
                chart.templates[f"{chart.base}/templates/{inside}"] = (path, nodes)
        if depth < 5:
            for inner, alias in self._below(chart):
                own = _dict(chart.values.get(alias))
                yield from self._charts(inner, chart.base, alias, own, chart.values["global"], depth + 1)
        yield chart

    def _below(self, chart: Chart) -> Iterator[tuple[Path, str]]:
        """The charts below a chart that its values do not turn off, each with the name of its values."""
        there = {folder.name: folder for folder in self._folders(chart.folder / "charts")}
        named: set[str] = set()
        older = self._yaml(chart.folder / REQUIREMENTS) or Mapping()  # charts for Helm 2
        for entry, place in (*items(chart.data, "dependencies"), *items(older, "dependencies")):
            name = text(entry, "name")
            alias = text(entry, "alias") or name
            named.add(name)
            if not _is_on(text(entry, "condition"), chart.values):
                continue
            if name in there:
                yield there[name], alias
            elif name:
                told = f'not read: the chart "{name}" is not in the folder "charts"'
                self.notes.append(Note(Origin.of(place, "dependencies"), told))
        yield from ((folder, name) for name, folder in there.items() if name not in named)

    def _folders(self, folder: Path) -> list[Path]:
        if not is_folder(folder) or not self.reach.holds(folder):
            return []
        return sorted(each for each in folder.iterdir() if (each / CHART).is_file())

    def _files(self, folder: Path, endings: Iterable[str]) -> list[Path]:
        """The files below a folder with one of the endings."""
        if not is_folder(folder) or not self.reach.holds(folder):
            return []
        return sorted(path for path in folder.rglob("*") if path.suffix.lower() in endings and path.is_file())

    def _yaml(self, path: Path) -> Mapping | None:
        read = self.reach.text(path)
        if isinstance(read, Refused):
            if read.reason != ABSENT and path.exists():
                self.notes.append(Note(Origin(self.reach.shown(path), 1), f"not read: {read.reason}"))
            return None
        foreign = read_foreign(read, self.reach.shown(path))
        self.notes += unread(foreign, self.reach.shown(path))
        return next((each for each in foreign.documents if isinstance(each, Mapping)), Mapping())

    def _parsed(self, path: Path) -> list[Node] | None:
        read = self.reach.text(path)
        if isinstance(read, Refused):
            self.notes.append(Note(Origin(self.reach.shown(path), 1), f"not read: {read.reason}"))
            return None
        return self._nodes(path, read)

    def _nodes(self, path: Path, written: str) -> list[Node] | None:
        shown = self.reach.shown(path)
        if len(written) > LARGEST_TEMPLATE:
            self.notes.append(
                Note(Origin(shown, 1), f"not read: a template of more than {LARGEST_TEMPLATE} characters")
            )
            return None
        try:
            return parsed(written)
        except Malformed as error:
            self.notes.append(Note(Origin(shown, error.line), f"not read: {error.why}"))
            return None

    def _template(
        self, path: Path, nodes: list[Node], context: dict[str, Any], shared: Templates
    ) -> Iterator[Document]:
        shown = self.reach.shown(path)
        try:
            made = shared.rendered(nodes, context)
        except Unrendered as error:
            self.notes.append(Note(Origin(shown, 1), f"not read: {error}"))
            return
        self.notes += [Note(Origin(shown, line), told) for line, told in made.notes]
        foreign = read_foreign(made.text, shown)
        self.notes += unread(foreign, shown, made.lines)
        seen: set[int] = set()
        for document in foreign.documents:
            _place(document, made.lines, seen)
            if isinstance(document, Mapping):
                yield Document(path, shown, document)


def _place(node: object, lines: list[int], seen: set[int]) -> None:
    """Give everything in a document the lines of the template."""
    if not isinstance(node, Mapping | Sequence) or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, Mapping):
        for places in (node.keys_at, node.values_at):
            for key, (file, start, column, end, last) in places.items():
                places[key] = (file, lines[start - 1], column, lines[min(end, len(lines)) - 1], last)
    else:
        node.values_at[:] = [(f, lines[s - 1], c, lines[min(e, len(lines)) - 1], z) for f, s, c, e, z in node.values_at]
    for value in node.values() if isinstance(node, Mapping) else node:
        _place(value, lines, seen)


def _names_release(nodes: list[Node]) -> bool:
    ahead = [*nodes]
    while ahead:
        node = ahead.pop()
        if node.pipeline and ".Release.Name" in node.pipeline.code:
            return True
        ahead += [*node.body, *node.other]
    return False


def _is_on(condition: str, values: dict[str, Any]) -> bool:
    """Whether a dependency is on: the first of its conditions that the values know decides."""
    for path in filter(None, condition.split(",")):
        node: Any = values
        for key in path.strip().split("."):
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, bool):
            return is_true(node)
    return True


def _over(own: dict[str, Any], given: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """A chart's values under those that it is given; what it is given as null it has no more."""
    found = deepcopy(own)
    for key, value in given.items() if depth < 60 else ():
        if value is None and key in own:
            del found[key]
        elif isinstance(value, dict) and isinstance(own.get(key), dict):
            found[key] = _over(own[key], value, depth + 1)
        else:
            found[key] = deepcopy(value)
    return found


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

"""Builds Kustomize folders: resources and bases with patches, generated ConfigMaps, names, labels, images, replicas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from svcforge.adopt import transformations
from svcforge.adopt.looking import items, mapping, origin_of, text, texts, unread
from svcforge.adopt.patches import Unfit, edited, merged
from svcforge.adopt.reach import Reach, Refused, is_folder, is_there, real
from svcforge.adopt.resources import Resource, Target, flat, generated, is_remote
from svcforge.adopt.system import Note, Origin
from svcforge.source.foreign import read_foreign
from svcforge.source.tree import Mapping, Place, Quoted, Sequence

FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
DEEPEST = 50
"""Overlays on overlays."""
SILENT = frozenset(
    ["apiVersion", "kind", "metadata", "crds", "openapi", "configurations", "sortOptions", "buildMetadata", "validators",
     "generatorOptions", "secretGenerator", "resources", "bases", "components", "patches", "patchesStrategicMerge",
     "patchesJson6902", "configMapGenerator", *transformations.FIELDS]
)  # fmt: skip
"""What is followed, and what says nothing of who works with whom."""


def file_of(folder: Path) -> Path | None:
    """The kustomization of a folder."""
    return next((folder / name for name in FILES if is_there(folder / name)), None)


@dataclass(slots=True)
class Kustomization:
    """A kustomization that was read: its file, and what stands in it."""

    path: Path
    file: str
    data: Mapping

    def origin(self, key: str) -> Origin:
        """The place of one of its fields."""
        return origin_of(self.data, key, file=self.file, what=key)

    def folders(self) -> Iterator[tuple[Path, Origin, bool]]:
        """The folders that it builds on, each with the place that names it; True: a component."""
        for key in ("resources", "bases", "components"):
            for item, place in items(self.data, key):
                if (name := text(item)) and not is_remote(name) and is_folder(folder := self.path.parent / name):
                    yield folder, Origin.of(place, key), key == "components"

    def files(self) -> Iterator[Path]:
        """The files that it reads, wherever links lead: no sources of their own."""
        folder = self.path.parent
        for key in ("resources", "bases", "patches", "patchesStrategicMerge", "patchesJson6902"):
            for item, _ in items(self.data, key):
                if (name := text(item) or text(item, "path")) and "\n" not in name and not is_remote(name):
                    yield real(folder / name)
        for key in ("configMapGenerator", "secretGenerator"):
            for entry, _ in items(self.data, key):
                names = (*texts(entry, "envs"), *texts(entry, "env"), *texts(entry, "files"))
                yield from (real(folder / name.rpartition("=")[2]) for name in names)


@dataclass(slots=True)
class Builder:
    """Builds kustomizations, out of files in reach; `notes` are what could not be followed."""

    reach: Reach
    notes: list[Note] = field(default_factory=list)

    def kustomization(self, path: Path) -> Kustomization | None:
        """Read a kustomization; None, and a note, where it cannot be."""
        shown = self.reach.shown(path)
        data = next((x for x in self._documents(path, Origin(shown, 1)) if isinstance(x, Mapping)), None)
        return Kustomization(path, shown, data) if data is not None else None

    def built(
        self, each: Kustomization, before: list[Resource] | None = None, chain: tuple[Path, ...] = ()
    ) -> list[Resource]:
        """The objects that a kustomization makes; of a component out of those `before` it."""
        found = {resource.key: resource for resource in before or ()}
        chain = (*chain, real(each.path))
        for key in ("resources", "bases"):
            for resource in self._resources(each, key, chain):
                if resource.key in found:
                    told = f'a second {resource.kind} "{resource.name}": not read'
                    self.notes.append(Note(origin_of(resource.data, "kind", file=resource.file), told))
                found.setdefault(resource.key, resource)
        made = generated(each, list(found.values()), self._text, self.notes)
        for key in [key for key in each.data if key not in SILENT]:
            self.notes.append(Note(each.origin(key), f'not read: "{key}"'))
        for component, origin, is_component in each.folders():
            if is_component and (inner := self._inner(component, origin, chain)) is not None:
                made = self.built(inner, made, chain)
        made = self._patched(each, made, ("patchesStrategicMerge", "patches"))
        made = transformations.named(each, made)
        made = self._patched(each, made, ("patchesJson6902",))
        return transformations.counted(each, made)

    def _resources(self, each: Kustomization, key: str, chain: tuple[Path, ...]) -> Iterator[Resource]:
        for item, place in items(each.data, key):
            origin, name = Origin.of(place, key), text(item)
            path = each.path.parent / name
            if is_remote(name):
                self.notes.append(Note(origin, f'not followed: "{name}": nothing is fetched'))
            elif name and is_folder(path):
                if (inner := self._inner(path, origin, chain)) is not None:
                    yield from self.built(inner, None, chain)
            elif name:
                for document in self._documents(path, origin, name):
                    for data in flat(document):
                        yield Resource(data, self.reach.shown(path), path)

    def _inner(self, folder: Path, origin: Origin, chain: tuple[Path, ...]) -> Kustomization | None:
        path = file_of(folder) if self.reach.holds(folder) else folder
        if path is None:
            self.notes.append(Note(origin, f'not followed: "{self.reach.shown(folder)}": it has no kustomization.yaml'))
        elif real(path) in chain or len(chain) > DEEPEST:
            self.notes.append(Note(origin, f'not followed: "{self.reach.shown(folder)}": it builds on itself'))
        elif path is folder:
            self._text(path, origin, self.reach.shown(folder))
        else:
            return self.kustomization(path)
        return None

    def _text(self, path: Path, origin: Origin, name: str = "") -> str | None:
        """A file's text; None, and a note, where it cannot be read."""
        read = self.reach.text(path)
        if isinstance(read, Refused):
            self.notes.append(Note(origin, f'not followed: "{name or path.name}": {read.reason}'))
            return None
        return read

    def _documents(self, path: Path, origin: Origin, name: str = "") -> list[Mapping | Sequence]:
        written = self._text(path, origin, name)
        return self._parsed(written, self.reach.shown(path)) if written is not None else []

    def _parsed(self, written: str, shown: str) -> list[Mapping | Sequence]:
        foreign = read_foreign(written, shown)
        self.notes += unread(foreign, shown)
        return [x for x in foreign.documents if isinstance(x, Mapping | Sequence)]

    def _patched(self, each: Kustomization, resources: list[Resource], keys: tuple[str, ...]) -> list[Resource]:
        for key in keys:
            for entry, place in items(each.data, key):
                origin = Origin.of(place, key)
                target = Target(mapping(entry, "target")) if isinstance(entry, Mapping) else None
                for patch in self._patches(each, entry, place, origin):
                    resources = self._applied(patch, target, resources, origin)
        return resources

    def _patches(self, each: Kustomization, entry: object, place: Place, origin: Origin) -> list[Mapping | Sequence]:
        """What an entry's file, or the text in it, says."""
        written = entry if isinstance(entry, str) else None
        inline = written if written and "\n" in written else None
        if isinstance(entry, Mapping) and isinstance(entry.get("patch"), str):
            inline, place = entry["patch"], entry.values_at["patch"]
        if inline is not None:
            # So many empty lines before it that the lines of a block are those of the file.
            above = place[1] if isinstance(inline, Quoted) and place[3] > place[1] else place[1] - 1
            return self._parsed("\n" * above + inline, each.file)
        name = written or text(entry, "path")
        return self._documents(each.path.parent / name, origin, name) if name else []

    def _applied(
        self, patch: Mapping | Sequence, target: Target | None, resources: list[Resource], origin: Origin
    ) -> list[Resource]:
        if target is None or not target.said:
            target = Target.of(patch)
        fits = [resource for resource in resources if target.fits(resource)]
        if not fits or target.unread:
            why = target.unread or f"there is no {target}"
            self.notes.append(Note(origin, f"a patch is not followed: {why}"))
            return resources
        found: list[Resource] = []
        for resource in resources:
            changed = self._change(resource, patch, origin) if any(resource is fit for fit in fits) else resource
            found += [changed] if changed is not None else []
        return found

    def _change(self, resource: Resource, patch: Mapping | Sequence, origin: Origin) -> Resource | None:
        try:
            if isinstance(patch, Sequence):
                return replace(resource, data=edited(resource.data, patch))
            data = merged(resource.data, resource.without_identity(patch), resource.is_built_in)
            return replace(resource, data=data) if data is not None else None
        except Unfit as why:
            self.notes.append(Note(origin, f'a patch of {resource.kind} "{resource.name}" is not followed: {why}'))
            return resource

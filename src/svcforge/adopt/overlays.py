"""Which of the Kustomize folders below the sources are built: of several overlays on one base, one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from svcforge.adopt.kinds import words_of
from svcforge.adopt.kustomization import Builder, Kustomization
from svcforge.adopt.looking import text
from svcforge.adopt.reach import Reach, real
from svcforge.adopt.resources import Resource
from svcforge.adopt.system import Note, Origin

PRODUCTION = frozenset(["production", "prod", "prd", "live"])
"""Words of an overlay's folder that make it the one to take."""


@dataclass(frozen=True, slots=True)
class Overlays:
    """The objects of the folders that were built, what could not be followed, and the files that belong to Kustomize."""

    resources: tuple[Resource, ...]
    notes: tuple[Note, ...]
    used: frozenset[Path]
    folders: frozenset[Path]

    def uses(self, path: Path) -> bool:
        """Whether a kustomization is a file, or reads it."""
        return bool(self.used) and real(path) in self.used


def overlays(paths: Iterable[Path], named: Sequence[Path], reach: Reach) -> Overlays:
    """Build the kustomizations at some paths, those that build on others in their stead.

    `named` are the sources: a kustomization that is one, or lies right in one, comes before others on the same base.
    """
    builder = Builder(reach)
    known = {real(path.parent): each for path in paths if (each := builder.kustomization(path)) is not None}
    uses = {folder: _used(each, known) for folder, each in known.items()}
    components = {folder for folder, each in known.items() if text(each.data, "kind") == "Component"}
    for each in known.values():
        components |= {real(folder) for folder, _, is_component in each.folders() if is_component}
    below = {used for those in uses.values() for used in those}
    tops = [folder for folder in known if folder not in below and folder not in components]
    # Of those that build on each other in a circle one has to be the first.
    tops = tops or list(known)[:1]
    sources = {real(path) for path in named}
    resources: list[Resource] = []
    for group in _groups(tops, uses):
        taken = _taken(group, uses, known, sources)
        for folder in taken:
            resources += builder.built(known[folder])
        if others := [folder for folder in group if folder not in taken]:
            builder.notes.append(_told(known[taken[0]], [known[folder] for folder in others]))
    used = {path for each in known.values() for path in (real(each.path), *each.files())}
    return Overlays(tuple(resources), tuple(dict.fromkeys(builder.notes)), frozenset(used), frozenset(known))


def _used(each: Kustomization, known: dict[Path, Kustomization]) -> list[Path]:
    """The kustomizations that one builds on, components aside."""
    folders = (real(folder) for folder, _, is_component in each.folders() if not is_component)
    return [folder for folder in folders if folder in known and folder != real(each.path.parent)]


def _all_below(folder: Path, uses: dict[Path, list[Path]]) -> set[Path]:
    found: set[Path] = set()
    ahead = [folder]
    while ahead:
        for used in uses.get(ahead.pop(), ()):
            if used not in found:
                found.add(used)
                ahead.append(used)
    return found


def _groups(tops: list[Path], uses: dict[Path, list[Path]]) -> list[list[Path]]:
    """Those that build on something in common, together."""
    groups: list[tuple[list[Path], set[Path]]] = []
    for top in tops:
        members, below = [top], {top} | _all_below(top, uses)
        for group in [group for group in groups if group[1] & below]:
            groups.remove(group)
            members, below = [*group[0], *members], below | group[1]
        groups.append((members, below))
    return [members for members, _ in groups]


def _taken(
    group: list[Path], uses: dict[Path, list[Path]], known: dict[Path, Kustomization], sources: set[Path]
) -> list[Path]:
    """Of the overlays on one base: the one that is named, the outermost, the production's, or the base alone."""
    if len(group) == 1:
        return group
    if named := [folder for folder in group if folder in sources or real(known[folder].path) in sources]:
        group = named if len(named) == 1 else group
    if len(group) == 1:
        return group
    outermost = [folder for folder in group if all(other.is_relative_to(folder) for other in group)]
    production = [folder for folder in group if PRODUCTION.intersection(words_of(folder.name))]
    if chosen := outermost or production:
        return chosen[:1]
    common = set.intersection(*(_all_below(folder, uses) for folder in group))
    bases = [folder for folder in known if folder in common]
    top = [folder for folder in bases if not any(folder in _all_below(other, uses) for other in bases)]
    return top or group[:1]


def _told(taken: Kustomization, others: list[Kustomization]) -> Note:
    names = ", ".join(f'"{Path(other.file).parent.as_posix()}"' for other in others)
    told = f"taken, and not {names}: to take another name it, and what it builds on, as sources"
    return Note(Origin(taken.file, 1), told)

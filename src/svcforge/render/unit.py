"""A whole unit as files in memory, and the hash that says whether it would come out as last time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from svcforge.errors import SvcforgeError
from svcforge.packs.pack import Pack
from svcforge.packs.places import cache_folder
from svcforge.packs.unit import File, Unit
from svcforge.render.fast import ENGINE, FastRenderer
from svcforge.render.foreign import ForeignRenderer
from svcforge.render.gate import check_path, check_paths

Renderer = FastRenderer | ForeignRenderer

_renderers: dict[tuple[str, str, bool], Renderer] = {}


def renderer(pack: Pack) -> Renderer:
    """The renderer of a pack, compiled once in a process (and, by the cache, once in its life).

    What did not come with svcforge is not even compiled here, but in a child with limits.
    """
    key = (pack.digest, pack.card.pack, pack.origin is None)
    found = _renderers.get(key)
    if found is None:
        found = _renderers[key] = FastRenderer(pack, cache_folder()) if pack.origin is None else ForeignRenderer(pack)
    return found


def render(unit: Unit) -> list[File]:
    """Every file of the unit, sorted by path; each path is checked, and no two are the same.

    Raises SvcforgeError naming the template, or the path.
    """
    files = list(unit.files)
    try:
        for part in unit.parts:
            made = renderer(part.pack).render(part.facts)
            if part.into:
                check_path(part.into)
                made = [replace(file, path=f"{part.into}/{file.path}") for file in made]
            files += made
        files.sort(key=lambda file: file.path)
        check_paths(file.path for file in files)
    except SvcforgeError as error:
        raise SvcforgeError(f'in "{unit.name}": {error.message}', error.hint) from None
    return files


def input_hash(unit: Unit) -> str:
    """SHA-256 over everything that the unit's files are made from: packs, facts, other files, this engine."""
    parts = [[_mark(part.pack), part.into, part.facts] for part in unit.parts]
    files = [[file.path, hashlib.sha256(file.data).hexdigest(), file.mode, file.kind] for file in unit.files]
    # Keys are not sorted: a template that goes through a mapping prints it in the order of the facts.
    canonical = json.dumps([ENGINE, parts, files], separators=(",", ":"), allow_nan=False, default=dict)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _mark(pack: Pack) -> object:
    """What stands for a pack in an input hash."""
    found = renderer(pack) if pack.origin else None
    return found.mark if isinstance(found, ForeignRenderer) else pack.digest

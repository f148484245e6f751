"""What `doctor --fix` does: what is lost is taken from git, else made again where that gives the very same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.packs.unit import Unit
    from svcforge.write.health import Ailment
    from svcforge.write.manifest import Manifest


def mend(out: Path) -> list[Ailment]:
    """Mend the state of an output; what was wrong, and what still is.

    Raises SvcforgeError, and changes nothing, when it cannot be written.
    """
    from svcforge.render.unit import input_hash, render
    from svcforge.write import health
    from svcforge.write.manifest import BASE

    lost = any(found.path.endswith(BASE) for found in health.ailments(out))
    units = _planned(out) if lost else {}

    def again(folder: str, known: Manifest) -> Mapping[str, bytes]:
        unit = units.get(folder)
        if unit is None or input_hash(unit) != known.header.input:
            return {}
        try:
            return {file.path: file.data for file in render(unit)}
        except SvcforgeError:
            return {}

    return health.mend(out, again)


def _planned(out: Path) -> dict[str, Unit]:
    """What the blueprint that stands in an output describes, by folder; nothing where it cannot be planned."""
    from svcforge.pipeline.generating import Generated, ready

    try:
        made = ready(str(out), out, lint=False)
    except SvcforgeError:
        return {}
    return {} if isinstance(made, Generated) else {unit.folder: unit for unit in made.units}

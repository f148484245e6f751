"""What is run without anybody having asked for it by name, of what packs of somebody else's make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from svcforge.merge.table import Verdict

if TYPE_CHECKING:
    from svcforge.merge.changes import ChangeSet
    from svcforge.packs.unit import Unit

RUNS_CODE = re.compile(
    r"(.*/)?(Makefile|GNUmakefile|\.envrc|\.pre-commit-config\.yaml|\.vscode/(tasks|settings|launch)\.json)"
    r"|(.*/)?\.(github/workflows|devcontainer|husky|githooks)/.*|(.*/)?\.gitlab-ci\.yml"
)
"""Files that are run by CI, an editor, a shell, a hook."""

WRITTEN = (Verdict.CREATE, Verdict.WRITE, Verdict.MERGED)


def unasked(units: Iterable[Unit], done: Iterable[ChangeSet]) -> Iterator[str]:
    """A note for each pack that is not ours nor trusted, and whose unit gets such files, new or changed.

    Args:
        units: what was planned.
        done: what became of it, or would.
    """
    from svcforge.packs.trust import trusted

    changes = {one.unit: one for one in done}
    found: dict[str, list[str]] = {}
    known: dict[str, bool] = {}
    for unit in units:
        strange = [part.pack for part in unit.parts if part.pack.origin]
        if not strange or unit.name not in changes:
            continue
        paths = [path for verdict in WRITTEN for path in changes[unit.name].paths.get(verdict, ())]
        running = [f"{unit.folder}/{path}".lstrip("/") for path in paths if RUNS_CODE.fullmatch(path)]
        for pack in strange if running else ():
            if not known.setdefault(pack.digest, trusted(pack.digest)):
                found.setdefault(pack.card.pack, []).extend(running)
    for name, running in sorted(found.items()):
        more = f" and {len(running) - 1} more" if len(running) > 1 else ""
        yield f'the pack "{name}" brings what runs code where it is opened or built: {min(running)}{more}'

"""Conflicts told to git, for whoever likes to resolve with its tools: stages in the index, taken back once they are closed.

Only when it is asked for: an index with unmerged files keeps git from committing, stashing and changing branches, which
nobody expects of a generation.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcforge import process
from svcforge.errors import SvcforgeError
from svcforge.merge.threeway import Side, settled
from svcforge.render.gate import STATE
from svcforge.write.conflicts import conflicts
from svcforge.write.disk import MOST_MARKED, Disk, Hidden, TooLarge, status, write
from svcforge.write.workspace import Workspace

KNOWN = "mergetool.json"
"""In the state folder, which git ignores: what the index says of the files that are registered, and what it said."""

LARGEST = 1 << 24
"""Bytes of it that are read."""

SIDES: tuple[Side, ...] = ("before", "yours", "generated")
"""What the stages 1, 2 and 3 hold, so that `git checkout --ours` takes what `resolve --take yours` does."""

QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
"""No program of the repository's runs because svcforge looks at it."""


class Stages(BaseModel):
    """A registered file: its path from the top of its repository, the entry that it had, and what its stages hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: Annotated[str, Field(max_length=4096)]
    mode: Annotated[str, Field(pattern="^100(644|755)$")]
    was: Annotated[str, Field(pattern="^[0-9a-f]{40,64}$")]
    stages: tuple[str, ...]


class _Known(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    files: dict[str, Stages]


class Registered(NamedTuple):
    """Paths from the root of the output: those that git knows as unmerged now, and those of which it knows nothing."""

    told: tuple[str, ...]
    untold: tuple[str, ...]


def register(out: Path, only: Collection[str] = ()) -> Registered:
    """Tell git of the conflicts that are marked in files that it tracks, as if a merge had left them.

    A file that git has as unmerged already is left alone.

    Args:
        only: the paths to tell of, from the root of the output; none is all.

    Raises SvcforgeError where git cannot be asked or its index cannot be written.
    """
    paths = [found.path for found in conflicts(out) if found.marked and (not only or found.path in only)]
    told: list[str] = []
    untold: list[str] = []
    with Workspace(out, durable=False) as workspace:
        known = dict(_known(workspace.disk))
        for path in paths:
            found = _staged(out, workspace.disk, path)
            if found is None:
                (told if _unmerged(out, path) else untold).append(path)
                continue
            known[path] = found
            # First what takes it back: after a kill in between it is about nothing that the index has.
            _write(workspace, known)
            lines = [f"0 {'0' * len(found.was)}\t{found.path}"]
            lines += [f"{found.mode} {blob} {stage}\t{found.path}" for stage, blob in enumerate(found.stages, 1)]
            _index(out, path, lines)
            told.append(path)
    return Registered(tuple(told), tuple(untold))


def close(out: Path, *, taken_back: bool = False) -> None:
    """Let git know which of the files that it was told of are in conflict no more: they are added as they are.

    Args:
        taken_back: the generation was: the index says again what it said before.

    What git was told otherwise since, by a tool or by hand, is left.
    """
    if not os.path.lexists(out / STATE / KNOWN):
        return
    open_ = {found.path for found in conflicts(out) if found.open}
    with Workspace(out, durable=False) as workspace:
        known = _known(workspace.disk)
        for path, file in known.items():
            if path not in open_ and [blob for _, blob, stage in _entries(out, path) if stage] == [*file.stages]:
                _index(out, path, [f"0 {'0' * len(file.was)}\t{file.path}", f"{file.mode} {file.was} 0\t{file.path}"])
                if not taken_back:
                    _git(out, path, "add", "-A", "--", Path(path).name)
        _write(workspace, {path: file for path, file in known.items() if path in open_})


def _staged(out: Path, disk: Disk, path: str) -> Stages | None:
    """What git is to know of a marked file; None where it does not track it, or has it as unmerged."""
    entries = [*_entries(out, path)]
    if len(entries) != 1 or entries[0][2] or not entries[0][0].startswith("100"):
        return None
    try:
        read = disk.read(path, MOST_MARKED)
    except (Hidden, TooLarge):
        read = None
    if read is None:
        return None
    name = Path(path).name
    blobs = (
        _git(out, path, "hash-object", "-w", "--stdin", f"--path={name}", stdin=settled(read[0], side)).strip()
        for side in SIDES
    )
    full = _git(out, path, "ls-files", "--full-name", "-z", "--", name).rstrip("\0")
    return Stages(path=full, mode=entries[0][0], was=entries[0][1], stages=tuple(blobs))


def _unmerged(out: Path, path: str) -> bool:
    return any(stage for *_, stage in _entries(out, path))


def _entries(out: Path, path: str) -> Iterator[tuple[str, str, int]]:
    """What the index has of a path: mode, blob, stage. Nothing where no repository is."""
    if not (out / path).parent.is_dir():
        return
    found = _asked(out, path, "ls-files", "-s", "-z", "--", Path(path).name)
    for line in found.out.split("\0") if found.ok else ():
        if line:
            mode, blob, stage = line.partition("\t")[0].split(" ")
            yield mode, blob, int(stage)


def _index(out: Path, path: str, lines: Collection[str]) -> None:
    _git(out, path, "update-index", "-z", "--index-info", stdin="".join(f"{line}\0" for line in lines).encode())


def _git(out: Path, path: str, *arguments: str, stdin: bytes = b"") -> str:
    found = _asked(out, path, *arguments, stdin=stdin)
    if not found.ok:
        said = found.err.strip().splitlines() or ["it said nothing"]
        raise SvcforgeError(f'git cannot change its index for "{path}": {said[0]}', "the file itself is as it was")
    return found.out


def _asked(out: Path, path: str, *arguments: str, stdin: bytes = b"") -> process.Completed:
    """Git in the folder of a file: the repository is the innermost one that holds it."""
    asked = ("git", "--literal-pathspecs", *QUIET, *arguments)
    return process.run(asked, cwd=(out / path).parent, env=process.ASKING_GIT, stdin=stdin)


def _known(disk: Disk) -> Mapping[str, Stages]:
    """What was registered; nothing where that is not what svcforge wrote."""
    try:
        found = disk.read(f"{STATE}/{KNOWN}", LARGEST)
        return _Known.model_validate_json(found[0]).files if found else {}
    except (Hidden, TooLarge, ValidationError):
        return {}


def _write(workspace: Workspace, files: Mapping[str, Stages]) -> None:
    state = workspace.state
    if files:
        text = json.dumps({"files": {path: file.model_dump() for path, file in files.items()}})
        write(state, f"{KNOWN}.new", text.encode())
        os.rename(f"{KNOWN}.new", KNOWN, src_dir_fd=state, dst_dir_fd=state)
    elif status(state, KNOWN) is not None:
        os.unlink(KNOWN, dir_fd=state)

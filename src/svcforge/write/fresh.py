"""Files that are made once and never overwritten: what `init` writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from svcforge.errors import SvcforgeError


def create(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write the files (relative path -> bytes) into a folder, all or none; returns their paths.

    Raises SvcforgeError, and writes nothing, when one of them exists or the folder cannot be written.
    """
    targets = {folder / name: data for name, data in files.items()}
    for target in targets:
        if target.exists() or target.is_symlink():
            raise SvcforgeError(f'"{target}" exists already', "choose another folder, or move the file away")
    made: list[Path] = []
    try:
        for target, data in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                made.append(target)
                file.write(data)
    except OSError as error:
        for target in made:
            target.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise SvcforgeError(
            f'"{error.filename or folder}" cannot be written: {reason}', "choose another folder"
        ) from error
    return made

"""What the user trusts: packs by their digests, in a file of the user's own and never in a repository."""

from __future__ import annotations

import json
import os
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.packs.places import config_folder, ours, private

FILE = "trusted-packs.json"

LARGEST = 1 << 20


def trusted(digest: str) -> bool:
    """Whether the user trusts the pack with this digest, so that its tasks and extensions may run."""
    return digest in _read(config_folder())


def trust(digest: str, name: str) -> Path:
    """Trust a pack, exactly as it is now; the file that says so from now on.

    Raises SvcforgeError where that cannot be written, or others could write it too.
    """
    folder = config_folder()
    if folder is None:
        raise SvcforgeError("there is no folder for what you trust", "set XDG_CONFIG_HOME or HOME")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not private(folder):
            raise SvcforgeError(f'others can write to "{folder}"', f"chmod go-w {folder}")
        known = _read(folder) | {digest: name}
        new = folder / f"{FILE}.{os.getpid()}"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(dict(sorted(known.items())), file, indent=2)
        new.replace(folder / FILE)
    except OSError as error:
        raise SvcforgeError(f'cannot write "{folder / FILE}": {error.strerror}') from None
    return folder / FILE


def _read(folder: Path | None) -> dict[str, str]:
    """Names by digest; none where anybody else could have written them."""
    if folder is None or not private(folder):
        return {}
    try:
        descriptor = os.open(folder / FILE, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with open(descriptor, "rb") as file:
            found = json.loads(file.read(LARGEST)) if ours(os.fstat(descriptor)) else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

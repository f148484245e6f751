"""What `pack new` does: a small pack that works, to be changed."""

from __future__ import annotations

import string
from pathlib import Path

from svcforge.errors import SvcforgeError


def new_pack(name: str, kind: str, folder: Path) -> tuple[Path, ...]:
    """Lay down a pack; the files that were made.

    Args:
        name: what the blueprint will call it.
        kind: `stack` or `platform`.
        folder: where it goes.

    Raises SvcforgeError for a name that no pack may have, and where anything is already.
    """
    from svcforge.packs.foreign import NAME
    from svcforge.packs.shelf import templates_folder

    if not NAME.fullmatch(name):
        raise SvcforgeError(f'a pack cannot be called "{name}"', "use lower-case letters, digits and single hyphens")
    if folder.exists():
        raise SvcforgeError(f'there is something in "{folder}" already', "choose another name, or move it away")
    root, made = templates_folder() / "init" / kind, []
    try:
        for source in sorted(path for path in root.rglob("*") if path.is_file()):
            file = folder / source.relative_to(root)
            file.parent.mkdir(parents=True, exist_ok=True)
            text = string.Template(source.read_text(encoding="utf-8")).safe_substitute(name=name)
            file.write_text(text, encoding="utf-8", newline="")
            made.append(file)
    except OSError as error:
        raise SvcforgeError(f'cannot write "{error.filename}": {error.strerror}') from None
    return tuple(made)

"""Files that are called otherwise now: which old path became which new one, so that what the user wrote goes along."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def moved(
    base: Collection[str], new: Collection[str], declared: Mapping[str, str], words: Mapping[str, str]
) -> dict[str, str]:
    """The old path of each new one that is an old file under another name.

    Args:
        base: the paths that were generated before.
        new: those that are generated now.
        declared: old path -> new path, as a pack says that its own files were renamed.
        words: old word -> new word, as the blueprint says that services were renamed; a word is what a folder is called,
            or a file without its endings.
    """
    found: dict[str, str] = {}
    for old in sorted(set(base) - set(new)):
        path = declared.get(old, "")
        path = "/".join(_renamed(part, words) for part in (path or old).split("/"))
        if path != old and path in new and path not in base:
            found.setdefault(path, old)
    return found


def _renamed(part: str, words: Mapping[str, str]) -> str:
    name, dot, endings = part.partition(".")
    return f"{words[name]}{dot}{endings}" if name in words else part

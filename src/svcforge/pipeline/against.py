"""The older version that `lint --against` names: a file, or a revision in git."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.lint.earlier import Earlier
    from svcforge.lint.settings import Settings
    from svcforge.load import Loaded


def earlier_of(loaded: Loaded, against: str, settings: Settings) -> Earlier:
    """The older version of a blueprint, with what is found in it.

    It is judged by the rules of today, since what they find anew in an old line is not new; what it suppresses itself
    was not to be seen.

    Args:
        against: a file, a folder with `blueprint.yaml`, a revision (`main`, `v1.2.0`, `HEAD~3`), or `main:path/old.yaml`.
        settings: those of the blueprint itself.

    Raises SvcforgeError when there is no such version, or it cannot be read.
    """
    from svcforge.lint.earlier import Earlier
    from svcforge.lint.run import Asked, run
    from svcforge.lint.settings import resolve

    if not against:
        # A variable that is unset in CI: the blueprint compared with itself would pass whatever it breaks.
        raise SvcforgeError("--against names no version", "write a revision, like main, or a file")
    old = _older(loaded, against)
    if old.blueprint is None:
        first = old.findings[0]
        place = f"{first.span.file}:{first.span.line}:{first.span.column}: " if first.span else ""
        raise SvcforgeError(
            f'the older version "{against}" cannot be read: {place}{first.message}',
            "compare with a version that can be: see svcforge lint on it",
        )
    theirs = replace(settings, ignores=resolve(old.blueprint.lint).ignores, problems=())
    verdict = run(
        old.blueprint,
        theirs,
        today=date.today(),
        locate=old.locate,
        comments=old.comments(),
        asked=Asked(subjects=True),
    )
    return Earlier(against, old.blueprint, old.locate, verdict.seen)


def _older(loaded: Loaded, against: str) -> Loaded:
    from svcforge.load import STANDARD_INPUT, load_file, load_revision
    from svcforge.load.revision import revision
    from svcforge.pipeline import BLUEPRINT

    given = Path(against)
    file = given / BLUEPRINT if given.is_dir() else given
    if file.is_file():
        return load_file(file)
    name, colon, inside = against.partition(":")
    if colon:
        where, named = Path(), Path(inside)
        origin = revision(name, where, f"{named.parent.as_posix()}/" if named.parent.name else "")
    elif loaded.file == STANDARD_INPUT:
        raise SvcforgeError(
            "a blueprint from standard input has no name that a revision could know",
            f"say which file it was: --against {against}:path/to/{BLUEPRINT}",
        )
    else:
        named = Path(loaded.file)
        origin = revision(name, named.parent)
    if not origin.has(Path(named.name)):
        raise SvcforgeError(
            f'there is no "{origin.prefix}{named.name}" in revision "{name}"',
            f"if it had another name then: --against {name}:path/to/{BLUEPRINT}",
        )
    return load_revision(origin, Path(named.name))

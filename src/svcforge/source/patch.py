"""Fixes made in the texts of a blueprint: each in the file where the element stands, together or not at all."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Mapping

from svcforge.frozen import frozen
from svcforge.source.edit import Delete, Edit, Rewrite
from svcforge.source.place import Path, Span
from svcforge.source.splice import Inapplicable, Splice, Splicer, spliced
from svcforge.source.tree import Mapping as Root
from svcforge.source.tree import span_of, value_at

Fix = tuple[Edit, ...]
"""Edits that are made together or not at all."""


@frozen()
class Change:
    """A text in place of a stretch of a file: what an edit comes to."""

    span: Span
    text: str


@frozen()
class Patched:
    """The texts that are new, by their files' names, and the positions of the fixes that were made."""

    texts: Mapping[str, str]
    made: tuple[int, ...]


class Patch:
    """What fixes come to in the texts of one blueprint.

    Args:
        root: the blueprint as it was read, which knows in which file each element stands.
        sources: the text of each file by its name.
        main: the name of the file that an element stands in which is not there yet.
    """

    def __init__(self, root: Root, sources: Mapping[str, str], main: str) -> None:
        self.root, self.sources, self.main = root, sources, main
        self._splicers: dict[str, Splicer] = {}

    def changes(self, fix: Fix) -> tuple[Change, ...]:
        """What a fix writes where, in the order of its edits; nothing when it cannot be made."""
        try:
            found = self._splices(fix)
        except Inapplicable:
            return ()
        return tuple(
            Change(Span(file, *self._splicer(file).rows.place(s.start), *self._splicer(file).rows.place(s.end)), s.text)
            for file, s in found
        )

    def patched(self, fixes: Iterable[Fix]) -> Patched:
        """The texts with the fixes made: of two that touch each other the first one, of equal ones all."""
        accepted: dict[str, list[Splice]] = {}
        seen: set[tuple[tuple[str, Splice], ...]] = set()
        gone: Counter[Path] = Counter()
        made = []
        for index, fix in enumerate(fixes):
            try:
                splices = self._splices(fix)
            except Inapplicable:
                continue
            if splices not in seen:
                deleted = Counter(edit.path[:-1] for edit in fix if isinstance(edit, Delete))
                if self._empties(gone, deleted) or any(_touches(accepted.get(f, []), s) for f, s in splices):
                    continue
                seen.add(splices)
                gone += deleted
                for file, splice in splices:
                    insort(accepted.setdefault(file, []), splice)
            made.append(index)
        return Patched({file: spliced(self.sources[file], found) for file, found in accepted.items()}, tuple(made))

    def _empties(self, gone: Counter[Path], deleted: Counter[Path]) -> bool:
        """Whether deletions would empty a container between them: each alone knows what to leave, together they do not."""
        return any(
            gone[path] + number > 1 and gone[path] + number >= len(value_at(self.root, path) or ())
            for path, number in deleted.items()
        )

    def _splices(self, fix: Fix) -> tuple[tuple[str, Splice], ...]:
        files: dict[str, list[Edit]] = {}
        for edit in fix:
            files.setdefault(self._file(edit), []).append(edit)
        if not set(files) <= set(self.sources):
            raise Inapplicable(fix)
        return tuple((file, splice) for file, edits in files.items() for splice in self._splicer(file).splices(edits))

    def _file(self, edit: Edit) -> str:
        if isinstance(edit, Rewrite):
            return edit.span.file
        span = span_of(self.root, edit.path)
        return span.file if span else self.main

    def _splicer(self, file: str) -> Splicer:
        if file not in self._splicers:
            self._splicers[file] = Splicer(self.sources[file])
        return self._splicers[file]


def _touches(accepted: list[Splice], splice: Splice) -> bool:
    """Whether a splice meets one of those accepted, which are in order and do not meet each other."""
    at = bisect_left(accepted, splice)
    before = accepted[at - 1] if at else None
    after = accepted[at] if at < len(accepted) else None
    return bool(before and before.end >= splice.start) or bool(after and after.start <= splice.end)

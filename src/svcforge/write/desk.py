"""A unit's files on their way from memory to the staging folder: compared with what the user has, decided, laid down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from svcforge.errors import SvcforgeError
from svcforge.merge.changes import ChangeSet, change_set
from svcforge.merge.entry import Current, Entry, Signature, State, Thing
from svcforge.merge.meeting import met
from svcforge.merge.renames import moved
from svcforge.merge.table import BESIDE, Decision, Verdict, decisions, questions
from svcforge.merge.threeway import MOST
from svcforge.packs.unit import File
from svcforge.write.disk import Disk, Hidden, TooLarge, signature, status
from svcforge.write.journal import Put, Remove, Step, UnitSteps
from svcforge.write.manifest import BASE, MANIFEST, Header, Manifest, Offered, manifest_of, manifest_text, read_state
from svcforge.write.order import Order, Prepared, Texts
from svcforge.write.staging import Staging


class Desk:
    """A unit's files on their way from memory to the staging folder."""

    def __init__(
        self, order: Order, made_from: str, files: Mapping[str, File], new: Mapping[str, Entry], staging: Staging | None
    ) -> None:
        self.order, self.unit, self.files, self.new, self.staging = order, order.unit, files, new, staging
        self.texts: dict[str, Texts] = {}
        packs = {f"{part.pack.card.kind}/{part.pack.card.pack}" for part in self.unit.parts}
        self.header = Header(self.unit.name, tuple(sorted(packs)), made_from)

    def whole(self) -> Prepared:
        """A unit whose folder does not exist: all of it at once."""
        unit = self.unit
        changes = ChangeSet(unit.name, unit.folder, {Verdict.CREATE: tuple(self.files)} if self.files else {}, {}, 0)
        if self.staging is None:
            texts = {path: (None, file.data) for path, file in self.files.items()} if self.order.shown else {}
            return Prepared(changes, texts=texts)
        manifest = manifest_text(Manifest(self.header, self.new))
        content = [(file.path, file.data, _MODES[file.executable]) for file in self.files.values()]
        base = b"".join(file.data for file in self.files.values())
        name, inode = self.staging.tree([*content, (BASE, base, 0o666), (MANIFEST, manifest, 0o666)])
        return Prepared(changes, UnitSteps(unit.name, unit.folder, (Put(unit.folder, name, inode),), ()))

    def compared(self, disk: Disk) -> Prepared:
        """A unit whose folder is there: file by file, against its base and against what the user has."""
        unit = self.unit
        text = read_state(disk, unit.folder, MANIFEST)
        known = manifest_of(text[0], self._path(MANIFEST)) if text else Manifest(self.header)
        if known.header.ejected:
            return Prepared(ChangeSet(unit.name, unit.folder, {}, {}, 0, ejected=True))
        known = self._without_restored(known, disk)
        old = Offered(known, disk, unit.folder, disk.path)
        decided: list[Decision] = []
        steps: list[Step] = []
        base, new = dict(known.files), dict(self.new)
        for path, before in self._carried(known, disk):
            taken, put = self._carry(path, before, old, disk)
            decided += taken
            steps += put
            del base[before], new[path]
        current = {path: disk.look(self._path(path)) for path in questions(base, new)}
        for decision in decisions(base, new, current):
            found = decision
            if decision.verdict is Verdict.DIVERGED:
                found, step = self._met(decision, old, current[decision.path], disk)
            else:
                step = self._step(decision, current, disk)
            decided.append(found)
            steps += [step] if step else []
        decided.sort(key=lambda found: found.path)
        changes = change_set(unit.name, unit.folder, decided)
        if self.staging is None:
            return Prepared(changes, texts=self.texts)
        state = self._state(known, text, decided, changes.settled, old, disk)
        return Prepared(changes, UnitSteps(unit.name, unit.folder, steps, state) if steps or state else None)

    def _without_restored(self, known: Manifest, disk: Disk) -> Manifest:
        """The manifest without what is to be made again.

        Raises SvcforgeError where a file is still there, or is not generated.
        """
        for path in sorted(self.order.restored):
            if path not in self.new:
                raise SvcforgeError(f'"{self._path(path)}" is not generated', "svcforge diff lists what is")
            if disk.look(self._path(path)).thing is not Thing.ABSENT:
                raise SvcforgeError(f'"{self._path(path)}" is there', "only what you have deleted can be restored")
        return replace(known, files={path: e for path, e in known.files.items() if path not in self.order.restored})

    def _carried(self, known: Manifest, disk: Disk) -> Iterator[tuple[str, str]]:
        """Files that are called otherwise now and that the user has changed, or deleted: new path and old path."""
        declared = {old: new for part in self.unit.parts for old, new in part.pack.card.renames.items()}
        for path, before in moved(known.files, self.new, declared, self.unit.words).items():
            entry, there = known.files[before], disk.look(self._path(before))
            if (
                entry.state in (State.CONFLICTED, State.IGNORED)
                or disk.look(self._path(path)).thing is not Thing.ABSENT
            ):
                continue
            if there.thing is Thing.ABSENT or (there.thing is Thing.FILE and there.hash != entry.hash):
                yield path, before

    def _carry(self, path: str, before: str, old: Offered, disk: Disk) -> tuple[list[Decision], list[Step]]:
        """What the user did to a file goes along to its new path; the old one goes once it has."""
        entry, there = self.new[path], disk.look(self._path(before))
        if there.thing is Thing.ABSENT:
            return [Decision(path, Verdict.DELETED, replace(entry, state=State.DELETED))], []
        read = disk.read(self._path(before), MOST) if there.signature[1] <= MOST else None
        if read is None or read[1] != there.signature:
            refused = Decision(path, Verdict.REFUSED, None, why=f'"{before}" could not be read')
            return [refused, Decision(before, Verdict.UNCHANGED, old.known.files[before])], []
        executable = there.executable ^ (old.known.files[before].executable != entry.executable)
        diverged = Decision(path, Verdict.DIVERGED, entry, executable, f"it was {before}")
        found = met(diverged, old.bytes_of(before), read[0], self.files[path].data)
        mode = _with_bit(there.signature[3], executable)
        beside = found.decision.verdict is Verdict.BESIDE
        steps: list[Step | None] = [self._laid(disk, self._path(path), read[0] if beside else found.data, mode)]
        if beside:
            steps.append(self._laid(disk, self._path(path) + BESIDE, found.data, _MODES[executable]))
        gone = Decision(before, Verdict.REMOVE, None)
        steps.append(self._step(gone, {before: there}, disk))
        verdict = Verdict.MERGED if found.decision.verdict is Verdict.ADOPT else found.decision.verdict
        return [replace(found.decision, verdict=verdict)], [step for step in steps if step]

    def _met(self, decision: Decision, old: Offered, current: Current, disk: Disk) -> tuple[Decision, Step | None]:
        """What becomes of a file that both sides have changed."""
        path, known = self._path(decision.path), old.known.files.get(decision.path)
        if current.marked:
            # Of a merge of git's, say; a conflict inside of another helps nobody.
            why = "another conflict is still in it: resolve that, and generate again"
            return replace(decision, verdict=Verdict.REFUSED, entry=known, why=why), None
        try:
            read = disk.read(path, MOST) if current.signature[1] <= MOST else (b"\0", current.signature)
        except (Hidden, TooLarge):
            read = None
        if read is None or read[1] != current.signature:
            # It is being written to; what it becomes is for the next run to see.
            return replace(decision, verdict=Verdict.REFUSED, entry=known, why="it changed meanwhile"), None
        found = met(decision, old.bytes_of(decision.path), read[0], self.files[decision.path].data)
        if found.decision.verdict is Verdict.ADOPT:
            return found.decision, None
        if found.decision.verdict is not Verdict.BESIDE:
            mode = _with_bit(current.signature[3], decision.executable)
            return found.decision, self._laid(disk, path, found.data, mode, current.signature)
        beside = disk.look(path + BESIDE)
        if beside.thing not in (Thing.ABSENT, Thing.FILE):
            refused = replace(decision, verdict=Verdict.REFUSED, entry=known, why=f"beside it is {beside.thing}")
            return refused, None
        mode = _MODES[decision.executable]
        return found.decision, self._laid(
            disk, path + BESIDE, found.data, mode, beside.signature if beside.thing is Thing.FILE else None
        )

    def _step(self, decision: Decision, current: Mapping[str, Current], disk: Disk) -> Step | None:
        path = self._path(decision.path)
        if decision.verdict is Verdict.REMOVE and self.order.shown:
            self.texts[decision.path] = (_read(disk, path), None)
        if decision.verdict is Verdict.REMOVE and self.staging:
            return self._removed(decision.path, current[decision.path].signature)
        if decision.verdict is Verdict.CREATE:
            return self._laid(disk, path, self.files[decision.path].data, _MODES[decision.executable])
        if decision.verdict is Verdict.WRITE:
            before = current[decision.path].signature
            mode = _with_bit(before[3], decision.executable)
            return self._laid(disk, path, self.files[decision.path].data, mode, before)
        return None

    def _laid(self, disk: Disk, path: str, data: bytes, mode: int, before: Signature | None = None) -> Put | None:
        """The step that puts bytes at a path, the bytes laid down for it; None when nothing is to be written."""
        if self.order.shown:
            name = path.removeprefix(f"{self.unit.folder}/") if self.unit.folder else path
            self.texts[name] = (_read(disk, path) if before else None, data)
        if self.staging is None:
            return None
        return Put(path, *self.staging.file(data, mode, exact=before is not None), before)

    def _state(
        self,
        known: Manifest,
        text: tuple[bytes, Signature] | None,
        decided: Sequence[Decision],
        settled: bool,
        old: Offered,
        disk: Disk,
    ) -> list[Step]:
        """The steps for base and manifest, as far as they change; the manifest last."""
        entries = {decision.path: decision.entry for decision in decided if decision.entry is not None}
        if self.order.gone and not entries:
            return [self._removed(name, found) for name in (BASE, MANIFEST) if (found := self._standing(disk, name))]
        standing = self._standing(disk, BASE)
        bytes_of = {path: self.files[path].data for path in entries if entries[path].hash == self._new_hash(path)}
        bytes_of |= {
            path: data for path in entries.keys() - bytes_of.keys() if (data := old.bytes_of(path)) is not None
        }
        entries = {
            path: replace(entry, size=len(bytes_of[path]) if path in bytes_of else None)
            for path, entry in entries.items()
        }
        manifest = Manifest(replace(self.header, input=self.header.input if settled else None), entries)
        puts: list[Step] = []
        total = sum(entry.size or 0 for entry in entries.values())
        if _contents(known) != _contents(manifest) or standing is None or standing[1] != total:
            base = b"".join(bytes_of[path] for path in sorted(bytes_of))
            puts.append(self._put(BASE, base, standing))
        written = manifest_text(manifest)
        if text is None or text[0] != written:
            puts.append(self._put(MANIFEST, written, text[1] if text else None))
        return puts

    def _removed(self, name: str, before: Signature) -> Remove:
        assert self.staging is not None
        return Remove(self._path(name), self.staging.name(), before)

    def _put(self, name: str, data: bytes, before: Signature | None) -> Put:
        assert self.staging is not None
        mode = before[3] if before else 0o666
        return Put(self._path(name), *self.staging.file(data, mode, exact=before is not None), before)

    def _standing(self, disk: Disk, name: str) -> Signature | None:
        """The signature of a state file, or None when there is none."""
        try:
            found = status(*disk.place(self._path(name)))
        except FileNotFoundError:
            return None
        except Hidden as error:
            raise SvcforgeError(f'"{error}" is a link or no folder', "svcforge writes through no links") from None
        return signature(found) if found else None

    def _new_hash(self, path: str) -> str:
        return self.new[path].hash if path in self.new else ""

    def _path(self, path: str) -> str:
        return f"{self.unit.folder}/{path}" if self.unit.folder else path


def _read(disk: Disk, path: str) -> bytes | None:
    """The bytes at a path, for showing them; None where they cannot be read."""
    try:
        found = disk.read(path, MOST)
    except (Hidden, TooLarge, OSError):
        return None
    return found[0] if found else None


_MODES = {False: 0o666, True: 0o777}
"""Before the user's umask, as git makes files."""


def _with_bit(mode: int, executable: bool) -> int:
    """The user's mode, its executable bits turned on for whoever may read, or off, if need be."""
    if executable == bool(mode & 0o100):
        return mode
    return mode | (mode & 0o444) >> 2 if executable else mode & ~0o111


def _contents(manifest: Manifest) -> list[tuple[str, str]]:
    """What the base of a manifest holds."""
    return [(path, manifest.files[path].hash) for path, _, _ in manifest.offsets()]

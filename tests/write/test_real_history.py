"""A user at work while the blueprint grows, with the packs that are shipped: nothing typed is lost, whatever happens."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.write.growing import Growing
from tests.write.test_crash import Interposed, in_child
from tests.write.trees import Tree, tree, without_undo

from svcforge.errors import SvcforgeError
from svcforge.merge.changes import WRITING
from svcforge.merge.entry import State
from svcforge.merge.table import Verdict
from svcforge.pipeline.generating import Generated, Wanted, generate
from svcforge.write.conflicts import Conflict, Side, conflicts, take
from svcforge.write.disk import Disk
from svcforge.write.eject import eject
from svcforge.write.generate import Report
from svcforge.write.undo import undo
from svcforge.write.units import units_in

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
BINARY = b"\0\xff\xfe"
TOKEN = re.compile(rb"typed-[0-9]+-")
NEIGHBOURS = (".svcforge-new",)
OWN = ("blueprint.yaml", "svcforge.lock")
LIKELY = ("events.py", "consumers.py", "logic/weigh.py", "clients/beta.py", "mine.py")
ALL = Wanted()
WAYS = (
    *("a_line_is_typed",) * 8,
    *("lines_are_deleted_or_replaced",) * 3,
    *("line_ends_are_changed", "a_last_line_has_no_end", "a_mode_is_changed", "a_file_becomes_binary"),
    *("a_file_is_deleted", "a_file_is_added_where_one_may_be_generated", "something_else_stands_where_a_file_was"),
    "a_file_is_moved_elsewhere",
)
"""What a user does to a file, the more often the more often it stands here."""

numbers = st.integers(0, 9999)


class RealHistory(RuleBasedStateMachine):
    """A user and svcforge at work in one output, made from a blueprint that changes."""

    @initialize(seed=numbers)
    def begin(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.out = Path(tempfile.mkdtemp(prefix="svcforge-real-", dir=MEMORY))
        self.system, self.tokens = Growing(self.chance), count()
        self.typed: set[bytes] = set()
        self.earlier = self.system
        self.changing: set[str] = set()
        self.commit = self.out.with_name(f"{self.out.name}-commit")
        self.generate()

    # What svcforge does.

    def generate(self, wanted: Wanted = ALL, told: bool = True) -> Generated | None:
        """Generate; where that is refused nothing has changed, and the blueprint is as it was before.

        Args:
            told: whether the report tells all: not what an earlier run had begun.
        """
        (self.out / "blueprint.yaml").write_text(self.system.text())
        before, where = tree(self.out), self.places()
        made, refused = None, ""
        try:
            made = generate(str(self.out), None, wanted)
        except SvcforgeError as problem:
            refused = problem.message
        assert "cut short" not in refused
        if made is None or made.written is None:
            assert not told or without_undo(tree(self.out)) == without_undo(before)
            self.system = self.earlier
            return None
        self.changing |= {
            f"{u.folder}/{c.path}".lstrip("/")
            for u in made.written.units
            for c in u.changes
            if c.verdict in (Verdict.WRITE, Verdict.MERGED, Verdict.REMOVE)
        }
        if told:
            self.nothing_went_elsewhere_untold(where, made.written)
            self.nothing_unsaid_changed(before, made.written)
        self.earlier = self.system
        return made

    @rule(changes=st.integers(1, 3), prune=st.booleans())
    def the_blueprint_grows(self, changes: int, prune: bool) -> None:
        self.system = self.system.copy()
        for _ in range(changes):
            self.system.changed()
        if self.generate(Wanted(prune=prune)):
            self.again_changes_nothing(Wanted(prune=prune))

    @rule()
    def a_part_is_made_before_the_others(self) -> None:
        self.system = self.system.copy()
        self.system.changed()
        name = self.chance.choice([*self.system.services])
        if self.generate(Wanted(only=(name,))):
            self.again_changes_nothing(Wanted(only=(name,)))

    @rule(when=numbers)
    def a_growth_is_killed_and_the_next_run_ends_it(self, when: int) -> None:
        self.system = self.system.copy()
        self.system.changed()
        text = self.system.text()
        (self.out / "blueprint.yaml").write_text(text)
        other = Path(tempfile.mkdtemp(prefix="svcforge-real-", dir=MEMORY)) / "copy"
        shutil.copytree(self.out, other, symlinks=True)
        try:
            calls = self.interposed(other, lambda number: None)
            self.interposed(self.out, lambda number: os._exit(0) if number == when % (calls + 1) else None)
            if self.generate(told=False):
                assert without_undo(tree(self.out)) == without_undo(tree(other))
                kept = {".gitignore", "base", "busy", "manifest.json", "undo"}
                assert {path.name for path in (self.out / ".svcforge").iterdir()} <= kept
        finally:
            shutil.rmtree(other.parent)

    @rule()
    def the_last_run_is_taken_back(self) -> None:
        before = tree(self.out)
        refused = ""
        try:
            undo(self.out, durable=False)
        except SvcforgeError as problem:
            refused = problem.message
        if refused:
            assert "nothing to undo" in refused
            assert without_undo(tree(self.out)) == without_undo(before)

    @rule(when=st.integers(1, 120), side=st.sampled_from(["", "yours"]))
    def taking_back_or_resolving_is_killed(self, when: int, side: Side) -> None:
        for one in conflicts(self.out) if side else ():
            self.give_up(one, side)

        def work() -> None:
            end = Interposed(lambda number, *_: os._exit(0) if number == when else None)
            with end, contextlib.suppress(SvcforgeError):
                take(self.out, side, durable=False) if side else undo(self.out, durable=False)

        assert in_child(work) == 0
        if self.generate(told=False):
            left = {path.name for path in (self.out / ".svcforge").iterdir()}
            assert left <= {".gitignore", "base", "busy", "manifest.json", "undo"}

    @rule()
    def a_growth_is_taken_back_at_once(self) -> None:
        self.generate()
        before, was = tree(self.out), self.system
        self.system = self.system.copy()
        self.system.changed()
        made = self.generate()
        if made and made.written and without_undo(tree(self.out)) != without_undo(before):
            assert undo(self.out, durable=False).left == ()
            self.system = self.earlier = was
            (self.out / "blueprint.yaml").write_text(was.text())
            assert without_undo(tree(self.out)) == without_undo(before)

    @rule()
    def what_is_added_and_removed_again_leaves_no_trace(self) -> None:
        """Where nothing is in conflict; migrations only ever grow."""
        self.generate(Wanted(prune=True))
        before, start = self.but_migrations(), self.system
        self.system = start.copy()
        self.system.added()
        made = self.generate()
        if made is None or made.exit_code == 3:
            return
        self.system = start.copy()
        gone = self.generate(Wanted(prune=True))
        assert gone is not None
        if gone.exit_code == 0:
            assert self.but_migrations() == before

    @rule(side=st.sampled_from(["yours", "yours", "generated"]))
    def conflicts_are_closed(self, side: Side) -> None:
        if found := conflicts(self.out):
            one = self.chance.choice(found)
            self.give_up(one, side)
            take(self.out, side, [one.path], durable=False)
            assert one not in conflicts(self.out)

    @rule()
    def a_part_becomes_the_users(self) -> None:
        if self.chance.random() < 0.2:
            names = [manifest.header.unit for _, manifest in self.units() if not manifest.header.ejected]
            if len(names) > 2:
                eject(self.out, self.chance.choice(names), durable=False)

    @rule()
    def a_deleted_file_is_wanted_again(self) -> None:
        deleted = sorted(
            f"{folder}/{path}".lstrip("/")
            for folder, manifest in self.units()
            for path, entry in manifest.files.items()
            if entry.state is State.DELETED
        )
        if deleted:
            path = self.chance.choice(deleted)
            if not os.path.lexists(self.out / path):
                made = self.generate(Wanted(restore=(path,)))
                assert made is None or (self.out / path).is_file() or path not in self.offered()

    # What the user does.

    @rule(how=st.lists(st.sampled_from(WAYS), min_size=1, max_size=8))
    def the_user_works(self, how: list[str]) -> None:
        for way in how:
            getattr(self, way)()

    def a_line_is_typed(self) -> None:
        if file := self.file():
            lines = file.read_bytes().splitlines(keepends=True)
            place = self.chance.randrange(len(lines) + 1)
            if place and not lines[place - 1].endswith(b"\n"):
                lines[place - 1] += b"\n"
            lines.insert(place, b"# " + self.token() + b"\n")
            file.write_bytes(b"".join(lines))

    def lines_are_deleted_or_replaced(self) -> None:
        if (file := self.file()) and "migrations" not in file.parts:
            lines = file.read_bytes().splitlines(keepends=True)
            place, size = self.chance.randrange(len(lines) + 1), self.chance.randrange(1, 4)
            self.forget(b"".join(lines[place : place + size]))
            lines[place : place + size] = [b"# " + self.token() + b"\n"] if self.chance.random() < 0.5 else []
            file.write_bytes(b"".join(lines))

    def line_ends_are_changed(self) -> None:
        if file := self.file():
            data = file.read_bytes()
            if b"\0" not in data:
                file.write_bytes(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def a_last_line_has_no_end(self) -> None:
        if file := self.file():
            data = file.read_bytes().rstrip(b"\r\n")
            file.write_bytes(data + (b"\n# " + self.token() if self.chance.random() < 0.5 else b""))

    def a_mode_is_changed(self) -> None:
        if file := self.file():
            file.chmod(file.stat().st_mode ^ 0o111)

    def a_file_becomes_binary(self) -> None:
        if file := self.file():
            self.forget(file.read_bytes())
            file.write_bytes(BINARY + self.token() + BINARY)

    def a_file_is_deleted(self) -> None:
        if file := self.file():
            self.forget(file.read_bytes())
            file.unlink()

    def a_file_is_added_where_one_may_be_generated(self) -> None:
        service = self.chance.choice([*self.system.services])
        file = self.out / "services" / service / "src" / service / self.chance.choice(LIKELY)
        if file.parent.parent.is_dir() and not os.path.lexists(file):
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(b"# " + self.token() + b"\n")

    def something_else_stands_where_a_file_was(self) -> None:
        if file := self.file():
            self.forget(file.read_bytes())
            file.unlink()
            if self.chance.random() < 0.5:
                file.symlink_to(self.out / "blueprint.yaml")
            else:
                file.mkdir()
                (file / "mine").write_bytes(self.token())

    def a_file_is_moved_elsewhere(self) -> None:
        if file := self.file():
            file.rename(file.with_name(f"moved-{file.name}"))

    @rule()
    def state_is_lost(self) -> None:
        if self.chance.random() < 0.3:
            folder = self.out / self.chance.choice([folder for folder, _ in self.units()] or [""])
            file = folder / ".svcforge" / self.chance.choice(("base", "base", "manifest.json"))
            if file.is_file():
                file.unlink()

    @rule()
    def a_commit_is_made(self) -> None:
        shutil.rmtree(self.commit, ignore_errors=True)
        shutil.copytree(self.out, self.commit, symlinks=True, ignore=shutil.ignore_patterns("undo", "busy", "tx-*"))
        self.committed = (self.system, set(self.typed))

    @precondition(lambda self: self.commit.exists())
    @rule()
    def an_older_commit_is_checked_out(self) -> None:
        """As git does: what it ignores, which is what undoes the last run, stays."""
        for path in sorted(self.out.rglob("*"), reverse=True):
            if not path.is_relative_to(self.out / ".svcforge"):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        shutil.copytree(self.commit, self.out, symlinks=True, dirs_exist_ok=True)
        self.system, typed = self.committed
        self.earlier, self.typed = self.system, set(typed)

    # What holds.

    @invariant()
    def nothing_typed_is_lost(self) -> None:
        if hasattr(self, "out"):
            assert self.typed <= self.places().keys()

    def again_changes_nothing(self, wanted: Wanted) -> None:
        before = without_undo(tree(self.out))
        assert generate(str(self.out), None, wanted).written is not None
        assert without_undo(tree(self.out)) == before

    def nothing_went_elsewhere_untold(self, before: dict[bytes, str], report: Report) -> None:
        """What was typed is where it was, or where the report says that something was written or moved."""
        told = {f"{u.folder}/{c.path}".lstrip("/") for u in report.units for c in u.changes if c.verdict in WRITING}
        told |= {path + end for path in told for end in NEIGHBOURS}
        moved = {unit.was: unit.folder for unit in report.units if unit.was}
        for token, path in self.places().items():
            was = before[token]
            there = next((new + was[len(old) :] for old, new in moved.items() if was.startswith(f"{old}/")), was)
            assert path in {was, there} | told

    def nothing_unsaid_changed(self, before: Tree, report: Report) -> None:
        """A file that the report does not name is as it was."""
        if any(unit.was for unit in report.units):
            return
        told = {f"{u.folder}/{c.path}".lstrip("/") for u in report.units for c in u.changes}
        told |= {path + end for path in told for end in NEIGHBOURS} | set(OWN)
        after = tree(self.out)
        unlike = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        assert {path for path in unlike if ".svcforge/" not in path} <= told

    # What the above is made of.

    def interposed(self, out: Path, before: Callable[[int], None]) -> int:
        """Generate in a child, with something that happens before each change of the disk; how many there were."""
        counted = out.parent / f"{out.name}.count"

        def work() -> None:
            with Interposed(lambda number, *_: before(number)) as found, contextlib.suppress(SvcforgeError):
                generate(str(out), None)
            counted.write_text(str(found.count))

        assert in_child(work) == 0
        calls = int(counted.read_text()) if counted.exists() else 0
        counted.unlink(missing_ok=True)
        return calls

    def but_migrations(self) -> Tree:
        """All but migrations and the jobs that run them, which are called after the last one."""
        found = tree(self.out, state=False)
        return {path: value for path, value in found.items() if "migration" not in path}

    def units(self) -> Iterator[tuple[str, object]]:
        disk = Disk(self.out)
        try:
            yield from [*units_in(self.out, disk)]
        finally:
            disk.close()

    def offered(self) -> set[str]:
        return {f"{folder}/{path}".lstrip("/") for folder, manifest in self.units() for path in manifest.files}

    def files(self) -> list[str]:
        """The user's files and ours, in their order; not what svcforge keeps, nor what lies beside a file."""
        found = [path for path in tree(self.out, state=False) if path not in OWN]
        mine = (path for path in found if not path.endswith((*NEIGHBOURS, "schema.json")))
        return sorted(path for path in mine if not (self.out / path).is_symlink())

    def file(self) -> Path | None:
        """A file to work on: often one that svcforge changes as well, or that the user has worked on before."""
        found = self.files()
        again = [path for path in found if path in self.changing or "/logic/" in path or "/clients/" in path]
        code = [path for path in found if path.startswith("services/") and path.endswith(".py")]
        mine = sorted(set(self.places().values()) & set(found))
        chosen = self.chance.choice((again, again, code, mine, found)) or found
        return self.out / self.chance.choice(chosen) if chosen else None

    def places(self) -> dict[bytes, str]:
        """Where each thing that was typed is."""
        found: dict[bytes, str] = {}
        for path, (data, _) in tree(self.out, state=False).items():
            if not path.endswith(NEIGHBOURS):
                found |= dict.fromkeys(TOKEN.findall(data), path)
        return {token: path for token, path in found.items() if token in self.typed}

    def give_up(self, conflict: Conflict, side: Side) -> None:
        """Forget what is typed where another side of a conflict stands, which the user is about to close."""
        data = (self.out / conflict.path).read_bytes() if (self.out / conflict.path).is_file() else b""
        if conflict.marked:
            # Each section by how its first line begins; the last is what follows the conflict.
            found = re.split(rb"^(<{7}|\|{7}|={7}|>{7})", data, flags=re.MULTILINE)
            mine = b"<<<<<<<" if side == "yours" else b"======="
            sections = zip(found[1::2], found[2::2], strict=True)
            data = b"".join(text for mark, text in sections if mark not in (mine, b">>>>>>>"))
        elif side == "yours":
            data = b""
        self.forget(data)

    def token(self) -> bytes:
        made = b"typed-%d-" % next(self.tokens)
        self.typed.add(made)
        return made

    def forget(self, data: bytes) -> None:
        self.typed -= set(TOKEN.findall(data))

    def teardown(self) -> None:
        if hasattr(self, "out"):
            shutil.rmtree(self.out, ignore_errors=True)
            shutil.rmtree(self.commit, ignore_errors=True)


TestRealHistory = RealHistory.TestCase
PHASES = [Phase.generate] if "SVCFORGE_HISTORIES" in os.environ else [*Phase]
EXAMPLES = int(os.environ.get("SVCFORGE_HISTORIES", "25"))
TestRealHistory.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None, phases=PHASES)

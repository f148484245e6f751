"""Whatever happens in whatever order: no line that a user typed is lost, and generating twice changes nothing more."""

from __future__ import annotations

import shutil
import tempfile
from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.write.trees import tree, unit, without_undo

from svcforge.packs.unit import Unit
from svcforge.write.conflicts import conflicts, take
from svcforge.write.generate import Wish, generate
from svcforge.write.undo import undo

PLACES = {"orders": "services/orders", "sales": "services/sales"}
WORDS = {"orders": "sales"}
PATHS = ("a.txt", "src/{}/b.py", "c.json=", "deep/er/d!", "logic/{}.py?")
LINES = ["one = 1\n", "two = 2\n", "\n", "three = 3\n", "four = 4\n", "two = 2\n"]

texts = st.lists(st.sampled_from(LINES), max_size=9).map("".join)
versions = st.fixed_dictionaries({}, optional=dict.fromkeys(PATHS, texts))


class History(RuleBasedStateMachine):
    """A user and svcforge at work in one output."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="svcforge-history-"))
        self.out, self.name, self.undoable = self.root / "out", "orders", False
        self.version: dict[str, str] = {}
        self.tokens = count()
        self.typed: set[str] = set()

    def units(self) -> list[Unit]:
        made = unit({p.format(self.name): t for p, t in self.version.items()}, self.name, PLACES[self.name])
        was = PLACES["orders"] if self.name == "sales" else ""
        return [Unit(made.name, made.folder, files=made.files, was=was, words=WORDS if was else {})]

    def generate(self, wish: Wish | None = None) -> None:
        generate(self.out, self.units(), wish=wish, durable=False)

    @rule(version=versions)
    def another_version(self, version: dict[str, str]) -> None:
        self.version = version
        self.generate()
        after = without_undo(tree(self.out))
        self.generate()
        assert without_undo(tree(self.out)) == after
        self.undoable = True

    @precondition(lambda self: self.name == "orders" and (self.out / PLACES["orders"]).is_dir())
    @rule()
    def the_service_is_renamed(self) -> None:
        self.name = "sales"
        self.generate()

    @rule(choice=st.integers(0, 99), at=st.integers(0, 9))
    def a_line_is_typed(self, choice: int, at: int) -> None:
        if not (files := self.files()):
            return
        file = files[choice % len(files)]
        lines = file.read_text().splitlines(keepends=True)
        token = f"# typed {next(self.tokens)}"
        lines.insert(at % (len(lines) + 1), f"{token}\n")
        file.write_text("".join(line if line.endswith("\n") else f"{line}\n" for line in lines))
        self.typed.add(token)

    @rule(choice=st.integers(0, 99))
    def a_file_is_deleted(self, choice: int) -> None:
        if files := self.files():
            file = files[choice % len(files)]
            self.typed -= {line.rstrip() for line in file.read_text().splitlines()}
            file.unlink()

    @precondition(lambda self: self.undoable)
    @rule()
    def the_last_generation_is_taken_back(self) -> None:
        undo(self.out, durable=False)
        if (self.out / PLACES["orders"]).is_dir():
            self.name = "orders"

    @precondition(lambda self: self.out.is_dir())
    @rule()
    def conflicts_are_closed_for_the_user(self) -> None:
        if conflicts(self.out):
            take(self.out, "yours", durable=False)
            self.undoable = True

    def files(self) -> list[Path]:
        """The user's files and ours, in their order; not what svcforge keeps, nor what lies beside a file."""
        found = [self.out / path for path in tree(self.out, state=False)] if self.out.exists() else []
        return sorted(path for path in found if not path.name.endswith(".svcforge-new"))

    @invariant()
    def no_line_is_lost(self) -> None:
        if not hasattr(self, "out"):
            return
        there = {line.strip() for file in self.files() for line in file.read_text().splitlines()}
        assert self.typed <= there

    def teardown(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=120, stateful_step_count=14, deadline=None)

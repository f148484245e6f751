"""The other commands that write, killed before any change: the same command again ends as if nothing had happened."""

from __future__ import annotations

import ast
import contextlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.write.test_crash import CHANGING, Interposed, fast_folder, in_child
from tests.write.trees import tree, unit, without_undo

import svcforge.write
from svcforge.errors import SvcforgeError
from svcforge.packs.unit import Unit
from svcforge.write.conflicts import take
from svcforge.write.eject import eject
from svcforge.write.generate import Wish, generate

__all__ = ["fast_folder"]

KEPT = {".gitignore", "busy", "undo"}
OLD = {"a": "1\n", "b=": "1\n", "src/c!": "1\n", "deleted": "1\n"}
NEW = {"a": "2\n", "b=": "2\n", "src/c!": "2\n", "deleted": "2\n"}
MINE = {"services/orders/a": b"mine\n", "services/orders/b": b"mine\n", "services/stock/kept": b"mine\n"}
STOCK = unit({"kept": "1\n", "deep/er/gone": "1\n"}, "stock", "services/stock")


def worked_in(out: Path) -> None:
    """Two parts, one with a conflict between markers, one beside a file and a file that was deleted."""
    generate(out, [unit(OLD), STOCK], durable=False)
    for path, data in MINE.items():
        (out / path).write_bytes(data)
    (out / "services/orders/deleted").unlink()
    generate(out, [unit(NEW), STOCK], durable=False)


def again(out: Path) -> None:
    generate(out, [unit(NEW), STOCK], durable=False)


def resolved(out: Path) -> None:
    take(out, "yours", durable=False)


def given_way(out: Path) -> None:
    take(out, "generated", durable=False)


def pruned(out: Path) -> None:
    generate(out, [unit(NEW)], wish=Wish(gone=(Unit("stock", "services/stock"),)), durable=False)


def restored(out: Path) -> None:
    wanted = frozenset({"services/orders/deleted"})
    with told("only what you have deleted can be restored"):
        generate(out, [unit(NEW), STOCK], wish=Wish(restored=wanted), durable=False)


def ejected(out: Path) -> None:
    with told("nothing is generated into it"):
        eject(out, "orders", durable=False)


@contextlib.contextmanager
def told(hint: str) -> Iterator[None]:
    """What a command says that has nothing left to do."""
    try:
        yield
    except SvcforgeError as done:
        if done.hint != hint:
            raise


@pytest.mark.parametrize("command", [resolved, given_way, pruned, restored, ejected], ids=lambda c: c.__name__)
def test_killed_before_any_change_the_same_again_ends_it(
    fast_folder: Path, command: Callable[[Path], None], able: str
) -> None:
    reference, out = fast_folder / "reference", fast_folder / "out"
    worked_in(reference)
    before = tree(reference, state=False)
    command(reference)
    wanted = without_undo(tree(reference))
    for number in itertools.count(1):
        worked_in(out)

        def end(count: int, *_: object, number: int = number) -> None:
            if count == number:
                os._exit(137)

        def work(end: Callable[..., None] = end) -> None:
            with Interposed(end):
                command(out)

        code = in_child(work)
        assert code in (0, 137)
        between = tree(out, state=False)
        for path, value in between.items():
            assert value in (before.get(path), wanted.get(path))
        command(out)
        assert without_undo(tree(out)) == wanted
        assert {path.name for path in (out / ".svcforge").iterdir()} == KEPT
        shutil.rmtree(out)
        if code == 0:
            break
    assert number > 10


def test_every_way_of_changing_the_disk_that_is_used_is_one_at_which_runs_are_killed() -> None:
    """But for two modules that write whole files of the user's on demand, where each has its own tests."""
    changing = {
        *("mkdir", "makedirs", "rename", "renames", "replace", "link", "symlink", "unlink", "remove", "rmdir", "write"),
        *("removedirs", "truncate", "ftruncate", "chmod", "fchmod", "lchmod", "chown", "fchown", "utime", "mkfifo"),
        *("mknod", "fsync", "fdatasync", "pwrite", "writev", "copy_file_range", "sendfile", "open"),
    }
    used = set()
    for file in Path(svcforge.write.__path__[0]).glob("*.py"):
        if file.name in ("fresh.py", "replaced.py"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
                used.add(node.attr)
            # Calls that the interposition would not see.
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
                assert [ast.literal_eval(mode) for mode in node.args[1:]] in ([], ["r"], ["rb"])
            assert not (isinstance(node, ast.Attribute) and node.attr in ("write_bytes", "write_text", "touch"))
    assert used & changing <= set(CHANGING)

"""A run that was cut short is finished by the very next command, before that reads what was about to be written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.test_generate import GOOD, MORE, OPERATIONS
from tests.write.test_crash import Interposed, in_child
from tests.write.trees import tree, without_undo

from svcforge.errors import SvcforgeError
from svcforge.pipeline.generating import Wanted, generate
from svcforge.pipeline.upgrading import upgrade
from svcforge.write.journal import JOURNAL


def cut_short(work: Callable[[], object], out: Path) -> None:
    """Do that in a child that is killed once its journal is written and a file is exchanged."""

    def end(_: int, name: str, args: tuple[object, ...]) -> None:
        if name == "unlink" and args[0] == "journal.json":
            os._exit(137)

    def killed() -> None:
        with Interposed(end):
            work()

    assert in_child(killed) == 137
    assert (out / JOURNAL).is_file()


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A system that was generated."""
    (tmp_path / "blueprint.yaml").write_text(GOOD)
    assert generate(str(tmp_path), None).exit_code == 0
    return tmp_path


def test_a_generation_goes_on_where_one_was_killed(system: Path) -> None:
    (system / "blueprint.yaml").write_text(MORE)
    cut_short(lambda: generate(str(system), None), system)
    with pytest.raises(SvcforgeError, match="was cut short"):
        generate(str(system), None, Wanted(dry_run=True))
    made = generate(str(system), None)
    assert made.written is not None
    assert made.written.finished
    assert "get_thing" in (system / OPERATIONS).read_text()
    assert not (system / JOURNAL).exists()
    after = without_undo(tree(system))
    again = generate(str(system), None)
    assert again.written is not None
    assert not again.written.finished
    assert without_undo(tree(system)) == after


def test_an_upgrade_goes_on_where_one_was_killed(system: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    clone = tmp_path_factory.mktemp("clones") / "things"
    shutil.copytree(system / "services/things", clone)
    (system / "blueprint.yaml").write_text(MORE.replace("{name: text}", "{name: text, nick: optional text}"))
    cut_short(lambda: upgrade(str(system), [clone]), clone)
    shown = upgrade(str(system), [clone], dry_run=True)
    assert [one.problem and one.problem.message for one in shown.repositories] == [
        f'an earlier run in "{clone}" was cut short'
    ]
    [done] = upgrade(str(system), [clone]).repositories
    assert done.problem is None
    assert sorted(path.name for path in (clone / "migrations/versions").iterdir()) == [
        "0001_initial.py",
        "0002_change.py",
    ]
    assert not (clone / JOURNAL).exists()

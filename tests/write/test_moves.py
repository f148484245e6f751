"""A service that is called otherwise now: its folder moves with all that the user has in it, and edits go along."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.write.test_crash import LINES, Interposed, fast_folder, in_child
from tests.write.trees import tree, unit, without_undo

from svcforge.errors import SvcforgeError
from svcforge.packs.unit import Unit
from svcforge.write.generate import Wish, generate
from svcforge.write.undo import undo

__all__ = ["fast_folder"]

OLD, NEW = "services/orders", "services/sales"


def before() -> list[Unit]:
    return [
        unit({
            "src/orders/main.py": f"import orders\n{LINES}", "src/orders/kit.py": "1\n", "logic/orders.py?": f"orders\n{LINES}",
            "both.py": "1\n", "deleted/orders.py": "1\n", "README.md": "# orders\n", "api/orders.json=": "1\n",
        })
    ]  # fmt: skip


def after() -> list[Unit]:
    made = unit({
        "src/sales/main.py": f"import sales\n{LINES}", "src/sales/kit.py": "2\n", "logic/sales.py?": f"sales\n{LINES}",
        "both.py": "2\n", "deleted/sales.py": "1\n", "README.md": "# sales\n", "api/sales.json=": "2\n",
    }, "sales", NEW)  # fmt: skip
    return [Unit(made.name, made.folder, files=made.files, was=OLD, words={"orders": "sales"})]


def worked_in(out: Path) -> None:
    generate(out, before(), durable=False)
    (out / OLD / "src/orders/main.py").write_text(f"import orders\n{LINES}mine = 1\n")
    (out / OLD / "logic/orders.py").write_text(f"orders\n{LINES}mine\n")
    (out / OLD / "api/orders.json").write_text("mine")
    (out / OLD / "both.py").write_text("mine\n")
    (out / OLD / "deleted/orders.py").unlink()
    (out / OLD / ".venv").mkdir()
    (out / OLD / ".venv/notes").write_text("my own")


def test_the_folder_is_moved_and_every_edit_goes_along(tmp_path: Path) -> None:
    out = tmp_path / "out"
    worked_in(out)
    [changes] = generate(out, after(), durable=False).units
    assert changes.was == OLD
    assert not (out / OLD).exists()
    found = {path: data.decode() for path, (data, _) in tree(out / NEW, state=False).items()}
    conflict = found.pop("both.py")
    assert conflict.startswith("<<<<<<< yours\nmine\n")
    assert found == {
        ".venv/notes": "my own",
        "README.md": "# sales\n",
        "src/sales/main.py": f"import sales\n{LINES}mine = 1\n",
        "src/sales/kit.py": "2\n",
        "logic/sales.py": f"sales\n{LINES}mine\n",
        "api/sales.json": "mine",
        "api/sales.json.svcforge-new": "2\n",
    }
    state = tree(out)
    [again] = generate(out, after(), durable=False).units
    assert (again.was, set(again.paths)) == ("", {"waiting"})
    assert without_undo(tree(out)) == without_undo(state)


def test_a_move_is_shown_before_it_is_made_and_undone_after(tmp_path: Path) -> None:
    out = tmp_path / "out"
    worked_in(out)
    first = without_undo(tree(out))
    report = generate(out, after(), dry_run=True, shown=True)
    assert report.units[0].was == OLD
    assert report.texts[f"{NEW}/src/sales/kit.py"] == (None, b"2\n")
    assert without_undo(tree(out)) == first
    generate(out, after(), durable=False)
    moved = without_undo(tree(out))
    undo(out)
    assert without_undo(tree(out)) == first
    undo(out)
    assert without_undo(tree(out)) == moved


def test_where_the_new_folder_is_there_already_nothing_is_moved(tmp_path: Path) -> None:
    out = tmp_path / "out"
    worked_in(out)
    (out / NEW).mkdir()
    (out / NEW / "own").write_text("own")
    [changes] = generate(out, after(), durable=False).units
    assert changes.was == ""
    assert (out / OLD / "both.py").read_text() == "mine\n"
    assert (out / NEW / "own").read_text() == "own"
    assert (out / NEW / "src/sales/kit.py").read_text() == "2\n"


def test_a_move_killed_before_any_change_is_finished_by_the_next_run(fast_folder: Path, able: str) -> None:
    base, out = fast_folder / "base", fast_folder / "out"
    worked_in(base)
    generate(base, after(), durable=False)
    wanted = without_undo(tree(base))
    for number in itertools.count(1):
        shutil.rmtree(out, ignore_errors=True)
        worked_in(out)

        def end(count: int, *_: object, number: int = number) -> None:
            if count == number:
                os._exit(137)

        def work(end: Callable[..., None] = end) -> None:
            with Interposed(end):
                generate(out, after(), durable=False)

        code = in_child(work)
        generate(out, after(), durable=False)
        assert without_undo(tree(out)) == wanted
        if code == 0:
            break
    assert number > 15


def test_a_folder_is_not_moved_and_made_anew_in_one_run(tmp_path: Path) -> None:
    worked_in(tmp_path)
    new = unit({"README.md": "another\n"}, "orders", OLD)
    before = tree(tmp_path)
    for dry_run in (True, False):
        with pytest.raises(SvcforgeError) as caught:
            generate(tmp_path, [*after(), new], dry_run=dry_run, durable=False)
        assert caught.value.message == f'"{OLD}" would become "{NEW}" and be made anew at once'
        assert caught.value.hint == "generate first what was renamed: --only sales"
    assert without_undo(tree(tmp_path)) == without_undo(before)
    generate(tmp_path, [*after(), new], wish=Wish(only=frozenset({"sales"})), durable=False)
    report = generate(tmp_path, [*after(), new], durable=False)
    assert (tmp_path / OLD / "README.md").read_text() == "another\n"
    assert report.late == {}
    assert (tmp_path / NEW / "both.py").exists()

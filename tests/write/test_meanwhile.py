"""What happens while svcforge is at work: an editor saves, another command runs, a file system cannot do much."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.write.trees import tree, unit

from svcforge.errors import SvcforgeError
from svcforge.write import names
from svcforge.write.generate import Report, generate
from svcforge.write.undo import undo

Make = Callable[..., Report]
HERE = "services/orders"


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Something that happens once all is planned and staged, before the journal is written."""

    def arrange(happens: Callable[[], object]) -> None:
        calls: list[int] = []

        def sync(folder: int) -> None:
            if not calls:
                happens()
            calls.append(folder)

        monkeypatch.setattr(names, "sync", sync)

    return arrange


def test_every_kind_of_step_works_wherever(make: Make, out: Path, able: str) -> None:
    make({"a": "1", "b": "1", "c!": "1"})
    make({"a": "2", "d/e": "1", "c!": "2"})
    generate(out, [unit({"a": "2", "d/e": "1", "c!": "2"}), unit({"x": "1"}, "stock", "services/stock")], durable=False)
    assert tree(out / "services", state=False) == {
        "orders/a": (b"2", 0),
        "orders/c": (b"2", 0o100),
        "orders/d/e": (b"1", 0),
        "stock/x": (b"1", 0o100 * 0),
    }
    undo(out)
    assert tree(out / "services", state=False) == {
        "orders/a": (b"2", 0),
        "orders/c": (b"2", 0o100),
        "orders/d/e": (b"1", 0),
    }
    undo(out)
    assert tree(out / "services/stock", state=False) == {"x": (b"1", 0)}


@pytest.mark.parametrize("how", ["saved in place", "saved by renaming", "deleted", "made a link"])
def test_a_file_saved_meanwhile_is_left_and_offered_again(
    make: Make, out: Path, able: str, meanwhile: Callable[[Callable[[], object]], None], how: str
) -> None:
    make({"a": "1", "b": "1", "gone": "1"})
    target = out / HERE / "a"

    def save() -> None:
        if how == "saved in place":
            target.write_text("typed")
        elif how == "saved by renaming":
            (out / HERE / "a.swp").write_text("typed")
            (out / HERE / "a.swp").rename(target)
        else:
            target.unlink()
            if how == "made a link":
                target.symlink_to("typed")
        (out / HERE / "gone").write_text("typed")
        (out / HERE / "new").write_text("typed")

    meanwhile(save)
    report = generate(out, [unit({"a": "2", "b": "2", "new": "2"})])
    assert sorted(report.late["orders"]) == [f"{HERE}/{name}" for name in ("a", "gone", "new")]
    files = tree(out / HERE, state=False)
    assert {name: value[0] for name, value in files.items()} == {
        **({"a": b"typed"} if how != "deleted" else {}),
        "b": b"2",
        "gone": b"typed",
        "new": b"typed",
    }
    assert json.loads((out / HERE / ".svcforge/manifest.json").read_text())["input"] is None
    again = {change.path: change.verdict.value for change in make({"a": "2", "b": "2", "new": "2"}).units[0].changes}
    assert again == {
        "a": {"deleted": "deleted", "made a link": "refused"}.get(how, "conflict"),
        "b": "adopt",
        "gone": "detached",
        "new": "beside",
    }
    assert [path.name for path in (out / ".svcforge").glob("tx-*")] == []


def test_a_unit_that_appears_meanwhile_is_left(
    make: Make, out: Path, able: str, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: ((out / HERE).mkdir(parents=True), (out / HERE / "a").write_text("typed")))
    report = generate(out, [unit({"a": "1"}), unit({"x": "1"}, "stock", "services/stock")])
    assert report.late == {"orders": (HERE,)}
    assert {path: data for path, (data, _) in tree(out / "services", state=False).items()} == {
        "orders/a": b"typed",
        "stock/x": b"1",
    }
    assert list((out / ".svcforge").glob("tx-*")) == []


def test_what_is_written_between_the_look_and_the_exchange_comes_back(
    make: Make, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make({"a": "1"})
    real, target = names.exchange, out / HERE / "a"

    def exchange(*args: int | str) -> bool:
        if target.read_text() == "1":
            target.write_text("typed")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(names, "exchange", exchange)
    report = make({"a": "2"})
    assert report.late == {"orders": (f"{HERE}/a",)}
    assert target.read_text() == "typed"


def test_two_commands_at_once_exclude_each_other(make: Make, out: Path) -> None:
    make({"a": "1"})
    with open(out / ".svcforge/busy", "rb") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        for dry_run in (False, True):
            with pytest.raises(SvcforgeError, match="another svcforge is at work"):
                make({"a": "2"}, dry_run=dry_run)
    assert (out / HERE / "a").read_text() == "1"
    make({"a": "2"})
    assert (out / HERE / "a").read_text() == "2"


def test_a_dry_run_does_not_look_at_a_half_written_tree(make: Make, out: Path) -> None:
    make({"a": "1"})
    (out / ".svcforge/journal.json").write_text("{}")
    with pytest.raises(SvcforgeError, match="was cut short"):
        make({"a": "2"}, dry_run=True)


def test_ctrl_c_while_files_are_exchanged_takes_all_of_it_back(
    make: Make, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make({"a": "1", "b": "1", "c": "1"})
    before, real = tree(out), names.exchange

    def exchange(*args: int | str) -> bool:
        if args[3] == "b" and (out / HERE / "a").read_text() == "2":
            monkeypatch.undo()
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(names, "exchange", exchange)
    with pytest.raises(KeyboardInterrupt):
        make({"a": "2", "b": "2", "c": "2", "d": "2"})
    assert tree(out) == before

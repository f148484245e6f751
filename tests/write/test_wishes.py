"""What may be wished of a generation: some units only, what is gone removed, what was deleted made again, texts shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.write.trees import tree, unit

from svcforge.errors import SvcforgeError
from svcforge.packs.unit import Unit
from svcforge.write.generate import Report, Wish, generate
from svcforge.write.undo import undo

Make = Callable[..., Report]
HERE = "services/orders"


def two(text: str) -> list[Unit]:
    return [unit({"a": text}), unit({"x": text}, "stock", "services/stock")]


def test_only_some_units_are_made(out: Path) -> None:
    generate(out, two("1"), lock=b"1", durable=False)
    report = generate(out, two("2"), wish=Wish(only=frozenset({"stock"})), durable=False)
    assert [changes.unit for changes in report.units] == ["stock"]
    assert [(out / "services" / path).read_text() for path in ("orders/a", "stock/x")] == ["1", "2"]


def test_a_unit_that_is_gone_is_removed_but_for_what_the_user_changed(out: Path) -> None:
    make = [unit({"a": "1", "b/c": "1", "mine": "1"}), *two("1")[1:]]
    generate(out, make, durable=False)
    (out / HERE / "mine").write_text("mine")
    (out / HERE / "own").write_text("own")
    before = tree(out / "services")
    gone = Wish(gone=(unit({}),))
    for _ in range(2):
        generate(out, two("1")[1:], wish=gone, durable=False)
        assert tree(out / HERE, state=False) == {"mine": (b"mine", 0), "own": (b"own", 0)}
    assert (out / HERE / ".svcforge/manifest.json").exists()
    undo(out)
    assert tree(out / "services") == before
    (out / HERE / "mine").unlink()
    generate(out, two("1")[1:], wish=gone, durable=False)
    assert tree(out / HERE) == {"own": (b"own", 0)}
    generate(out, two("1")[1:], wish=gone, durable=False)


def test_a_unit_of_which_nothing_is_left_goes_with_its_folder(out: Path) -> None:
    generate(out, two("1"), durable=False)
    generate(out, two("1")[1:], wish=Wish(gone=(unit({}),)), durable=False)
    assert sorted(path.name for path in (out / "services").iterdir()) == ["stock"]


def test_what_the_user_deleted_is_made_again(make: Make, out: Path) -> None:
    make({"a": "1", "b": "1"})
    (out / HERE / "a").unlink()
    make({"a": "1", "b": "1"})
    assert not (out / HERE / "a").exists()
    report = make({"a": "1", "b": "1"}, wish=Wish(restored=frozenset({f"{HERE}/a"})))
    assert report.units[0].paths == {"create": ("a",)}
    assert (out / HERE / "a").read_text() == "1"
    (out / HERE / "a").write_text("mine")
    make({"a": "1", "b": "1"})
    assert (out / HERE / "a").read_text() == "mine"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"{HERE}/b", '"services/orders/b" is there'),
        (f"{HERE}/c", '"services/orders/c" is not generated'),
        ("elsewhere/a", '"elsewhere/a" is not generated'),
    ],
)
def test_what_is_there_or_never_was_cannot_be_restored(make: Make, out: Path, path: str, message: str) -> None:
    make({"a": "1", "b": "1"})
    with pytest.raises(SvcforgeError) as caught:
        make({"a": "1", "b": "1"}, wish=Wish(restored=frozenset({path})))
    assert caught.value.message == message


def test_the_texts_of_what_would_be_touched_are_shown(make: Make, out: Path) -> None:
    lines = "".join(f"{number}\n" for number in range(8))
    make({"same": "1", "written": "1", "merged": lines, "marked": "1\n", "beside=": "1", "gone": "1"})
    for path, text in {"merged": f"mine\n{lines}", "marked": "mine\n", "beside": "mine"}.items():
        (out / HERE / path).write_text(text)
    before = tree(out)
    offered = {"same": "1", "written": "2", "merged": f"{lines}new\n", "marked": "2\n", "beside=": "2", "new": "2"}
    texts = dict(make(offered, dry_run=True, shown=True).texts)
    marked = texts.pop(f"{HERE}/marked")
    assert (marked[0], marked[1] is not None and marked[1].startswith(b"<<<<<<< ")) == (b"mine\n", True)
    assert texts == {
        f"{HERE}/written": (b"1", b"2"),
        f"{HERE}/merged": (f"mine\n{lines}".encode(), f"mine\n{lines}new\n".encode()),
        f"{HERE}/beside.svcforge-new": (None, b"2"),
        f"{HERE}/gone": (b"1", None),
        f"{HERE}/new": (None, b"2"),
    }
    assert tree(out) == before


def test_the_texts_of_a_first_run_are_shown(make: Make, out: Path) -> None:
    assert make({"a": "1"}, dry_run=True, shown=True).texts == {f"{HERE}/a": (None, b"1")}
    assert not out.exists()

"""The state of an output looked after: what is wrong is told with a remedy, and what git still has is mended."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.write.trees import tree, unit

from svcforge.errors import SvcforgeError
from svcforge.write.eject import eject
from svcforge.write.generate import Report, generate
from svcforge.write.health import ALONE, ailments, mend
from svcforge.write.lock import lock_text
from svcforge.write.undo import undo

Make = Callable[..., Report]
HERE = "services/orders"
TEN = "".join(f"line {number}\n" for number in range(10))
LOCK = lock_text([], "ab", {HERE: "orders"})


@pytest.fixture
def committed(make: Make, out: Path) -> Path:
    """A unit in a git repository, as generated."""
    make({"a": TEN, "b": "1"}, lock=LOCK)
    git(out, "init", "-q")
    git(out, "add", ".")
    git(out, "-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "generated")
    return out


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def test_what_is_well_is_not_told(make: Make, out: Path) -> None:
    make({"a": "1"}, lock=LOCK)
    assert ailments(out) == []


def test_a_damaged_base_is_taken_from_git(committed: Path) -> None:
    base = (committed / HERE / ".svcforge/base").read_bytes()
    (committed / HERE / ".svcforge/base").write_text("damaged")
    [found] = ailments(committed)
    assert (found.path, found.problem, found.remedy) == (
        f"{HERE}/.svcforge/base", "what was generated of a and 1 others is lost", "svcforge doctor --fix takes it from git",
    )  # fmt: skip
    [mended] = mend(committed)
    assert mended.mended
    assert (committed / HERE / ".svcforge/base").read_bytes() == base
    assert ailments(committed) == []


def test_without_git_it_is_said_what_that_means(make: Make, out: Path) -> None:
    make({"a": "1"}, lock=LOCK)
    (out / HERE / ".svcforge/base").unlink()
    [found] = mend(out)
    assert (found.mended, found.remedy) == (False, ALONE)


def test_a_generation_merges_by_what_git_has_where_the_base_is_lost(committed: Path, make: Make) -> None:
    (committed / HERE / "a").write_text(f"mine\n{TEN}")
    (committed / HERE / ".svcforge/base").unlink()
    make({"a": f"{TEN}new\n", "b": "1"})
    assert (committed / HERE / "a").read_text() == f"mine\n{TEN}new\n"


def test_what_git_has_under_another_id_is_never_taken(committed: Path, make: Make) -> None:
    manifest = committed / HERE / ".svcforge/manifest.json"
    text = manifest.read_text()
    first, second = (line.split('"g":"')[1][:40] for line in text.splitlines()[1:3])
    manifest.write_text(text.replace(first, second))
    (committed / HERE / ".svcforge/base").unlink()
    (committed / HERE / "a").write_text(f"mine\n{TEN}")
    assert make({"a": f"{TEN}new\n", "b": "1"}).units[0].paths == {"beside": ("a",)}


def test_conflicts_leftovers_and_bad_manifests_are_told(make: Make, out: Path) -> None:
    make({"a": "1", "b": "1"}, lock=LOCK)
    (out / HERE / "a").write_text("mine")
    make({"a": "2", "b": "1"})
    (out / HERE / "b.svcforge-new").write_text("left")
    assert [(found.path, found.remedy) for found in ailments(out)] == [
        (f"{HERE}/a", "svcforge resolve"), (f"{HERE}/b.svcforge-new", "remove it"),
    ]  # fmt: skip
    (out / HERE / ".svcforge/manifest.json").write_text("<<<<<<<")
    [found] = ailments(out)
    assert "is no manifest" in found.problem
    (out / HERE / ".svcforge/manifest.json").unlink()
    [found] = ailments(out)
    assert found.problem == "it is not there"


def test_where_nothing_is_it_is_said(out: Path) -> None:
    with pytest.raises(SvcforgeError, match="there is no"):
        ailments(out)


def test_an_ejected_unit_is_the_users(make: Make, out: Path) -> None:
    generate(out, [unit({"a": "1"}), unit({"x": "1"}, "stock", "services/stock")], lock=LOCK, durable=False)
    before = tree(out / HERE)
    assert eject(out, "orders") == HERE
    report = generate(out, [unit({"a": "2"}), unit({"x": "2"}, "stock", "services/stock")], durable=False)
    assert [(changes.unit, changes.paths) for changes in report.units] == [("orders", {}), ("stock", {"write": ("x",)})]
    assert tree(out / HERE, state=False) == {"a": (b"1", 0)}
    assert not (out / HERE / ".svcforge/base").exists()
    undo(out)
    with pytest.raises(SvcforgeError, match="is ejected already"):
        eject(out, "orders")
    with pytest.raises(SvcforgeError, match='there is no part "order"'):
        eject(out, "order")
    assert before[".svcforge/manifest.json"] != tree(out / HERE)[".svcforge/manifest.json"]
    (out / HERE / ".svcforge/manifest.json").unlink()
    generate(out, [unit({"a": "2"})], durable=False)
    assert {path: data for path, (data, _) in tree(out / HERE, state=False).items()} == {
        "a": b"1", "a.svcforge-new": b"2",
    }  # fmt: skip


def test_ejecting_is_undone(make: Make, out: Path) -> None:
    make({"a": "1"})
    before = tree(out / HERE)
    eject(out, "orders")
    undo(out)
    assert tree(out / HERE) == before

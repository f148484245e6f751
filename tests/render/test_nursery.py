"""Many renders are forked from one child: each with limits of its own, and apart from those before and beside it."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest
from tests.render.test_foreign import ENDLESS, QUESTION, TIGHT, lay, made, mine

from svcforge.errors import SvcforgeError
from svcforge.packs.pack import Pack
from svcforge.packs.trust import trust
from svcforge.packs.unit import Part, Unit
from svcforge.render import foreign, nursery
from svcforge.render.foreign import ForeignRenderer
from svcforge.render.unit import _renderers
from svcforge.write.generate import generate

__all__ = ["mine"]

MANY = 30
"""Units enough for several processes."""


def units(pack: Pack, bad: int | None = None) -> list[Unit]:
    facts = [{"service": {"name": f"s{number}", "bad": number == bad}} for number in range(MANY)]
    return [Unit(f"s{n}", f"services/s{n}", (Part(pack, found),)) for n, found in enumerate(facts)]


def written(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.glob("services/**/*") if path.is_file()}


def alive(process: int) -> bool:
    """Whether a process is there, and is not just waiting to be counted."""
    try:
        return not re.search(r"^State:\s+[ZX]", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("settings", ["{}", QUESTION], ids=["ours", "copier"])
def test_units_in_several_processes_are_what_they_are_in_one(tmp_path: Path, settings: str) -> None:
    pack = lay(tmp_path / "kit", {"copier.yml": settings, "{{ service.name }}.txt.jinja": "{{ service }}"})
    for jobs in (1, 2):
        generate(tmp_path / str(jobs), units(pack), jobs=jobs, durable=False)
    assert written(tmp_path / "1") == written(tmp_path / "2")
    assert (tmp_path / "2/services/s29/s29.txt").read_text() == "{'name': 's29', 'bad': False}"


@pytest.mark.parametrize("settings", ["{}", QUESTION], ids=["ours", "copier"])
@pytest.mark.parametrize(
    ("template", "message"),
    [(ENDLESS, "more than 1 s of processor"), ("{{ 'x' * 9000000000 }}", "memory|MemoryError")],
    ids=["loop", "memory"],
)
def test_one_of_many_that_takes_too_much_is_named_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, template: str, message: str
) -> None:
    text = "{% if service.bad %}" + template + "{% endif %}"
    pack = lay(tmp_path / "kit", {"copier.yml": settings, "a.txt.jinja": text})
    monkeypatch.setitem(_renderers, (pack.digest, "kit", False), ForeignRenderer(pack, TIGHT))
    with pytest.raises(SvcforgeError, match=rf'^in "s17": .*({message})'):
        generate(tmp_path / "out", units(pack, bad=17), jobs=2, durable=False)
    assert written(tmp_path) == {}


def test_after_one_that_took_too_much_the_same_child_goes_on(tmp_path: Path) -> None:
    pack = lay(tmp_path / "kit", {"a.txt.jinja": "{{ 'x' * size }}"})
    assert made(pack, {"size": 1}, TIGHT) == {"a.txt": "x"}
    child = nursery._open[0]
    for _ in range(2):
        with pytest.raises(SvcforgeError, match="takes more memory than"):
            made(pack, {"size": 9_000_000_000}, TIGHT)
        assert made(pack, {"size": 1}, TIGHT) == {"a.txt": "x"}
    assert nursery._open[0] is child


def test_the_memory_of_one_render_is_not_counted_to_the_next(tmp_path: Path) -> None:
    pack = lay(tmp_path / "kit", {"a.txt.jinja": "{{ ('x' * 300000000) | length }}"})
    assert [made(pack, {}, TIGHT) for _ in range(5)] == [{"a.txt": "300000000"}] * 5


def test_each_render_has_a_home_of_its_own_and_what_it_starts_ends_with_it(tmp_path: Path) -> None:
    task = "_tasks: ['echo $HOME > home; sleep 60 > /dev/null 2>&1 & echo $! > sleeper']\n"
    pack = lay(tmp_path / "kit", {"copier.yml": task})
    trust(pack.digest, "kit")
    first, second = made(pack, {}), made(pack, {})
    assert first["home"] != second["home"]
    time.sleep(0.1)
    assert [alive(int(found["sleeper"])) for found in (first, second)] == [False, False]


def test_a_render_that_waits_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "PATIENCE", 6.0)
    place = tmp_path / "sleeper"
    pack = lay(tmp_path / "kit", {"copier.yml": f"_tasks: ['echo $$ > {place}; exec sleep 60']\n", "a.txt": "a"})
    trust(pack.digest, "kit")
    with pytest.raises(SvcforgeError, match='the pack "kit" takes longer than 6 s for one render'):
        made(pack, {})
    monkeypatch.undo()
    assert not alive(int(place.read_text()))
    assert made(lay(tmp_path / "other", {"a.txt": "a"}), {}) == {"a.txt": "a"}


def test_a_child_that_is_ended_from_outside_is_told_and_replaced(tmp_path: Path) -> None:
    pack = lay(tmp_path / "kit", {"a.txt": "a"})
    assert made(pack, {}) == {"a.txt": "a"}
    os.kill(nursery._open[0]._child.pid, signal.SIGKILL)
    with pytest.raises(SvcforgeError, match="was ended from outside"):
        made(pack, {})
    assert made(pack, {}) == {"a.txt": "a"}


def test_when_nobody_asks_any_more_the_child_ends_and_its_render_too(tmp_path: Path) -> None:
    pack = lay(tmp_path / "kit", {"a.txt": "a"})
    made(pack, {})
    process = nursery._open[0]._child.pid
    nursery.close()
    assert not alive(process)

"""The lock of a workspace: what made it, and which units it has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.write.trees import unit

from svcforge import __version__
from svcforge.packs.unit import Unit
from svcforge.write.generate import generate
from svcforge.write.lock import gone, lock_text, units_of


def test_the_lock_names_no_machine_and_is_the_same_each_time() -> None:
    assert lock_text([], "ab", {"services/b": "b", "": "root"}).decode() == (
        '{\n  "lock": 1,\n  "svcforge": "' + __version__ + '",\n  "blueprint": "ab",\n  "packs": {},\n'
        '  "units": {\n    "": "root",\n    "services/b": "b"\n  }\n}\n'
    )


@pytest.mark.parametrize(
    "text", [b"", b"[]", b'{"units": []}', b'{"units": {"../x": "x"}}', b'{"units": {".git": "x"}}']
)
def test_a_lock_that_anybody_has_written_into_lists_nothing(text: bytes) -> None:
    assert units_of(text) == {}


def test_what_a_lock_lists_and_nobody_plans_any_more_is_gone_while_it_is_there(tmp_path: Path) -> None:
    two = [unit({"a": "1"}), unit({"x": "1"}, "stock", "services/stock")]
    lock = lock_text([], "ab", {made.folder: made.name for made in two})
    generate(tmp_path / "out", two, lock=lock, durable=False)
    assert gone(tmp_path / "out", two) == ()
    assert gone(tmp_path / "out", two[:1]) == (Unit("stock", "services/stock"),)
    shutil.rmtree(tmp_path / "out/services/stock")
    assert gone(tmp_path / "out", two[:1]) == ()
    assert gone(tmp_path / "nowhere", two) == ()

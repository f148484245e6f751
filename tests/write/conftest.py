"""Small outputs to write, look at, and break."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.write.trees import unit

from svcforge.write import names
from svcforge.write.generate import Report, generate


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def make(out: Path) -> Callable[..., Report]:
    """Generate one unit of these files."""

    def run(files: Mapping[str, str | bytes], into: Path = out, **options: object) -> Report:
        return generate(into, [unit(files)], durable=False, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture(params=["exchange", "no exchange", "no links"])
def able(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """File systems that can do ever less."""
    if request.param != "exchange":
        monkeypatch.setattr(names, "_rename", lambda *_: False)
    if request.param == "no links":

        def link(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", link)
    return str(request.param)

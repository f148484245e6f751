"""Small outputs to write, look at, and break."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.write.trees import unit

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

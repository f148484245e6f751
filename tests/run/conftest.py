"""A system to run, and the promise that nothing of it outlives its test."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.run.lab import Lab

from svcforge.run import processes, session


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """An empty system."""
    yield Lab(tmp_path)
    if (tmp_path / "run.json").exists():
        session.stop(tmp_path, print)
    left = processes.marked(tmp_path)
    for process in left:
        os.kill(process.pid, signal.SIGKILL)
    assert left == []


@pytest.fixture
def shop(lab: Lab) -> Lab:
    """Two services and a gateway."""
    lab.part("orders")
    lab.part("catalog")
    lab.part("gateway", "gateway")
    lab.save()
    return lab

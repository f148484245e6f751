"""In CI nothing may be skipped, and what a folder's tests have worked out is forgotten with the last of them."""

from __future__ import annotations

import ctypes
import functools
import gc
import os
import sys
from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """A skip in CI means that something which the tests need was not installed."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Whole systems, rendered and read, grow to gigabytes; and every test that forks pays for what there is."""
    if nextitem is None or nextitem.path.parent == item.path.parent:
        return
    for name, module in tuple(sys.modules.items()):
        if name.startswith("tests."):
            for value in tuple(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()
    # What was read and planned was kept from the collector, for good: commands end.
    gc.unfreeze()
    gc.collect()
    if sys.platform == "linux":
        # The allocator keeps what was freed, and a fork would copy its page tables.
        ctypes.CDLL(None).malloc_trim(0)

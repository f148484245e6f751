"""Real systems, judged by svcforge and by others: as near to each other as the README says, and every difference argued."""

from __future__ import annotations

from functools import cache

import pytest
from tests.accuracy.__main__ import measured
from tests.accuracy.judging import SYSTEMS
from tests.accuracy.report import Result, figures, kept

from svcforge.load import load_text


@pytest.fixture(scope="module")
def result() -> Result:
    return _measured()


@cache
def _measured() -> Result:
    return measured()


def test_nothing_is_worse_than_promised(result: Result) -> None:
    assert list(result.problems()) == []


def test_the_readme_shows_what_is_measured(result: Result) -> None:
    assert figures(result) == kept()


def test_everything_there_can_be_imported_at_once() -> None:
    from svcforge.pipeline.importing import imported

    assert load_text(imported([str(SYSTEMS)]).text).findings == ()

"""How long a part that crashes has to wait."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from svcforge.run.supervisor import Timing


def test_each_crash_doubles_the_delay_up_to_the_longest() -> None:
    delays = [Timing().delay(crashes) for crashes in range(1, 9)]
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]


@given(st.integers(1, 10**6))
def test_no_number_of_crashes_makes_it_longer(crashes: int) -> None:
    assert 0.5 <= Timing().delay(crashes) <= 30

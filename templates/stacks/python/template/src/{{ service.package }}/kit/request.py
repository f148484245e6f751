"""What a request brings that its calls pass on: the time its caller still has, and the user's token."""

import time
from contextvars import ContextVar

BUDGET = "X-Request-Budget-Ms"

user_token: ContextVar[str | None] = ContextVar("user_token", default=None)
_ends: ContextVar[float | None] = ContextVar("ends", default=None)


def begin(budget: str | None) -> None:
    """Take over the caller's budget in milliseconds; without one there is no limit but that of each call."""
    user_token.set(None)
    given = budget is not None and budget.isdecimal() and len(budget) < 10
    _ends.set(time.monotonic() + int(budget or 0) / 1000 if given else None)


def within(limit: float) -> float:
    """Seconds a call may take: `limit`, or less when less is left; never below zero."""
    ends = _ends.get()
    return limit if ends is None else max(0.0, min(limit, ends - time.monotonic()))

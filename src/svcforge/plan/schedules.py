"""Schedules: `every 15m`, `daily 03:00`, `monthly` or a cron line, as an interval or as cron."""

from __future__ import annotations

import re

from svcforge.plan.types import Fact

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_NAMED = {"hourly": "0 * * * *", "daily": "0 0 * * *", "weekly": "0 0 * * 0", "monthly": "0 0 1 * *"}


def schedule_fact(text: str) -> Fact:
    """A schedule as `every_ms` or as a cron line of five fields, in UTC."""
    if match := re.fullmatch(r"every (\d+)(ms|s|m|h|d)", text):
        return {"text": text, "every_ms": int(match[1]) * _UNITS[match[2]], "cron": None}
    if match := re.fullmatch(r"daily (\d\d):(\d\d)", text):
        return {"text": text, "every_ms": None, "cron": f"{int(match[2])} {int(match[1])} * * *"}
    return {"text": text, "every_ms": None, "cron": _NAMED.get(text, text)}

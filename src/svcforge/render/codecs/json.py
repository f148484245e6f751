"""JSON as RFC 8259 has it: no comments, no NaN, no key twice."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def problem(text: str) -> tuple[int, str] | None:
    """The line and what is wrong there, or None."""
    try:
        json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return error.lineno, error.msg.lower()
    except ValueError as error:
        return 1, str(error)
    except RecursionError:
        return 1, "nested too deeply"
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f'duplicate key "{key}"')
        found[key] = value
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f'"{constant}" is no JSON')

"""TOML 1.0."""

from __future__ import annotations

import re
import tomllib


def problem(text: str) -> tuple[int, str] | None:
    """The line and what is wrong there, or None."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        return line, (message[: place.start()] if place else message).lower()
    except RecursionError:
        return 1, "nested too deeply"
    return None

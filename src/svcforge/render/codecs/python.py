"""Python of the version that runs svcforge."""

from __future__ import annotations

import ast
import warnings


def problem(text: str) -> tuple[int, str] | None:
    """The line and what is wrong there, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return error.lineno or 1, error.msg.lower()
    except (ValueError, RecursionError) as error:
        return 1, str(error).lower()
    return None

"""The one exception that a user may see."""

from __future__ import annotations


class SvcforgeError(Exception):
    """Something the user can mend; the error door of the command line prints it without a traceback.

    Args:
        message: what is wrong, lower-case, the offender in double quotes.
        hint: what to do about it; empty when the message says it already.
        exit_code: the process's exit code (cli.md: 2 is usage or unreadable input).
    """

    def __init__(self, message: str, hint: str = "", *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

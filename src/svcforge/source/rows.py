"""A text by its lines: where they begin and end, counted as libyaml counts them."""

from __future__ import annotations

from bisect import bisect_right

from svcforge.source.yaml import BREAK


class Rows:
    """The lines of a text; `newline` is what ends the first of them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in BREAK.finditer(text))]
        found = BREAK.search(text)
        self.newline = found[0] if found else "\n"

    def place(self, at: int) -> tuple[int, int]:
        """The line and the column of a character."""
        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1

    def line_start(self, at: int) -> int:
        """Where the line begins that a character is in."""
        return self.starts[bisect_right(self.starts, at) - 1]

    def line_end(self, at: int) -> int:
        """The end of the line that `at` is in, before its break; where a block scalar ended a line, `at` itself."""
        if at and self.at_line_start(at):
            return at
        found = BREAK.search(self.text, at)
        return found.start() if found else len(self.text)

    def after_break(self, at: int) -> int:
        """Where the next line begins, of the end of one."""
        if at and self.at_line_start(at):
            return at
        found = BREAK.match(self.text, at)
        return found.end() if found else at

    def next_word(self, at: int) -> int:
        """The first character from here on that is no space and ends no line."""
        while at < len(self.text) and self.text[at].isspace():
            at += 1
        return at

    def at_line_start(self, at: int) -> bool:
        """Whether a line begins here."""
        return self.line_start(at) == at

"""Where holes of a YAML template stand: whole values and keys, or inside plain, quoted or block text."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from svcforge.render.holes.walk import Decide, Refused
from svcforge.render.literals import ambiguous


class At(Enum):
    """What the scanner is in the middle of."""

    LINE = auto()
    """The beginning of a line, only spaces so far."""
    VALUE = auto()
    """Where a scalar or a collection may begin."""
    DASH = auto()
    PLAIN = auto()
    PLAIN_SPACE = auto()
    PLAIN_COLON = auto()
    HOLE = auto()
    """Right after a hole with which a scalar began: what follows tells whether it is all of it."""
    HOLE_SPACE = auto()
    HOLE_COLON = auto()
    DOUBLE = auto()
    ESCAPE = auto()
    SINGLE = auto()
    SINGLE_QUOTE = auto()
    DONE = auto()
    """After a closing quote or bracket."""
    DONE_COLON = auto()
    PROPERTY = auto()
    HEADER = auto()
    """After `|` or `>`, up to the end of the line."""
    BLOCK = auto()
    COMMENT = auto()


NONE = -2
WHOLE = "\1"
"""Stands for a line that ended with a whole hole: its scalar must not go on in the next line."""


class State(NamedTuple):
    """All that matters at a place.

    Args:
        at: what it is in the middle of.
        open: the brackets open.
        column: where in the line it is; holes have no width.
        first: whether the next scalar may be a key that begins a node.
        node: the column in which the line's last node began.
        block: the indentation that a line must exceed to belong to the open block of text; NONE when there is none.
        more: the indentation that a line must exceed to go on with the plain text of the line before; NONE if none.
        text: the plain text so far, holes as NUL.
        hole: the hole that waits for what follows it.
    """

    at: At = At.LINE
    open: str = ""
    column: int = 0
    first: bool = True
    node: int = 0
    block: int = NONE
    more: int = NONE
    text: str = ""
    hole: int = -1


class YamlScanner:
    """Reads YAML around holes; it tells places apart, it does not check the syntax."""

    start = State()

    def text(self, state: State, data: str, decide: Decide) -> State:
        """The state after a piece of text."""
        for char in data:
            state = self._char(state, char, decide)
            if char != "\n":
                state = state._replace(column=state.column + 1)
        # Elsewhere the column tells nothing, and states that differ by nothing else must be equal.
        return state if state.at in _COLUMN_MATTERS and not state.open else state._replace(column=0)

    def hole(self, state: State, hole: int, decide: Decide) -> State:
        """The state after a hole."""
        at = state.at
        if at is At.LINE:
            state = self._line_begins(state)
            at = state.at
        if at in (At.DOUBLE, At.SINGLE):
            decide(hole, "quoted text")
        elif at is At.BLOCK:
            decide(hole, "block text")
        elif at is At.COMMENT:
            decide(hole, "comment")
        elif at is At.VALUE or (at is At.DONE_COLON and state.open):
            return state._replace(at=At.HOLE, hole=hole, node=state.column if state.first else state.node, text="\0")
        elif at in _IN_PLAIN:
            if at in _AFTER_HOLE:
                decide(state.hole, "plain text")
            decide(hole, "plain text")
            return state._replace(at=At.PLAIN, text=f"{state.text}{_SKIPPED.get(at, '')}\0", hole=-1)
        else:
            raise Refused("a hole stands right after something else; put it into the quotes or away from it")
        return state

    def included(self, state: State, decide: Decide) -> State:
        """Another template at the beginning of a line; it begins and ends with one."""
        inside = state.block != NONE
        if state.at is At.LINE:
            state = self._line_begins(state)
        if inside or state.at is not At.VALUE or state.open or not state.first:
            raise Refused("a template is included at the beginning of a line, outside brackets and blocks of text")
        return self.start

    def end(self, state: State, decide: Decide) -> None:
        """The end of the template: nothing may be open."""
        state = self._char(state, "\n", decide)
        if state.at is not At.LINE or state.open:
            raise Refused("the template ends inside quotes or brackets")
        self._finish(state)

    def _char(self, state: State, char: str, decide: Decide) -> State:
        at = state.at
        if at is At.LINE:
            if char == "\n":
                return state._replace(column=0)
            if char == " ":
                return state
            if char == "#" and state.block == NONE:
                return self._finish(state)._replace(at=At.COMMENT)
            state = self._line_begins(state)
            at = state.at
        if at in (At.BLOCK, At.HEADER, At.COMMENT):
            if char != "\n":
                return state
            if at is At.COMMENT and state.open:
                return state._replace(at=At.VALUE)
            block = state.node if at is At.HEADER else state.block
            return state._replace(at=At.LINE, column=0, block=block, more=NONE, first=True)
        if at in (At.DOUBLE, At.ESCAPE, At.SINGLE):
            return state._replace(at=_QUOTED.get((at, char), At.DOUBLE if at is At.ESCAPE else at))
        if at is At.SINGLE_QUOTE:
            if char == "'":
                return state._replace(at=At.SINGLE)
            return self._done(state._replace(at=At.DONE), char)
        if at in _IN_PLAIN:
            return self._plain(state, char, decide)
        if at is At.VALUE or at is At.PROPERTY:
            return self._value(state, char)
        if at is At.DASH:
            if char in " \n":
                return self._value(state._replace(at=At.VALUE, first=True), char)
            return self._plain(state._replace(at=At.PLAIN, text="-"), char, decide)
        return self._done(state, char)

    def _line_begins(self, state: State) -> State:
        """The first character of a line that is no space: does the line go on with what was open?"""
        column = state.column
        if state.block != NONE:
            if column > state.block:
                return state._replace(at=At.BLOCK)
            state = state._replace(block=NONE)
        if state.more != NONE and column > state.more:
            if state.text == WHOLE:
                raise Refused("the value that this line goes on with began with a hole; put quotes around it")
            return state._replace(at=At.PLAIN_SPACE, more=NONE)
        return self._finish(state)._replace(at=At.VALUE, first=True, node=column)

    def _value(self, state: State, char: str) -> State:
        if char == "\n":
            return state._replace(at=At.VALUE) if state.open else self._new_line(state)
        if char in " \t":
            return state._replace(at=At.VALUE)
        if state.at is At.PROPERTY:
            return state
        node = state.column if state.first else state.node
        if char in "!&":
            return state._replace(at=At.PROPERTY)
        if char in "[{":
            return state._replace(at=At.VALUE, open=state.open + char, first=False, node=node)
        if char in "]}," and state.open:
            return self._done(state, char)
        if char in "|>" and not state.open:
            return state._replace(at=At.HEADER)
        if char == "-" and not state.open:
            return state._replace(at=At.DASH, node=node)
        if char == "#":
            return state._replace(at=At.COMMENT)
        at = {'"': At.DOUBLE, "'": At.SINGLE, ":": At.PLAIN_COLON}.get(char, At.PLAIN)
        return state._replace(at=at, text=char if at is At.PLAIN else "", node=node)

    def _plain(self, state: State, char: str, decide: Decide) -> State:
        """Inside unquoted text, or after a hole that may be a whole scalar."""
        at, whole = state.at, state.at in _AFTER_HOLE
        colon = at in (At.PLAIN_COLON, At.HOLE_COLON)
        if colon and (char in " \t\n" or (state.open and char in ",[]{}")):
            if whole:
                decide(state.hole, "yaml key")
            return self._value(self._finish(state)._replace(at=At.VALUE, first=False, hole=-1), char)
        if state.open and char in ",[]{}" and not (whole and char in "[{"):
            if whole:
                decide(state.hole, "yaml flow value")
            return self._done(self._finish(state)._replace(at=At.DONE, hole=-1), char)
        if char == "#" and at in (At.PLAIN_SPACE, At.HOLE_SPACE):
            if whole:
                decide(state.hole, "yaml flow value" if state.open else "yaml value")
            return self._finish(state)._replace(at=At.COMMENT, hole=-1)
        if char == "\n" and not state.open:
            if whole:
                decide(state.hole, "yaml value")
            text = WHOLE if whole else state.text
            return self._new_line(state._replace(text=text, hole=-1, more=state.node))
        if char in " \t\n":
            return state._replace(at=At.HOLE_SPACE if whole else At.PLAIN_SPACE)
        if char == ":" and whole and not colon:
            return state._replace(at=At.HOLE_COLON)
        if whole:
            decide(state.hole, "plain text")
        text = f"{state.text}{_SKIPPED.get(at, '')}"
        if char == ":":
            return state._replace(at=At.PLAIN_COLON, text=text, hole=-1)
        return state._replace(at=At.PLAIN, text=text + char, hole=-1)

    def _done(self, state: State, char: str) -> State:
        """After a closing quote or bracket, or where one may come."""
        if state.at is At.DONE_COLON and (state.open or char in " \t\n"):
            return self._value(state._replace(at=At.VALUE, first=False), char)
        if char == "\n":
            return state if state.open else self._new_line(state)
        if char in "]}":
            return state._replace(at=At.DONE, open=state.open[:-1])
        if char == "," and state.open:
            return state._replace(at=At.VALUE, first=False)
        at = {":": At.DONE_COLON, "#": At.COMMENT, " ": At.DONE, "\t": At.DONE}.get(char, At.PLAIN)
        return state._replace(at=at)

    def _new_line(self, state: State) -> State:
        return state._replace(at=At.LINE, column=0, first=True)

    def _finish(self, state: State) -> State:
        """The plain text is complete: it must be text whatever its holes hold."""
        if "\0" in state.text and state.text != "\0" and ambiguous(state.text):
            shown = state.text.replace("\0", "{{ ... }}")
            raise Refused(f"`{shown}` can come out as something else than text; put quotes around it")
        return state._replace(text="", more=NONE)


_COLUMN_MATTERS = frozenset({At.LINE, At.VALUE, At.DASH, At.PROPERTY})
_AFTER_HOLE = frozenset({At.HOLE, At.HOLE_SPACE, At.HOLE_COLON})
_IN_PLAIN = frozenset({At.PLAIN, At.PLAIN_SPACE, At.PLAIN_COLON}) | _AFTER_HOLE
_SKIPPED = {At.PLAIN_SPACE: " ", At.HOLE_SPACE: " ", At.PLAIN_COLON: ":", At.HOLE_COLON: ":"}
_QUOTED = {
    (At.DOUBLE, '"'): At.DONE,
    (At.DOUBLE, "\\"): At.ESCAPE,
    (At.SINGLE, "'"): At.SINGLE_QUOTE,
}

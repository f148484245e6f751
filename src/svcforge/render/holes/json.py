"""Where holes of a JSON template stand: whole values and keys, or inside a text."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from svcforge.render.holes.walk import Decide, Refused


class At(Enum):
    """What the scanner is in the middle of."""

    BETWEEN = auto()
    TOKEN = auto()
    HOLE = auto()
    TEXT = auto()
    ESCAPE = auto()


class State(NamedTuple):
    """Where it is, the brackets open, and the hole that waits for what follows it."""

    at: At = At.BETWEEN
    open: str = ""
    hole: int = -1


class JsonScanner:
    """Reads JSON around holes; it tells places apart, it does not check the syntax."""

    start = State()

    def text(self, state: State, data: str, decide: Decide) -> State:
        """The state after a piece of text."""
        for char in data:
            state = self._char(state, char, decide)
        return state

    def hole(self, state: State, hole: int, decide: Decide) -> State:
        """The state after a hole."""
        if state.at is At.TEXT:
            decide(hole, "quoted text")
            return state
        if state.at is not At.BETWEEN:
            raise Refused("a hole stands right after something else; only inside quotes can it be part of a text")
        return State(At.HOLE, state.open, hole)

    def included(self, state: State, decide: Decide) -> State:
        """JSON is one value: nothing is included."""
        raise Refused("a JSON template cannot include another; make it a fact")

    def end(self, state: State, decide: Decide) -> None:
        """The end of the template: nothing may be open."""
        state = self._char(state, "\n", decide)
        if state.at is At.HOLE:
            decide(state.hole, "json value")
        if state.open or state.at is At.TEXT:
            raise Refused("the template ends inside quotes or brackets")

    def _char(self, state: State, char: str, decide: Decide) -> State:
        at, brackets, hole = state
        if at is At.TEXT:
            return State({'"': At.BETWEEN, "\\": At.ESCAPE}.get(char, At.TEXT), brackets)
        if at is At.ESCAPE:
            return State(At.TEXT, brackets)
        if at is At.HOLE:
            if char in " \t\r\n":
                return state
            if char not in ":,]}":
                raise Refused("a hole outside quotes must be a whole value; text needs quotes around it")
            decide(hole, "json key" if char == ":" else "json value")
        if char in "[{":
            return State(At.BETWEEN, brackets + char)
        if char in "]}":
            return State(At.BETWEEN, brackets[:-1])
        if char == '"':
            return State(At.TEXT, brackets)
        return State(At.BETWEEN if char in " \t\r\n,:" else At.TOKEN, brackets)

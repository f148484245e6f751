"""Where holes of a TOML template stand: whole values and parts of keys, or inside text."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from svcforge.render.holes.walk import Decide, Refused


class At(Enum):
    """What the scanner is in the middle of."""

    KEY = auto()
    """Where a part of a key may begin."""
    BARE = auto()
    KEY_DONE = auto()
    KEY_HOLE = auto()
    VALUE = auto()
    """Where a value may begin."""
    TOKEN = auto()
    DONE = auto()
    HOLE = auto()
    QUOTE = auto()
    """One quote seen: a text, or the first of three."""
    QUOTES = auto()
    """Two quotes seen: an empty text, or the first two of three."""
    TEXT = auto()
    LONG = auto()
    ESCAPE = auto()
    COMMENT = auto()


class State(NamedTuple):
    """Where it is; the brackets open, "h" for a table's header; the quote of the text; the hole that waits."""

    at: At = At.KEY
    open: str = ""
    quote: str = ""
    closing: int = 0
    key: bool = True
    hole: int = -1


class TomlScanner:
    """Reads TOML around holes; it tells places apart, it does not check the syntax."""

    start = State()

    def text(self, state: State, data: str, decide: Decide) -> State:
        """The state after a piece of text."""
        for char in data:
            state = self._char(state, char, decide)
        return state

    def hole(self, state: State, hole: int, decide: Decide) -> State:
        """The state after a hole."""
        at = state.at
        if at is At.QUOTE:
            at, state = At.TEXT, state._replace(at=At.TEXT)
        if at in (At.TEXT, At.LONG, At.COMMENT):
            decide(hole, "comment" if at is At.COMMENT else "quoted text")
            return state._replace(closing=0)
        if at is At.BARE:
            decide(hole, "bare key text")
            return state
        if at is At.KEY_HOLE:
            decide(state.hole, "bare key text")
            decide(hole, "bare key text")
            return state._replace(at=At.BARE)
        if at is At.KEY:
            return state._replace(at=At.KEY_HOLE, hole=hole)
        if at is At.VALUE:
            return state._replace(at=At.HOLE, hole=hole)
        raise Refused("a hole stands right after something else; only inside quotes can it be part of a text")

    def included(self, state: State, decide: Decide) -> State:
        """Another template at the beginning of a line."""
        if state != self.start:
            raise Refused("a template is included at the beginning of a line")
        return state

    def end(self, state: State, decide: Decide) -> None:
        """The end of the template: nothing may be open."""
        state = self._char(state, "\n", decide)
        if state.open or state.at in (At.LONG, At.TEXT, At.QUOTE):
            raise Refused("the template ends inside quotes or brackets")

    def _char(self, state: State, char: str, decide: Decide) -> State:
        at = state.at
        if at in (At.QUOTE, At.QUOTES, At.TEXT, At.LONG, At.ESCAPE):
            return self._in_text(state, char, decide)
        if at is At.COMMENT:
            return self._line_end(state) if char == "\n" else state
        if at is At.KEY_HOLE:
            if char not in " \t.=]":
                decide(state.hole, "bare key text")
                return state._replace(at=At.BARE)
            decide(state.hole, "toml key")
            at = At.KEY_DONE
        if at is At.HOLE:
            if char not in " \t\r\n,]}#":
                raise Refused("a hole outside quotes must be a whole value; text needs quotes around it")
            decide(state.hole, "toml value")
            at = At.DONE
        state = state._replace(at=at, hole=-1)
        if char == "\n":
            return self._line_end(state)
        if char in " \t\r":
            return state._replace(at={At.BARE: At.KEY_DONE, At.TOKEN: At.DONE}.get(at, at))
        if char == "#":
            return state._replace(at=At.COMMENT)
        if char in "\"'":
            return state._replace(at=At.QUOTE, quote=char, key=at is At.KEY)
        if at in (At.KEY, At.BARE, At.KEY_DONE):
            return self._in_key(state, char)
        return self._in_value(state, char)

    def _in_key(self, state: State, char: str) -> State:
        if char == "[" and state.at is At.KEY:
            return state._replace(open=state.open + "h")
        if char == "]":
            return state._replace(at=At.DONE if state.open == "h" else At.KEY_DONE, open=state.open[:-1])
        if char == "}":
            return state._replace(at=At.DONE, open=state.open[:-1])
        if char in ".=":
            return state._replace(at=At.KEY if char == "." else At.VALUE)
        return state._replace(at=At.BARE)

    def _in_value(self, state: State, char: str) -> State:
        if char == "[":
            return state._replace(at=At.VALUE, open=state.open + char)
        if char == "{":
            return state._replace(at=At.KEY, open=state.open + char)
        if char in "]}":
            return state._replace(at=At.DONE, open=state.open[:-1])
        if char == ",":
            return state._replace(at=At.KEY if state.open.endswith("{") else At.VALUE)
        return state._replace(at=At.TOKEN)

    def _in_text(self, state: State, char: str, decide: Decide) -> State:
        at, quote = state.at, state.quote
        done = state._replace(at=At.KEY_DONE if state.key else At.DONE, quote="", closing=0)
        if at is At.QUOTE and char == quote:
            return state._replace(at=At.QUOTES)
        if at is At.QUOTES:
            return state._replace(at=At.LONG) if char == quote else self._char(done, char, decide)
        if at is At.ESCAPE:
            return state._replace(at=At.LONG if state.closing < 0 else At.TEXT, closing=0)
        if at is At.LONG:
            closing = state.closing + 1 if char == quote else 0
            if closing == 3:
                return done
            escape = char == "\\" and quote == '"'
            return state._replace(at=At.ESCAPE, closing=-1) if escape else state._replace(closing=closing)
        if char == quote:
            return done
        escape = char == "\\" and quote == '"'
        return state._replace(at=At.ESCAPE if escape else At.TEXT)

    def _line_end(self, state: State) -> State:
        """Outside brackets a line ends with its value; inside, the value or the key goes on."""
        if not state.open:
            return self.start
        if state.at is At.COMMENT:
            return state._replace(at=At.KEY if state.open.endswith("{") else At.VALUE)
        return state._replace(at={At.TOKEN: At.DONE, At.BARE: At.KEY_DONE}.get(state.at, state.at))

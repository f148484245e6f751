"""The syntax of Go's templates: text and actions as a tree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 100
"""Blocks in blocks, and brackets in brackets."""


class Malformed(Exception):
    """A template that is none: its line and what is wrong."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(line, why)
        self.line, self.why = line, why


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a command: a value, a name, or a pipeline in brackets; and the fields that are taken from it.

    `kind`: literal (`value`), function (its name), dot, variable (its name), pipeline (a Pipeline).
    """

    kind: str
    value: Any = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each taking what the one before gives as its last argument; and the variables that get the result."""

    commands: tuple[tuple[Term, ...], ...]
    names: tuple[str, ...] = ()
    declares: bool = False
    code: str = ""


@dataclass(slots=True)
class Node:
    """A piece of a template: text, print, if, with, range, define, template, block, break, continue.

    `body` is what stands in it, `other` what stands after its `else`.
    """

    kind: str
    line: int
    text: str = ""
    pipeline: Pipeline | None = None
    body: list[Node] = field(default_factory=list)
    other: list[Node] = field(default_factory=list)


_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<raw>`[^`]*`)|(?P<char>'(?:[^'\\\n]|\\.)')"""
    r"""|(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))|(?P<variable>\$\w*)"""
    r"""|(?P<field>\.[^\W\d]\w*)|(?P<dot>\.)|(?P<name>[^\W\d]\w*)|(?P<sign>:=|=|\||\(|\)|,)"""
)
_ACTION = re.compile(r"\{\{(?P<left>-(?=\s))?")
_END = re.compile(r"\s*(?:(?<=\s)(?P<right>-))?\}\}")
_COMMENT = re.compile(r"\s*/\*.*?\*/\s*", re.DOTALL)
WORDS = ("if", "with", "range", "define", "block", "template", "end", "else", "break", "continue")


def parsed(text: str) -> list[Node]:
    """The tree of a template; raises Malformed."""
    return _Parser(text).tree()


class _Parser:
    """Reads a template from its first character to its last."""

    def __init__(self, text: str) -> None:
        self.text = text

    def tree(self) -> list[Node]:
        """The nodes of the template, blocks closed."""
        root = Node("root", 1)
        stack: list[tuple[Node, list[Node]]] = [(root, root.body)]
        at, line, trim = 0, 1, False
        while match := _ACTION.search(self.text, at):
            plain = self.text[at : match.start()]
            self._plain(plain, line, trim, bool(match["left"]), stack[-1][1])
            line += plain.count("\n")
            tokens, end, trim = self._action(match.end(), line)
            code = self.text[match.start() : end]
            if tokens:
                self._node(tokens, line, " ".join(code.strip("{}- \n").split()), stack)
            line += code.count("\n")
            at = end
        self._plain(self.text[at:], line, trim, False, stack[-1][1])
        if len(stack) > 1:
            raise Malformed(stack[-1][0].line, f'"{stack[-1][0].kind}" has no end')
        return root.body

    def _plain(self, plain: str, line: int, left: bool, right: bool, body: list[Node]) -> None:
        if left:
            stripped = plain.lstrip()
            line += plain[: len(plain) - len(stripped)].count("\n")
            plain = stripped
        plain = plain.rstrip() if right else plain
        if plain:
            body.append(Node("text", line, plain))

    def _action(self, at: int, line: int) -> tuple[list[tuple[str, str, bool]], int, bool]:
        """The tokens of an action (kind, text, whether space stands before), its end, whether it trims what follows."""
        tokens: list[tuple[str, str, bool]] = []
        if comment := _COMMENT.match(self.text, at):
            at = comment.end()
        while not (end := _END.match(self.text, at)):
            token = _TOKEN.match(self.text, at)
            if token is None or token.lastgroup is None:
                raise Malformed(line, "an expression that is none" if at < len(self.text) else "an action has no end")
            if token.lastgroup != "space":
                tokens.append((token.lastgroup, token[0], at > 0 and self.text[at - 1].isspace()))
            at = token.end()
        return tokens, end.end(), bool(end["right"])

    def _node(
        self, tokens: list[tuple[str, str, bool]], line: int, code: str, stack: list[tuple[Node, list[Node]]]
    ) -> None:
        word = tokens[0][1] if tokens[0][0] == "name" and tokens[0][1] in WORDS else "print"
        body = stack[-1][1]
        if word == "end":
            if len(stack) == 1:
                raise Malformed(line, '"end" ends nothing')
            opened = stack.pop()[0]
            while opened.kind == "else if":
                opened = stack.pop()[0]
        elif word == "else":
            self._else(tokens, line, code, stack)
        elif word in ("define", "block", "template"):
            if len(tokens) < 2 or tokens[1][0] not in ("string", "raw"):
                raise Malformed(line, f'"{word}" has no name')
            pipeline = _Expression(tokens[2:], line, code).pipeline() if len(tokens) > 2 else None
            node = Node(word, line, _unquoted(*tokens[1][:2]), pipeline)
            body.append(node)
            if word != "template":
                stack.append((node, node.body))
        elif word in ("break", "continue"):
            own = next((node.kind for node, _ in reversed(stack) if node.kind in ("range", "define", "block")), "")
            if own != "range":
                raise Malformed(line, f'"{word}" in no "range"')
            body.append(Node(word, line, code))
        elif word in ("if", "with", "range"):
            node = Node(word, line, code, _Expression(tokens[1:], line, code).pipeline())
            body.append(node)
            stack.append((node, node.body))
        else:
            body.append(Node(word, line, code, _Expression(tokens, line, code).pipeline()))
        if len(stack) > DEEPEST:
            raise Malformed(line, f"blocks nested deeper than {DEEPEST}")

    def _else(
        self, tokens: list[tuple[str, str, bool]], line: int, code: str, stack: list[tuple[Node, list[Node]]]
    ) -> None:
        opened = stack[-1][0]
        if opened.kind not in ("if", "with", "range", "else if"):
            raise Malformed(line, '"else" belongs to nothing')
        stack[-1] = (opened, opened.other)
        if len(tokens) > 1 and tokens[1][1] == "if":
            # `else if` is an `if` in the `else`, which ends with the same `end`.
            inner = Node("else if", line, code, _Expression(tokens[2:], line, code).pipeline())
            opened.other.append(inner)
            stack.append((inner, inner.body))
        elif len(tokens) > 1:
            raise Malformed(line, '"else" with more than "if"')


class _Expression:
    """Reads the tokens of one action."""

    def __init__(self, tokens: Sequence[tuple[str, str, bool]], line: int, code: str) -> None:
        self.tokens, self.line, self.code, self.at, self.depth = tokens, line, code, 0, 0

    def pipeline(self) -> Pipeline:
        """The pipeline that all the tokens are."""
        found = self._pipeline()
        if self.at < len(self.tokens):
            raise Malformed(self.line, f'"{self.tokens[self.at][1]}" is too much')
        return found

    def _peek(self, offset: int = 0) -> tuple[str, str]:
        index = self.at + offset
        return self.tokens[index][:2] if index < len(self.tokens) else ("", "")

    def _names(self) -> tuple[tuple[str, ...], bool]:
        """The variables before `:=` or `=`, and whether they are new."""
        names: list[str] = []
        index = 0
        while self._peek(index)[0] == "variable":
            names.append(self._peek(index)[1])
            sign = self._peek(index + 1)[1]
            if sign in (":=", "=") or (sign != "," and len(names) < 2):
                break
            index += 2
        if names and (sign := self._peek(2 * len(names) - 1)[1]) in (":=", "="):
            self.at += 2 * len(names)
            return tuple(names), sign == ":="
        return (), False

    def _pipeline(self) -> Pipeline:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Malformed(self.line, f"brackets nested deeper than {DEEPEST}")
        names, declares = self._names()
        commands = [self._command()]
        while self._peek()[1] == "|" and self._peek()[0] == "sign":
            self.at += 1
            commands.append(self._command())
        self.depth -= 1
        return Pipeline(tuple(commands), names, declares, self.code)

    def _command(self) -> tuple[Term, ...]:
        terms: list[Term] = []
        while self.at < len(self.tokens) and self._peek() not in (("sign", "|"), ("sign", ")")):
            terms.append(self._term())
        if not terms:
            raise Malformed(self.line, "a command is missing")
        return tuple(terms)

    def _term(self) -> Term:
        kind, text = self._peek()
        self.at += 1
        if kind == "sign" and text == "(":
            inner = self._pipeline()
            if self._peek() != ("sign", ")"):
                raise Malformed(self.line, "a bracket is not closed")
            self.at += 1
            return Term("pipeline", inner, self._fields())
        if kind == "field":
            return Term("dot", None, (text[1:], *self._fields()))
        if kind in ("dot", "variable"):
            return Term(kind, text, self._fields() if kind == "variable" else ())
        if kind in ("string", "raw", "char", "number"):
            return Term("literal", _literal(kind, text, self.line))
        if kind == "name":
            words = {"true": True, "false": False, "nil": None}
            return Term("literal", words[text]) if text in words else Term("function", text)
        raise Malformed(self.line, f'"{text}" stands where a value should')

    def _fields(self) -> tuple[str, ...]:
        """The fields right behind a term, no space between."""
        found: list[str] = []
        while self._peek()[0] == "field" and not self.tokens[self.at][2]:
            found.append(self._peek()[1][1:])
            self.at += 1
        return tuple(found)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def _unquoted(kind: str, text: str) -> str:
    if kind == "raw":
        return text[1:-1]
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), text[1:-1])


def _literal(kind: str, text: str, line: int) -> object:
    if kind == "number":
        try:
            return int(text, 0) if re.fullmatch(r"[+-]?(0[xX][0-9a-fA-F]{1,15}|[1-9]\d{0,17}|0)", text) else float(text)
        except ValueError as error:
            raise Malformed(line, f'"{text[:20]}" is no number') from error
    plain = _unquoted(kind, text)
    return ord(plain[0]) if kind == "char" and plain else plain

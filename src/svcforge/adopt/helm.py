"""Helm templates as plain YAML, where they can be: values filled in, simple conditions decided, the rest left out and told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from svcforge.adopt.looking import NULLS
from svcforge.source.tree import Mapping, Sequence

_ACTION = re.compile(r"\{\{-?\s*(?P<code>.*?)\s*-?\}\}")
_VALUE = re.compile(r"\$?\.Values((?:\.[A-Za-z_][A-Za-z0-9_]*)+)")
_DEFAULT = re.compile(r'default\s+("[^"]*"|\S+)\s+(\$?\.Values\S+)|(\$?\.Values\S+)\s*\|\s*default\s+("[^"]*"|\S+)')
_EQUAL = re.compile(r'(eq|ne)\s+(\$?\.Values\S+)\s+"([^"]*)"')
UNKNOWN = "unknown-to-svcforge"
"""What stands in a scalar for what is not known."""


@dataclass(slots=True)
class _Block:
    """An open `if`, `range`, `with` or `define`: whether its lines are kept, and whether some branch was."""

    kept: bool
    decided: bool
    line: int


@dataclass(slots=True)
class Plain:
    """A template as YAML, line for line, and what was left out: lines and words."""

    text: str = ""
    notes: list[tuple[int, str]] = field(default_factory=list)


def plain(text: str, values: Mapping) -> Plain:
    """Fill a template in, so far as its values and simple conditions go; every line keeps its number."""
    result = Plain()
    lines: list[str] = []
    blocks: list[_Block] = []
    comment = False
    for number, line in enumerate(text.split("\n"), 1):
        if comment or re.search(r"\{\{-?\s*/\*", line):
            comment = "*/" not in line
            lines.append("")
            continue
        codes = [m["code"] for m in _ACTION.finditer(line)]
        rest = _ACTION.sub("", line).strip()
        if len(codes) == 1 and re.match(r"(if|else|end|range|with|define|block)\b", codes[0]):
            _control(codes[0], number, blocks, values, result)
            # What follows on the line of an `end` (`{{end}}---`) is text again.
            lines.append(rest if rest and all(b.kept for b in blocks) else "")
        elif not all(block.kept for block in blocks):
            lines.append("")
        elif "{{" in line and not codes:
            result.notes.append((number, "not read: an expression over several lines"))
            lines.append("")
        elif codes and not rest:
            _alone(codes, number, result)
            lines.append("")
        else:
            lines.append(_ACTION.sub(lambda m: _inline(m["code"], values), line))
    result.text = "\n".join(lines)
    return result


def _alone(codes: list[str], number: int, result: Plain) -> None:
    """A line that is nothing but an expression stands for any number of lines."""
    quiet = all(re.match(r"(\$|template\b.*labels|include\b.*labels)", code) or ":=" in code for code in codes)
    if not quiet:
        result.notes.append((number, f'not read: "{codes[0][:60]}" stands for lines that only Helm knows'))


def _control(code: str, number: int, blocks: list[_Block], values: Mapping, result: Plain) -> None:
    word, _, condition = code.partition(" ")
    if word == "end":
        if blocks:
            blocks.pop()
        return
    if word == "else":
        if blocks:
            top = blocks[-1]
            again = condition.removeprefix("if ").strip()
            truth = _truth(again, values) if again else True
            top.kept = not top.decided and bool(truth)
            top.decided = top.decided or top.kept
        return
    truth = _truth(condition.strip(), values) if word in ("if", "with") else False
    if truth is None and word == "if":
        result.notes.append((number, f'not sure: "{code[:60]}" cannot be decided here, and is taken as true'))
        truth = True
    elif (truth or truth is None) and word != "if":
        result.notes.append((number, f'not read: what "{code[:60]}" holds'))
    kept = bool(truth) and word == "if"
    blocks.append(_Block(kept, kept, number))


def _truth(condition: str, values: Mapping) -> bool | None:
    """Whether a condition holds; None where that is not known."""
    if condition.startswith("not "):
        inner = _truth(condition.removeprefix("not ").strip(), values)
        return None if inner is None else not inner
    if match := _EQUAL.fullmatch(condition):
        equal = _value(match[2], values) == match[3]
        return equal if match[1] == "eq" else not equal
    if not _VALUE.fullmatch(condition):
        return None
    node = _node(condition, values)
    if isinstance(node, str):
        return node not in (*NULLS, "false", "False", "0", "no")
    return bool(node) if isinstance(node, Mapping | Sequence) else False


def _node(expression: str, values: Mapping) -> object:
    match = _VALUE.fullmatch(expression)
    node: object = values
    for key in match[1].strip(".").split(".") if match else ():
        node = node.get(key) if isinstance(node, Mapping) else None
    return node if match else None


def _value(expression: str, values: Mapping) -> str | None:
    node = _node(expression, values)
    return str(node) if isinstance(node, str) and node not in NULLS else None


def _inline(code: str, values: Mapping) -> str:
    """An expression inside a line: a value, one with a default, the release's name, or a word that stands for nothing."""
    code = re.sub(r"\s*\|\s*(quote|squote|trunc \d+|trimSuffix \S+|toString|int)\b", "", code).strip()
    code = re.sub(r"^(quote|squote|int|toString)\s+", "", code)
    if match := _DEFAULT.fullmatch(code):
        default = (match[1] or match[4]).strip('"')
        return _value(match[2] or match[3], values) or default
    if code in (".Release.Name", ".Chart.Name"):
        return "release"
    return _value(code, values) or UNKNOWN

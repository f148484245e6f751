"""Variables of Docker Compose: `.env` files, and what `${X:-default}` stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from svcforge.adopt.system import Origin

DEEPEST = 10
"""Defaults within defaults."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ROW = re.compile(r"\s*(?:export\s+)?(?P<name>[^\s=:#'\"]+)\s*(?:(?P<equals>[=:])\s*(?P<value>.*))?$")
_QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)\"""")


@dataclass(frozen=True, slots=True)
class Value:
    """What a variable stands for, and the place that says so; None: only the environment of whoever starts it knows.

    `kept_out`: it comes from a file that is by custom not kept with the others (`.env`).
    """

    text: str | None
    origin: Origin
    kept_out: bool = False


Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its variables filled in: which values were used, and which names have none."""

    text: str
    used: tuple[Value, ...] = ()
    missing: tuple[str, ...] = ()


def environment_file(text: str, file: str, values: Values) -> dict[str, Value]:
    """The variables of a file like `.env`: `NAME=value` rows, quotes, comments, and variables of rows before."""
    found: dict[str, Value] = {}
    kept_out = is_kept_out(file)
    for number, row in enumerate(text.splitlines(), 1):
        match = None if row.lstrip().startswith("#") else _ROW.match(row)
        if match is None:
            continue
        origin = Origin(file, number, match["name"])
        if match["equals"] is None:
            found[match["name"]] = Value(None, origin, kept_out)
            continue
        written = match["value"].strip()
        quoted = _QUOTED.match(written)
        if quoted and quoted[1] is not None:
            plain: str | None = quoted[1]
        else:
            inner = quoted[2] if quoted else re.sub(r"(^|\s)#.*$", "", written)
            plain = filled(inner or "", {**values, **found}).text
        found[match["name"]] = Value(plain, origin, kept_out)
    return found


def is_kept_out(file: str) -> bool:
    """Whether a file is by custom not kept with the others: `.env`, `.env.local`, not `.env.example`."""
    name = PurePosixPath(file).name
    return name == ".env" or (name.startswith(".env.") and not re.search(r"example|sample|dist|template", name))


def filled(text: str, values: Values, depth: int = 0) -> Filled:
    """A text with the values, or else the defaults, of its variables; one without leaves nothing, `$$` is a dollar."""
    if "$" not in text:
        return Filled(text)
    parts: list[str] = []
    used: list[Value] = []
    missing: list[str] = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        parts.append(text[at:dollar])
        at = dollar + 1
        if text.startswith("$", at):
            parts.append("$")
            at += 1
        elif text.startswith("{", at) and (end := _closing(text, at)) is not None:
            one = _variable(text[at + 1 : end], values, depth)
            parts.append(one.text)
            used += one.used
            missing += one.missing
            at = end + 1
        elif name := _NAME.match(text, at):
            one = _variable(name[0], values, depth)
            parts.append(one.text)
            used += one.used
            missing += one.missing
            at = name.end()
        else:
            parts.append("$")
    return Filled("".join(parts) + text[at:], tuple(used), tuple(missing))


def _closing(text: str, opened: int) -> int | None:
    """Where the brace that opens at `opened` closes."""
    depth = 0
    for index in range(opened, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return None


def _variable(code: str, values: Values, depth: int) -> Filled:
    """What stands between the braces: a name, or one with `:-default`, `-default`, `:?message` or `:+instead`."""
    match = re.match(r"([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])(.*))?$", code, re.DOTALL)
    if match is None or depth > DEEPEST:
        return Filled("", missing=(code[:40],))
    name, operator, other = match.groups()
    value = values.get(name)
    known = value is not None and value.text is not None and (bool(value.text) or not (operator or "").startswith(":"))
    if operator in ("+", ":+"):
        return filled(other, values, depth + 1) if known else Filled("")
    if known and value is not None:
        return Filled(value.text or "", (value,))
    if operator in ("-", ":-"):
        return filled(other, values, depth + 1)
    return Filled("", missing=(name,))

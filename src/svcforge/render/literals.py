"""Values as literals of YAML, JSON and TOML, and values that may stand inside text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import jinja2

NAME = re.compile(r"-?[\w/](?:[\w./@+=%~-]|:(?=[\w/]))*")
"""What may stand in plain text: nothing in it means anything to YAML, wherever it comes."""

WORD = re.compile(r"[\w./@+=%~:-]*")
"""What may stand in quotes or in a block of text."""

BARE = re.compile("[A-Za-z0-9_-]+")
"""A key of TOML without quotes."""

PLAIN = re.compile(r"(?:[\w/]|\.(?=[\w/]))(?:[\w./@+=%~,()'!?;-]|:(?=[\w/])| +(?=[\w./@+=%~(-]))*")
PLAIN_IN_FLOW = re.compile(r"(?:[\w/]|\.(?=[\w/]))(?:[\w./@+=%~-]| +(?=[\w./@+=%~-]))*")

NUMERIC = re.compile(r"[-+.]?[0-9][0-9a-fxob_.,:+-]*(?:[t ].*)?|\.(?:inf|nan)", re.IGNORECASE)
"""What some reader of YAML 1.1 or 1.2 takes for a number, a date or a time; rather too much than too little."""

WORDS = frozenset(
    [*("y", "n", "yes", "no", "on", "off", "true", "false"), *("null", "none", "~", ".inf", ".nan", "-.inf", "+.inf")]
)
"""What some reader of YAML takes for a truth value, nothing, or a number."""

ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
LONGEST_KEY = 900
"""YAML reads a key on one line only up to 1,024 characters."""


def yaml_value(value: Any) -> str:
    """The value where a YAML value may stand outside brackets."""
    return _yaml(value, PLAIN)


def yaml_flow(value: Any) -> str:
    """The value where a YAML value may stand between brackets."""
    return _yaml(value, PLAIN_IN_FLOW)


def yaml_key(value: Any) -> str:
    """The value as a key of a YAML mapping."""
    if isinstance(value, Mapping | list | tuple):
        raise _refused(value, "cannot be a key")
    text = _yaml(value, PLAIN_IN_FLOW)
    if len(text) > LONGEST_KEY:
        raise _refused(value, "is too long for a key")
    return text


def json_value(value: Any) -> str:
    """The value as JSON on one line."""
    try:
        return json.dumps(_defined(value), ensure_ascii=False, allow_nan=False, default=_plain)
    except ValueError:
        raise _refused(value, "cannot be written as JSON") from None


def json_key(value: Any) -> str:
    """The value as a key of a JSON object: text."""
    if not isinstance(_defined(value), str):
        raise _refused(value, "cannot be a key: it is no text")
    return _double(value)


def toml_value(value: Any) -> str:
    """The value as TOML on one line: tables inline."""
    value = _defined(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _double(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value, "inf", "nan")
    if isinstance(value, Mapping):
        inner = ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    raise _refused(value, "cannot be written as TOML")


def toml_key(value: Any) -> str:
    """The value as one part of a key of TOML."""
    if not isinstance(_defined(value), str):
        raise _refused(value, "cannot be a key: it is no text")
    return str(value) if BARE.fullmatch(value) else _double(value)


def in_plain(value: Any) -> str:
    """The value inside unquoted text: a name or a number."""
    return _text(value, NAME, "unquoted text")


def in_quotes(value: Any) -> str:
    """The value inside quotes: a name or a number, or nothing."""
    return _text(value, WORD, "quotes")


def in_block(value: Any) -> str:
    """The value inside a block of text: a name or a number."""
    text = _text(value, WORD, "a block of text")
    if not text:
        raise _refused(value, "cannot stand in a block of text")
    return text


def in_bare_key(value: Any) -> str:
    """The value inside an unquoted key of TOML."""
    return _text(value, BARE, "an unquoted key")


def in_comment(value: Any) -> str:
    """The value inside a comment: one line of any text."""
    text = _scalar(value, "a comment")
    if not text.isprintable():
        raise _refused(value, "cannot stand in a comment: it is more than one line")
    return text


PRINTERS: Mapping[str, Callable[[Any], str]] = {
    "yaml value": yaml_value,
    "yaml flow value": yaml_flow,
    "yaml key": yaml_key,
    "json value": json_value,
    "json key": json_key,
    "toml value": toml_value,
    "toml key": toml_key,
    "plain text": in_plain,
    "quoted text": in_quotes,
    "block text": in_block,
    "bare key text": in_bare_key,
    "comment": in_comment,
}
"""How a hole prints, by what it is; the closed set that the scanners of `holes` choose from."""


def ambiguous(skeleton: str) -> bool:
    """Whether unquoted YAML text, its holes written as NUL, could come out as something else than text."""
    pattern = re.compile(".*".join(re.escape(piece) for piece in skeleton.split("\0")), re.IGNORECASE)
    if any(pattern.fullmatch(word) for word in WORDS):
        return True
    rest = skeleton.replace("\0", "")
    decimal = re.fullmatch(r"[-+0-9_.,:etz ]*", rest, re.IGNORECASE)
    based = re.fullmatch(r"[-+]?[0-9a-fxob_\0]*", skeleton, re.IGNORECASE)
    return bool(decimal or based)


def _yaml(value: Any, plain: re.Pattern[str]) -> str:
    value = _defined(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value) if _is_plain(value, plain) else _double(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value, ".inf", ".nan")
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{yaml_key(key)}: {yaml_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(yaml_flow, value))}]"
    raise _refused(value, "cannot be written as YAML")


def _is_plain(text: str, plain: re.Pattern[str]) -> bool:
    if not plain.fullmatch(text) or len(text) > LONGEST_KEY:
        return False
    return text.lower() not in WORDS and not NUMERIC.fullmatch(text)


def _double(text: str) -> str:
    """In double quotes with the escapes that YAML, JSON and TOML have in common."""
    quoted = json.dumps(str(text), ensure_ascii=False)
    return ESCAPED.sub(lambda char: f"\\u{ord(char[0]):04x}", quoted) if ESCAPED.search(quoted) else quoted


def _float(value: float, infinite: str, no_number: str) -> str:
    if math.isnan(value):
        return no_number
    if math.isinf(value):
        return infinite if value > 0 else f"-{infinite}"
    # 1e-07 is text to YAML 1.1: it wants a point.
    mantissa, exponent, power = repr(value).partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}{exponent}{power}"


def _text(value: Any, allowed: re.Pattern[str], where: str) -> str:
    text = _scalar(value, where)
    if not allowed.fullmatch(text):
        raise _refused(value, f"cannot stand inside {where}: only names and numbers can; make it a whole value")
    return text


def _scalar(value: Any, where: str) -> str:
    value = _defined(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise _refused(value, f"cannot stand inside {where}: it is no text")
    return str(value)


def _defined(value: Any) -> Any:
    if isinstance(value, jinja2.Undefined):
        # Strict values say themselves what is missing.
        raise jinja2.UndefinedError(value._undefined_message)
    return value


def _plain(value: Any) -> Any:
    value = _defined(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise _refused(value, "cannot be written as JSON")


def _refused(value: Any, why: str) -> jinja2.TemplateRuntimeError:
    shown = str(value)
    return jinja2.TemplateRuntimeError(f'"{shown if len(shown) <= 60 else shown[:57] + "..."}" {why}')

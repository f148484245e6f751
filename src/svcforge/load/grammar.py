"""The small grammars inside scalars: durations, shares, types, HTTP lines, rate limits, conditions, parts."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from svcforge.load.words import nearest
from svcforge.model.elements import Http, RateLimit
from svcforge.model.literal import Misfit, typed
from svcforge.model.types import NUMBERS, SCALARS, Kind, Type, written


class Bad(ValueError):
    """A scalar that does not follow its grammar: what is wrong, and what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


_DURATION = re.compile(r"(\d{1,12})(ms|s|m|h|d)")
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
DURATION_PATTERN = r"^\d{1,12}(ms|s|m|h|d)$"


def duration(text: str) -> int:
    """`20ms 3s 15m 2h 7d` in milliseconds."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise Bad(f'"{text}" is not a duration', "write a whole number and a unit: 20ms, 3s, 15m, 2h, 7d")
    return int(match[1]) * _UNITS[match[2]]


SHARE_PATTERN = r"^\d{1,3}(\.\d+)?%$"


def share(text: str) -> float:
    """`99.9%` as 0.999."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)%", text)
    if match is None or Decimal(match[1]) > 100:
        raise Bad(f'"{text}" is not a percentage', "write a number from 0 to 100 and a percent sign: 99.9%")
    return float(Decimal(match[1]) / 100)


def flag(text: str) -> bool:
    """`true` or `false`."""
    if text not in ("true", "false"):
        raise Bad(f'"{text}" is not true or false', 'write "true" or "false"')
    return text == "true"


def whole(text: str) -> int:
    """A whole number from 0 up."""
    if not re.fullmatch(r"\d{1,9}", text):
        raise Bad(f'"{text}" is not a whole number', "write digits only")
    return int(text)


HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
HTTP_PATTERN = r"^(GET|POST|PUT|PATCH|DELETE) /"
_SEGMENT = re.compile(r"[A-Za-z0-9_~.-]+|\{[a-z][a-z0-9_]*\}")


def http(text: str) -> Http:
    """`POST /orders/{id}/cancel`."""
    method, _, path = text.partition(" ")
    if method not in HTTP_METHODS:
        close = nearest(method.upper(), HTTP_METHODS)
        raise Bad(
            f'"{text}" does not begin with an HTTP method',
            f'did you mean "{close}"? write a method and a path: GET /orders/{{id}}'
            if close
            else f"write one of {', '.join(HTTP_METHODS)} and a path: GET /orders",
        )
    path_of(path, text)
    found = Http(method, path)
    parameters = found.parameters
    if len(set(parameters)) != len(parameters):
        raise Bad(f'"{path}" has one parameter twice', "give each parameter a name of its own")
    return found


def path_of(path: str, text: str) -> str:
    """A path of plain segments and `{parameters}`."""
    if not path.startswith("/") or (path != "/" and path.endswith("/")):
        raise Bad(f'"{text}" has no path that begins with "/" and does not end with one', "write it like /orders/{id}")
    for segment in path[1:].split("/") if path != "/" else []:
        if not _SEGMENT.fullmatch(segment) or segment in (".", ".."):
            raise Bad(
                f'"{segment}" in "{text}" is no segment of a path', "use letters, digits, - _ . ~ or one {parameter}"
            )
    return path


def route(text: str) -> tuple[str | None, str]:
    """`[METHOD] prefix` of a gateway's route."""
    method, space, prefix = text.partition(" ")
    if not space:
        return None, path_of(text, text)
    return http(text).method, path_of(prefix, text) if method in HTTP_METHODS else prefix


RATE_PATTERN = r"^\d+/\d*(ms|s|m|h|d)( per client)?$"


def rate_limit(text: str) -> RateLimit:
    """`100/15m per client`: so many requests in a duration, for each client or for all together."""
    match = re.fullmatch(r"(\d{1,9})/(\d{0,6}(?:ms|s|m|h|d))( per client)?", text)
    if match is None or int(match[1]) == 0:
        raise Bad(
            f'"{text}" is not a rate limit',
            "write requests/duration, with `per client` if each has its own: 100/15m per client",
        )
    per = match[2] if match[2][0].isdigit() else f"1{match[2]}"
    if duration(per) == 0:
        raise Bad(f'"{text}" counts requests in no time at all', "write requests/duration: 100/15m per client")
    return RateLimit(int(match[1]), duration(per), bool(match[3]))


def otherwise(text: str) -> tuple[int, str]:
    """`409 insufficient-inventory`: status and slug of the problem that a false answer becomes."""
    match = re.fullmatch(r"(4\d\d) ([a-z][a-z0-9]*(?:-[a-z0-9]+)*)", text)
    if match is None:
        raise Bad(
            f'"{text}" is not a status and a slug',
            "write a 4xx status and a name with dashes: 409 insufficient-inventory",
        )
    return int(match[1]), match[2]


_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)?\.\.(-?\d+(?:\.\d+)?)?")
_ENTITY = re.compile(r"(?:([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.)?([A-Z][A-Za-z0-9]*)")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def type_of(given: Any) -> Type:
    """A type as written: text, or a list of one for a list.

    Grammar: `[secret|optional|unique [per field]]* base [low..high] [= default]`, base a scalar, `A | B`, a value
    object, `ref [service.]Entity`.
    """
    if isinstance(given, list):
        if len(given) != 1:
            raise Bad("a list type has one element type", "write [T]: [OrderLine]")
        return Type(Kind.LIST, of=_element(given[0]))
    if not isinstance(given, str) or not given:
        raise Bad("a type is missing", "write a type: text, int 1..100, optional email, pending | done = pending")
    return _type_of_text(str(given))


@lru_cache(maxsize=4096)
def _type_of_text(text: str) -> Type:
    """A type as text. A system says few types, and each of them many times."""
    if text.startswith("[") and text.endswith("]"):
        return Type(Kind.LIST, of=_element(text[1:-1].strip()))
    head, equals, default = text.partition("=")
    words = head.split()
    modifiers: dict[str, Any] = {}
    while words and words[0] in ("optional", "unique", "secret"):
        word = words.pop(0)
        if word in modifiers:
            raise Bad(f'"{word}" stands twice in "{text}"', "say it once")
        modifiers[word] = True
        if word == "unique" and len(words) > 2 and words[0] == "per":
            modifiers["unique_per"] = words[1]
            words = words[2:]
    if not words and modifiers == {"secret": True}:
        words = ["text"]
    base = _base(words, text)
    return _modified(base, modifiers, default.strip() if equals else None, text)


def _modified(base: Type, modifiers: dict[str, Any], default: str | None, text: str) -> Type:
    if base.kind is Kind.LIST and (modifiers or default is not None):
        raise Bad(
            f'a list takes neither word nor default in "{text}"', "a list without items is empty: remove the rest"
        )
    found = replace(base, default=default, **modifiers)
    if default is not None:
        if modifiers.get("secret"):
            raise Bad("a secret has no default", "remove the value: it comes from the environment")
        _check_default(default, found, text)
    return found


def _element(given: Any) -> Type:
    found = type_of(given)
    if found.optional or found.unique or found.default is not None or found.secret:
        raise Bad(
            f'the element of a list takes no modifier and no default: "{given}"', "write the bare type: [OrderLine]"
        )
    return found


def _base(words: list[str], text: str) -> Type:
    if not words:
        raise Bad(f'"{text}" names no type', "write a type: text, int 1..100, optional email, pending | done = pending")
    if "|" in words or any("|" in w for w in words):
        choices = tuple(c.strip() for c in " ".join(words).split("|"))
        for choice in choices:
            if not _WORD.fullmatch(choice):
                raise Bad(
                    f'"{choice}" in "{text}" is no word of an enumeration',
                    "separate single words with |: pending | confirmed",
                )
        if len(set(choices)) != len(choices):
            raise Bad(f'one word stands twice in "{text}"', "remove one of the two")
        return Type(Kind.ENUM, choices=choices)
    low = high = None
    if len(words) > 1 and (bounds := _RANGE.fullmatch(words[-1])):
        low, high = (Decimal(b) if b else None for b in bounds.groups())
        words = words[:-1]
        if (low is None and high is None) or (low is not None and high is not None and low > high):
            raise Bad(f'the range in "{text}" is empty', "write low..high, low.. or ..high")
    if words[0] == "ref":
        if len(words) != 2 or not (match := _ENTITY.fullmatch(words[1])) or low is not None or high is not None:
            raise Bad(f'"{text}" is no reference', "write ref Entity, or ref service.Entity for another service's")
        return Type(Kind.REF, match[2], match[1])
    if len(words) != 1:
        raise Bad(f'"{" ".join(words)}" is not a type', _type_hint(words[-1]))
    return _named(words[0], low, high, text)


def _named(word: str, low: Decimal | None, high: Decimal | None, text: str) -> Type:
    if word in SCALARS:
        bounded = word in NUMBERS or word in ("text", "bytes", "json", "email", "url")
        if (low is not None or high is not None) and not bounded:
            raise Bad(
                f'"{word}" takes no range in "{text}"', "a range bounds a number, or the length of a text or list"
            )
        return Type(Kind.SCALAR, word, low=low, high=high)
    if word.startswith("[") and word.endswith("]"):
        return Type(Kind.LIST, of=_element(word[1:-1]), low=low, high=high)
    if re.fullmatch(r"[A-Z][A-Za-z0-9]*", word):
        if low is not None or high is not None:
            raise Bad(f'a value object takes no range in "{text}"', "put the range on its fields")
        return Type(Kind.VALUE, word)
    raise Bad(f'"{word}" is not a type', _type_hint(word))


def _type_hint(word: str) -> str:
    close = nearest(word, SCALARS)
    return (
        f'did you mean "{close}"?'
        if close
        else f"the types are {', '.join(SCALARS)}; value objects begin with a capital"
    )


def _check_default(text: str, type_: Type, where: str) -> None:
    """Raise Bad when a default is none of its type."""
    if type_.kind not in (Kind.SCALAR, Kind.ENUM):
        raise Bad(
            f'only a scalar or an enumeration has a default: "{where}"', "remove the default, or make it optional"
        )
    bare = type_.bare()
    try:
        typed(text, bare, {})
    except Misfit as misfit:
        close = nearest(text, type_.choices)
        raise Bad(str(misfit), f'did you mean "{close}"?' if close else f"after the = write {written(bare)}") from None

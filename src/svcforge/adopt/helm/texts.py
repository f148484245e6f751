"""The functions of templates that make texts: Go's printing, Sprig's cutting and joining, YAML and JSON."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from svcforge.adopt.helm.values import LARGEST, Unknown, Unrendered, as_yaml, bounded, number, plain, printed
from svcforge.source.foreign import read_foreign

Function = Callable[..., Any]


def _indent(count: Any, text: Any) -> str:
    space = " " * min(number(count), 200)
    return bounded("\n".join(space + row for row in printed(text).split("\n")))


def _substring(start: Any, end: Any, text: Any) -> str:
    first, last = number(start), number(end)
    return printed(text)[max(first, 0) :] if last < 0 else printed(text)[max(first, 0) : last]


def _truncated(count: Any, text: Any) -> str:
    size = number(count)
    return printed(text)[size:] if size < 0 else printed(text)[:size]


def _repeated(count: Any, text: Any) -> str:
    if number(count) * len(printed(text)) > LARGEST:
        raise Unrendered("it grows too large")
    return printed(text) * max(number(count), 0)


def _format(pattern: Any, *values: Any) -> str:
    """Go's `printf` for the verbs that charts use."""
    left = list(values)

    def filled(match: re.Match[str]) -> str:
        verb = match[2]
        if verb == "%":
            return "%"
        value = left.pop(0) if left else None
        if verb == "q":
            return json.dumps(printed(value), ensure_ascii=False)
        if verb == "d":
            digits = str(number(value))
            return digits.zfill(min(int(match[1][1:] or 0), 40)) if match[1].startswith("0") else digits
        return f"{float(value or 0):.{min(int(match[1][1:] or 6), 20)}f}" if verb == "f" else printed(value)

    return bounded(re.sub(r"%(0\d{1,2}|\.\d{1,2}|[+#]?)([sdvqftT%])", filled, printed(pattern)))


def _version(text: Any) -> tuple[int, ...]:
    match = re.match(r"v?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?", printed(text).strip())
    return tuple(int(part or 0) for part in match.groups()) if match else (0, 0, 0)


def _satisfies(wanted: Any, version: Any) -> Any:
    """Whether a version is in a range; plain comparisons only."""
    own = _version(version)
    verdicts: list[bool] = []
    for part in re.split(r"[,\s]+(?=[<>=!~^])", printed(wanted).strip()):
        match = re.fullmatch(r"(>=|<=|!=|>|<|=|\^|~)?\s*(v?[\d.]+(?:-[\w.]+)?)", part.strip())
        if match is None:
            return Unknown(f'the range "{printed(wanted)[:40]}"')
        other = _version(match[2])
        verdicts.append(
            {">=": own >= other, "<=": own <= other, ">": own > other, "<": own < other, "!=": own != other,
             "^": own >= other and own[0] == other[0], "~": own >= other and own[:2] == other[:2]}.get(match[1], own == other)
        )  # fmt: skip
    return all(verdicts)


def _cut(text: Any, prefix: str, suffix: str) -> str:
    return printed(text).removeprefix(prefix).removesuffix(suffix)


def _decoded(text: Any) -> Any:
    try:
        return base64.b64decode(printed(text), validate=False).decode("utf-8", "replace")
    except ValueError:
        return ""


def _parsed(text: Any) -> Any:
    documents = read_foreign(printed(text), "").documents
    return plain(documents[0]) if documents else {}


def _words(text: Any) -> list[str]:
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", printed(text)[:1000])


def _in_a_row(*values: Any) -> str:
    """Go's `print`: a space between two that are both no text."""
    parts: list[str] = []
    for index, value in enumerate(values):
        apart = index > 0 and not isinstance(value, str) and not isinstance(values[index - 1], str)
        parts.append(f" {printed(value)}" if apart else printed(value))
    return bounded("".join(parts))


def _pattern(pattern: Any) -> re.Pattern[str] | None:
    """A regular expression that cannot take long: a few repetitions, none of a group."""
    text = printed(pattern)
    repeated = len(re.findall(r"(?<!\\)[*+{]", text))
    if len(text) > 200 or repeated > 3 or re.search(r"\)[*+?{]", text):
        return None
    try:
        return re.compile(text)
    except (re.error, OverflowError):
        return None


def _is_match(pattern: Any, text: Any) -> Any:
    found = _pattern(pattern)
    return bool(found.search(printed(text)[:500])) if found else Unknown("a regular expression")


def _replaced(pattern: Any, text: Any, other: Any) -> Any:
    found, instead = _pattern(pattern), printed(other)
    if found is None or "$" in instead:
        return Unknown("a regular expression")
    return found.sub(lambda match: instead, printed(text)[:500])


TEXTS: dict[str, Function] = {
    "quote": lambda *v: " ".join(json.dumps(printed(x), ensure_ascii=False) for x in v if x is not None),
    "squote": lambda *v: " ".join(f"'{printed(x)}'" for x in v if x is not None),
    "indent": _indent,
    "nindent": lambda n, t: "\n" + _indent(n, t),
    "trim": lambda t: printed(t).strip(),
    "trimSuffix": lambda s, t: _cut(t, "", printed(s)),
    "trimPrefix": lambda s, t: _cut(t, printed(s), ""),
    "trimAll": lambda s, t: printed(t).strip(printed(s)),
    "trunc": _truncated,
    "substr": _substring,
    "upper": lambda t: printed(t).upper(),
    "lower": lambda t: printed(t).lower(),
    "title": lambda t: re.sub(r"\b\w", lambda m: m[0].upper(), printed(t)),
    "untitle": lambda t: re.sub(r"\b\w", lambda m: m[0].lower(), printed(t)),
    "kebabcase": lambda t: "-".join(_words(t)).lower(),
    "snakecase": lambda t: "_".join(_words(t)).lower(),
    "camelcase": lambda t: "".join(word.capitalize() for word in _words(t)),
    "nospace": lambda t: re.sub(r"\s", "", printed(t)),
    "replace": lambda a, b, t: bounded(printed(t)[:100_000].replace(printed(a), printed(b)[:1000])),
    "contains": lambda s, t: printed(s) in printed(t),
    "hasPrefix": lambda s, t: printed(t).startswith(printed(s)),
    "hasSuffix": lambda s, t: printed(t).endswith(printed(s)),
    "repeat": _repeated,
    "splitList": lambda s, t: printed(t).split(printed(s) or None),
    "split": lambda s, t: {f"_{i}": part for i, part in enumerate(printed(t).split(printed(s) or None))},
    "join": lambda s, v: bounded(printed(s).join(printed(x) for x in (v if isinstance(v, list) else [v]))),
    "print": _in_a_row,
    "println": lambda *v: bounded(" ".join(printed(x) for x in v) + "\n"),
    "printf": _format,
    "cat": lambda *v: bounded(" ".join(printed(x) for x in v if x is not None)),
    "toString": printed,
    "toYaml": as_yaml,
    "toJson": lambda v: bounded(
        json.dumps(v, ensure_ascii=False, default=printed, sort_keys=True, separators=(",", ":"))
    ),
    "fromYaml": _parsed,
    "fromJson": _parsed,
    "regexMatch": _is_match,
    "regexReplaceAll": _replaced,
    "semverCompare": _satisfies,
    "b64enc": lambda t: base64.b64encode(printed(t).encode()).decode(),
    "b64dec": _decoded,
    "sha256sum": lambda t: hashlib.sha256(printed(t).encode()).hexdigest(),
    "sha1sum": lambda t: hashlib.sha1(printed(t).encode(), usedforsecurity=False).hexdigest(),
}

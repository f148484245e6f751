"""Ansible's filters, which packs in Copier's format may use: written after Ansible's documentation.

The library that brings them to Copier is under the GPL, so svcforge has its own; in tests that library is the oracle.
What reads the disk, the clock or chance is not here: `environment` refuses it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ntpath
import posixpath
import re
import shlex
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from itertools import groupby
from typing import Any

from jinja2 import Environment, Undefined
from jinja2.exceptions import FilterArgumentError
from jinja2.filters import make_attrgetter
from jinja2.utils import pass_environment

from svcforge.source import plain

NAMESPACE = uuid.UUID("20851c88-ac15-449f-9ee7-74829105da86")
"""In which Ansible makes its ids."""

COMMENTS: Mapping[str, Mapping[str, str]] = {
    "plain": {"decoration": "# "},
    "erlang": {"decoration": "% "},
    "c": {"decoration": "// "},
    "cblock": {"beginning": "/*", "decoration": " * ", "end": " */"},
    "xml": {"beginning": "<!--", "decoration": " - ", "end": "-->"},
}
"""What begins, leads and ends the lines of a comment, by style."""


def b64encode(text: str, encoding: str = "utf-8") -> str:
    """Base64 of a text."""
    return base64.b64encode(text.encode(encoding)).decode("ascii")


def b64decode(text: str, encoding: str = "utf-8") -> str:
    """The text that base64 stands for."""
    return base64.b64decode(text).decode(encoding)


def truth(value: Any) -> Any:
    """Whether a word says yes; None and truth values stay."""
    if value is None or isinstance(value, bool):
        return value
    return (value.lower() if isinstance(value, str) else value) in ("yes", "on", "1", "true", 1)


def digest(value: Any, kind: str = "sha1") -> str | None:
    """A digest in hex; None of an algorithm that is not known."""
    try:
        return hashlib.new(kind, str(value).encode(), usedforsecurity=False).hexdigest()
    except ValueError:
        return None


def combine(*terms: Any, recursive: bool = False, list_merge: str = "replace") -> dict[Any, Any]:
    """Mappings, or lists of them, joined; a later key wins.

    With `recursive` mappings at one key are joined too. Lists at one key are joined as `list_merge` says: `replace`,
    `keep`, `append`, `prepend`, and `append_rp` or `prepend_rp` without those of the first that the second has.
    """
    # Nearly every call is this one.
    if len(terms) == 2 and type(terms[0]) is type(terms[1]) is dict and list_merge == "replace" and not recursive:
        first, second = terms
        _check(*first.values(), *second.values())
        return dict(second) if first == second else {**first, **second}
    mappings = flatten(terms, 1)
    for term in mappings:
        if not isinstance(term, Mapping):
            raise FilterArgumentError(f'"combine" joins mappings, not {term!r}')
        _check(*term.values())
    joined = _LISTS.get(list_merge)
    if joined is None:
        raise FilterArgumentError(f'"{list_merge}" is none of {", ".join(_LISTS)}')
    return reduce(lambda first, second: _joined(first, second, recursive, joined), mappings, {})


def _check(*values: Any) -> None:
    for value in values:
        if isinstance(value, Undefined):
            str(value)  # raises: it says what is not there


Join = Callable[[list[Any], list[Any]], list[Any]]

_LISTS: Mapping[str, Join] = {
    "replace": lambda _, second: second,
    "keep": lambda first, _: first,
    "append": lambda first, second: first + second,
    "prepend": lambda first, second: second + first,
    "append_rp": lambda first, second: [item for item in first if item not in second] + second,
    "prepend_rp": lambda first, second: second + [item for item in first if item not in second],
}


def _joined(first: Mapping[Any, Any], second: Mapping[Any, Any], recursive: bool, lists: Join) -> dict[Any, Any]:
    if not first or first == second:
        # Of equal ones the order of the second counts.
        return dict(second)
    found = dict(first)
    for key, value in second.items():
        before = found.get(key)
        if recursive and isinstance(before, Mapping) and isinstance(value, Mapping):
            found[key] = _joined(before, value, recursive, lists)
        elif isinstance(before, list) and isinstance(value, list):
            found[key] = lists(before, value)
        else:
            found[key] = value
    return found


def comment(text: str, style: str = "plain", **options: Any) -> str:
    """A text as a comment; options say otherwise than the style: beginning, prefix, decoration, postfix, end, newline."""
    given = {**COMMENTS[style], **options}
    line, decoration = str(given.get("newline", "\n")), str(given["decoration"])
    edge = decoration.rstrip()
    prefix, postfix = given.get("prefix", edge), given.get("postfix", edge)
    before = f"{given['beginning']}{line}" if given.get("beginning") else ""
    above = f"{prefix}{line}" * int(given.get("prefix_count", 1)) if prefix else ""
    lines = line.join(decoration + part for part in text.split(line)).replace(decoration + line, edge + line)
    below = f"{line}{postfix}" * int(given.get("postfix_count", 1)) if postfix else ""
    after = f"{line}{given['end']}" if given.get("end") else ""
    return f"{before}{above}{lines}{below}{after}"


@pass_environment
def extract(environment: Environment, item: Any, container: Any, morekeys: Any = None) -> Any:
    """What is at a key of a container, and on from there at more keys."""
    keys = [item, *([] if morekeys is None else morekeys if isinstance(morekeys, list) else [morekeys])]
    return reduce(environment.getitem, keys, container)


def flatten(items: Iterable[Any], levels: int | None = None) -> list[Any]:
    """The elements of lists in a list, so many levels deep, all without `levels`; nothing ends a list."""
    found: list[Any] = []
    for item in items:
        if item in (None, "None", "null"):
            break
        if isinstance(item, list | tuple) and levels != 0:
            found += flatten(item, None if levels is None else levels - 1)
        else:
            found.append(item)
    return found


def mandatory(value: Any, msg: str | None = None) -> Any:
    """The value, which must be there."""
    if isinstance(value, Undefined):
        name = f' "{value._undefined_name}"' if value._undefined_name else ""
        raise FilterArgumentError(msg or f"the mandatory value{name} is not there")
    return value


def regex_escape(text: str, re_type: str = "python") -> str:
    """A text as the regular expression that means it."""
    if re_type == "posix_basic":
        return re.sub(r"([].[^$*\\])", r"\\\1", text)
    if re_type != "python":
        raise FilterArgumentError(f'"{re_type}" is no kind of regular expression that is known here')
    return re.escape(text)


def regex_replace(value: Any = "", pattern: str = "", replacement: str = "", ignorecase: bool = False) -> str:
    """Every match replaced."""
    return re.sub(pattern, replacement, str(value), flags=_flags(ignorecase))


def regex_findall(value: str, regex: str, multiline: bool = False, ignorecase: bool = False) -> list[Any]:
    """Every match: its text, or its groups."""
    return re.findall(regex, value, _flags(ignorecase, multiline))


def regex_search(value: str, regex: str, *groups: str, ignorecase: bool = False, multiline: bool = False) -> Any:
    r"""The first match: its text, or the groups that are asked for as `\\1` or `\\g<name>`; None without one."""
    match = re.search(regex, value, _flags(ignorecase, multiline))
    if match is None:
        return None
    return [match[_group(group)] for group in groups] if groups else match[0]


def _group(word: str) -> str | int:
    named = re.fullmatch(r"\\g<(\S+)>", word)
    numbered = re.fullmatch(r"\\(\d+)", word)
    if named:
        return named[1]
    if numbered:
        return int(numbered[1])
    raise FilterArgumentError(f'"{word}" names no group')


def _flags(ignorecase: bool = False, multiline: bool = False) -> re.RegexFlag:
    return (re.IGNORECASE if ignorecase else re.NOFLAG) | (re.MULTILINE if multiline else re.NOFLAG)


def subelements(items: Any, path: Any, skip_missing: bool = False) -> list[tuple[Any, Any]]:
    """Each element with each of what is in a list below it, at a dotted path."""
    keys = path if isinstance(path, list) else str(path).split(".")
    found = []
    for element in items.values() if isinstance(items, Mapping) else items:
        below: Any = element
        for key in keys:
            if key not in below and not skip_missing:
                raise FilterArgumentError(f'there is no "{key}" in {below!r}')
            below = below.get(key, {})
        if not below and skip_missing:
            continue
        if not isinstance(below, list):
            raise FilterArgumentError(f'what is at "{path}" is no list: {below!r}')
        found += [(element, each) for each in below]
    return found


def ternary(value: Any, true_val: Any, false_val: Any, none_val: Any = None) -> Any:
    """One of two by truth, or a third for None."""
    if value is None and none_val is not None:
        return none_val
    return true_val if value else false_val


def to_datetime(text: str, format: str = "%Y-%m-%d %H:%M:%S") -> datetime:
    """A moment as it is written."""
    return datetime.strptime(text, format)


def to_json(value: Any, **options: Any) -> str:
    """JSON on a line."""
    return json.dumps(value, **options)


def to_nice_json(value: Any, indent: int = 4, sort_keys: bool = True, **options: Any) -> str:
    """JSON over several lines."""
    return json.dumps(value, indent=indent, sort_keys=sort_keys, separators=(",", ": "), **options)


def to_yaml(value: Any, **options: Any) -> str:
    """YAML, inner lists and mappings in flow style."""
    return plain.dumped(value, **{"default_flow_style": None, **options})


def to_nice_yaml(value: Any, indent: int = 4, **options: Any) -> str:
    """YAML over several lines."""
    return plain.dumped(value, indent=indent, default_flow_style=False, **options)


def to_uuid(text: str) -> str:
    """The id of a text."""
    return str(uuid.uuid5(NAMESPACE, text))


@pass_environment
def ans_groupby(environment: Environment, value: Iterable[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Pairs of what is equal, and the elements where it is."""
    key = make_attrgetter(environment, attribute)
    return [(equal, list(found)) for equal, found in groupby(sorted(value, key=key), key)]


FILTERS: Mapping[str, Callable[..., Any]] = {
    **{f.__name__: f for f in (
        b64encode, b64decode, combine, comment, extract, flatten, mandatory, regex_escape, regex_replace,
        regex_findall, regex_search, subelements, ternary, to_datetime, to_json, to_nice_json, to_yaml, to_nice_yaml,
        to_uuid, ans_groupby,
    )},
    "bool": truth,
    "hash": digest,
    "checksum": digest,
    "sha1": digest,
    "md5": lambda value: digest(value, "md5"),
    "quote": lambda value: shlex.quote(str(value)),
    "from_json": json.loads,
    "from_yaml": plain.loaded,
    "from_yaml_all": plain.loaded_all,
    "type_debug": lambda value: type(value).__name__,
    "basename": posixpath.basename,
    "dirname": posixpath.dirname,
    "splitext": posixpath.splitext,
    "win_basename": ntpath.basename,
    "win_dirname": ntpath.dirname,
    "win_splitdrive": ntpath.splitdrive,
}  # fmt: skip
"""By the name that templates use."""

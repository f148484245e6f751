"""The functions of templates, Go's and Sprig's, that need nothing but their arguments."""

from __future__ import annotations

from typing import Any

from svcforge.adopt.helm.texts import TEXTS, Function
from svcforge.adopt.helm.values import MOST, Unknown, Unrendered, is_true, number, printed


def _default(default: Any, value: Any = None) -> Any:
    return value if is_true(value) else default


def _index(node: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(node, dict):
            node = node.get(printed(key))
        elif isinstance(node, list | str) and -1 < number(key) < len(node):
            node = node[number(key)]
        else:
            return None
    return node


def _set(node: Any, key: Any, value: Any) -> Any:
    if isinstance(node, dict):
        node[printed(key)] = value
    return node


def _unset(node: Any, key: Any) -> Any:
    if isinstance(node, dict):
        node.pop(printed(key), None)
    return node


def _pairs(*values: Any) -> dict[str, Any]:
    return {printed(values[i]): values[i + 1] if i + 1 < len(values) else "" for i in range(0, len(values), 2)}


def merged(first: Any, *others: Any, over: bool = False, depth: int = 0) -> Any:
    """The first mapping with what the others say: only what it does not say itself, or, `over`, all of it."""
    if depth > 60:
        raise Unrendered("a value holds itself")
    for other in others:
        for key, value in other.items() if isinstance(other, dict) and isinstance(first, dict) else ():
            if isinstance(first.get(key), dict) and isinstance(value, dict):
                first[key] = merged(dict(first[key]), value, over=over, depth=depth + 1)
            elif over or key not in first:
                first[key] = value
    return first


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _joined(*lists: Any) -> list[Any]:
    found = [item for each in lists for item in _list(each)]
    if len(found) > MOST:
        raise Unrendered("it grows too large")
    return found


def _unique(values: Any) -> list[Any]:
    found: list[Any] = []
    for value in _list(values)[:2000]:
        if value not in found:
            found.append(value)
    return found


def _range(*bounds: Any) -> list[int]:
    start, end, step = (0, number(bounds[0]), 1) if len(bounds) == 1 else (*map(number, bounds), 1)[:3]
    step = step or 1
    if abs(end - start) // abs(step) > MOST:
        raise Unrendered("it grows too large")
    return list(range(start, end, step if len(bounds) > 2 else (1 if end >= start else -1)))


def _kind(value: Any) -> str:
    kinds = {
        bool: "bool",
        str: "string",
        int: "int",
        float: "float64",
        dict: "map",
        list: "slice",
        type(None): "invalid",
    }
    return kinds.get(type(value), "ptr")


def _is_kind(kind: Any, value: Any) -> bool:
    return _kind(value) == kind or (kind in ("int64", "int", "float64") and _kind(value) in ("int", "float64"))


def _compared(*values: Any) -> int:
    """-1, 0 or 1, as the first value is less, equal or more."""
    first, second = values[0], values[1]
    if isinstance(first, str) or isinstance(second, str):
        first, second = printed(first), printed(second)
    try:
        return int(first > second) - int(first < second)
    except TypeError:
        return 0 if first == second else -1


CHOICES: dict[str, Function] = {
    "default": _default,
    "empty": lambda v: not is_true(v),
    "coalesce": lambda *v: next((x for x in v if is_true(x)), None),
    "ternary": lambda a, b, v: a if is_true(v) else b,
    "not": lambda v: not is_true(v),
    "eq": lambda a, *v: any(_compared(a, x) == 0 and (a is None) == (x is None) for x in v),
    "ne": lambda a, b: _compared(a, b) != 0,
    "lt": lambda a, b: _compared(a, b) < 0,
    "le": lambda a, b: _compared(a, b) <= 0,
    "gt": lambda a, b: _compared(a, b) > 0,
    "ge": lambda a, b: _compared(a, b) >= 0,
    "kindIs": _is_kind,
    "typeIs": _is_kind,
    "kindOf": _kind,
    "typeOf": _kind,
    "lookup": lambda *v: {},  # as `helm template` has it, which asks no cluster
}
LISTS: dict[str, Function] = {
    "list": lambda *v: list(v),
    "tuple": lambda *v: list(v),
    "first": lambda v: next(iter(_list(v)), None),
    "last": lambda v: _list(v)[-1] if _list(v) else None,
    "rest": lambda v: _list(v)[1:],
    "initial": lambda v: _list(v)[:-1],
    "append": lambda v, x: _joined(v, [x]),
    "prepend": lambda v, x: _joined([x], v),
    "concat": _joined,
    "has": lambda x, v: x in _list(v),
    "without": lambda v, *x: [item for item in _list(v) if item not in x],
    "compact": lambda v: [item for item in _list(v) if is_true(item)],
    "uniq": _unique,
    "reverse": lambda v: _list(v)[::-1],
    "sortAlpha": lambda v: sorted(printed(x) for x in _list(v)),
    "toStrings": lambda v: [printed(x) for x in _list(v)],
    "until": _range,
    "untilStep": _range,
    "len": lambda v: len(v) if isinstance(v, list | dict | str) else 0,
    "index": _index,
    "slice": lambda v, *at: v[number(at[0]) if at else 0 : number(at[1]) if len(at) > 1 else None],
    "dict": _pairs,
    "get": lambda d, k: d.get(printed(k), "") if isinstance(d, dict) else "",
    "set": _set,
    "unset": _unset,
    "hasKey": lambda d, k: isinstance(d, dict) and printed(k) in d,
    "keys": lambda *v: [key for d in v if isinstance(d, dict) for key in d],
    "values": lambda *v: [value for d in v if isinstance(d, dict) for value in d.values()],
    "pick": lambda d, *k: {key: d[key] for key in map(printed, k) if key in d},
    "omit": lambda d, *k: {key: d[key] for key in d if key not in map(printed, k)},
    "pluck": lambda k, *v: [d[printed(k)] for d in v if isinstance(d, dict) and printed(k) in d],
    "dig": lambda *v: _default_of(_index(v[-1], *v[:-2]), v[-2]),
    "merge": merged,
    "mustMerge": merged,
    "mergeOverwrite": lambda *v: merged(*v, over=True),
    "deepCopy": lambda v: merged({}, v) if isinstance(v, dict) else v,
}
NUMBERS: dict[str, Function] = {
    "int": number,
    "int64": number,
    "atoi": number,
    "float64": lambda v: float(v or 0),
    "add": lambda *v: number(sum(number(x) for x in v)),
    "add1": lambda v: number(number(v) + 1),
    "sub": lambda a, b: number(number(a) - number(b)),
    "mul": lambda a, *v: _product(number(a), *v),
    "div": lambda a, b: number(number(a) / number(b)) if number(b) else Unknown("a division by zero"),
    "mod": lambda a, b: number(a) % number(b) if number(b) else Unknown("a division by zero"),
    "max": lambda *v: max(number(x) for x in v),
    "min": lambda *v: min(number(x) for x in v),
}
FUNCTIONS: dict[str, Function] = {**TEXTS, **CHOICES, **LISTS, **NUMBERS}
"""Every function by its name."""


def _default_of(value: Any, default: Any) -> Any:
    return default if value is None else value


def _product(first: int, *others: Any) -> int:
    for other in others:
        first = number(first * number(other))
    return first

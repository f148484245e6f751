"""Patches of Kubernetes objects: strategic merges and JSON patches (RFC 6902); what is patched stays as it was."""

from __future__ import annotations

from collections.abc import Iterable

from svcforge.adopt.looking import NULLS, text
from svcforge.source.tree import Mapping, Place, Quoted, Sequence

LIST_KEYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("containers", "initContainers", "ephemeralContainers", "volumes", "env"), ("name",)),
    "ports": ("containerPort", "port"),
    "volumeMounts": ("mountPath",),
    "hostAliases": ("ip",),
}
"""Lists that a strategic merge joins item by item, and the keys that tell the items apart (the API's `patchMergeKey`)."""
DIRECTIVES = ("$patch", "$setElementOrder", "$retainKeys", "$deleteFromPrimitiveList")


class Unfit(Exception):
    """A patch that does not fit what it should change; the text says why."""


def with_entry(node: Mapping, key: str, value: object, place: Place) -> Mapping:
    """A mapping with one entry more, or another one."""
    changed = _copied(node)
    changed[key] = value
    changed.keys_at[key] = changed.values_at[key] = place
    return changed


def without_entry(node: Mapping, key: str) -> Mapping:
    """A mapping without one of its entries."""
    changed = _copied(node)
    changed.pop(key, None)
    return changed


def _copied(node: Mapping) -> Mapping:
    changed = Mapping()
    changed.update(node)
    changed.keys_at.update(node.keys_at)
    changed.values_at.update(node.values_at)
    return changed


def listed(values: Iterable[object], places: Iterable[Place]) -> Sequence:
    """A list of values with their places."""
    made = Sequence()
    made.extend(values)
    made.values_at.extend(places)
    return made


def _pairs(node: Sequence) -> list[tuple[object, Place]]:
    return list(zip(node, node.values_at, strict=True))


def _joined(pairs: list[tuple[object, Place]]) -> Sequence:
    return listed((value for value, _ in pairs), (place for _, place in pairs))


def merged(base: Mapping, patch: Mapping, by_item: bool) -> Mapping | None:
    """An object after a strategic merge; None: the patch deletes it.

    `by_item`: lists with a key are joined item by item, as the objects of Kubernetes itself have them; else replaced.
    """
    return _Merge(by_item).mappings(base, patch)


class _Merge:
    """One strategic merge; what stands for one anchor several times is merged once."""

    def __init__(self, by_item: bool) -> None:
        self.by_item = by_item
        self.done: dict[tuple[int, int], Mapping | None] = {}

    def mappings(self, base: Mapping, patch: Mapping) -> Mapping | None:
        """A mapping with what a patch says of it; None: it is deleted."""
        place = (id(base), id(patch))
        if place not in self.done:
            self.done[place] = self._mapping(base, patch)
        return self.done[place]

    def _mapping(self, base: Mapping, patch: Mapping) -> Mapping | None:
        directive = text(patch, "$patch")
        if directive == "delete":
            return None
        changed = Mapping() if directive == "replace" else _copied(base)
        for key, value in patch.items():
            if key.split("/")[0] in DIRECTIVES:
                continue
            new = self._value(changed.get(key), value, key)
            if new is None:
                changed.pop(key, None)
                continue
            known = key in changed and new is not value
            changed[key] = new
            changed.keys_at[key] = changed.keys_at[key] if known else patch.keys_at[key]
            changed.values_at[key] = changed.values_at[key] if known else patch.values_at[key]
        return changed

    def _value(self, base: object, value: object, key: str) -> object | None:
        if isinstance(value, str) and value in NULLS and not isinstance(value, Quoted):
            return None
        if isinstance(base, Mapping) and isinstance(value, Mapping):
            return self.mappings(base, value)
        if isinstance(value, Mapping):
            return self.mappings(Mapping(), value)
        if isinstance(value, Sequence) and self.by_item and key in LIST_KEYS:
            return self._items(base if isinstance(base, Sequence) else Sequence(), value, LIST_KEYS[key])
        return value

    def _items(self, base: Sequence, patch: Sequence, keys: tuple[str, ...]) -> Sequence:
        """The items of the patch, then the others, each name once: the order counts, since other patches number them."""
        if any(text(item, "$patch") == "replace" for item in patch):
            return _joined([pair for pair in _pairs(patch) if not text(pair[0], "$patch")])
        before = {name: (item, place) for item, place in reversed(_pairs(base)) if (name := _name(item, keys))}
        found: list[tuple[object, Place]] = []
        done: set[str] = set()
        for item, place in _pairs(patch):
            name = _name(item, keys)
            old, at = before.get(name, (None, place))
            done.add(name)
            new = (
                self.mappings(old if isinstance(old, Mapping) else Mapping(), item)
                if isinstance(item, Mapping)
                else item
            )
            found += [(new, at)] if new is not None else []
        for item, place in _pairs(base):
            name = _name(item, keys)
            found += [] if name and name in done else [(item, place)]
            done.add(name)
        return _joined(found)


def _name(item: object, keys: tuple[str, ...]) -> str:
    return next((f"{key}={name}" for key in keys if (name := text(item, key))), "")


def edited(node: Mapping, operations: Sequence) -> Mapping:
    """An object after a JSON patch; raises Unfit for an operation that leads nowhere."""
    for operation in operations:
        word, path = text(operation, "op"), _steps(text(operation, "path"))
        if word == "test":
            continue
        if word in ("copy", "move"):
            origin = _steps(text(operation, "from"))
            value = _found(node, origin)
            node = _edited(node, origin, None, None) if word == "move" else node
        elif word in ("add", "replace") and "value" in operation:
            value = operation["value"]
        elif word == "remove":
            value = None
        else:
            raise Unfit(f'"{word}" is no operation')
        place = operation.keys_at.get("value") or operation.keys_at["op"]
        node = _edited(node, path, value, place, insert=word != "replace")
    return node


def _steps(pointer: str) -> list[str]:
    if not pointer.startswith("/") or pointer == "/":
        raise Unfit(f'"{pointer}" leads nowhere')
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]


def _found(node: object, steps: list[str]) -> object:
    for step in steps:
        if isinstance(node, Mapping) and step in node:
            node = node[step]
        elif isinstance(node, Sequence):
            node = node[_index(node, step)]
        else:
            raise Unfit(f'there is no "{step}"')
    return node


def _index(node: Sequence, step: str, end: int = 0) -> int:
    if not (step.isascii() and step.isdigit()) or len(step) > 9 or int(step) >= len(node) + end:
        raise Unfit(f'there is no item "{step}"')
    return int(step)


def _edited(node: object, steps: list[str], value: object, place: Place | None, insert: bool = True) -> Mapping:
    """A node with another value at a place; without a place there is none any more."""
    changed = _changed(node, steps, value, place, insert)
    if not isinstance(changed, Mapping):
        raise Unfit("it is no object")
    return changed


def _changed(node: object, steps: list[str], value: object, place: Place | None, insert: bool) -> object:
    step, *further = steps
    if isinstance(node, Mapping):
        if further:
            inner = _changed(_found(node, [step]), further, value, place, insert)
            return with_entry(node, step, inner, node.keys_at[step])
        if step not in node and value is None:
            raise Unfit(f'there is no "{step}"')
        if value is None or place is None:
            return without_entry(node, step)
        return with_entry(node, step, value, place)
    if isinstance(node, Sequence):
        pairs = _pairs(node)
        if further:
            index = _index(node, step)
            pairs[index] = (_changed(node[index], further, value, place, insert), pairs[index][1])
        elif value is None or place is None:
            del pairs[_index(node, step)]
        elif insert:
            pairs.insert(len(pairs) if step == "-" else _index(node, step, end=1), (value, place))
        else:
            pairs[_index(node, step)] = (value, place)
        return _joined(pairs)
    raise Unfit(f'there is no "{step}"')

"""Blueprints that somebody was interrupted over: every example there is, with some of its nodes lost, moved or renamed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml
from tests.strategies import as_text

from svcforge.lint import catalogue
from svcforge.lint.page import example

ROOT = Path(__file__).parents[1]
JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1.5, "", " ", "~", "é漢字", "a.b.c", "1h", "0s", "100%", "null", "ref X", "[text]", "*",
    "# svcforge: ignore[SF1]", "GET /x/{id}", "x" * 300, [], {}, [[]], {"": None}, "http://u:p@h:1/", "a -> b", "\U0001f600\u202e",
)  # fmt: skip
"""What stands where something else should."""


def originals() -> dict[str, str]:
    """Every example's text by a name: the blueprints of the checkout, and both of each rule's page."""
    files = [*sorted(ROOT.glob("blueprints/*/*.yaml")), ROOT / "tests/packs/python/kitchen.yaml"]
    # `broken/` has files that are no YAML: those are tested as they are.
    found = {f.relative_to(ROOT).as_posix(): f.read_text(encoding="utf-8") for f in files if f.parent.name != "broken"}
    for entry in catalogue.entries().values():
        for heading in ("Example", "Use instead"):
            if text := example(entry.page, heading):
                found[f"{entry.rule.code} {heading}"] = text
    return found


def mutant(text: str, random: Random) -> str:
    """The text with one to four changes: in its data, written anew in either style, or in its lines as they stand."""
    if random.random() < 0.3 or (data := _data(text)) is None:
        return _lines(text, random)
    for _ in range(random.randint(1, 4)):
        _change(data, random)
    return as_text(data, flow=random.choice((True, False, None)))


def _data(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _slots(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in the data: its container, and its key or position."""
    for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield node, key
        yield from _slots(node[key])


def _change(data: Any, random: Random) -> None:
    """Delete, double, move, swap, rename or spoil one place."""
    slots = list(_slots(data))
    if not slots:
        return
    holder, key = random.choice(slots)
    other, its = random.choice(slots)
    how = random.choice(("delete", "double", "swap", "rename", "spoil", "move"))
    value = copy.deepcopy(holder[key])
    if how == "delete":
        del holder[key]
    elif how == "double":
        holder.append(value) if isinstance(holder, list) else holder.update({f"{key}2": value})
    elif how == "swap":
        holder[key], other[its] = copy.deepcopy(other[its]), value
    elif how == "move":
        other[its] = value
    elif how == "rename" and isinstance(holder, dict):
        names = [k for h, k in slots if isinstance(h, dict)] + [j for j in JUNK if isinstance(j, str)]
        del holder[key]
        holder[random.choice(names)] = value
    else:
        holder[key] = copy.deepcopy(random.choice(JUNK))


def _lines(text: str, random: Random) -> str:
    """The text with lines lost, doubled, swapped or indented otherwise; line ends and what they begin with too."""
    lines = text.splitlines()
    for _ in range(random.randint(1, 3)):
        at, other = random.randrange(len(lines)), random.randrange(len(lines))
        how = random.choice(("delete", "double", "swap", "indent", "cut", "comment"))
        if how == "delete" and len(lines) > 1:
            del lines[at]
        elif how == "double":
            lines.insert(at, lines[at])
        elif how == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif how == "indent":
            lines[at] = f"  {lines[at]}" if random.random() < 0.5 else lines[at].removeprefix("  ")
        elif how == "cut":
            lines[at] = lines[at][: random.randrange(len(lines[at]) + 1)]
        else:
            lines[at] += f"  # svcforge: ignore[{random.choice(('sync-cycle', 'SF4', 'nothing', '', 'SF101, SF999'))}]"
    end = random.choice(("\n", "\n", "\r\n", "\r"))
    return random.choice(("", "", "\ufeff")) + end.join(lines) + random.choice((end, ""))

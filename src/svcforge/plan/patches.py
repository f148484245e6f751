"""Patches of the blueprint as facts, in the order in which they are applied; and those that change nothing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Patch
from svcforge.plan.types import Fact
from svcforge.source.finding import Finding, Severity

ABILITY = "patches"
"""What a pack that applies them says it can."""

CODE = "SF026"

ANY = "any"
"""Kustomize wants a patch to be an object; what the target says, and not this, decides what is changed."""

KUSTOMIZE = frozenset(("Kustomization", "Component"))
"""What tells Kustomize what to do, and is no object of a cluster."""

Object = tuple[str, str]
"""Kind and name."""


def patch_facts(blueprint: Blueprint) -> list[Fact]:
    """Each patch as a document: an object to merge, or a list of operations."""
    return [
        {
            "file": f"{number}-{way}.json",
            "kind": patch.kind,
            "name": re.escape(patch.name).replace(r"\-", "-") if patch.name else None,
            "document": document,
        }
        for number, patch in enumerate(blueprint.patches, 1)
        for way, document in _documents(patch)
    ]


def _documents(patch: Patch) -> Iterator[tuple[str, Any]]:
    if patch.merge:
        about = {"name": ANY} | dict(patch.merge.get("metadata") or {})
        yield "merge", {"apiVersion": ANY, "kind": patch.kind or ANY} | dict(patch.merge) | {"metadata": about}
    if patch.json:
        yield "json", list(patch.json)


def objects(manifest: str) -> Iterator[Object]:
    """The objects of a generated manifest, those of its generators among them."""
    for name in re.findall(r"^configMapGenerator:\n  - name: (\S+)", manifest, re.MULTILINE):
        yield "ConfigMap", name.strip("\"'")
    for document in re.split(r"^---\n", manifest, flags=re.MULTILINE):
        kind = re.search(r"^kind: (\S+)$", document, re.MULTILINE)
        name = re.search(r"^metadata:\n(?:  .*\n)*?  name: (\S+)$", document, re.MULTILINE)
        if kind and name and kind[1] not in KUSTOMIZE:
            yield kind[1], name[1].strip("\"'")


def idle(blueprint: Blueprint, made: Iterable[Object]) -> Iterator[Finding]:
    """The patches that change nothing.

    Args:
        made: every object that is generated for the cluster, in whatever environment.
    """
    known: Mapping[Object, None] = dict.fromkeys(made)
    for patch in blueprint.patches:
        if not patch.merge and not patch.json:
            yield _finding(patch, "the patch says no change", "say merge: {...} or json: [...]")
        elif not any(_meant(patch, kind, name) for kind, name in known):
            kinds = list(dict.fromkeys(kind for kind, _ in known))
            names = [name for kind, name in known if patch.kind in (None, kind)]
            near = difflib.get_close_matches(*((patch.name or "", names) if names else (patch.kind or "", kinds)), 1)
            hint = f'did you mean "{near[0]}"?' if near else f"of that kind there are: {', '.join(names) or 'none'}"
            said = " ".join((patch.kind or "object", *([f'"{patch.name}"'] if patch.name else [])))
            yield _finding(patch, f"there is no {said} to patch among what is generated", hint)


def _meant(patch: Patch, kind: str, name: str) -> bool:
    return patch.kind in (None, kind) and patch.name in (None, name)


def _finding(patch: Patch, message: str, hint: str) -> Finding:
    return Finding(CODE, "idle-patch", Severity.WARNING, message, hint, patch.path)

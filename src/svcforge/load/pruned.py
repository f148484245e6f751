"""A tree without what the schema refused, so that the names and words in the rest are judged in the same run."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from svcforge.load.document import BlueprintDoc
from svcforge.load.problems import real_path
from svcforge.source.finding import Path

ROUNDS = 4
"""How often what lacks a key is dropped before the rest is given up: an element, what holds it, and so on."""

STAND_INS = {"svcforge": "1", "system": "unnamed"}
"""What a blueprint cannot be without."""


def pruned(root: Any, error: ValidationError) -> BlueprintDoc | None:
    """The document of what is left without the places of the errors; None when that is no document either."""
    tree: Any = root
    for _ in range(ROUNDS):
        for item in error.errors(include_url=False, include_input=False, include_context=False):
            path = real_path(root, item["loc"])
            if item["type"] == "missing" and not path:
                tree = {**tree, str(item["loc"][-1]): STAND_INS.get(str(item["loc"][-1]), "")}
            else:
                tree = _without(tree, path)
        try:
            return BlueprintDoc.model_validate(tree)
        except ValidationError as again:
            error = again
    return None


def _without(node: Any, path: Path) -> Any:
    """The tree without a place; a list that loses an item goes altogether, so that no index moves."""
    if not path:
        return node
    key = path[0]
    if isinstance(node, list) and isinstance(key, int):
        inner = _without(node[key], path[1:])
        return [inner if i == key else item for i, item in enumerate(node)]
    if not isinstance(node, dict) or key not in node:
        return node
    if len(path) == 1 or (isinstance(path[1], int) and len(path) == 2):
        return {k: v for k, v in node.items() if k != key}
    return {k: _without(v, path[1:]) if k == key else v for k, v in node.items()}

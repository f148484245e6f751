"""Names derived from names: classes, packages, tables, variables of the environment, wire types."""

from __future__ import annotations

import re
from collections.abc import Collection

from svcforge.model.record import alias


def pascal(name: str) -> str:
    """`CreateOrder` for `create_order` and `create-order`."""
    return "".join(word[:1].upper() + word[1:] for word in name.replace("-", "_").split("_"))


def snake(name: str) -> str:
    """`card_network` for `card-network`, `order_created` for `OrderCreated`."""
    return alias(name).replace("-", "_")


def dashed(name: str) -> str:
    """`order-created` for `OrderCreated` and `order_created`."""
    return snake(name).replace("_", "-")


def title(name: str) -> str:
    """`Order details` for `order-details`."""
    words = snake(name).replace("_", " ")
    return words[:1].upper() + words[1:]


def constant(name: str, suffix: str = "") -> str:
    """`CARD_NETWORK_URL` for `card-network` and `_URL`."""
    return snake(name).upper() + suffix


def handle(team: str) -> str:
    """A team as code hosts and labels know it: `front-desk` for `Front desk`."""
    return re.sub(r"[^a-z0-9]+", "-", team.lower()).strip("-") or "team"


def plural(word: str) -> str:
    """An English plural that is right for nearly all names of entities, and never equal to the word."""
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}s"


def free(name: str, taken: Collection[str], suffix: str = "") -> str:
    """The name, or the first of its variants that is not taken."""
    if name not in taken:
        return name
    stem, number = name + suffix, 2
    found = stem
    while found in taken:
        found, number = f"{stem}{number}", number + 1
    return found


def event_type(context: str, event: str, version: int) -> str:
    """The type of an event on the wire: `ordering.order-created.v1` (blueprint.md, "Elements")."""
    return f"{context}.{dashed(event)}.v{version}"


def versioned(version: str, path: str) -> str:
    """A path behind its API version: `/v1/orders`."""
    return f"/{version}{path}" if path != "/" else f"/{version}"

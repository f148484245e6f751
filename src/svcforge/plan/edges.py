"""Who calls whom among what is generated: each pair once, in the order of the blueprint."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.plan.types import Fact


def calls(parts: list[Fact], gateway: Fact | None) -> Iterator[tuple[str, str]]:
    """Caller and called: the gateway's upstreams first, then what services and BFFs call."""
    names = {part["name"] for part in parts}
    if gateway:
        for upstream in gateway["upstreams"]:
            yield gateway["name"], upstream["name"]
    for part in parts:
        for dependency in part["dependencies"]:
            if dependency["name"] in names and dependency["name"] != part["name"]:
                yield part["name"], dependency["name"]

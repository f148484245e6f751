"""Releases as facts: the versions of a service that run side by side, and what each is called."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Service
from svcforge.plan.containers import served
from svcforge.plan.naming import free
from svcforge.plan.parts import EMBEDDED
from svcforge.plan.types import Fact
from svcforge.source.finding import Finding, Severity

ABILITY = "releases"
"""What a pack that runs them says it can."""

FIRST = "v1"
"""The release of a service that has no others."""

LEAST = 2
"""Replicas of a release: whom a header sends there has nobody else when a machine is drained."""


def release_facts(blueprint: Blueprint, taken: set[str]) -> dict[str, list[Fact]]:
    """The releases of each service that has any; the first takes what no other does.

    `host` is what leads to one release alone. A release is an image's tag.

    Args:
        taken: names that other parts have; those of the hosts are added.
    """
    found: dict[str, list[Fact]] = {}
    for name, service in blueprint.services.items():
        if not service.generated:
            continue
        for release in service.releases:
            host = free(f"{name}-{release.name}", taken)
            taken.add(host)
            header = {"name": release.header[0], "value": release.header[1]} if release.header else None
            found.setdefault(name, []).append(
                {"name": release.name, "weight": release.weight, "header": header, "host": host}
            )
    return found


def runs(name: str, releases: list[Fact], scale: Fact | None, version: str) -> tuple[Fact, list[Fact]]:
    """The Deployment of a part, and its releases with that of each after the first.

    Those others have as many replicas as their weight is to the first one's; a header sends who knows how many.

    Args:
        scale: None where there can be one replica only, and so no second release.
        version: the image's tag where there are no releases.
    """
    if not releases:
        return _run(name, FIRST, version, scale), []
    first, *others = releases
    own = _run(name, first["name"], first["name"], scale)
    if scale is None:
        return own, []
    beside = [
        other | {"run": _run(other["host"], other["name"], other["name"], _share(scale, other, first["weight"]))}
        for other in others
    ]
    return own, [first | {"run": None}, *beside]


def _run(name: str, release: str, tag: str, scale: Fact | None) -> Fact:
    """A Deployment; its image has its name until an overlay says where that is, so that each has a digest of its own."""
    return {"name": name, "release": release, "image": name, "tag": tag, "scale": scale}


def _share(scale: Fact, release: Fact, first: int) -> Fact:
    """The scale of a release beside the first."""
    part = release["weight"] / first if first else 1
    least = max(LEAST, round(scale["min"] * part))
    most = scale["max"] if release["header"] else round(scale["max"] * part)
    return {"min": least, "max": max(least + 1, most), "cpu": scale["cpu"]}


def unreleased(blueprint: Blueprint, service: Service, part: Fact) -> Iterator[Finding]:
    """What a service says of releases and cannot have: a file is for one process."""
    store = blueprint.platform.store
    file = part["database"] and (store == EMBEDDED or not served(part, store))
    if len(service.releases) > 1 and file:
        yield Finding(
            "SF021", "missing-ability", Severity.WARNING,
            f'the database of "{service.name}" is a file, which only one release can have',
            "add platform: {store: postgres}", (*service.path, "releases"),
        )  # fmt: skip

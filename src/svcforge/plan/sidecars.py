"""Sidecars as facts: what runs beside a service in its pod, and what cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Service
from svcforge.packs.card import Sidecar
from svcforge.plan.naming import free
from svcforge.plan.types import Fact
from svcforge.source.finding import Finding, Severity

ABILITY = "sidecars"
"""What a pack that runs them says it can."""

Known = Mapping[str, Sidecar]
"""The sidecars that packs know, by name."""


def sidecar_facts(blueprint: Blueprint, name: str, known: Known, taken: set[str]) -> list[Fact]:
    """The sidecars of a part that can run.

    `ships` is the name by which its configuration is known: it sends what the part logs to the collector.

    Args:
        taken: names that other containers of the pod have; those of the sidecars are added.
    """
    service = blueprint.services.get(name)
    found = []
    for sidecar in service.sidecars if service else ():
        about = known.get(sidecar.name)
        ships = about is not None and blueprint.platform.logs is not None
        image = sidecar.image or (about.image if about and ships else None)
        if image is None:
            continue
        called = free(sidecar.name, taken, "-sidecar")
        taken.add(called)
        found.append(
            {
                "name": called,
                "image": image,
                "ships": sidecar.name if ships else None,
                "map": f"{name}-{called}" if ships else None,
                "config": about.config if about and ships else None,
                "command": list(about.command or ()) if about and ships else [],
                "args": list(about.args or ()) if about and ships else [],
            }
        )
    return found


def unshipped(blueprint: Blueprint, service: Service, known: Known) -> Iterator[Finding]:
    """Sidecars of a service that cannot run: nobody knows their image, or logs have nowhere to go."""
    for sidecar in service.sidecars:
        if sidecar.name in known and blueprint.platform.logs is None:
            yield Finding(
                "SF021", "missing-ability", Severity.WARNING,
                f'the sidecar "{sidecar.name}" ships logs, and nobody says where to',
                "add platform: {logs: loki}", sidecar.path,
            )  # fmt: skip
        elif sidecar.name not in known and sidecar.image is None:
            names = f", or take one that is known: {', '.join(known)}" if known else ""
            yield Finding(
                "SF021", "missing-ability", Severity.WARNING, f'nobody knows the image of the sidecar "{sidecar.name}"',
                f"say {{name: {sidecar.name}, image: ...}}{names}", sidecar.path,
            )  # fmt: skip

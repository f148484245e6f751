"""Charts as the pack makes them, linted and rendered by Helm itself, which comes as a wheel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from tests.packs.kubernetes.cluster import Object, OnceOnly
from tests.packs.systems import facts, files_of, system

PACKS = ("helm", "kubernetes")


def helm() -> Any:
    """Helm, where its wheel is: there is one for Linux and macOS."""
    return pytest.importorskip("helm_python", reason="Helm's wheel is not installed")


@cache
def files(name: str) -> Mapping[str, str]:
    """What both packs make of a system."""
    return files_of(system(name, PACKS), *PACKS)


@cache
def namespace(name: str) -> str:
    """The namespace of a system."""
    return str(facts(system(name, PACKS), "helm")["kubernetes"]["namespace"])


def chart(name: str, folder: Path) -> Path:
    """The chart of a system, written below a folder."""
    for path, text in files(name).items():
        if path.startswith("platform/helm/"):
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
    return folder / "platform/helm"


def rendered(name: str, values: Object) -> tuple[tuple[Object, ...], str]:
    """The objects that Helm makes of a chart, and what it tells who has installed it.

    Raises HelmError where the values are not as the schema says.
    """
    with TemporaryDirectory() as root:
        made = helm().Chart.load(chart(name, Path(root)))
        made.validate_schema(values)
        texts = made.render(values, name="release", namespace=namespace(name))
    notes = next(text for path, text in texts.items() if path.endswith("NOTES.txt"))
    objects = [
        found
        for path, text in sorted(texts.items())
        if path.endswith(".yaml")
        for found in yaml.load_all(text, OnceOnly)
        if found
    ]
    return tuple(objects), notes


@cache
def objects(name: str) -> tuple[Object, ...]:
    """The objects of a chart with the values that it comes with."""
    return rendered(name, {})[0]

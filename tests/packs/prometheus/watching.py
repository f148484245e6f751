"""What the pack makes of systems, and Prometheus' own programs over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packs.kubernetes.cluster import read
from tests.packs.systems import SYSTEMS, files_of, text_of
from tests.servers import ServerMissing, skip_without
from tests.servers.prometheus import said

from svcforge.model.blueprint import Blueprint

HERE = "platform/prometheus/"

PROMISING = """
svcforge: 1
system: promising
platform: {metrics: prometheus, store: sqlite, deploy: [compose, kubernetes]}
defaults: {stack: python, api_version: v1, slo: {availability: 99%}}
contexts:
  lab:
    team: "Ünïque & Co: #1"
    services:
      promising: {slo: {availability: 99.999%, latency: 35ms}, operations: {look: {http: GET /a, public: a test, out: text}}}
      a-service-with-a-name-as-long-as-may-be:
        slo: {availability: 80%, latency: 1h}
        operations: {look: {http: GET /b, public: a test, out: text}}
      always: {slo: {availability: 100%}, operations: {look: {http: GET /c, public: a test, out: text}}}
      usual: {operations: {look: {http: GET /d, public: a test, out: text}}}
      worker: {role: worker}
"""
"""Promises of every strength: one that is hardly one, one that none can keep, those of the system's defaults, one of whom nobody
asks anything."""

watched = pytest.mark.parametrize("name", [*SYSTEMS, "promising"])


@cache
def blueprint_of(name: str) -> Blueprint:
    """A system whose metrics Prometheus reads, deployed with Compose and to Kubernetes."""
    data = yaml.load(PROMISING if name == "promising" else text_of(name), yaml.BaseLoader)
    data["platform"] = data.get("platform", {}) | {"metrics": "prometheus", "deploy": ["compose", "kubernetes"]}
    return read(str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True)))


@cache
def made(name: str) -> Mapping[str, str]:
    """What the pack makes of it, as text by its path from the pack's folder."""
    found = files_of(blueprint_of(name), "prometheus")
    return {path.removeprefix(HERE): text for path, text in found.items()}


def written(name: str, folder: Path) -> Path:
    """The same in a folder."""
    for path, text in made(name).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def tool(name: str, *arguments: str | Path, cwd: Path | None = None) -> tuple[int, str]:
    """How promtool or amtool ended, and what it said; the test is skipped where there is none."""
    try:
        return said(name, *arguments, cwd=cwd)
    except ServerMissing as missing:
        skip_without(missing)


def rules(name: str) -> Iterator[dict[str, Any]]:
    """Every rule of a system."""
    for path, text in made(name).items():
        if path.startswith("rules/"):
            for group in yaml.safe_load(text)["groups"]:
                yield from group["rules"]

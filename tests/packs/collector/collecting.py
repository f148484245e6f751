"""What the pack makes of a system with backends of a test's choice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml
from tests.packs.kubernetes.cluster import read
from tests.packs.systems import files_of, text_of

from svcforge.model.blueprint import Blueprint

HERE = "platform/collector/"
TRACING, LOGS, METRICS = ("jaeger", "zipkin", "xray", "datadog"), ("loki", "elasticsearch", "datadog"), ("datadog",)
CHOICES = (
    *((one, None, None) for one in TRACING),
    *((None, one, None) for one in LOGS),
    *((None, None, one) for one in METRICS),
    ("jaeger", "loki", "prometheus"),
    ("datadog", "datadog", "datadog"),
)
"""Each backend alone, one of each kind, one for all."""


@cache
def watched(name: str, tracing: str | None, logs: str | None, metrics: str | None) -> Blueprint:
    """A system with these backends, deployed with Compose and to Kubernetes."""
    data = yaml.load(text_of(name), yaml.BaseLoader)
    chosen = {"tracing": tracing, "logs": logs, "metrics": metrics}
    platform = {key: value for key, value in data.get("platform", {}).items() if key not in chosen}
    platform |= {key: value for key, value in chosen.items() if value}
    data["platform"] = platform | {"deploy": ["compose", "kubernetes"]}
    return read(str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True)))


@cache
def made(name: str, *backends: str | None) -> Mapping[str, str]:
    """What the pack makes of it, as text by its path from the pack's folder."""
    found = files_of(watched(name, *backends), "collector")
    return {path.removeprefix(HERE): text for path, text in found.items()}


def merged(one: Any, other: Any) -> Any:
    """Two configurations as the collector joins them: maps are merged, anything else is replaced."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {key: merged(one[key], value) if key in one else value for key, value in other.items()}
    return other


def configured(files: Mapping[str, str], over: str | None = None) -> dict[str, Any]:
    """The configuration as a collector reads it, with what one platform puts on top where there is such a file."""
    base: dict[str, Any] = yaml.safe_load(files["collector.yaml"])
    top = yaml.safe_load(files[over]) if over and over in files else {}
    found: dict[str, Any] = merged(base, top)
    return found

"""What has been shipped already and must not change: the models that a service's migrations were made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from svcforge.errors import SvcforgeError
from svcforge.model.elements import Service
from svcforge.write.disk import Disk, Hidden, TooLarge
from svcforge.write.workspace import peek

SCHEMA = "migrations/schema.json"
LARGEST = 16 << 20
"""Bytes of a schema that is read."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["entity", "copy"]
    name: str
    columns: list[dict[str, Any]]
    unique: list[list[str]]
    indexes: list[list[str]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: str
    slug: str
    renames: dict[str, dict[str, str]]
    tables: dict[str, _Table]
    kit: list[str]


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: Literal[1]
    migrations: list[_Model]


def shipped_models(out: Path, services: Iterable[Service]) -> dict[str, Sequence[dict[str, Any]]]:
    """The models in `migrations/schema.json` of each service that has one, by its name.

    Raises SvcforgeError when one is not what svcforge wrote, or another command is at work.
    """
    disk = peek(out)
    if disk is None:
        return {}
    try:
        found = {
            service.name: _models(disk, f"services/{service.name}/{SCHEMA}")
            or (_models(disk, f"services/{service.was}/{SCHEMA}") if service.was else [])
            for service in services
        }
    finally:
        disk.close()
    return {name: models for name, models in found.items() if models}


def _models(disk: Disk, path: str) -> list[dict[str, Any]]:
    try:
        read = disk.read(path, LARGEST)
        if read is None:
            return []
        schema = TypeAdapter(_Schema).validate_python(json.loads(read[0]))
    except (ValidationError, ValueError, Hidden, TooLarge) as error:
        raise SvcforgeError(
            f'"{path}" is not what svcforge wrote', "restore it from git: migrations follow from it"
        ) from error
    return [model.model_dump() for model in schema.migrations]

"""YAML as plain data, to and fro: what templates mean by it, without places."""

from __future__ import annotations

from typing import Any

import yaml


def loaded(text: str) -> Any:
    """The data of one document; raises ValueError where it is none."""
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {error}") from error


def loaded_all(text: str) -> list[Any]:
    """The data of each document; raises ValueError where one is none."""
    try:
        return list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {error}") from error


def dumped(value: Any, **options: Any) -> str:
    """The data as one document, characters as they are; `options` are those of PyYAML."""
    return str(yaml.dump(value, Dumper=yaml.SafeDumper, allow_unicode=True, **options))

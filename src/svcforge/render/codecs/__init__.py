"""Whether a rendered file is what its name says: one codec a format, chosen by the ending."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from svcforge.packs.unit import File
from svcforge.render.codecs import json, python, toml, yaml

Problem = tuple[int, str]
"""The line, from 1, and what is wrong there."""

CODECS: dict[str, Callable[[str], Problem | None]] = {
    ".json": json.problem,
    ".py": python.problem,
    ".toml": toml.problem,
    ".yaml": yaml.problem,
    ".yml": yaml.problem,
}


def problem(file: File) -> Problem | None:
    """What keeps the file from being read as its format; None when nothing does or the format is not known."""
    codec = CODECS.get(PurePosixPath(file.path).suffix)
    if codec is None:
        return None
    try:
        text = file.data.decode()
    except UnicodeDecodeError as error:
        return file.data.count(b"\n", 0, error.start) + 1, "not UTF-8"
    return codec(text)

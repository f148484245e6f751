"""The formats: how a scene is written down. One more is a module here and a line in the dict."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from svcforge.draw.formats import dot, json, mermaid, svg
from svcforge.draw.scene import Scene

FORMATS: Mapping[str, Callable[[Scene], str]] = {
    "mermaid": mermaid.text,
    "dot": dot.text,
    "svg": svg.text,
    "json": json.text,
}
"""Name of a format -> the text that it makes of a scene. The first one is the default."""

SUFFIXES: Mapping[str, str] = {
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
    ".json": "json",
}
"""Suffix of a file -> the format that is meant."""

"""What is to be made: a unit is a folder with a state of its own, filled by packs and by files made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from svcforge.packs.card import FileKind
from svcforge.packs.pack import Pack


@dataclass(frozen=True, slots=True)
class File:
    """A generated file in memory: path from its unit's folder, bytes, and whose it is."""

    path: str
    data: bytes
    executable: bool = False
    kind: FileKind = "managed"

    @property
    def mode(self) -> int:
        """The mode as git knows it: 0o755 or 0o644."""
        return 0o755 if self.executable else 0o644


@dataclass(frozen=True, slots=True)
class Part:
    """One render of a pack: facts are plain JSON data, `into` is a folder inside the unit ("" is its root)."""

    pack: Pack
    facts: Mapping[str, Any]
    into: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A folder of the output with its own `.svcforge/`: a service, a BFF, the gateway, a platform, the root.

    Args:
        name: what reports call it, unique in a run.
        folder: from the root of the output, with "/"; "" is the root itself.
        parts: what packs render into it.
        files: what is made without a pack.
        was: the folder in which it stood before the blueprint renamed it.
        words: what services were called before -> what they are called now, in folders and files.
    """

    name: str
    folder: str
    parts: tuple[Part, ...] = ()
    files: tuple[File, ...] = ()
    was: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

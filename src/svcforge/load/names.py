"""Names as the language allows them: patterns, lengths, reserved words (SF012; blueprint.md, "YAML and names")."""

from __future__ import annotations

import re
from typing import Any

from svcforge.load.problems import finding
from svcforge.load.words import PART_WORDS, RESERVED_SERVICES, RESERVED_WORDS, WINDOWS_DEVICES
from svcforge.model.blueprint import ID_FIELDS
from svcforge.source.finding import Finding, Path

DASHED = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 40

_FORMS = {
    "dashed": (DASHED, "lower-case words joined by dashes, like card-network"),
    "pascal": (PASCAL, "words joined with capitals, like OrderLine"),
    "snake": (SNAKE, "lower-case words joined by underscores, like create_order"),
}


class Names:
    """Checks each declared name, and collects what is wrong with them."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.findings: list[Finding] = []

    def dashed(self, kind: str, name: str, path: Path) -> None:
        """A service, context, BFF, external, store, saga or system."""
        self._form("dashed", kind, name, path)
        if name in WINDOWS_DEVICES:
            self._refuse(f'"{name}" is a device on Windows', f"choose another name for the {kind}", path)
        elif kind in ("service", "bff") and name in RESERVED_SERVICES:
            self._refuse(f'"{name}" is a folder of what is generated', f"choose another name for the {kind}", path)

    def pascal(self, kind: str, name: str, path: Path) -> None:
        """An entity, a value object, an event, a copy."""
        self._form("pascal", kind, name, path)
        if name.lower() in WINDOWS_DEVICES:
            self._refuse(f'"{name}" is a device on Windows', f"choose another name for the {kind}", path)
        elif name in RESERVED_WORDS:
            self._refuse(f'"{name}" is a reserved word of Python or TypeScript', "choose another name", path)

    def snake(self, kind: str, name: str, path: Path) -> None:
        """An operation, a field, an input, a part."""
        self._form("snake", kind, name, path)
        if name in RESERVED_WORDS:
            self._refuse(
                f'"{name}" is a reserved word of Python or TypeScript',
                f'choose another name, like "{name}_"'.replace('_"', '_value"'),
                path,
            )
        elif name in WINDOWS_DEVICES:
            self._refuse(f'"{name}" is a device on Windows', "choose another name", path)
        elif kind == "part" and name in PART_WORDS:
            self._refuse(f'"{name}" is where parts take values from', "choose another name for the part", path)
        elif kind == "field" and name in ID_FIELDS[1:]:
            self._refuse(f'every entity has "{name}" without saying so', "remove the line", path)

    def input(self, name: str, path: Path, *, uses_token: bool) -> None:
        """An input of an operation; `token` is taken where the operation reads the token."""
        self.snake("input", name, path)
        if name == "token" and uses_token:
            self._refuse('"token" is the caller\'s token in this operation', "choose another name for the input", path)

    def _form(self, form: str, kind: str, name: str, path: Path) -> None:
        pattern, looks = _FORMS[form]
        if len(name) > LONGEST:
            self._refuse(
                f'"{name}" has {len(name)} characters, more than {LONGEST}',
                f"choose a shorter name for the {kind}",
                path,
            )
        elif not pattern.fullmatch(name):
            self._refuse(f'"{name}" is no name for a{"n" if kind[0] in "aeio" else ""} {kind}', f"write {looks}", path)

    def _refuse(self, message: str, hint: str, path: Path) -> None:
        self.findings.append(finding("SF012", "name", message, hint, self.root, path, at_key=True))

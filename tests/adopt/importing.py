"""Sources as text, imported in memory's stead from a folder of a test, and read again."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from svcforge.load import load_text
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Call, Service
from svcforge.pipeline.importing import Imported, imported


class Folder:
    """A folder with sources."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, **files: str) -> Folder:
        """Write files; `docker_compose` is docker-compose.yml, and so on by the endings in `ENDINGS`."""
        for name, text in files.items():
            stem, _, ending = name.rpartition("__")
            file = self.path / f"{(stem or ending).replace('_', '-')}.{ending if stem else 'yaml'}"
            file.write_text(dedent(text), encoding="utf-8")
        return self

    def imported(self, *names: str) -> Imported:
        """What the import makes of the folder, or of some of its files."""
        return imported([str(self.path / name) for name in names] or [str(self.path)])

    def blueprint(self, *names: str) -> Blueprint:
        """The blueprint that is written, read again."""
        loaded = load_text(self.imported(*names).text)
        assert loaded.findings == ()
        assert loaded.blueprint is not None
        return loaded.blueprint


def compose(folder: Path, text: str) -> Blueprint:
    """The blueprint of a compose file."""
    return Folder(folder).write(compose=text).blueprint()


def calls(service: Service) -> list[str]:
    """Whom a service calls, in order."""
    return [call.to or f"<{call.url}>" for call in service.calls]


def call(blueprint: Blueprint, source: str, target: str) -> Call:
    """The call between two parts."""
    return next(c for c in blueprint.services[source].calls if c.to == target)


def uses(service: Service) -> list[str]:
    """What a service uses."""
    return [use.name for use in service.uses]

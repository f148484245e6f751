"""Where a running system keeps what it needs: the paths under `.svcforge/run`, and how private files are written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from svcforge.errors import SvcforgeError

RESERVED = ("keys", "environments")
"""Folders under `.svcforge/run` that no part may be named after."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one running system; `root` is the absolute folder that holds `run.json`."""

    root: Path

    @property
    def run(self) -> Path:
        """All that running leaves behind: removing it loses data, keys and logs, never code."""
        return self.root / ".svcforge" / "run"

    @property
    def keys(self) -> Path:
        """`signing-key.pem` and `jwks.json`."""
        return self.run / "keys"

    @property
    def environments(self) -> Path:
        """Installed environments, one folder for each different set of things to install."""
        return self.run / "environments"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives."""
        return self.run / "supervisor.lock"

    @property
    def journal(self) -> Path:
        """What the supervisor says, a line an event."""
        return self.run / "svcforge.log"

    @property
    def state_file(self) -> Path:
        """What runs: written by the supervisor at every change, read by the other commands."""
        return self.run / "state.json"

    @property
    def ports(self) -> Path:
        """The ports chosen on this machine."""
        return self.run / "ports.json"

    @property
    def users(self) -> Path:
        """The broker's users and their passwords."""
        return self.run / "users.json"

    @property
    def roles(self) -> Path:
        """The PostgreSQL roles and their passwords."""
        return self.run / "roles.json"

    def state(self, part: str) -> Path:
        """A part's own folder: database file, filled files, log."""
        return self.run / part

    def log(self, part: str) -> Path:
        """What a part prints."""
        return self.state(part) / "log"

    def environment(self, part: str) -> Path:
        """The shell lines that give a part its environment, for one that the user starts."""
        return self.state(part) / "environment"

    def prepare(self) -> None:
        """Make the folder: open to its owner alone, and ignored by git whatever the repository's rules say.

        Raises SvcforgeError when it cannot be made.
        """
        try:
            self.run.mkdir(parents=True, exist_ok=True)
            self.run.chmod(0o700)
            (self.run / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise SvcforgeError(f'cannot write in "{self.run}": {error.strerror}') from None


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise

"""Packs of somebody else's are rendered in a child with limits: by ourselves, or by Copier what is beyond us."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import stat
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from svcforge.errors import SvcforgeError
from svcforge.packs.card import FileKind
from svcforge.packs.pack import Pack
from svcforge.packs.trust import trusted
from svcforge.packs.unit import File
from svcforge.process import Completed, Limits
from svcforge.render.fast import kinds
from svcforge.render.nursery import rendered
from svcforge.render.settings import Beyond, read_settings, skipped

LIMITS = Limits(memory=1 << 30, cpu=20, file_size=64 << 20)
"""What one render may use; a service takes some hundredths of it."""

PATIENCE = 120.0
"""Seconds that one render may take, waiting included."""

LARGEST, MOST = 64 << 20, 10_000
"""The bytes and the files that one render may make."""

ENDED = (-getattr(signal, "SIGKILL", 9), -getattr(signal, "SIGXCPU", 24))
"""How a child ends that has used up its seconds of processor."""

ODD = re.compile("[\x7f-\x9f\xa0\u2028\u2029\ufeff\ud800-\udfff]")
"""What JSON may hold as it is and YAML may not, or not in the same sense."""


class ForeignRenderer:
    """Renders a pack that did not come with svcforge.

    Its templates are compiled and run by a child with limits on memory, processor and files, in a folder that is
    thrown away. What the fast renderer does not do is done by Copier, whose tasks and extensions run only where
    the user trusts this very pack.

    Args:
        pack: the pack.
        limits: what one render may use.
    """

    def __init__(self, pack: Pack, limits: Limits = LIMITS) -> None:
        self.pack, self.limits, self.label = pack, limits, pack.card.pack
        self.beyond: SvcforgeError | None = None
        try:
            read_settings(pack)
        except Beyond as beyond:
            self.beyond = beyond
        if self.beyond and pack.card.literals:
            raise self.beyond
        self.trusted = self.beyond is not None and trusted(pack.digest)

    @property
    def name(self) -> str:
        """Who renders it: `fast` or `copier`."""
        return "copier" if self.beyond else "fast"

    @property
    def mark(self) -> tuple[str, str, bool]:
        """What decides, with the facts, on what comes out."""
        return self.pack.digest, self.name, self.trusted

    def render(self, facts: Mapping[str, Any]) -> list[File]:
        """The files for these facts, sorted by path; paths are not checked yet.

        Raises SvcforgeError for what the pack did wrong, or took too much of.
        """
        with tempfile.TemporaryDirectory(prefix="svcforge-") as scratch:
            folder = Path(scratch)
            self._lay(folder / self.label)
            return self._by_copier(folder, facts) if self.beyond else self._by_ourselves(folder, facts)

    def _lay(self, root: Path) -> None:
        for path, source in self.pack.tree.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(source.data)
            file.chmod(0o755 if source.executable else 0o644)

    def _by_ourselves(self, folder: Path, facts: Mapping[str, Any]) -> list[File]:
        done = self._run({"job": "fast", "card": self.pack.card.model_dump(mode="json"), "facts": facts}, folder)
        try:
            answer = _Answer.model_validate_json(done.raw)
        except ValidationError:
            raise SvcforgeError(f'the pack "{self.label}" could not be rendered', _last(done.err)) from None
        if answer.error:
            raise SvcforgeError(answer.error, answer.hint)
        return [File(path, base64.b64decode(data), executable, kind) for path, data, executable, kind in answer.files]

    def _by_copier(self, folder: Path, facts: Mapping[str, Any]) -> list[File]:
        assert self.beyond is not None
        if find_spec("copier") is None:
            raise SvcforgeError(
                f'the pack "{self.label}" needs Copier: {self.beyond.message}',
                'install it beside svcforge: pip install "svcforge[copier]"',
            )
        plain = json.dumps(facts, ensure_ascii=False, default=dict)
        folder.joinpath(".facts.yml").write_text(
            ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", plain), encoding="utf-8", newline=""
        )
        homes = {
            name: folder / ".home" / name.lower() for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR")
        }
        for home in (*homes.values(), folder / ".out"):
            home.mkdir(parents=True)
        allowed = ["--trust"] if self.trusted else ["--skip-tasks"]
        command = ["copy", "--data-file", ".facts.yml", "--defaults", "--quiet", "--overwrite", *allowed]
        env = {name: str(home) for name, home in homes.items()}
        done = self._run({"job": "copier", "arguments": [*command, self.label, ".out"], "env": env}, folder)
        if not done.ok:
            if "unsafe feature" in done.err:
                raise SvcforgeError(
                    f'the pack "{self.label}" wants to run code of its own: {self.beyond.message}',
                    f"look at it, then: svcforge pack trust {self.label}@{self._version()}",
                )
            raise SvcforgeError(f'Copier cannot render the pack "{self.label}": {_last(done.err)}')
        kind = kinds(self.pack.card.files, skipped(self.pack))
        found = [_file(path, relative, kind) for path, relative in self._made(folder / ".out")]
        return sorted(found, key=lambda file: file.path)

    def _made(self, out: Path) -> Iterator[tuple[Path, str]]:
        """Every file that Copier has left, by path from there; anything else is refused."""
        size = number = 0
        for folder, folders, names in os.walk(out):
            for name in [*folders, *names]:
                path = Path(folder, name)
                status, relative = path.lstat(), path.relative_to(out).as_posix()
                if stat.S_ISDIR(status.st_mode):
                    continue
                if not stat.S_ISREG(status.st_mode):
                    raise SvcforgeError(f'the pack "{self.label}" makes "{relative}", which is no regular file')
                size, number = size + status.st_size, number + 1
                if size > LARGEST or number > MOST:
                    raise SvcforgeError(too_much(self.label))
                yield path, relative

    def _version(self) -> str:
        origin = self.pack.origin
        return (origin.commit if origin and origin.commit else self.pack.digest)[:12]

    def _run(self, job: Mapping[str, Any], folder: Path) -> Completed:
        done = rendered({**job, "folder": str(folder), "pack": self.label}, self.limits, PATIENCE)
        if done.code in ENDED:
            raise SvcforgeError(
                f'the pack "{self.label}" takes more than {self.limits.cpu} s of processor for one render',
                "a template that loops without end does; look at it before you use it",
            )
        if done.code == -getattr(signal, "SIGXFSZ", 25):
            raise SvcforgeError(too_much(self.label))
        return done


class _Answer(BaseModel):
    """What the child says: files, or what was wrong."""

    files: list[tuple[str, str, bool, FileKind]] = []
    error: str = ""
    hint: str = ""


def too_much(label: str) -> str:
    """What is said of a pack that makes more than it may."""
    return f'the pack "{label}" makes more than {MOST:,} files or {LARGEST >> 20} MB in one render'


def _file(path: Path, relative: str, kind: Any) -> File:
    return File(relative, path.read_bytes(), bool(path.stat().st_mode & 0o100), kind(relative))


def _last(text: str) -> str:
    """The last line that says anything, without what a terminal takes for orders."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "".join(char for char in lines[-1] if char.isprintable())[:400] if lines else "it says nothing"

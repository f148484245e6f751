"""The compiled templates of a pack, kept in the user's cache between runs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import marshal
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2 import nodes

from svcforge import __version__
from svcforge.packs.places import ours, private

ENTRIES = 64
"""Compiled packs kept; each edit of a pack makes a new one."""

Reshape = Callable[[nodes.Template, str], nodes.Template]
"""What is done to a template's tree, given its name, before it is compiled."""


class Library(jinja2.BaseLoader):
    """Templates by name, compiled once; `include` and `import` find each other here."""

    has_source_access = False

    def __init__(self, label: str, texts: Callable[[str], str | None], reshape: Reshape) -> None:
        self.label, self.texts, self.reshape = label, texts, reshape
        self.codes: dict[str, CodeType] = {}
        self.fresh = False

    def load(self, environment: jinja2.Environment, name: str, globals: Any = None) -> jinja2.Template:
        """The template of that name, from its code when there is one."""
        if name not in self.codes:
            text = self.texts(name)
            if text is None:
                raise jinja2.TemplateNotFound(name)
            self.codes[name] = self.compile(environment, name, text)
        return self.template(environment, self.codes[name])

    def string(self, environment: jinja2.Environment, text: str) -> jinja2.Template:
        """A template that is a text of its own, part of a path or a pattern, compiled once as well."""
        key = f"\0{text}"
        if key not in self.codes:
            self.fresh = True
            self.codes[key] = environment.compile(text, text, "<path>")
        return self.template(environment, self.codes[key])

    def template(self, environment: jinja2.Environment, code: CodeType) -> jinja2.Template:
        """The template of a code; its globals are a plain dict, since every context copies them and asks for keys."""
        return environment.template_class.from_code(environment, code, dict(environment.globals), None)

    def compile(self, environment: jinja2.Environment, name: str, text: str) -> CodeType:
        """The code of a template."""
        self.fresh = True
        filename = f"{self.label}/{name}"
        tree = self.reshape(environment.parse(text, name, filename), name)
        return environment.compile(tree, name, filename)


class Cache:
    """Compiled code in one file a pack, in a folder that only the user can write to.

    The files hold marshalled code, which is as good as a program: a folder or a file that others could have
    written is not read.
    """

    def __init__(self, folder: Path | None, key: Iterable[object]) -> None:
        parts = [jinja2.__version__, sys.implementation.cache_tag, __version__, _compiler(), *map(str, key)]
        self.folder = folder / "templates" if folder else None
        self.name = hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def read(self) -> dict[str, CodeType]:
        """The code kept, by template name; empty when there is none to be trusted."""
        if self.folder is None or not private(self.folder):
            return {}
        try:
            descriptor = os.open(self.folder / self.name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with open(descriptor, "rb") as file:
                if not ours(os.fstat(descriptor)):
                    return {}
                digest, body = file.read(32), file.read()
        except OSError:
            return {}
        if hashlib.sha256(body).digest() != digest:
            return {}
        codes = marshal.loads(body)
        return codes if isinstance(codes, dict) else {}

    def write(self, codes: dict[str, CodeType]) -> None:
        """Keep the code; a cache that cannot be written is no error."""
        if self.folder is None:
            return
        body = marshal.dumps(codes)
        temporary = self.folder / f"{self.name}.{os.getpid()}"
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not private(self.folder):
                return
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                file.write(hashlib.sha256(body).digest() + body)
            temporary.replace(self.folder / self.name)
            old = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in old[ENTRIES:]:
                path.unlink()


def _compiler() -> str:
    """The digest of what decides how templates compile: whoever works on that must not meet yesterday's decisions."""
    folder = Path(__file__).parent
    sources = [folder / "environment.py", *sorted(folder.joinpath("holes").glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()

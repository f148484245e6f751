"""The fast renderer: a pack compiled once, then files from facts in about two milliseconds a service."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any

import jinja2
from jinja2 import nodes

from svcforge.errors import SvcforgeError
from svcforge.packs.card import FileKind, Files
from svcforge.packs.pack import Pack
from svcforge.packs.unit import File
from svcforge.render import environment as environments
from svcforge.render import globs
from svcforge.render.compiled import Cache, Library
from svcforge.render.holes import bind
from svcforge.render.holes.walk import FILTER
from svcforge.render.literals import PRINTERS
from svcforge.render.paths import PathTemplate, has_hole
from svcforge.render.settings import read_settings

ENGINE = 1
"""Raised when the same pack and facts would give other bytes; part of every input hash."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the pack: where it goes, and its template or its bytes."""

    source: str
    path: PathTemplate
    content: jinja2.Template | bytes
    executable: bool


class FastRenderer:
    """Renders the documented subset of Copier's format to the bytes that Copier makes of it.

    Args:
        pack: the pack.
        cache: the folder in which compiled templates are kept; None keeps none.

    Raises:
        SvcforgeError: when the pack is beyond the subset, or a template does not compile.
    """

    def __init__(self, pack: Pack, cache: Path | None = None) -> None:
        self.pack, self.settings, self.label = pack, read_settings(pack), pack.card.pack
        self.library = Library(self.label, self._text, self._reshaped)
        self.environment = environments.environment(self.settings.envops, self.library)
        for what, printer in PRINTERS.items():
            self.environment.filters[FILTER + what] = printer
        self.path_environment = environments.for_paths(self.environment)
        store = Cache(cache, (pack.digest, ENGINE))
        self.library.codes.update(store.read())
        self.kind = kinds(pack.card.files, self.settings.once)
        self.entries = tuple(self._entries())
        self._compile_the_rest()
        self.excluded = self._matcher(self.settings.exclude)
        self.siblings = frozenset(pack.tree)
        if self.library.fresh:
            store.write(self.library.codes)

    def render(self, facts: Mapping[str, Any]) -> list[File]:
        """The files for these facts, in the order of their paths; paths are not checked yet.

        Raises SvcforgeError naming template and line of what went wrong, and two templates for one file.
        """
        files: dict[str, File] = {}
        known: dict[str, str] = {}
        excluded = self.excluded(facts)
        for entry in self.entries:
            try:
                for path, inner in entry.path.paths(facts, known):
                    if excluded(path) or self._shadowed(entry, path):
                        continue
                    if path in files:
                        raise SvcforgeError(f'"{self.label}": two templates make "{path}"', "rename one of them")
                    content = entry.content
                    data = content if isinstance(content, bytes) else content.render(inner).encode()
                    files[path] = File(path, data, entry.executable, self.kind(path))
            except SvcforgeError:
                raise
            except Exception as error:
                raise self.complaint(error, entry.source) from error
        return [files[path] for path in sorted(files)]

    def complaint(self, error: Exception, source: str) -> SvcforgeError:
        """What a template did wrong, with its file and line."""
        place, message = f"{self.label}/{source}", str(error).replace("'", '"')
        if isinstance(error, MemoryError):
            message = "it takes more memory than it may"
        if isinstance(error, jinja2.TemplateNotFound):
            message = f'there is no template "{error.name}" in the pack'
        if isinstance(error, jinja2.TemplateSyntaxError):
            name = error.name if error.name in self.pack.tree else source
            return SvcforgeError(f'"{self.label}/{name}" line {error.lineno}: {error.message}')
        place, line = _place(error.__traceback__, self.label, place)
        return SvcforgeError(f'"{place}"{line}: {message}', "what a template asks for must be in the facts")

    def _entries(self) -> Iterable[Entry]:
        root = f"{self.settings.subdirectory}/" if self.settings.subdirectory else ""
        suffix = self.settings.suffix
        for source, content in self.pack.tree.items():
            if not source.startswith(root):
                continue
            path = PurePosixPath(source[len(root) :])
            # A file beside its own template is what the template was made from.
            if suffix and f"{source}{suffix}" in self.pack.tree:
                continue
            is_template = path.name.endswith(suffix)
            if suffix and is_template:
                path = path.with_suffix("")
            try:
                parts = [self._part(part) for part in path.parts]
                template = self._template(source) if is_template else None
            except jinja2.TemplateError as error:
                raise self.complaint(error, source) from error
            where = PathTemplate(parts, self.path_environment)
            yield Entry(source, where, template or content.data, content.executable)

    def _compile_the_rest(self) -> None:
        """Compile what the files' templates may include or import, so that it is kept and shared as they are."""
        for source in self.pack.tree:
            if self.settings.suffix and source.endswith(self.settings.suffix) and source not in self.library.codes:
                # What is wrong with one that no file uses is nobody's trouble.
                with contextlib.suppress(jinja2.TemplateError, SvcforgeError):
                    self._template(source)

    def _part(self, part: str) -> str | jinja2.Template:
        if not has_hole(part, self.environment):
            return part
        return self.library.string(self.path_environment, part)

    def _template(self, source: str) -> jinja2.Template | None:
        if self._text(source) is None:
            if self.settings.suffix:
                raise SvcforgeError(f'"{self.label}/{source}" is a template but not UTF-8')
            return None
        return self.environment.get_template(source)

    def _text(self, name: str) -> str | None:
        source = self.pack.tree.get(name)
        if source is None:
            return None
        try:
            return source.data.decode()
        except UnicodeDecodeError:
            return None

    def _shadowed(self, entry: Entry, path: str) -> bool:
        """Whether the rendered path of a plain file names a template of the pack; Copier leaves it to that one."""
        suffix = self.settings.suffix
        return bool(suffix) and isinstance(entry.content, bytes) and f"{path}{suffix}" in self.siblings

    def _reshaped(self, tree: nodes.Template, name: str) -> nodes.Template:
        return bind(tree, name, self.settings.suffix) if self.pack.card.literals else tree

    def _matcher(self, patterns: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Callable[[str], bool]]:
        """From facts to what says whether a path is excluded; patterns may be templates."""
        if not patterns:
            return lambda facts: lambda path: False
        if not any(has_hole(pattern, self.environment) for pattern in patterns):
            fixed = _gitignore(patterns)
            return lambda facts: fixed
        templates = [self.library.string(self.environment, pattern) for pattern in patterns]

        def matcher(facts: Mapping[str, Any]) -> Callable[[str], bool]:
            try:
                lines = [line for template in templates for line in template.render(facts).splitlines()]
            except jinja2.TemplateError as error:
                raise self.complaint(error, "copier.yml") from error
            return _gitignore(lines)

        return matcher


def kinds(files: Files, once: tuple[str, ...]) -> Callable[[str], FileKind]:
    """From a rendered path to its kind.

    Args:
        files: what the card says.
        once: patterns as of gitignore of what `copier.yml` wants written only if it is absent.
    """
    owned, first = globs.matcher(files.owned), globs.matcher(files.once)
    absent = _gitignore(once) if once else None

    def kind(path: str) -> FileKind:
        if owned(path):
            return "owned"
        return "once" if first(path) or (absent and absent(path)) else "managed"

    return kind


def _gitignore(patterns: Iterable[str]) -> Callable[[str], bool]:
    from pathspec import PathSpec

    return PathSpec.from_lines("gitignore", [unicodedata.normalize("NFD", line) for line in patterns]).match_file


def _place(traceback: TracebackType | None, label: str, default: str) -> tuple[str, str]:
    """The innermost template in a traceback, and its line as text."""
    place, line = default, ""
    while traceback is not None:
        filename = traceback.tb_frame.f_code.co_filename
        if filename.startswith(f"{label}/"):
            place, line = filename, f" line {traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place, line

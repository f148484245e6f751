"""Files to a blueprint, or to findings that say why not."""

from __future__ import annotations

import gc
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from svcforge.frozen import frozen
from svcforge.load.files import MAX_BYTES, Tree, decoded, read_tree, tree_of, unreadable
from svcforge.source.comments import Comment, comments
from svcforge.source.finding import Finding, Path, Span, in_order
from svcforge.source.tree import Mapping as Root
from svcforge.source.tree import key_span_of, span_of

if TYPE_CHECKING:
    from svcforge.load.revision import Revision
    from svcforge.model.blueprint import Blueprint


STANDARD_INPUT = "<stdin>"
"""What the blueprint from standard input is called; it has no folder."""


@frozen()
class Loaded:
    """What was read: the blueprint (None when it cannot be read), findings SF010-SF013, and the text of each file.

    `globs` are those of the includes, each with the folder that it is for. A stream that is `marked` began with a
    byte-order mark, which its text does not have.
    """

    blueprint: Blueprint | None
    findings: tuple[Finding, ...]
    root: Root
    sources: Mapping[str, str]
    file: str
    globs: tuple[tuple[FilePath, str], ...] = ()
    marked: bool = False

    def locate(self, path: Path, at_key: bool = False) -> Span | None:
        """Where a path of the blueprint stands: its value, or the key that ends it."""
        return (key_span_of if at_key else span_of)(self.root, path) or Span(self.file, 1, 1, 1, 1)

    def comments(self) -> tuple[Comment, ...]:
        """The comments in its files that are addressed to svcforge."""
        return comments(self.sources, self.root)


def load_file(file: FilePath, shown: str | None = None) -> Loaded:
    """Read a blueprint from a file, with its includes; `shown` is how findings name it (default: as given)."""
    with _collected_later():
        name = shown or str(file)
        return _loaded(read_tree(file, name), name)


def load_revision(origin: Revision, file: FilePath) -> Loaded:
    """Read a blueprint and its includes from a revision in git; findings name its files as git does: `main:a/b.yaml`."""
    with _collected_later():
        name = f"{origin.name}:{origin.prefix}{file.as_posix()}"
        return _loaded(read_tree(file, name, origin=origin), name)


def load_again(loaded: Loaded, texts: Mapping[str, str]) -> Loaded:
    """Read a blueprint once more, with other texts in place of some of its files; none is read from disk again."""
    with _collected_later():
        held = {**loaded.sources, **texts}
        if loaded.file == STANDARD_INPUT:
            return _loaded(tree_of(held[loaded.file], loaded.file), loaded.file)
        return _loaded(read_tree(FilePath(loaded.file), loaded.file, held), loaded.file)


def load_bytes(raw: bytes, file: str) -> Loaded:
    """Read a blueprint from the bytes of a stream."""
    if len(raw) > MAX_BYTES:
        finding = unreadable(file, f"more than {MAX_BYTES // 1_000_000} MB", "split it with `include`")
    elif (text := decoded(raw)) is None:
        finding = unreadable(file, "this is not text in UTF-8", "save it as UTF-8")
    else:
        return replace(load_text(text, file), marked=raw.startswith(BOM_UTF8))
    return Loaded(None, (finding,), Root(), {}, file)


def load_text(text: str, file: str = "blueprint.yaml") -> Loaded:
    """Read a blueprint from text, which cannot include files."""
    with _collected_later():
        return _loaded(tree_of(text, file), file)


def _loaded(tree: Tree, file: str) -> Loaded:
    blueprint = None
    findings = list(tree.findings)
    if not any(f.code == "SF010" for f in findings) or tree.root:
        blueprint, more = _built(tree)
        findings += more
    placed = [f if f.span else replace(f, span=Span(file, 1, 1, 1, 1)) for f in findings]
    refused = {f.span for f in tree.findings}
    # What YAML has refused is told once, and not again as something of the wrong shape.
    told = [f for f in placed if f.code != "SF011" or span_of(tree.root, f.path) not in refused]
    return Loaded(
        None if findings else blueprint, tuple(in_order(told)), tree.root, tree.sources, file, tuple(tree.globs)
    )


def _built(tree: Tree) -> tuple[Blueprint | None, list[Finding]]:
    from pydantic import ValidationError

    from svcforge.load.build import build
    from svcforge.load.document import BlueprintDoc
    from svcforge.load.problems import schema_findings
    from svcforge.load.pruned import pruned

    try:
        doc = BlueprintDoc.model_validate(tree.root)
    except ValidationError as error:
        rest = pruned(tree.root, error)
        more = build(rest, tree.root)[1] if rest else []
        return None, [*schema_findings(error, tree.root, BlueprintDoc), *more]
    return build(doc, tree.root)


@contextmanager
def _collected_later() -> Iterator[None]:
    """Without the cycle collector: millions of small objects are made, none of them garbage (engine.md: 6.4 s to 2)."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()

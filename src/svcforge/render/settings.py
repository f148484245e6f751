"""What a pack's `copier.yml` says, as far as svcforge renders it itself; anything else is named and refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from svcforge.errors import SvcforgeError
from svcforge.packs.pack import Pack
from svcforge.source import tree, yaml

CONFIG = re.compile(r"copier\.ya?ml", re.IGNORECASE)

DEFAULT_EXCLUDE = ("copier.yaml", "copier.yml", "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn")
"""What Copier leaves out of a template that has no `_subdirectory`."""

SWITCHES = ("trim_blocks", "lstrip_blocks", "keep_trailing_newline", "autoescape")
MARKERS = (
    *("block_start_string", "block_end_string", "variable_start_string", "variable_end_string"),
    *("comment_start_string", "comment_end_string", "line_statement_prefix", "line_comment_prefix"),
    "newline_sequence",
)
UNDEFINED = ("jinja2.StrictUndefined", "jinja2.Undefined")

IGNORED = (
    *("_min_copier_version", "_message_before_copy", "_message_after_copy"),
    *("_message_before_update", "_message_after_update"),
)
"""Of no consequence for what is rendered."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The documented subset of Copier's settings.

    Args:
        subdirectory: the folder of the pack that holds the templates; "" is its root.
        suffix: what marks a template; "" makes every file one.
        envops: Jinja's options; `undefined` is a name out of `UNDEFINED`.
        exclude: patterns as of gitignore, possibly templates, of what is not rendered.
        once: patterns as of gitignore of what is written only if it is absent.
    """

    subdirectory: str = ""
    suffix: str = ".jinja"
    envops: Mapping[str, Any] = field(default_factory=lambda: {"keep_trailing_newline": True})
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    once: tuple[str, ...] = ()


class Beyond(SvcforgeError):
    """What a `copier.yml` says is for Copier itself to do, or to refuse."""


def read_settings(pack: Pack) -> Settings:
    """The settings of a pack; the defaults of Copier when it has no `copier.yml`.

    Raises Beyond naming file, line and key of what is wrong or beyond the subset.
    """
    reader = _reader(pack)
    return reader.settings() if reader else Settings()


def skipped(pack: Pack) -> tuple[str, ...]:
    """Patterns of what is written only if it is absent, also of a pack that is beyond the subset."""
    try:
        reader = _reader(pack)
        return reader.texts("_skip_if_exists", ()) if reader else ()
    except Beyond:
        return ()


def _reader(pack: Pack) -> _Reader | None:
    names = [path for path in pack.tree if CONFIG.fullmatch(path)]
    if len(names) > 1:
        raise SvcforgeError(f'pack "{pack.card.pack}" has more than one of {", ".join(names)}', "keep one")
    if not names:
        return None
    file = f"{pack.card.pack}/{names[0]}"
    document = yaml.read_text(pack.tree[names[0]].data.decode("utf-8", "replace"), file)
    for finding in document.findings:
        line = f" line {finding.span.line}" if finding.span else ""
        raise Beyond(f'"{file}"{line}: {finding.message}', finding.hint or "")
    return _Reader(file, document.data)


class _Reader:
    """The keys of one `copier.yml`, each turned into what Copier takes it for."""

    def __init__(self, file: str, data: Any) -> None:
        self.file, self.data = file, data
        if not isinstance(data, dict):
            raise Beyond(f'"{file}" is no mapping')

    def settings(self) -> Settings:
        known = {"_subdirectory", "_templates_suffix", "_envops", "_exclude", "_skip_if_exists", *IGNORED}
        for key in self.data:
            if key not in known:
                what = "setting" if key.startswith("_") else "question"
                hint = "a pack's values are facts" if what == "question" else "see the manual of packs"
                raise self.wrong((key,), f'the {what} "{key}" is not among those that svcforge renders', hint)
        subdirectory = self.text("_subdirectory", "")
        place = PurePosixPath(subdirectory)
        if "{" in subdirectory or place.is_absolute() or ".." in place.parts:
            raise self.wrong(("_subdirectory",), '"_subdirectory" must be a folder of the pack, not a template')
        subdirectory = "/".join(place.parts)
        return Settings(
            subdirectory,
            self.text("_templates_suffix", ".jinja"),
            self.envops(),
            self.texts("_exclude", () if subdirectory else DEFAULT_EXCLUDE),
            self.texts("_skip_if_exists", ()),
        )

    def envops(self) -> dict[str, Any]:
        given = self.data.get("_envops", {})
        if not isinstance(given, dict):
            raise self.wrong(("_envops",), '"_envops" must be a mapping')
        options: dict[str, Any] = {"keep_trailing_newline": True}
        for key, value in given.items():
            at = ("_envops", key)
            if key in SWITCHES:
                if value not in ("true", "false"):
                    raise self.wrong(at, f'"{key}" must be "true" or "false"')
                options[key] = value == "true"
            elif (key in MARKERS and isinstance(value, str) and value) or (key == "undefined" and value in UNDEFINED):
                options[key] = value
            else:
                raise self.wrong(at, f'"{key}" with this value is not among the options that svcforge knows')
        return options

    def text(self, key: str, default: str) -> str:
        value = self.data.get(key, default)
        if not isinstance(value, str):
            raise self.wrong((key,), f'"{key}" must be text')
        return value

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.data.get(key, default)
        if isinstance(value, str) or not all(isinstance(item, str) for item in value):
            raise self.wrong((key,), f'"{key}" must be a list of texts')
        return tuple(value)

    def wrong(self, at: tuple[str, ...], message: str, hint: str = "") -> Beyond:
        span = tree.key_span_of(self.data, at)
        line = f" line {span.line}" if span else ""
        return Beyond(f'"{self.file}"{line}: {message}', hint)

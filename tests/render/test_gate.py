"""No path leaves its unit, reaches a repository's insides or means something else elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.errors import SvcforgeError
from svcforge.render.gate import check_path, check_paths

HOSTILE = [
    "a\u00a0b",
    "\u1680",
    *("", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/", "a/.", "..", "C:/x", "c:x", "a\\b", "a\0b", "a\nb"),
    *(".git/hooks/pre-commit", "a/.GIT/config", ".gi\u200ct/config", "git~1/config", ".hg/x", ".Svn/x", ".ſvn/x"),
    *(".svcforge/manifest.json", "a/.SVCFORGE/base", "aux", "a/NUL.txt", "com1.log", "COM¹", "lpt9 .x"),
    *("a\u202egpj.exe", "a\u2066b", "a\x7f", "a\u2028b", "e\u0301.py", "a.", "a ", "a./b", "a:b", "a?b", "a|b", 'a"b'),
    *("x" * 256, "é" * 128, "/".join(["abcdefgh"] * 120), "\ud800"),
]
HARMLESS = [
    "a",
    "src/orders/api.py",
    ".github/workflows/ci.yaml",
    ".gitignore",
    "é.md",
    "a b/c.txt",
    "con-fig",
    ".env",
    "x" * 255,
]


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_is_refused(path: str) -> None:
    with pytest.raises(SvcforgeError, match="is no path to write to"):
        check_path(path)


@pytest.mark.parametrize("path", HARMLESS)
def test_a_harmless_path_passes(path: str) -> None:
    assert check_path(path) == path


@given(st.text(max_size=40))
def test_what_passes_stays_inside_and_has_plain_parts(path: str) -> None:
    try:
        check_path(path)
    except SvcforgeError:
        return
    parts = path.split("/")
    assert all(part not in ("", ".", "..") and part.isprintable() and "\\" not in part for part in parts)
    assert not any(part.casefold() in (".git", ".svcforge") for part in parts)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["a/README", "a/readme"], '"a/readme" and "a/README" are the same file'),
        (["a/Straße", "a/STRASSE"], "are the same file"),
        (["Src/a", "src/b"], '"src" and "Src" are the same folder'),
        (["a", "a"], '"a" and "a" are the same file'),
        (["a", "a/b"], '"a" is a file and "a" is a folder'),
        (["a/b/c", "a/B"], '"a/B" is a file and "a/b" is a folder'),
    ],
)
def test_paths_that_meet_where_case_is_ignored_are_refused(paths: list[str], message: str) -> None:
    with pytest.raises(SvcforgeError, match=message):
        check_paths(paths)


def test_paths_in_the_same_folders_do_not_meet() -> None:
    check_paths(["a/b/c", "a/b/d", "a/e", "b/a", "e"])

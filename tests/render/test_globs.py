"""The globs of a card."""

import pytest

from svcforge.render.globs import matcher


@pytest.mark.parametrize(
    ("glob", "matches", "not_"),
    [
        ("src/*/a.py", "src/x/a.py", "src/x/y/a.py"),
        ("src/**/a.py", "src/x/y/a.py", "other/a.py"),
        ("src/*/logic/[!_]*.py", "src/x/logic/charge.py", "src/x/logic/__init__.py"),
        ("[ab]?.py", "a1.py", "c1.py"),
        ("[!a]b", "cb", "/b"),
    ],
)
def test_a_glob_matches_within_parts_unless_it_says_otherwise(glob: str, matches: str, not_: str):
    found = matcher([glob])
    assert (bool(found(matches)), bool(found(not_))) == (True, False)

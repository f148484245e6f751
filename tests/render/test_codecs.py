"""A rendered file that is not what its name says is found, with the line."""

from __future__ import annotations

import pytest

from svcforge.packs.unit import File
from svcforge.render.codecs import problem


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.yaml", "a: &x !tag 1\n---\nb: 2\n", None),
        ("a.yaml", "", None),
        ("a.yaml", "&a [*a, *a]", None),
        ("a.yml", "a: 1\nb: [\n", (3, "did not find expected node content")),
        ("a.yaml", "a:\n  b: 1\n  c: {b: 1}\n  b: 2\n", (4, 'duplicate key "b"')),
        ("a.yaml", "a: \x01\n", (1, "unacceptable character #x0001: control characters are not allowed")),
        ("a.json", '{"a": [1, null]}', None),
        ("a.json", '{"a": 1,\n}', (2, "expecting property name enclosed in double quotes")),
        ("a.json", '{"a": 1, "a": 2}', (1, 'duplicate key "a"')),
        ("a.json", "NaN", (1, '"NaN" is no JSON')),
        ("a.toml", "a = 1\n", None),
        ("a.toml", "a = 1\nb = \n", (2, "invalid value")),
        ("a.toml", "a = '''\n", (2, "expected \"'''\"")),
        ("a.py", "def f() -> int:\n    return 1\n", None),
        ("a.py", "x = 1\n  y = 2\n", (2, "unexpected indent")),
        ("a.py", "\0", (1, "source code string cannot contain null bytes")),
        ("a.txt", "{", None),
    ],
)
def test_what_is_wrong_is_said_with_its_line(path: str, text: str, expected: tuple[int, str] | None) -> None:
    assert problem(File(path, text.encode())) == expected


def test_a_structured_file_must_be_utf_8() -> None:
    assert problem(File("a.json", b"1\n\xff")) == (2, "not UTF-8")
    assert problem(File("a.png", b"\xff")) is None

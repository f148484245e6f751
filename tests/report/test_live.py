"""How a running system looks, on a terminal and in a file."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console, RenderableType

from svcforge.report.live import Row, log_line, name_style, plain_table, readable, table

ROWS = [
    Row("recommendations", "healthy", 21000, 96_400_000, 0),
    Row("bank", "restarting", 21001, None, 3, "ended with exit code 1"),
]


def shown(what: RenderableType, width: int = 80) -> str:
    out = StringIO()
    Console(file=out, width=width, force_terminal=False).print(what)
    return out.getvalue()


def test_the_table_as_plain_text() -> None:
    assert plain_table(ROWS).splitlines() == [
        "part             state       port   memory  restarts",
        "recommendations  healthy     21000  96 MB",
        "bank             restarting  21001          3         ended with exit code 1",
    ]


def test_the_table_fits_a_narrow_terminal() -> None:
    lines = shown(table(ROWS)).splitlines()
    assert len(lines) == 3
    assert all(len(line) <= 80 for line in lines)
    assert "96 MB" in lines[1]


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (
            '{"timestamp": "2025-01-01T10:11:12.5Z", "level": "info", "event": "order created", "order": 7}',
            "10:11:12 info order created order=7 ",
        ),
        ("2025-01-01T10:11:12.500Z shop is running", "10:11:12 shop is running"),
        ('{"broken', '{"broken'),
        ("[1, 2]", "[1, 2]"),
        ("plain [bold]text", "plain [bold]text"),
    ],
)
def test_a_log_line_is_made_readable(line: str, seen: str) -> None:
    assert readable(line).plain == seen


def test_a_log_line_stands_behind_its_name() -> None:
    text = log_line("bank", "hello", 6)
    assert text.plain == "bank   | hello"
    assert text.spans[0].style == name_style("bank")

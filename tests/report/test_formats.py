"""The formats of findings, on one report."""

from __future__ import annotations

import json

from tests.report.samples import CYCLE, REPORT, SOURCE

from svcforge.report.findings import Report, Summary, summary_of
from svcforge.report.formats import FORMATS
from svcforge.report.page import Page
from svcforge.source.finding import Finding


def test_full_shows_place_source_related_help_and_a_closing_line() -> None:
    assert FORMATS["full"](REPORT, Page()) == (
        'SF101 error  sync-cycle: synchronous cycle "seat -> travel -> seat"\n'
        "  --> b.yaml:2:5\n"
        "   |\n"
        " 2 |   - call: travel\n"
        "   |     ^^^^^^^^^^^^ this call closes it\n"
        "   |\n"
        "  ::: b.yaml:3:5  travel -> seat\n"
        "  help: turn it into an event\n"
        "  docs: svcforge explain SF101\n"
        "\n"
        'SF003 warning  isolated-service: service "x" is isolated\n'
        "  docs: svcforge explain SF003\n"
        "\n"
        "Found 1 error, 1 warning in 42 services (1 suppressed).\n"
    )


def test_concise_is_a_line_a_finding() -> None:
    assert FORMATS["concise"](REPORT, Page()) == (
        'b.yaml:2:5: SF101 error synchronous cycle "seat -> travel -> seat"\nSF003 warning service "x" is isolated\n'
    )


def test_json_has_the_keys_of_the_contract_in_their_order() -> None:
    found = json.loads(FORMATS["json"](REPORT, Page()))
    assert list(found) == ["version", "findings", "summary"]
    assert found["findings"][0] == {
        "code": "SF101",
        "name": "sync-cycle",
        "severity": "error",
        "message": 'synchronous cycle "seat -> travel -> seat"',
        "hint": "turn it into an event",
        "path": "services.seat.calls[0]",
        "file": "b.yaml",
        "line": 2,
        "column": 5,
        "end_line": 2,
        "end_column": 17,
        "related": [
            {
                "message": "travel -> seat",
                "path": "services.travel.calls[1]",
                "file": "b.yaml",
                "line": 3,
                "column": 5,
                "end_line": 3,
                "end_column": 15,
            }
        ],
        "fix": None,
    }
    assert found["findings"][1]["hint"] is None
    assert found["summary"] == {
        "errors": 1, "warnings": 1, "infos": 0, "suppressed": 1, "baseline": 0, "services": 42,
        "fixed": 0, "fixable": 0, "unsafe": 0, "old": 0,
    }  # fmt: skip


def test_nothing_found_is_one_line_or_none() -> None:
    nothing = Report([], Summary(services=1))
    assert FORMATS["full"](nothing, Page()) == "No findings in 1 service.\n"
    assert FORMATS["concise"](nothing, Page()) == ""


def test_colours_change_nothing_but_colours() -> None:
    import re

    for write in FORMATS.values():
        coloured = write(REPORT, Page(colour=True))
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == write(REPORT, Page())
    assert "\x1b[" in FORMATS["full"](REPORT, Page(colour=True))
    assert "\x1b[" not in FORMATS["json"](REPORT, Page(colour=True))


def test_many_related_places_are_cut_short_for_people_and_complete_for_machines() -> None:
    many = Finding(
        *(getattr(CYCLE, n) for n in ("code", "name", "severity", "message", "hint", "path", "span")),
        CYCLE.related * 30,
    )
    report = Report([many], summary_of([many]), {})
    assert "  ::: and 10 more places\n" in FORMATS["full"](report, Page())
    assert len(json.loads(FORMATS["json"](report, Page()))["findings"][0]["related"]) == 30


def test_a_line_of_the_source_cannot_write_on_the_terminal() -> None:
    report = Report([CYCLE], summary_of([CYCLE]), {"b.yaml": "a\n  - \x1b]0;title\x07x\n"})
    assert "\x1b" not in FORMATS["full"](report, Page())


def test_lines_are_those_of_the_parser_with_crlf_and_a_byte_order_mark() -> None:
    windows = Report([CYCLE], summary_of([CYCLE]), {"b.yaml": "\ufeff" + SOURCE.replace("\n", "\r\n")})
    plain = Report([CYCLE], summary_of([CYCLE]), {"b.yaml": SOURCE})
    assert FORMATS["full"](windows, Page()) == FORMATS["full"](plain, Page())

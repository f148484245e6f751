"""Findings for people: what, where with the source line, what else it is about, what to do, and a closing line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from svcforge.lint import catalogue
from svcforge.report.closing import closing, counted
from svcforge.report.findings import Report
from svcforge.report.frame import frame, gutter
from svcforge.report.page import Page, visible, wrapped
from svcforge.source.finding import Finding, Related, Span
from svcforge.source.yaml import lines

RELATED_SHOWN = 20
"""Further places of one finding that are listed."""


def text(report: Report, page: Page) -> str:
    """The findings one after the other, and how many there are."""
    sources = {file: lines(source) for file, source in report.sources.items()}
    documented = {code for code in {f.code for f in report.findings} if catalogue.entry(code)}
    blocks = [
        "\n".join([*_finding(f, report.mark(f), sources, page), *([_docs(f, page)] if f.code in documented else [])])
        for f in report.findings
    ]
    end = (line for said in closing(report) for line in wrapped(said, page.width, indent="  "))
    return "\n\n".join([*blocks, "\n".join(end)]) + "\n"


def _finding(finding: Finding, mark: str, sources: Mapping[str, list[str]], page: Page) -> Iterator[str]:
    severity = str(finding.severity)
    label = f"{finding.code} {severity}  {mark}{finding.name}: "
    head, *more = wrapped(visible(finding.message), page.width, first=label, indent="  ")
    painted = f"{page.paint('strong', finding.code)} {page.paint(severity, severity)}"
    yield painted + head.removeprefix(f"{finding.code} {severity}")
    yield from more
    pad = " " * gutter(finding.span)
    if finding.span:
        yield f"{pad}{page.paint('frame', '-->')} {_place(finding.span)}"
        source = sources.get(finding.span.file, [])
        if finding.span.line <= len(source):
            yield from frame(page, source[finding.span.line - 1], finding.span, finding.note, severity)
    for said in _related(finding.related):
        mark = f"{pad}::: "
        first, *rest = wrapped(said, page.width, first=mark, indent=" " * len(mark))
        yield f"{pad}{page.paint('frame', ':::')}{first.removeprefix(mark.rstrip())}"
        yield from rest
    if finding.hint:
        yield from wrapped(visible(finding.hint), page.width, first="  help: ", indent=" " * len("  help: "))


def _place(span: Span) -> str:
    return f"{visible(span.file)}:{span.line}:{span.column}"


def _related(related: Sequence[Related]) -> Iterator[str]:
    """The other places in words, the first of many."""
    for one in related[:RELATED_SHOWN]:
        place = f"{_place(one.span)}  " if one.span else ""
        yield f"{place}{visible(one.message)}"
    if len(related) > RELATED_SHOWN:
        yield f"and {counted(len(related) - RELATED_SHOWN, 'more place')}"


def _docs(finding: Finding, page: Page) -> str:
    """Where to read more; a rule that a blueprint makes for itself has no page."""
    return page.paint("faint", f"  docs: svcforge explain {finding.code}")

"""Findings to report: one of a circle, one without a place, and any at all."""

from __future__ import annotations

from hypothesis import strategies as st

from svcforge.lint import catalogue
from svcforge.report.findings import Report, summary_of
from svcforge.source.edit import Put
from svcforge.source.finding import Finding, Related, Severity, Span
from svcforge.source.patch import Change

SOURCE = "calls:\n  - call: travel\n  - call: seat\n"
CYCLE = Finding(
    "SF101", "sync-cycle", Severity.ERROR, 'synchronous cycle "seat -> travel -> seat"', "turn it into an event",
    ("services", "seat", "calls", 0), Span("b.yaml", 2, 5, 2, 17),
    (Related(("services", "travel", "calls", 1), "travel -> seat", Span("b.yaml", 3, 5, 3, 15)),), "this call closes it",
)  # fmt: skip
LOOSE = Finding("SF003", "isolated-service", Severity.WARNING, 'service "x" is isolated', None, ("services", "x"))
INFO = Finding(
    "SF404", "orphan-event", Severity.INFO, 'nobody hears "e"', "leave it out", ("e",), Span("c.yaml", 1, 1, 3, 4)
)
REPORT = Report([CYCLE, LOOSE], summary_of([CYCLE, LOOSE], suppressed=1, services=42), {"b.yaml": SOURCE})

texts = st.text(max_size=30) | st.text("|`\\<>*_[]{}&#!~%:,\n\r\t\x00\x1b\ud800\ufffe é漢-ab@", max_size=30)
files = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20) | st.just("<stdin>")
paths = st.lists(st.text(max_size=5) | st.integers(0, 9), max_size=4).map(tuple)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    line, column = draw(st.integers(1, 5)), draw(st.integers(1, 9))
    more, width = draw(st.integers(0, 2)), draw(st.integers(0, 9))
    return Span(draw(files), line, column, line + more, draw(st.integers(1, 9)) if more else column + width)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    entry = draw(st.sampled_from(sorted(catalogue.entries())).map(lambda code: catalogue.entries()[code]))
    return Finding(
        entry.rule.code, entry.rule.name, draw(st.sampled_from(Severity)), draw(texts), draw(st.none() | texts),
        draw(paths), draw(st.none() | spans()),
        tuple(draw(st.lists(st.builds(Related, paths, texts, st.none() | spans()), max_size=3))),
        draw(texts), draw(st.sampled_from([(), (Put((), "key", 1),)])),
    )  # fmt: skip


@st.composite
def reports(draw: st.DrawFn) -> Report:
    found = draw(st.lists(findings(), max_size=4))
    changes = tuple(draw(st.lists(st.builds(Change, spans(), texts), max_size=3)))
    sources = {f.span.file: draw(texts) for f in found if f.span}
    return Report(found, summary_of(found), sources, lambda fix: changes)

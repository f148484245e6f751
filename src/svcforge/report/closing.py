"""How a report of findings ends: how many there are, what is not shown, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.report.findings import MARK, Report, Summary


def counted(number: int, word: str) -> str:
    """A number with its noun: `1 error`, `2 errors`."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def closing_line(summary: Summary) -> str:
    """How many findings there are, in how many services, and how many are not shown."""
    counts = ((summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info"))
    found = ", ".join(counted(number, word) for number, word in counts if number)
    aside = ", ".join(
        f"{number} {word}"
        for number, word in (
            (summary.fixed, "fixed"),
            (summary.old, "not new"),
            (summary.baseline, "in baseline"),
            (summary.suppressed, "suppressed"),
        )
        if number
    )
    judged = f" in {counted(summary.services, 'service')}" if summary.services else ""
    return f"{f'Found {found}' if found else 'No findings'}{judged}{f' ({aside})' if aside else ''}."


def closing(report: Report) -> Iterator[str]:
    """The closing line, what a command can mend, and which profile is reached."""
    summary, reached = report.summary, report.reached
    yield closing_line(summary)
    now, more = (summary.fixable + summary.unsafe, 0) if report.unsafe else (summary.fixable, summary.unsafe)
    if now:
        yield f"{MARK} {now} fixable with svcforge lint --fix" + (f" ({more} more with --unsafe-fixes)" if more else "")
    elif more:
        yield f"{more} fixable with svcforge lint --fix --unsafe-fixes"
    if reached:
        asks = f" ({reached.next} needs {reached.missing} more)" if reached.next else ""
        yield f"Profile reached: {reached.profile or 'none'}{asks}"

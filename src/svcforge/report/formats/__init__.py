"""The formats of findings: a closed set, by name."""

from __future__ import annotations

from typing import Protocol

from svcforge.report.findings import Report
from svcforge.report.formats import concise, full, github, gitlab, json, junit, markdown, sarif
from svcforge.report.page import Page


class Format(Protocol):
    """Writes a report as text, with a newline at its end unless it is empty."""

    def __call__(self, report: Report, page: Page) -> str:
        """The text for a page; formats for machines do not look at the page."""


FORMATS: dict[str, Format] = {
    "full": full.text,
    "concise": concise.text,
    "json": json.text,
    "sarif": sarif.text,
    "github": github.text,
    "gitlab": gitlab.text,
    "junit": junit.text,
    "markdown": markdown.text,
}

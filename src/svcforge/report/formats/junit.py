"""Findings as JUnit XML: a suite a file, a test a finding, which fails where the run does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from svcforge.lint.profiles import at_least
from svcforge.report.findings import Report
from svcforge.report.page import Page, visible
from svcforge.source.finding import Finding, Severity, Span, dotted

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot say (XML 1.0, 2.2)."""


def text(report: Report, page: Page) -> str:
    """One document; without findings it has one test, which passed, since some readers take none for a mistake."""
    from xml.etree import ElementTree

    root = ElementTree.Element("testsuites", {"name": "svcforge", **_counts(report.findings, report.fail_on)})
    for file, group in groupby(report.findings, lambda finding: finding.span.file if finding.span else "blueprint"):
        found = list(group)
        suite = ElementTree.SubElement(root, "testsuite", {"name": _said(file), **_counts(found, report.fail_on)})
        suite.extend(_test(finding, file, fails=at_least(finding, report.fail_on)) for finding in found)
    if not report.findings:
        suite = ElementTree.SubElement(root, "testsuite", {"name": "svcforge", **_counts((), report.fail_on)})
        ElementTree.SubElement(suite, "testcase", {"name": "lint", "classname": "svcforge"})
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _counts(found: Sequence[Finding], threshold: Severity | None) -> dict[str, str]:
    failures = sum(at_least(finding, threshold) for finding in found)
    return {"tests": str(len(found) or 1), "failures": str(failures), "errors": "0", "skipped": "0"}


def _test(finding: Finding, file: str, *, fails: bool) -> Element:
    """A test that failed, or one that passed with a word to say."""
    from xml.etree.ElementTree import Element, SubElement

    name = f"{finding.code} {finding.name} {dotted(finding.path)}".rstrip()
    test = Element("testcase", {"name": _said(name), "classname": _said(file)})
    if finding.span:
        test.set("file", _said(finding.span.file))
        test.set("line", str(finding.span.line))
    told = {"type": str(finding.severity), "message": _said(finding.message)} if fails else {}
    lines = [_placed(finding.span, finding.message), *(_placed(r.span, r.message) for r in finding.related)]
    lines += [f"help: {finding.hint}"] if finding.hint else []
    SubElement(test, "failure" if fails else "system-out", told).text = "\n".join(map(_said, lines))
    return test


def _placed(span: Span | None, text: str) -> str:
    return f"{span.file}:{span.line}:{span.column}: {text}" if span else text


def _said(text: str) -> str:
    return _NOT_XML.sub("\ufffd", visible(text))

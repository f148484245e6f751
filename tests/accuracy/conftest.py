"""What is compared with the evidence is collected only where the evidence is: it is no part of this repository.

CI does not have it and must not need it, so nothing is skipped there; the figures that the README shows are kept in
`measured.json` by `make accuracy`, and are compared with a new run wherever the evidence is.
"""

from __future__ import annotations

from tests.accuracy.judging import SYSTEMS, here

collect_ignore = [] if here() else ["test_evidence.py"]


def pytest_report_header() -> str:
    """Say which of the two it is."""
    return (
        f"evidence for tests/accuracy: {SYSTEMS}" if here() else "evidence for tests/accuracy: not here, not compared"
    )

"""Logs: lines that are written for whoever ships them."""

from __future__ import annotations

from tests.alive.faults.fault import Fault

LOGS = (
    Fault(
        "the file of logs not written",
        "payments",
        "kit/logs.py",
        r"handlers\.append\(.*\)\n",
        "pass\n",
        "kit/test_logs.py::test_a_file_gets_the_same_lines",
    ),
    Fault(
        "the file of logs grows for ever",
        "payments",
        "kit/logs.py",
        "maxBytes=FILE_BYTES",
        "maxBytes=0",
        "kit/test_logs.py::test_a_file_does_not_grow_for_ever",
    ),
)

"""Faults to plant in the generated shop, one at a time: each must turn a generated test red."""

from __future__ import annotations

from tests.alive.faults.access import ACCESS
from tests.alive.faults.calls import CALLS
from tests.alive.faults.events import EVENTS
from tests.alive.faults.fault import Fault
from tests.alive.faults.logs import LOGS
from tests.alive.faults.metrics import METRICS
from tests.alive.faults.promises import PROMISES
from tests.alive.faults.sagas import SAGAS

__all__ = ["FAULTS", "Fault"]

FAULTS = (*EVENTS, *CALLS, *ACCESS, *PROMISES, *SAGAS, *METRICS, *LOGS)

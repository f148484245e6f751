"""The clinic as its patients and its desk see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.alive.running import Running
from tests.driving import Answer, eventually

PATIENT = "patients:read patients:write appointments:read bills:read"
DESK = "records:read appointments:read appointments:write bills:read bills:write messages:read reports:read"
FEE = "60.00"


@dataclass(frozen=True)
class Patient:
    """Somebody with a record, and a token for it."""

    id: str
    token: str


class Clinic:
    """Does what a user would, through the gateway."""

    def __init__(self, system: Running) -> None:
        self.system = system
        self.gateway = system.at()

    def desk(self) -> str:
        """A token of somebody at the desk; each has the whole rate limit before them."""
        return self.system.bearer(f"desk-{uuid4()}", DESK)

    def account(self) -> str:
        """A token of somebody who has no record yet."""
        return self.system.bearer(str(uuid4()), PATIENT)

    def registered(self, token: str | None = None) -> Patient:
        """A new patient."""
        token = token or self.account()
        new = {"name": "Ada", "born": "1990-12-10", "email": "ada@clinic.test", "policy": "P-1"}
        answer = self.post("/api/patients", new, token)
        assert answer.status == 201, answer
        return Patient(answer.json["id"], token)

    def book(self, patient: str, at: str = "2030-01-02T09:30:00Z") -> Answer:
        """An appointment for a checkup."""
        body = {"patient": patient, "doctor": "Dr. Grace", "at": at, "treatment": "checkup", "fee": FEE}
        return self.post("/api/appointments", body, self.desk())

    def booked(self, patient: str) -> str:
        """The id of a new appointment."""
        answer = self.book(patient)
        assert answer.status == 201, answer
        return str(answer.json["id"])

    def post(self, path: str, body: object, token: str) -> Answer:
        """A request that is sent once."""
        return self.gateway.ask("POST", path, body, token=token, headers={"Idempotency-Key": str(uuid4())})

    def listed(self, path: str) -> list[dict[str, Any]]:
        """All that a list of fewer than a hundred holds."""
        answer = self.gateway.ask("GET", f"{path}{'&' if '?' in path else '?'}limit=100", token=self.desk())
        assert answer.status == 200, answer
        found: list[dict[str, Any]] = answer.json["items"]
        return found

    def told(self, patient: str, count: int) -> list[tuple[str, str]]:
        """What a patient was told, and about what, once there are so many messages."""

        def look() -> list[tuple[str, str]] | None:
            messages = self.listed(f"/api/messages?patient={patient}")
            return [(one["kind"], one["about"]) for one in messages] if len(messages) >= count else None

        return sorted(eventually(look, f"{count} messages to {patient}", within=60))

    def visits(self, patient: str) -> dict[str, dict[str, Any]]:
        """The patient's visits in the report, by appointment."""
        return {one["appointment"]: one for one in self.listed("/api/visits") if one["patient"] == patient}

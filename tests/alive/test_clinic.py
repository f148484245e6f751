"""The clinic: events that tell others, copies that they keep, and what becomes of both when something dies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.alive.clinic import FEE, Clinic
from tests.driving import eventually


def test_an_appointment_that_was_kept_is_billed_reported_and_told_once(clinic: Clinic) -> None:
    patient = clinic.registered()
    appointment = clinic.booked(patient.id)
    kept = clinic.gateway.ask("POST", f"/api/appointments/{appointment}/keep", token=clinic.desk())
    assert (kept.status, kept.json["state"]) == (200, "kept")
    again = clinic.gateway.ask("POST", f"/api/appointments/{appointment}/keep", token=clinic.desk())
    assert (again.status, again.json["state"]) == (200, "kept")
    told = clinic.told(patient.id, 2)
    [bill] = clinic.listed(f"/api/bills?patient={patient.id}")
    assert told == [("appointment-booked", appointment), ("bill-opened", bill["id"])]
    assert (bill["appointment"], Decimal(bill["amount"]), bill["state"]) == (appointment, Decimal(FEE), "open")

    def reported() -> dict[str, Any] | None:
        visit = clinic.visits(patient.id).get(appointment)
        return visit if visit and visit["treatment"] else None

    visit = eventually(reported, "the visit in the report")
    assert (visit["at"], visit["treatment"], Decimal(visit["fee"])) == (
        "2030-01-02T09:30:00Z",
        "checkup",
        Decimal(FEE),
    )
    overview = clinic.gateway.ask("GET", "/api/overview", token=patient.token).json
    assert overview["patient"]["id"] == patient.id
    assert [one["id"] for one in overview["appointments"]] == [appointment]
    assert [one["id"] for one in overview["bills"]] == [bill["id"]]
    assert overview["degraded"] == []


def test_an_appointment_that_was_cancelled_leaves_the_report(clinic: Clinic) -> None:
    patient = clinic.registered()
    one, other = clinic.booked(patient.id), clinic.booked(patient.id)
    eventually(lambda: set(clinic.visits(patient.id)) == {one, other}, "both visits")
    clinic.gateway.ask("POST", f"/api/appointments/{one}/cancel", token=clinic.desk())
    eventually(lambda: set(clinic.visits(patient.id)) == {other}, "the visit that is left")


def test_nothing_is_booked_for_somebody_who_is_not_known(clinic: Clinic) -> None:
    assert clinic.book(str(uuid4())).problem == (409, "urn:problem:appointments:unknown-patient")


def test_a_change_keeps_what_it_does_not_name_clears_what_it_says_is_null_and_is_the_patients_own(
    clinic: Clinic,
) -> None:
    patient, other = clinic.registered(), clinic.registered()

    def changed(body: dict[str, object], token: str) -> tuple[int, object]:
        answer = clinic.gateway.ask("PATCH", f"/api/patients/{patient.id}", body, token=token)
        return answer.status, answer.json.get("policy")

    names: dict[str, object] = {"name": "Ada L.", "email": "ada@clinic.test"}
    assert changed(names, patient.token) == (200, "P-1")
    assert changed({**names, "policy": None}, other.token)[0] == 404
    assert changed({**names, "policy": None}, patient.token) == (200, None)
    mine = clinic.gateway.ask("GET", "/api/patients/me", token=patient.token).json
    assert (mine["id"], mine["name"], mine["policy"]) == (patient.id, "Ada L.", None)


def test_the_literal_path_wins_over_the_template_beside_it(clinic: Clinic) -> None:
    patient = clinic.registered()
    assert clinic.gateway.ask("GET", "/api/patients/me", token=clinic.desk()).status == 403
    assert clinic.gateway.ask("GET", f"/api/patients/{patient.id}", token=clinic.desk()).json["name"] == "Ada"
    assert clinic.gateway.ask("GET", f"/api/patients/{patient.id}", token=patient.token).status == 403


def test_a_record_is_unique_to_its_account(clinic: Clinic) -> None:
    patient = clinic.registered()
    new = {"name": "Ada", "born": "1990-12-10", "email": "ada@clinic.test"}
    again = clinic.post("/api/patients", new, patient.token)
    assert again.problem == (409, "urn:problem:patients:already-exists")


def test_what_is_not_valid_is_refused_with_the_place_of_each_error(clinic: Clinic) -> None:
    answer = clinic.post("/api/patients", {"name": "", "born": "soon", "email": "ada"}, clinic.account())
    assert answer.problem == (422, "urn:problem:patients:validation")
    assert {error["pointer"] for error in answer.json["errors"]} == {"/body/name", "/body/born", "/body/email"}


def test_the_insurer_is_asked_through_the_users_own_code(clinic: Clinic) -> None:
    def share(policy: str) -> tuple[bool, Decimal]:
        asked = f"/api/covers?policy={policy}&treatment=surgery"
        answer = clinic.gateway.ask("GET", asked, token=clinic.desk()).json
        return answer["covered"], Decimal(answer["share"])

    assert share("P-1") == (True, Decimal("0.50"))
    assert share("Q-1") == (False, Decimal(0))


def test_a_broker_that_is_away_loses_nothing_and_doubles_nothing(clinic: Clinic) -> None:
    patient = clinic.registered()
    with clinic.system.without_broker():
        appointments = [clinic.booked(patient.id) for _ in range(8)]
        assert clinic.listed(f"/api/messages?patient={patient.id}") == []
    appointments += [clinic.booked(patient.id) for _ in range(2)]
    assert clinic.told(patient.id, 10) == sorted(("appointment-booked", one) for one in appointments)
    eventually(lambda: set(clinic.visits(patient.id)) == set(appointments), "all visits in the report")


def test_consumer_and_publisher_killed_again_and_again_lose_nothing_and_double_nothing(clinic: Clinic) -> None:
    patient, appointments = clinic.registered(), []
    for victim in ["notifications", "appointments", "notifications"]:
        appointments += [clinic.booked(patient.id) for _ in range(6)]
        clinic.system.kill(victim)
        clinic.system.recovered()
    assert clinic.told(patient.id, 18) == sorted(("appointment-booked", one) for one in appointments)
    eventually(lambda: set(clinic.visits(patient.id)) == set(appointments), "all visits in the report")

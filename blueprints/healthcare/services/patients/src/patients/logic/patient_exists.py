"""patient_exists"""

from uuid import UUID

from sqlalchemy import select

from patients.domain import Patient
from patients.kit.work import Work
from patients.schemas import PatientExistsAnswer


async def patient_exists(work: Work, *, patient: UUID) -> PatientExistsAnswer:
    async with work.read() as session:
        found = await session.scalar(select(Patient.id).where(Patient.id == patient))
    return PatientExistsAnswer(known=found is not None)

"""Hoe het toen was: the facts of an earlier moment, so that today's policy can be asked about it (breach scope)."""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from hub.application.ports import UnitOfWork
from hub.domain.circle import Circle
from hub.domain.consent import Consent
from hub.domain.people import Patient
from hub.domain.vocabulary import PatientState


class AsOf:
    """The unit of work as it stood at ``moment``, for the facts that decide about reading. For asking only."""

    def __init__(self, unit: UnitOfWork, moment: datetime) -> None:
        self._unit = unit
        self._moment = moment

    @property
    def unit(self) -> UnitOfWork:
        """To be given to guard and identify."""
        return cast(UnitOfWork, _Then(self._unit, self._moment))

    async def circle_of(self, patient_id: str) -> Circle | None:
        """The circle that was open then; else the last one before."""
        circles = [one for one in await self._unit.traces.circles_of(patient_id) if one.opened_at <= self._moment]
        return _circle_then(circles[-1], self._moment) if circles else None


class _Then:
    def __init__(self, unit: UnitOfWork, moment: datetime) -> None:
        self._unit = unit
        self.consents = _ConsentsThen(unit, moment)
        self.patients = _PatientsThen(unit, moment)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)


class _ConsentsThen:
    def __init__(self, unit: UnitOfWork, moment: datetime) -> None:
        self._unit = unit
        self._moment = moment

    async def of_patient(self, patient_id: str) -> list[Consent]:
        recorded = await self._unit.consents.of_patient(patient_id)
        return [one for one in recorded if one.recorded_at is not None and one.recorded_at <= self._moment]


class _PatientsThen:
    def __init__(self, unit: UnitOfWork, moment: datetime) -> None:
        self._unit = unit
        self._moment = moment

    async def get(self, patient_id: str) -> Patient:
        patient = await self._unit.patients.get(patient_id)
        if patient.state_at is not None and patient.state_at > self._moment:
            return replace(patient, state=PatientState.ALIVE, state_at=None)
        return patient


async def moments_of_change(unit: UnitOfWork, patient_id: str, person_id: str) -> list[datetime]:
    """Every moment at which the answer about this person may have changed, in order."""
    found: set[datetime] = set()
    for relation in (await unit.traces.relations([patient_id])).get(patient_id, []):
        if relation.person_id == person_id:
            found |= {relation.since, *([relation.until] if relation.until is not None else [])}
    found |= {one.recorded_at for one in await unit.consents.of_patient(patient_id) if one.recorded_at is not None}
    for circle in await unit.traces.circles_of(patient_id):
        found |= {at for at in (circle.opened_at, circle.closed_at, circle.discussed_at) if at is not None}
    patient = await unit.patients.get(patient_id)
    if patient.state_at is not None:
        found.add(patient.state_at)
    # Capacity that was judged (BW 7:465), by the moment of its entry.
    found |= {mark.recorded_at for mark in await unit.traces.entry_marks(patient_id) if mark.ref.section.value == "S3"}
    return sorted(found)


def _circle_then(circle: Circle, moment: datetime) -> Circle:
    closed = circle.closed_at if circle.closed_at is not None and circle.closed_at <= moment else None
    discussed = circle.discussed_at if circle.discussed_at is not None and circle.discussed_at <= moment else None
    return replace(circle, closed_at=closed, discussed_at=discussed)

"""Quiet hours: what can wait, waits until somebody is to be disturbed again (ADR 0043)."""

from datetime import datetime

from hub.application.ports import OutgoingMessage, Tone, UnitOfWork
from hub.domain.circle import RoomKind
from hub.domain.vocabulary import PatientState, Role

_BY_ITSELF = ("ring-", "emergency-", "card-")
"""Marks of what nobody asked for, also when it is done in somebody's own name."""


async def said_from(unit: UnitOfWork, message: OutgoingMessage, now: datetime) -> datetime | None:
    """From when this may be said; None: at once.

    At once: what is urgent; the answer to what somebody asked; what is for a room; everything for the locum, who is on
    duty, and everything about somebody who is dying.
    """
    person_id = message.person_id
    if message.room_kind is not RoomKind.PRIVATE or message.tone is Tone.URGENT or person_id is None:
        return None
    if message.responsible_id == person_id and not message.correlation_id.startswith(_BY_ITSELF):
        return None
    quiet = await unit.quiet.of(person_id)
    over_at = quiet.over_at(now) if quiet is not None else None
    if over_at is None:
        return None
    relation = await unit.circles.relation(message.circle_id, person_id, now)
    if relation is None or relation.role is Role.LOCUM:
        return None
    circle = await unit.circles.get(message.circle_id)
    patient = await unit.patients.get(circle.patient_id)
    return None if patient.state is PatientState.DYING else over_at

"""Familie of zorgverlener (law-and-care E15): role separation, and a notice when a carer may be family of a patient.

A name or a phone number that two people share is a question to a person, never a reason to shut somebody out.
"""

from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.errors import CommandRejected
from hub.domain.patterns import Known, may_be_family, name_parts, phone_number
from hub.domain.people import Person
from hub.domain.spoken import N_
from hub.domain.vocabulary import Role

_FAMILY = frozenset({Role.PATIENT, Role.RELATIVE, Role.REPRESENTATIVE})
NOTICE_NL = N_(
    "Let op: deze zorgverlener kan familie zijn van de patiënt, van een naaste of van een andere eigen patiënt. Vraag "
    "het na. Familie leest niet als zorgverlener mee; laat dan een collega de zorg doen. De functionaris "
    "gegevensbescherming ziet deze melding."
)


async def require_separate(unit: UnitOfWork, circle: Circle, person: Person, role: Role) -> None:
    """Who is or was a relative here does not come in as a professional: nobody treats their own family.

    :raises CommandRejected: ``own-family``
    """
    if not role.is_professional:
        return
    places = (await unit.traces.relations([circle.patient_id])).get(circle.patient_id, [])
    if any(one.person_id == person.id and one.role in _FAMILY for one in places):
        raise CommandRejected(
            "own-family",
            "Deze persoon is of was naaste in de kring van deze patiënt, en leest daarom niet als zorgverlener mee. "
            "Laat een collega de zorg doen.",
        )


async def may_be_related(unit: UnitOfWork, circle: Circle, person: Person, role: Role, now: datetime) -> bool:
    """Whether a carer shares a name or number with the patient, a relative, or another patient of theirs; or, for a
    relative, with one of the carers here."""
    if role is Role.PATIENT:
        return False
    active = [one for one in await unit.circles.relations(circle.id) if one.active(now) and one.person_id != person.id]
    others = [one.person_id for one in active if (one.role in _FAMILY) is role.is_professional]
    if role.is_professional:
        elsewhere = [one for one in await unit.circles.open_with(person.id, now) if one.id != circle.id]
        others = [*others, *[(await unit.patients.get(one.patient_id)).person_id for one in elsewhere]]
        return await _any_alike(unit, _known(person), others) or await _treats_family(unit, circle, elsewhere)
    return await _any_alike(unit, _known(person), others)


async def notice_family(unit: UnitOfWork, context: RequestContext, circle: Circle, person_id: str, role: Role) -> bool:
    """Written down for the privacy officer, when it may be so."""
    person = await unit.people.get(person_id)
    if not await may_be_related(unit, circle, person, role, context.now):
        return False
    await unit.audit.add(
        auditing.entry(
            context, AuditEvent.FAMILY_NOTICED, object_type="person", object_id=person.id, detail=f"role={role.value}"
        )
    )
    return True


async def _treats_family(unit: UnitOfWork, circle: Circle, elsewhere: list[Circle]) -> bool:
    """The patient here and another patient of the same carer may be family of each other."""
    own = _known(await unit.people.get((await unit.patients.get(circle.patient_id)).person_id))
    return await _any_alike(unit, own, [(await unit.patients.get(one.patient_id)).person_id for one in elsewhere])


async def _any_alike(unit: UnitOfWork, one: Known, others: list[str]) -> bool:
    people = await unit.people.all_of(others)
    return any(may_be_family(one, _known(other)) for other in people.values())


def _known(person: Person) -> Known:
    return Known(name_parts(person.name.family), phone_number(person.phone))

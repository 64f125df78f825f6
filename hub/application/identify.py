"""From a sender or a command line to a request: which person, which hat, whose circle."""

from datetime import datetime

from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.domain.circle import Circle
from hub.domain.people import Person
from hub.domain.vocabulary import Channel, Purpose, Role

_PURPOSES = {Role.PATIENT: Purpose.PATRQT, Role.RELATIVE: Purpose.PATRQT, Role.REPRESENTATIVE: Purpose.PATRQT}
_OPERATIONS = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.COORDINATOR})


async def identify(
    unit: UnitOfWork,
    person: Person,
    circle: Circle | None,
    *,
    channel: Channel,
    initiator: str,
    correlation_id: str,
    now: datetime,
    patient_id: str | None = None,
    room_id: str | None = None,
) -> RequestContext:
    """The request of ``person`` about ``circle``.

    The role is that of the care relation; one that ended counts too, because the policy looks at its period and so can
    say why. Without any only those count who never join circles, and the patient in the patient's own dossier.
    Everybody else is a stranger here (role None), whatever their profession.
    """
    relation = await unit.circles.latest_relation(circle.id, person.id, now) if circle is not None else None
    patient_id = circle.patient_id if circle is not None else patient_id
    role: Role | None
    if relation is not None:
        role = relation.role
    elif person.role in _OPERATIONS and not person.has_left(now):
        role = person.role
    else:
        own = patient_id is not None and (await unit.patients.get(patient_id)).person_id == person.id
        role = Role.PATIENT if own else None
    purpose = Purpose.HOPERAT if role in _OPERATIONS else _PURPOSES.get(role or person.role, Purpose.TREAT)
    return RequestContext(
        actor=person,
        role=role,
        relation=relation,
        circle=circle,
        patient_id=patient_id,
        purpose=purpose,
        channel=channel,
        initiator=initiator,
        correlation_id=correlation_id,
        now=now,
        room_id=room_id,
    )

"""Kinderen en jongeren (BW 7:447, 7:450, 7:465; law-and-care E4): 12 and 16, and what a child keeps to itself.

Rights follow from the clock: the policy reads the age at every question. What remains is to tell everybody concerned.
"""

from collections.abc import Callable
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.speaking import Speaker
from hub.domain.audit import AuditEvent
from hub.domain.capacity import dutch_day
from hub.domain.circle import Circle, RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef, new_id
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Action, AgeBand, Channel, Role, Section
from hub.domain.withholding import shield_setting

INITIATOR = "bot:dossier"
DUTCH = "nl"
Sentences = Callable[[AgeBand, str, str], tuple[str, str]]
"""Age group reached, first name and language → what the circle hears, and what the patient hears with it."""


async def tell_of_birthday(
    unit: UnitOfWork, speaker: Speaker, circle: Circle, now: datetime, sentences: Sentences
) -> AgeBand | None:
    """Tell the circle once when the patient turned 12 or 16; the band that was reached, or None.

    The lead answers for it (I7).
    """
    patient = await unit.patients.get(circle.patient_id)
    band = patient.age_band(dutch_day(now))
    key = f"age.{patient.id}"
    known = await unit.get_setting(key)
    if known == band.value:
        return None
    await unit.put_setting(key, band.value)
    if known is None:
        return None
    context = await identify(
        unit,
        await unit.people.get(circle.lead_id),
        circle,
        channel=Channel.ROOM,
        initiator=INITIATOR,
        correlation_id=new_id("age"),
        now=now,
    )
    await unit.audit.add(
        auditing.entry(
            context, AuditEvent.AGE_REACHED, object_type="patient", object_id=patient.id, detail=f"{known}:{band.value}"
        )
    )
    if band is AgeBand.UNDER_12:
        # The birth date was mended, or the clock; nobody grows younger.
        return None
    person = await unit.people.get(patient.person_id)
    all_hear, _ = sentences(band, patient.name.given, DUTCH)
    await speaker.announce(unit, context, RoomKind.CIRCLE, all_hear)
    own = "\n".join(sentences(band, patient.name.given, person.language))
    await speaker.private(unit, context, person, verbatim(own), (Section.S11,))
    return band


async def shield(unit: UnitOfWork, guard: Guard, context: RequestContext, ref: EntryRef, *, hidden: bool) -> None:
    """Afschermen voor de ouders: what a patient of 12 to 15 decides alone (BW 7:450 lid 2), or no longer.

    :raises Refused: not who records the patient's choices
    :raises CommandRejected: not that age, or not the child or who writes it down for the child
    """
    if context.patient_id is None:
        raise ValueError("something is shielded by or for a patient")
    permit = await guard.require(unit, context, Action.RECORD, Section.S11)
    patient = await unit.patients.get(context.patient_id)
    if context.role is Role.REPRESENTATIVE:
        raise CommandRejected("not-theirs", "Dit kiest de jongere zelf.")
    # What was shielded as a child can be shown at any age; the choice is the patient's.
    if hidden and patient.age_band(dutch_day(context.now)) is not AgeBand.FROM_12_TO_15:
        raise CommandRejected(
            "not-that-age", "Afschermen voor de ouders kan bij een patiënt van 12 tot en met 15 jaar."
        )
    key = shield_setting(patient.id)
    listed = {part for part in (await unit.get_setting(key) or "").split(",") if part}
    listed = listed | {str(ref)} if hidden else listed - {str(ref)}
    await unit.put_setting(key, ",".join(sorted(listed)))
    await unit.room_cards.mark_circle(context.circle_id, context.actor.id, context.now)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.ENTRY_SHIELDED,
            object_type="entry",
            object_id=str(ref),
            sections=(ref.section,),
            policy=permit.policy,
            detail="hidden" if hidden else "shown",
        )
    )

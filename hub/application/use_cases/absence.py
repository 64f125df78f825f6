"""Afwezig, met of zonder waarnemer: in every circle of one person; each circle hears who stands in (ADR 0039)."""

from dataclasses import dataclass
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases import lead_texts as texts
from hub.application.use_cases.lead_changes import tell_room
from hub.application.use_cases.lead_summary import summary
from hub.application.use_cases.leading import presence
from hub.application.use_cases.question_owners import pass_on_questions
from hub.application.use_cases.ringing import INITIATOR, Hour
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.lead import LONGEST_ABSENCE, MAY_STAND_IN, Absence, who_acts, who_stands_in
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.vocabulary import Channel, Role

_CALLED_BY_THE_FAMILY = frozenset({Role.COACH, Role.GP})


@dataclass(frozen=True, slots=True)
class NewAbsence:
    """From ``since`` until ``until`` (exclusive), with who stands in."""

    since: datetime
    until: datetime
    locum_id: str | None


async def say_absence(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext, new: NewAbsence
) -> Absence:
    """Afwezig melden; it replaces what this person said before. It counts in every circle of this person.

    :raises CommandRejected: not a professional, too long, or somebody who cannot stand in here
    """
    person = context.actor
    if context.role is None or not context.role.is_professional or context.circle is None:
        raise CommandRejected("not-for-you", "Afwezigheid meldt een zorgverlener. Bent u er niet? Dat mag gewoon.")
    if new.until - context.now > LONGEST_ABSENCE:
        raise CommandRejected("far-date", "Dat is meer dan een jaar weg. Kies een datum binnen een jaar.")
    if new.locum_id is not None:
        await _require_can_stand_in(unit, context, context.circle, new)
    await _end_all(unit, context, "replaced")
    absence = Absence(new_id("abs"), person.id, new.locum_id, max(new.since, context.now), new.until, context.now)
    await unit.absences.add(absence)
    await _log(unit, context, AuditEvent.ABSENCE_SAID, absence, f"locum={absence.locum_id or 'none'}")
    begun = absence.counts(context.now)
    due_at = absence.until if begun else absence.since
    await unit.reminders.set(
        Reminder(ReminderKind.ABSENCE, absence.id, due_at, person.id, person_id=person.id, step=int(begun)),
        context.now,
    )
    if begun:
        await _everywhere_begins(unit, Hour(context.now, guard, speaker), absence, context)
    return absence


async def end_absence(unit: UnitOfWork, context: RequestContext) -> list[Absence]:
    """Weer terug: what counts now or later ends; the circles that heard of it hear this too.

    :raises CommandRejected: nothing was said
    """
    ended = await _end_all(unit, context, "back")
    if not ended:
        raise CommandRejected("not-away", "U staat niet als afwezig. Afwezig melden: !afwezig t/m vrijdag")
    if any(absence.since <= context.now for absence in ended):
        await _everywhere_ends(unit, context.now, context.actor.id, context)
    return ended


async def ring(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """An absence begins, or ends."""
    absence = await unit.absences.get(reminder.about)
    if absence is None or absence.ended_at is not None:
        return None
    if reminder.step == 0 and absence.counts(hour.now):
        await _everywhere_begins(unit, hour, absence, None)
        return absence.until
    if reminder.step > 0:
        await _everywhere_ends(unit, hour.now, absence.person_id, None)
    return None


async def _everywhere_begins(unit: UnitOfWork, hour: Hour, absence: Absence, cause: RequestContext | None) -> None:
    for circle in await unit.circles.open_with(absence.person_id, hour.now):
        context = await _about(unit, circle, absence.person_id, hour.now, cause)
        if context.role is not None and context.role.is_professional:
            await _begins(unit, hour, circle, absence, context)


async def _begins(unit: UnitOfWork, hour: Hour, circle: Circle, absence: Absence, context: RequestContext) -> None:
    circle, here, away = await presence(unit, circle, hour.now)
    person = context.actor
    there = {one: other for one, other in away.items() if one != person.id}
    before, acting = who_acts(circle, here, there), who_acts(circle, here, away)
    leads = before == person.id
    instead = who_stands_in(circle, person.id, here, away)
    # When everybody who could is away it is still one of them, who does not stand in for anybody.
    lead = await unit.people.get(acting) if leads and acting is not None and acting not in away else None
    locum = await unit.people.get(instead) if instead is not None and instead not in away else None
    nobody = leads and lead is None
    named = locum if absence.locum_id is not None and locum is not None and locum.id == absence.locum_id else None
    said = texts.away(person, absence.until, lead, named, leads=leads)
    await tell_room(unit, context, circle, _room(here[person.id], leads=leads and not nobody), said)
    await _log_told(unit, context, f"begins;acts={acting or 'nobody'}")
    await pass_on_questions(unit, context, circle, person.id, away=True)
    if leads:
        await unit.emergencies.mark_due(circle.patient_id, person.id, hour.now)
    if locum is not None:
        lines, label = await summary(unit, hour.guard, context, locum, of_person=person.id)
        body = texts.standing_in(person, absence.until, lines)
        await hour.speaker.private(unit, context, locum, body, label)


async def _everywhere_ends(unit: UnitOfWork, now: datetime, person_id: str, cause: RequestContext | None) -> None:
    for circle in await unit.circles.open_with(person_id, now):
        context = await _about(unit, circle, person_id, now, cause)
        if context.role is None or not context.role.is_professional:
            continue
        leads = circle.lead_id == person_id
        await tell_room(unit, context, circle, _room(context.role, leads=leads), texts.back(context.actor, leads=leads))
        await _log_told(unit, context, "ends")
        await unit.emergencies.mark_due(circle.patient_id, person_id, now)


async def _end_all(unit: UnitOfWork, context: RequestContext, why: str) -> list[Absence]:
    ended = []
    for absence in await unit.absences.of(context.actor.id, context.now):
        if await unit.absences.end(absence.id, context.now):
            await unit.reminders.cancel(ReminderKind.ABSENCE, absence.id, context.now)
            await _log(unit, context, AuditEvent.ABSENCE_ENDED, absence, why)
            ended.append(absence)
    return ended


async def _require_can_stand_in(unit: UnitOfWork, context: RequestContext, circle: Circle, new: NewAbsence) -> None:
    circle, here, _ = await presence(unit, circle, context.now)
    role = here.get(new.locum_id or "")
    if role is None or not role.is_professional or new.locum_id == context.actor.id:
        raise CommandRejected("no-locum", "De waarnemer is een andere zorgverlener in deze kring.")
    if circle.lead_id == context.actor.id and role not in MAY_STAND_IN:
        raise CommandRejected(
            "locum-cannot-lead",
            "U heeft hier de regie. Waarnemen kan een coach, huisarts, waarnemer, specialist of instelling.",
        )
    for other in await unit.absences.of(new.locum_id or "", context.now):
        if other.since < new.until and new.since < other.until:
            raise CommandRejected(
                "is-away",
                "%(who)s is afwezig t/m %(day)s. Kies iemand anders.",
                {"who": (await unit.people.get(other.person_id)).name.full, "day": texts.last_day(other.until)},
            )


async def _about(
    unit: UnitOfWork, circle: Circle, person_id: str, now: datetime, cause: RequestContext | None
) -> RequestContext:
    """The request of this person about one of their circles: the one in which they said it, or the reminder's."""
    return await identify(
        unit,
        await unit.people.get(person_id),
        circle,
        channel=cause.channel if cause else Channel.ROOM,
        initiator=cause.initiator if cause else INITIATOR,
        correlation_id=cause.correlation_id if cause else new_id("ring"),
        now=now,
    )


def _room(role: Role, *, leads: bool) -> RoomKind:
    """Whom patient and relatives call is for them to know; of the others the team hears."""
    return RoomKind.CIRCLE if leads or role in _CALLED_BY_THE_FAMILY else RoomKind.TEAM


async def _log(unit: UnitOfWork, context: RequestContext, event: AuditEvent, absence: Absence, detail: str) -> None:
    await unit.audit.add(auditing.entry(context, event, object_type="absence", object_id=absence.id, detail=detail))


async def _log_told(unit: UnitOfWork, context: RequestContext, detail: str) -> None:
    await unit.audit.add(
        auditing.entry(
            context, AuditEvent.ABSENCE_TOLD, object_type="circle", object_id=context.circle_id, detail=detail
        )
    )

"""Vandaag voor u: what waits for one carer in all their circles, each asked for at its own door (ADR 0040).

Said in a room of no circle. So it names circles by pseudonym and work by number; what it is about is read in a circle.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import OutgoingMessage, UnitOfWork
from hub.application.use_cases.leading import stand_in
from hub.application.use_cases.ringing import INITIATOR, Hour
from hub.application.use_cases.tasks import visible_tasks
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind
from hub.domain.digest import Waiting, Waits, day_of, is_for_today, is_time, next_digest
from hub.domain.identifiers import new_id
from hub.domain.people import Person
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.vocabulary import Action, Channel, Section

LONGEST = 40
"""Lines of an overview; who has more waiting sees how many more."""


async def waiting_for(
    unit: UnitOfWork,
    guard: Guard,
    person: Person,
    now: datetime,
    *,
    why: str,
    today_only: bool = True,
    channel: Channel = Channel.ROOM,
    but: str | None = None,
) -> list[Waiting]:
    """What waits for this person in every circle where they care for somebody now, late first.

    Each circle is asked for with this person's own rights, and each from which something is told has it in its log.
    ``why``: the code for the log. ``today_only`` False: tasks of later days too, and nothing but tasks. ``but``: a
    circle that is left out.
    """
    found: list[Waiting] = []
    for circle, relation in await unit.circles.places_of(person.id, now):
        if not circle.open or circle.id == but or not relation.role.is_professional:
            continue
        context = await _in(unit, person, circle, channel, now)
        permits = await guard.permitted(unit, context, Action.READ, tuple(Section))
        if not permits:
            continue
        here = await _tasks(unit, guard, context, circle, today_only=today_only)
        if today_only:
            here += await _work(unit, context, circle)
        if here:
            await unit.audit.add(
                auditing.entry(
                    context,
                    AuditEvent.TASKS_READ,
                    object_type="circle",
                    object_id=circle.id,
                    policy=" ".join(sorted({permit.policy for permit in permits})),
                    detail=f"{why};waits={len(here)}",
                )
            )
        found += here
    return sorted(found, key=lambda waiting: waiting.order)


def overview(waiting: list[Waiting], now: datetime, words: Callable[[str], str]) -> str:
    """The message of the morning; empty when nothing waits."""
    if not waiting:
        return ""
    lines = ["# " + words("Vandaag voor u: %(day)s") % {"day": day_of(now)}, *as_lines(waiting, words)]
    return "\n".join(
        (*lines, words("Open de kamer ‘Kring … · privé’ van die kring en typ daar: !taken. Uit: !overzicht uit"))
    )


def as_lines(waiting: list[Waiting], words: Callable[[str], str]) -> list[str]:
    """One line for each thing that waits, in the order given."""
    sentences = {
        Waits.LATE: words("%(circle)s: taak %(number)s is TE LAAT, moest klaar zijn %(due)s"),
        Waits.TASK: words("%(circle)s: taak %(number)s, uiterlijk %(due)s"),
        Waits.YES: words("%(circle)s: taak %(number)s wacht op uw ja, uiterlijk %(due)s"),
        Waits.OFFER: words("%(circle)s: u bent gevraagd voor de regie (nummer %(number)s)"),
        Waits.HANDOVER: words("%(circle)s: overdracht %(number)s wacht op u"),
        Waits.QUESTION: words("%(circle)s: vraag %(number)s wacht op uw antwoord, uiterlijk %(due)s"),
        Waits.STANDS_IN: words("%(circle)s: u neemt waar voor %(who)s, tot en met %(due)s"),
    }
    lines = ["- " + sentences[one.what] % one.facts for one in waiting[:LONGEST]]
    if len(waiting) > LONGEST:
        lines.append("- " + words("en nog %(number)s") % {"number": len(waiting) - LONGEST})
    return lines


async def say_personally(unit: UnitOfWork, person: Person, body: str, now: datetime, correlation_id: str) -> None:
    """In their own room; made when it is not there yet."""
    if await unit.personal_rooms.find(person.id) is None:
        await unit.personal_rooms.wish(person.id, now)
    message = OutgoingMessage(
        circle_id="",
        room_kind=RoomKind.PERSONAL,
        room_id=None,
        person_id=person.id,
        sections=frozenset(),
        body=body,
        responsible_id=person.id,
        correlation_id=correlation_id,
    )
    await unit.outbox.add(message, now)


async def plan_digest(unit: UnitOfWork, person_id: str, now: datetime) -> None:
    """Set the reminder of the next morning, unless this person wants none."""
    minutes = await unit.digest_hours.minutes(person_id)
    if minutes is None:
        await unit.reminders.cancel(ReminderKind.DIGEST, person_id, now)
        return
    at = next_digest(minutes, now)
    await unit.reminders.set(Reminder(ReminderKind.DIGEST, person_id, at, person_id, None, person_id), now)


async def plan_missing(unit: UnitOfWork, now: datetime) -> None:
    """For who came into a circle before there were overviews."""
    for person_id in await unit.digest_hours.without_reminder(now):
        if (await unit.people.get(person_id)).role.is_professional:
            await plan_digest(unit, person_id, now)


async def choose_digest(unit: UnitOfWork, person: Person, minutes: int | None, now: datetime) -> None:
    """Overzicht aan, uit, of om een ander uur: one's own choice, about nobody else."""
    await unit.digest_hours.choose(person.id, minutes, now)
    await plan_digest(unit, person.id, now)


async def digest_rings(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """Nothing is said when nothing waits, nor in the afternoon; no places any more: never again."""
    person = await unit.people.get(reminder.about)
    places = await unit.circles.places_of(person.id, hour.now)
    minutes = await unit.digest_hours.minutes(person.id)
    if minutes is None or not any(circle.open and relation.role.is_professional for circle, relation in places):
        return None
    if is_time(hour.now):
        waiting = await waiting_for(unit, hour.guard, person, hour.now, why="digest")
        body = overview(waiting, hour.now, unit.words(person.language))
        if body:
            await say_personally(unit, person, body, hour.now, new_id("ring"))
    return next_digest(minutes, hour.now)


async def _in(unit: UnitOfWork, person: Person, circle: Circle, channel: Channel, now: datetime) -> RequestContext:
    return await identify(
        unit,
        person,
        circle,
        channel=channel,
        initiator=INITIATOR,
        correlation_id=new_id("digest"),
        now=now,
    )


async def _tasks(
    unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle, *, today_only: bool
) -> list[Waiting]:
    found = []
    for task in await visible_tasks(unit, guard, context):
        late = task.due_at <= context.now
        what = Waits.LATE if late else Waits.YES if task.accepted_at is None else Waits.TASK
        if what is not Waits.TASK or not today_only or is_for_today(task.due_at, context.now):
            found.append(Waiting(circle.pseudonym, what, task.number, task.due_at))
    return found


async def _work(unit: UnitOfWork, context: RequestContext, circle: Circle) -> list[Waiting]:
    """What else waits for this person here: handovers, questions, offers of the lead, and whom they stand in for."""
    me, now = context.actor.id, context.now
    one = Waiting(circle.pseudonym, Waits.OFFER)
    found = [
        replace(one, what=Waits.HANDOVER, number=made.number)
        for made in await unit.handovers.of_circle(circle.id)
        if made.open and made.receiver_id == me
    ]
    found += [
        replace(one, what=Waits.QUESTION, number=asked.number, due_at=asked.term_at)
        for asked in await unit.questions.open_in(circle.id)
        if asked.owner_id == me
    ]
    found += [
        replace(one, number=offer.number)
        for offer in await unit.lead_offers.of_circle(circle.id)
        if offer.open and offer.to_id == me
    ]
    present = [r.person_id for r in await unit.circles.relations(circle.id) if r.active(now)]
    for person_id, absence in (await unit.absences.of_people(present, now)).items():
        if person_id != me and await stand_in(unit, circle, person_id, now) == me:
            away = await unit.people.get(person_id)
            found.append(replace(one, what=Waits.STANDS_IN, due_at=absence.until, who=away.name.full))
    return found

"""When the hour of a handover comes: a draft nobody signed, a patient who read long enough, a receiver who is silent.

Not received in time: both hear it, the sender stays responsible. Still not after half of that time more: who leads gets
it as a task. A reminder computes its next hour from now, never from the hour that was missed.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.application.context import RequestContext
from hub.application.ports import Tone, UnitOfWork
from hub.application.use_cases import handover_texts as texts
from hub.application.use_cases.handover_signing import go_on
from hub.application.use_cases.handovers import write_down
from hub.application.use_cases.leading import acting_lead, stand_in
from hub.application.use_cases.ringing import Hour, in_name_of
from hub.application.use_cases.tasks import NewTask, make_task
from hub.domain.audit import AuditEvent
from hub.domain.handover import OPEN, Handover, HandoverState, Letter
from hub.domain.reminder import Reminder
from hub.domain.spoken import Spoken, phrase
from hub.domain.task import TaskKind
from hub.domain.vocabulary import Section

_SOONEST = timedelta(minutes=30)


async def ring(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """The act of :data:`hub.domain.reminder.ReminderKind.HANDOVER`."""
    circle_id, _, number = reminder.about.rpartition(":")
    handover = await unit.handovers.get(circle_id, int(number))
    circle = await unit.circles.get(circle_id)
    if handover is None or not circle.open:
        return None
    context = await in_name_of(unit, circle, handover.made_by, hour)
    if handover.state is HandoverState.PREVIEW:
        letter = await unit.handovers.letter(handover)
        if letter is None:
            # Its words were destroyed meanwhile: there is nothing to give, and its sender makes a new one.
            await unit.handovers.change(handover, replace(handover, state=HandoverState.CANCELLED))
            await write_down(unit, context, AuditEvent.HANDOVER_CANCELLED, handover, detail="no-words")
            return None
        offered = await go_on(unit, hour.speaker, context, handover, letter)
        return offered.due_at
    if handover.state is HandoverState.DRAFT:
        await _tell(unit, hour, context, handover.made_by, texts.forgotten_draft(handover))
        return None
    if handover.state not in OPEN:
        return None
    if handover.told_at is None:
        return await _tell_both(unit, hour, context, handover)
    await _to_the_lead(unit, context, handover)
    return None


async def _tell_both(unit: UnitOfWork, hour: Hour, context: RequestContext, handover: Handover) -> datetime:
    sender = await unit.people.get(handover.made_by)
    receiver = await unit.people.get(handover.receiver_id) if handover.receiver_id else None
    name = receiver.name.full if receiver is not None else None
    circle = await unit.circles.get(handover.circle_id)
    await _tell(unit, hour, context, handover.made_by, texts.late_to_sender(handover, name))
    if receiver is not None:
        # While the receiver is away it is for who stands in; two people hear it once.
        standing_in = await stand_in(unit, circle, receiver.id, hour.now)
        for person_id in dict.fromkeys((receiver.id, standing_in)):
            if person_id != handover.made_by:
                await _tell(unit, hour, context, person_id, texts.late_to_receiver(handover, sender.name.full))
    await unit.handovers.change(handover, replace(handover, told_at=hour.now))
    await write_down(unit, context, AuditEvent.HANDOVER_LATE, handover, detail="both-told")
    letter = await unit.handovers.letter(handover) or Letter()
    return hour.now + max(timedelta(minutes=letter.minutes) / 2, _SOONEST)


async def _to_the_lead(unit: UnitOfWork, context: RequestContext, handover: Handover) -> None:
    circle = await unit.circles.get(handover.circle_id)
    sender = await unit.people.get(handover.made_by)
    receiver = await unit.people.get(handover.receiver_id) if handover.receiver_id else None
    what = texts.task_for_lead(handover, sender.name.full, receiver.name.full if receiver is not None else None)
    task = NewTask(
        kind=TaskKind.CALL,
        about=f"handover:{handover.number}",
        section=Section.S8,
        sections=frozenset({Section.S8}),
        refs=(),
        what=what,
        alarm=phrase("Overdracht %(number)s is niet ontvangen", number=handover.number),
        owner_id=await acting_lead(unit, circle, context.now),
    )
    await make_task(unit, context, circle, task)
    await write_down(unit, context, AuditEvent.HANDOVER_LATE, handover, detail="lead-told")


async def _tell(unit: UnitOfWork, hour: Hour, context: RequestContext, person_id: str, body: Spoken) -> None:
    """In private, to who is still in the circle; with a mention, because it is theirs to do."""
    if await unit.circles.relation(context.circle_id, person_id, hour.now) is None:
        return
    person = await unit.people.get(person_id)
    await hour.speaker.private(unit, context, person, body, (), tone=Tone.URGENT)

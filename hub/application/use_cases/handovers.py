"""Make and receive handovers (overdracht, law-and-care §3.8): nothing is handed over until somebody says so.

Every handover that is not settled has one reminder, set in the transaction that made it so: a draft that nobody signed,
a patient who reads, a receiver who says nothing (:mod:`.handover_hours`). Until it is received, its
sender answers for it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.use_cases.contradictions import after_change
from hub.application.use_cases.leading import acting_lead, stand_in
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.errors import CommandRejected
from hub.domain.handover import (
    UNSETTLED,
    Destination,
    Handover,
    HandoverReason,
    HandoverState,
    HandoverTerms,
    Letter,
    digest_of,
    responsible,
)
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.vocabulary import Action, Section

DRAFT_WAITS = timedelta(hours=4)
"""After that long the sender hears once that the draft is not signed."""


async def make_handover(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    destination: Destination | None,
    receiver_id: str | None,
    *,
    reason: HandoverReason = HandoverReason.PLACE,
    draft: bool = False,
    access_ends_at: datetime | None = None,
    term: timedelta | None = None,
) -> Handover:
    """Overdracht maken. It needs the right to record in the care plan (S8), where handovers belong.

    :param draft: nothing is handed over before its sender signs it with the code of its text
    :param term: until somebody is told that nobody received it
    :raises CommandRejected: the receiver is not a professional in this circle, or is the sender
    """
    permit = await may_hand_over(unit, guard, context)
    if receiver_id is not None:
        relation = await unit.circles.relation(context.circle_id, receiver_id, context.now)
        if relation is None or not relation.role.is_professional or receiver_id == context.actor.id:
            raise CommandRejected("no-receiver", "De ontvanger is geen andere zorgverlener in deze kring.")
    elif draft:
        raise CommandRejected("no-receiver-named", "Noem bij een concept wie de overdracht ontvangt.")
    due_at = context.now + (DRAFT_WAITS if draft else term or HandoverTerms().of(reason))
    handover = await unit.handovers.add(
        Handover(
            context.circle_id,
            0,
            destination,
            context.actor.id,
            context.now,
            receiver_id,
            reason=reason,
            state=HandoverState.DRAFT if draft else HandoverState.OFFERED,
            patient_id=context.patient_id,
            signed_at=None if draft else context.now,
            due_at=due_at,
            access_ends_at=access_ends_at,
            seconds=None if draft else 0,
        )
    )
    await write_down(unit, context, AuditEvent.HANDOVER_MADE, handover, permit, detail=_detail(handover))
    await watch(unit, context, handover, due_at)
    if not draft:
        await handed_over(unit, guard, context, handover)
    return handover


async def handed_over(unit: UnitOfWork, guard: Guard, context: RequestContext, handover: Handover) -> None:
    """What follows from a handover that was signed: what was agreed before a move is shown with a warning from now on,
    in the out-of-hours set too."""
    await after_change(unit, guard, context, [handover])
    await unit.emergencies.mark_due(context.patient_id or "", context.actor.id, context.now)


async def keep_letter(
    unit: UnitOfWork, context: RequestContext, handover: Handover, letter: Letter, *, signed: bool
) -> Handover:
    """Keep what it says, with the hash of what is signed and of what the receiver gets.

    :param signed: by the command that this request is; else it is the draft that a code will be typed for
    """
    kept = replace(
        handover,
        digest=digest_of(handover, letter.text),
        delivered_digest=digest_of(handover, letter.theirs) if letter.theirs else None,
    )
    await unit.handovers.write(kept, letter)
    await unit.handovers.change(handover, kept)
    if signed:
        await sign_down(unit, context, kept)
    return kept


async def sign_down(unit: UnitOfWork, context: RequestContext, handover: Handover) -> None:
    """Write the signature in the log: who, by which encrypted message (the line's correlation), over which hash."""
    await write_down(
        unit,
        context,
        AuditEvent.HANDOVER_SIGNED,
        handover,
        detail=f"sha256={handover.digest};delivered={handover.delivered_digest or '-'}",
    )


async def receive_handover(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> Handover:
    """Ontvangen: closes the handover. A named receiver is the only one who can, or who stands in for them.

    :raises CommandRejected: no such open handover, the sender, or somebody else than the named receiver
    """
    permit = await guard.require(unit, context, Action.READ, Section.S8)
    if context.role is None or not context.role.is_professional or permit.limits:
        raise CommandRejected("not-yours-to-receive", "Een overdracht ontvangt een zorgverlener met het hele zorgplan.")
    handover = await _for_its_receiver(unit, context, number)
    if not await unit.handovers.received(context.circle_id, number, context.actor.id, context.now):
        raise _no_open(number)
    await unit.reminders.cancel(ReminderKind.HANDOVER, handover.about, context.now)
    await write_down(unit, context, AuditEvent.HANDOVER_RECEIVED, handover, permit)
    return replace(handover, received_by=context.actor.id, received_at=context.now, state=HandoverState.ACCEPTED)


async def ask_back(
    unit: UnitOfWork, guard: Guard, context: RequestContext, number: int, question: str
) -> tuple[Handover, Letter]:
    """Terugvragen: the sender answers; the clock goes on, and so does the sender's responsibility.

    :raises CommandRejected: no such open handover, or it is of somebody else
    """
    await guard.require(unit, context, Action.READ, Section.S8)
    if not question:
        raise CommandRejected("no-question", "Schrijf: !terugvragen <nummer> <uw vraag>.")
    handover = await _for_its_receiver(unit, context, number)
    asked = replace(handover, state=HandoverState.ASKED)
    letter = replace(await unit.handovers.letter(handover) or Letter(), question=question, answer="")
    await _changed(unit, handover, asked)
    await unit.handovers.write(asked, letter)
    await write_down(unit, context, AuditEvent.HANDOVER_ASKED_BACK, asked)
    return asked, letter


async def answer(
    unit: UnitOfWork, guard: Guard, context: RequestContext, number: int, said: str
) -> tuple[Handover, Letter]:
    """Antwoorden op een terugvraag: it is offered anew, with a whole term.

    :raises CommandRejected: nothing was asked, or the handover is of somebody else
    """
    await may_hand_over(unit, guard, context)
    handover = await unit.handovers.get(context.circle_id, number)
    if handover is None or handover.made_by != context.actor.id or handover.state is not HandoverState.ASKED:
        raise CommandRejected("nothing-asked", "Bij deze overdracht wacht geen vraag op uw antwoord.")
    if not said:
        raise CommandRejected(
            "no-answer", "Schrijf: !overdracht %(number)s antwoord: <uw antwoord>.", {"number": number}
        )
    letter = replace(await unit.handovers.letter(handover) or Letter(), answer=said)
    due_at = context.now + timedelta(minutes=letter.minutes)
    offered = replace(handover, state=HandoverState.OFFERED, due_at=due_at, told_at=None)
    await _changed(unit, handover, offered)
    await unit.handovers.write(offered, letter)
    await watch(unit, context, offered, due_at)
    await write_down(unit, context, AuditEvent.HANDOVER_ANSWERED, offered)
    return offered, letter


async def withdraw(unit: UnitOfWork, guard: Guard, context: RequestContext, number: int) -> Handover:
    """Intrekken, by its sender, as long as nobody received it; what it was before is what is returned.

    :raises CommandRejected: no such handover of this sender
    """
    await may_hand_over(unit, guard, context)
    handover = await of_its_sender(unit, context, number, UNSETTLED)
    await _cancel(unit, context, handover, "by-sender")
    return handover


async def cancel_for_death(unit: UnitOfWork, context: RequestContext, circle: Circle) -> int:
    """Nothing is handed over any more after a confirmed death; how many were open or being made."""
    waiting = await unit.handovers.unsettled(circle.id, UNSETTLED)
    for handover in waiting:
        await _cancel(unit, context, handover, "death")
    return len(waiting)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Een overdracht die nog niet is ontvangen, and who answers for it now."""

    handover: Handover
    responsible_id: str | None


async def waiting_handovers(unit: UnitOfWork, guard: Guard, context: RequestContext) -> list[Waiting]:
    """Open overdrachten, for who may read the whole care plan; own drafts for their maker only. Audited.

    :raises Refused: the care plan is not open
    """
    permit = await guard.require(unit, context, Action.READ, Section.S8)
    if permit.limits:
        raise CommandRejected("not-yours-to-see", "Overdrachten ziet wie het hele zorgplan mag lezen.")
    found = await unit.handovers.unsettled(context.circle_id, UNSETTLED)
    circle = await unit.circles.get(context.circle_id)
    here = {r.person_id for r in await unit.circles.relations(circle.id) if r.active(context.now)}
    lead = await acting_lead(unit, circle, context.now)
    shown = [one for one in found if one.state is not HandoverState.DRAFT or one.made_by == context.actor.id]
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.HANDOVERS_READ,
            object_type="circle",
            object_id=circle.id,
            sections=(Section.S8,),
            policy=permit.policy,
            detail=f"handovers={len(shown)}",
        )
    )
    return [Waiting(one, responsible(one, here, lead)) for one in shown]


async def may_hand_over(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Permit:
    """:raises CommandRejected: no professional, or one with a part of the care plan"""
    permit = await guard.require(unit, context, Action.RECORD, Section.S8)
    if context.role is None or not context.role.is_professional or permit.limits:
        raise CommandRejected("not-yours-to-hand-over", "Een overdracht maakt een zorgverlener met het hele zorgplan.")
    return permit


async def of_its_sender(
    unit: UnitOfWork, context: RequestContext, number: int, states: Collection[HandoverState]
) -> Handover:
    """:raises CommandRejected: there is none, or it is of somebody else: the same words"""
    handover = await unit.handovers.get(context.circle_id, number)
    if handover is None or handover.made_by != context.actor.id or handover.state not in states:
        raise CommandRejected(
            "no-such-handover", "U heeft zo geen overdracht met nummer %(number)s.", {"number": number}
        )
    return handover


async def watch(unit: UnitOfWork, context: RequestContext, handover: Handover, at: datetime) -> None:
    """Set its reminder, in the name of its sender."""
    await unit.reminders.set(
        Reminder(ReminderKind.HANDOVER, handover.about, at, handover.made_by, handover.circle_id, handover.receiver_id),
        context.now,
    )


async def write_down(
    unit: UnitOfWork,
    context: RequestContext,
    event: AuditEvent,
    handover: Handover,
    permit: Permit | None = None,
    detail: str = "",
) -> None:
    """One line in the log about this handover."""
    await unit.audit.add(
        auditing.entry(
            context,
            event,
            object_type="handover",
            object_id=str(handover.number),
            sections=(Section.S8,),
            policy=permit.policy if permit is not None else auditing.NO_DECISION,
            detail=detail,
        )
    )


async def _for_its_receiver(unit: UnitOfWork, context: RequestContext, number: int) -> Handover:
    handover = await unit.handovers.get(context.circle_id, number)
    if handover is None or not handover.open:
        raise _no_open(number)
    if handover.made_by == context.actor.id:
        raise CommandRejected("own-handover", "Uw eigen overdracht ontvangt iemand anders.")
    receiver = handover.receiver_id
    if receiver not in {None, context.actor.id} and await _is_here(unit, context, receiver):
        circle = await unit.circles.get(context.circle_id)
        if await stand_in(unit, circle, receiver or "", context.now) != context.actor.id:
            raise CommandRejected("other-receiver", "Deze overdracht is aan iemand anders gericht.")
    return handover


async def _is_here(unit: UnitOfWork, context: RequestContext, person_id: str | None) -> bool:
    """Somebody who left receives nothing any more; who takes it over says so, by name (law-and-care E8)."""
    return person_id is not None and (
        await unit.circles.relation(context.circle_id, person_id, context.now) is not None
    )


async def _cancel(unit: UnitOfWork, context: RequestContext, handover: Handover, why: str) -> None:
    await _changed(unit, handover, replace(handover, state=HandoverState.CANCELLED))
    await unit.reminders.cancel(ReminderKind.HANDOVER, handover.about, context.now)
    await write_down(unit, context, AuditEvent.HANDOVER_CANCELLED, handover, detail=why)


async def _changed(unit: UnitOfWork, before: Handover, after: Handover) -> None:
    if not await unit.handovers.change(before, after):
        raise _no_open(before.number)


def _no_open(number: int) -> CommandRejected:
    return CommandRejected("no-open-handover", "Er is geen open overdracht met nummer %(number)s.", {"number": number})


def _detail(handover: Handover) -> str:
    """Codes: where to, or which moment."""
    where = handover.destination.value if handover.destination is not None else handover.reason.value
    return f"{where};draft" if handover.state is HandoverState.DRAFT else where

"""Tekenen: a handover is signed by an encrypted word that is bound to the hash of its text (ADR 0042).

The sender types the code of the text that they read. When the dossier says something else by then, nothing is signed:
they get the new text and its code, and the old code is worth nothing. Where the law gives it, the patient reads first.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.identify import identify
from hub.application.ports import Tone, UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases import handover_texts as texts
from hub.application.use_cases.dossier import NewEntry, record_entry
from hub.application.use_cases.handovers import (
    handed_over,
    keep_letter,
    may_hand_over,
    of_its_sender,
    sign_down,
    watch,
    write_down,
)
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.dossier import Source
from hub.domain.entries import Kind, Note
from hub.domain.errors import CommandRejected
from hub.domain.handover import Handover, HandoverState, Letter, code_fits, code_of, digest_of
from hub.domain.people import Person
from hub.domain.spoken import N_, joined, verbatim
from hub.domain.vocabulary import Action, PatientState, Section


class Outcome(StrEnum):
    """Wat er van de handtekening werd."""

    SIGNED = "signed"
    """And on its way to the receiver."""
    PREVIEW = "preview"
    """And the patient reads it first."""
    CHANGED = "changed"
    """Not signed: the dossier says something else now."""


@dataclass(frozen=True, slots=True)
class Signing:
    """``handover`` as it stands now, with the digest of the text that counts now."""

    outcome: Outcome
    handover: Handover


async def sign(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    number: int,
    code: str,
    letter: Letter,
    *,
    preview: timedelta | None,
) -> Signing:
    """Tekenen. ``letter``: what the handover says when it is made from the dossier of this moment.

    :param preview: how long the patient may read it first; None: not at all
    :raises CommandRejected: no such draft of this person, or another code than that of the text they got
    """
    await may_hand_over(unit, guard, context)
    draft = await of_its_sender(unit, context, number, {HandoverState.DRAFT})
    if draft.digest is None or not code_fits(code, draft.digest):
        raise CommandRejected(
            "wrong-code",
            "Die code hoort niet bij de tekst die u het laatst kreeg. Lees die nog eens: !overdracht %(number)s lees",
            {"number": number},
        )
    if digest_of(draft, letter.text) != draft.digest:
        return Signing(Outcome.CHANGED, await keep_letter(unit, context, draft, letter, signed=False))
    kept = await keep_letter(unit, context, draft, letter, signed=False)
    signed = replace(
        kept,
        state=HandoverState.PREVIEW if preview is not None else HandoverState.OFFERED,
        signed_at=context.now,
        due_at=context.now + (preview if preview is not None else timedelta(minutes=letter.minutes)),
        seconds=int((context.now - draft.made_at).total_seconds()),
    )
    await _change(unit, kept, signed)
    await sign_down(unit, context, signed)
    await watch(unit, context, signed, signed.due_at or context.now)
    await handed_over(unit, guard, context, signed)
    return Signing(Outcome.PREVIEW if preview is not None else Outcome.SIGNED, signed)


async def keep_said(
    unit: UnitOfWork, guard: Guard, context: RequestContext, handover: Handover, letter: Letter, source: Source
) -> None:
    """What the sender said with it is care too, and belongs in the dossier (BW 7:454): one note in the care plan."""
    said = [f"{what}: {words}" for what, words in (("advies", letter.advice), ("zorg", letter.worry)) if words]
    if said:
        note = Note(f"{texts.named(handover).dutch}. " + "; ".join(said))
        await record_entry(unit, guard, context, NewEntry(Kind.NOTE, note, Section.S8), source)


async def patient_who_reads(
    unit: UnitOfWork, guard: Guard, context: RequestContext, letter: Letter
) -> RequestContext | None:
    """The request of the patient who reads it first (BW 7:448, 7:456; NEN 7545 §7.4.4); None: this one does not.

    Not when it is urgent, in the dying phase, while something is withheld or the marking was not discussed, or where
    somebody else decides for the patient: then what they would see is not what is handed over, or it cannot wait.
    """
    circle = context.circle
    if letter.urgent or circle is None or circle.discussed_at is None or context.patient_id is None:
        return None
    patient = await unit.patients.get(context.patient_id)
    there = await unit.circles.relation(circle.id, patient.person_id, context.now)
    if there is None or patient.state is not PatientState.ALIVE:
        return None
    if await unit.dossier.represented(patient.id, context.now):
        return None
    theirs = await request_of(unit, context, await unit.people.get(patient.person_id))
    if await unit.withholdings.held_back(patient.id, context.now, theirs.role):
        return None
    try:
        await guard.require(unit, theirs, Action.READ, Section.S8)
    except Refused:
        return None
    return theirs


async def request_of(unit: UnitOfWork, context: RequestContext, reader: Person) -> RequestContext:
    """A request of somebody who gets a part of it, made in the name of who hands over."""
    return await identify(
        unit,
        reader,
        context.circle,
        channel=context.channel,
        initiator=f"bot:dossier for {context.actor.id}",
        correlation_id=context.correlation_id,
        now=context.now,
        room_id=context.room_id,
    )


async def show_patient(
    unit: UnitOfWork,
    speaker: Speaker,
    context: RequestContext,
    theirs: RequestContext,
    handover: Handover,
    body: str,
    sections: frozenset[Section],
) -> None:
    """Give the patient what may be theirs to read of it, and until when it waits for them."""
    until = handover.due_at or context.now
    sender = context.actor.introduced(context.role)
    text = joined((texts.preview(handover, sender, until), verbatim(body)))
    await speaker.private(unit, context, theirs.actor, text, sections)
    await speaker.private(unit, context, context.actor, texts.patient_reads(handover, until), ())
    await write_down(unit, theirs, AuditEvent.HANDOVER_PREVIEWED, handover)


async def patient_agrees(
    unit: UnitOfWork,
    guard: Guard,
    speaker: Speaker,
    context: RequestContext,
    number: int,
    own_words: str,
    source: Source,
) -> Handover:
    """De patiënt las het: it goes on now, with what the patient wants to say with it.

    :raises CommandRejected: no handover of this number waits for this patient
    """
    await guard.require(unit, context, Action.READ, Section.S8)
    handover = await unit.handovers.get(context.circle_id, number)
    patient = await unit.patients.get(context.patient_id or "")
    if handover is None or handover.state is not HandoverState.PREVIEW or patient.person_id != context.actor.id:
        raise CommandRejected("nothing-to-read", "Er wacht geen overdracht met dit nummer op u.")
    letter = await unit.handovers.letter(handover) or Letter()
    if own_words:
        letter = replace(letter, own_words=own_words)
        await unit.handovers.write(handover, letter)
        note = Note(
            N_("Bij overdracht %(number)s: %(own_words)s") % {"number": handover.number, "own_words": own_words}
        )
        await record_entry(unit, guard, context, NewEntry(Kind.NOTE, note, Section.S4), source)
    return await go_on(unit, speaker, await _of_sender(unit, context, handover), handover, letter)


async def not_waiting(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext, number: int
) -> Handover:
    """Spoed: its sender lets it go on without waiting for the patient any longer.

    :raises CommandRejected: nothing of this sender waits for the patient
    """
    await may_hand_over(unit, guard, context)
    handover = await of_its_sender(unit, context, number, {HandoverState.PREVIEW})
    return await go_on(unit, speaker, context, handover, await unit.handovers.letter(handover) or Letter())


async def go_on(
    unit: UnitOfWork, speaker: Speaker, context: RequestContext, handover: Handover, letter: Letter
) -> Handover:
    """Offer what was signed; from now on the receiver's time counts. ``context``: of its sender."""
    due_at = context.now + timedelta(minutes=letter.minutes)
    offered = replace(handover, state=HandoverState.OFFERED, due_at=due_at)
    await _change(unit, handover, offered)
    await watch(unit, context, offered, due_at)
    await bring(unit, speaker, context, offered, letter)
    return offered


async def bring(
    unit: UnitOfWork, speaker: Speaker, context: RequestContext, handover: Handover, letter: Letter
) -> None:
    """Say it to its receiver, exactly as it was signed for them; the team hears that it is open, the sender too."""
    if handover.receiver_id is None or handover.digest is None:
        raise ValueError("a draft has a receiver and a text")
    receiver = await unit.people.get(handover.receiver_id)
    sender = await unit.people.get(handover.made_by)
    body = joined(
        (
            verbatim(letter.theirs),
            *([texts.patients_words(letter.own_words)] if letter.own_words else ()),
            texts.please_receive(handover, sender.name.full),
        )
    )
    sections = frozenset(Section(name) for name in letter.their_sections)
    await speaker.private(unit, context, receiver, body, sections, tone=Tone.URGENT)
    await speaker.private(unit, context, sender, texts.signed(handover, code_of(handover.digest)), ())
    await speaker.announce(unit, context, RoomKind.TEAM, texts.stays_open(handover, receiver.name.full).dutch)


async def _of_sender(unit: UnitOfWork, context: RequestContext, handover: Handover) -> RequestContext:
    """The bot acts on behalf of who signed; that the patient made it go on stands in the log beside it."""
    return await identify(
        unit,
        await unit.people.get(handover.made_by),
        context.circle,
        channel=context.channel,
        initiator=f"bot:dossier for {context.actor.id}",
        correlation_id=context.correlation_id,
        now=context.now,
        room_id=context.room_id,
    )


async def _change(unit: UnitOfWork, before: Handover, after: Handover) -> None:
    if not await unit.handovers.change(before, after):
        raise CommandRejected("changed-meanwhile", "Deze overdracht is net veranderd. Kijk met: !overdrachten")

"""What happens to a message after it was filed: an edit is put before who filed it, a withdrawal marks the entry.

Neither changes the dossier by itself. That something is an edit, and of which message, is mostly the envelope's word,
and a redaction is the homeserver's word altogether; so both end in a question, and the entry stays (ADR 0030).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bots.dossier import filing_words
from bots.dossier.filing import KIND
from bots.dossier.filing_source import said_by, source_json, words_of
from bots.runtime.judging import Withdrawal
from bots.runtime.trust import TrustedMessage
from hub.adapters.sql.times import from_micros
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.context import RequestContext
from hub.application.filing_ports import FiledMessage
from hub.application.identify import identify
from hub.application.use_cases import filing
from hub.bootstrap import Hub
from hub.domain.circle import RoomKind
from hub.domain.dialogue import Dialogue, DialogueState
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.filing import Proposal, Said, note_in, propose
from hub.domain.identifiers import new_id
from hub.domain.people import Person
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Action, Section
from hub.texts import N_, translator

_TEAM = N_("Het bericht achter %(ref)s is veranderd of ingetrokken. Kijk of de regel nog klopt: !dossier %(section)s")


async def on_edit(hub: Hub, unit: SqlUnitOfWork, context: RequestContext, message: TrustedMessage) -> bool:
    """A trusted edit: a proposed correction for whoever filed the message, of what this same person wrote."""
    if message.replaces is None or context.patient_id is None:
        return False
    filed = await unit.filings.of_event(context.patient_id, message.room_id, message.replaces)
    own = [one for one in filed if one.sender_id == context.actor.id]
    sent_at = from_micros(message.origin_server_ts * 1000)
    said = await said_by(unit, context, message, words_of(message), sent_at)
    if not own or said is None or not context.is_member:
        return False
    source = await source_json(unit, message, None, said, sent_at)
    for filer, entry in await _standing(hub, unit, context, own):
        value = _same_kind(said, entry)
        answers = {
            "mode": "mend",
            "stage": "choose",
            **source,
            "ref": str(entry.ref),
            "options": [] if value is None else [value.as_json()],
        }
        await _ask(hub, unit, filer, entry, message.event_id, answers)
    return True


async def on_withdrawal(hub: Hub, unit: SqlUnitOfWork, context: RequestContext, withdrawal: Withdrawal) -> bool:
    """The homeserver says that somebody withdrew a message: marked, asked about, and never erased."""
    if context.patient_id is None:
        return False
    for person_id in await unit.filings.waiting_about(context.circle_id, withdrawal.target):
        waiting = await unit.dialogues.find(context.circle_id, person_id, KIND, DialogueState.OPEN, withdrawal.target)
        if waiting is not None and waiting.answers["mode"] == "file":
            # It stays: with the question gone, the answer that is on its way would fall to another question.
            await unit.dialogues.save(replace(waiting, answers={**waiting.answers, "withdrawn": True}))
    marked = await filing.withdraw_source(unit, context, withdrawal.room_id, withdrawal.target)
    for filer, entry in await _standing(hub, unit, context, marked):
        answers = {
            "mode": "lapse",
            "stage": "choose",
            "event": withdrawal.event_id,
            "by": context.actor.name.full,
            "ref": str(entry.ref),
            "options": [],
        }
        await _ask(hub, unit, filer, entry, withdrawal.event_id, answers)
    return bool(marked)


async def _standing(
    hub: Hub, unit: SqlUnitOfWork, context: RequestContext, filed: Iterable[FiledMessage]
) -> list[tuple[RequestContext, Entry]]:
    """Each entry whose newest version came from this message, read as the one who filed it, who may mend it.

    Did that person leave, or may they mend it no more, then the team hears that somebody must look.
    """
    newest = {one.ref: one for one in sorted(filed, key=lambda one: one.version)}
    standing = []
    for ref, one in newest.items():
        filer = await _context_of(unit, context, await unit.people.get(one.filed_by))
        permits = await hub.guard.permitted(unit, filer, Action.CORRECT, (ref.section,)) if filer.is_member else []
        if permits:
            versions = await unit.dossier.versions(permits[0], ref)
            if versions and versions[-1].version == one.version and versions[-1].status is not Status.WITHDRAWN:
                standing.append((filer, versions[-1]))
        elif ref.section is not Section.S10:
            # Of a confidence the number alone would tell too much (BW 7:456).
            told = _TEAM % {"ref": ref, "section": ref.section.value}
            await hub.speaker.announce(unit, context, RoomKind.TEAM, told)
    return standing


def _same_kind(said: Said, entry: Entry) -> Proposal | None:
    """What the new words say of the same kind; None: they say nothing of it, and a human has to look."""
    if entry.kind is Kind.NOTE:
        return note_in(said, entry.section)
    return next((one for one in propose(said, entry.section) if one.kind is entry.kind), None)


async def _ask(
    hub: Hub, unit: SqlUnitOfWork, filer: RequestContext, entry: Entry, about: str, answers: Mapping[str, Any]
) -> None:
    """The one who filed it is asked, once for each entry."""
    key = f"{about}:{entry.ref}"
    if await unit.dialogues.find(filer.circle_id, filer.actor.id, KIND, DialogueState.OPEN, key) is not None:
        return
    dialogue = Dialogue(
        id=new_id("dia"),
        circle_id=filer.circle_id,
        patient_id=entry.patient_id,
        person_id=filer.actor.id,
        kind=KIND,
        begun_at=filer.now,
        asked_at=filer.now,
        answers=answers,
        about=key[:255],
    )
    await unit.dialogues.open(dialogue)
    await filing.note_proposal(unit, filer, about, f"{answers['mode']}={entry.ref}")
    body = filing_words.question(answers, translator(filer.actor.language))
    await hub.speaker.private(unit, filer, filer.actor, verbatim(body), ())


async def _context_of(unit: SqlUnitOfWork, context: RequestContext, person: Person) -> RequestContext:
    return await identify(
        unit,
        person,
        context.circle,
        channel=context.channel,
        initiator=context.initiator,
        correlation_id=context.correlation_id,
        now=context.now,
        room_id=await unit.rooms.find(context.circle_id, RoomKind.PRIVATE, person.id),
    )

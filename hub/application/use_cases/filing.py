"""Bewaren uit de chat: wish, propose, file on somebody's word, and follow what happens to the message (ADR 0030).

A wish is an intent and files nothing. A proposal is made for a member who could read the message. What is filed is
filed by :func:`keep`, on the encrypted answer of the person who was asked, under their own permit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.filing_ports import FiledMessage, FilingWish
from hub.application.guard import Guard
from hub.application.ports import RoomPlace, UnitOfWork
from hub.application.use_cases.corrections import correct_entry
from hub.application.use_cases.documents import keep_document
from hub.application.use_cases.dossier import NewEntry, record_entry
from hub.domain import limits
from hub.domain.audit import AuditEvent
from hub.domain.circle import CareRelation, RoomKind, belongs_in
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.entries import Kind, Value
from hub.domain.filing import Proposal
from hub.domain.identifiers import EntryRef
from hub.domain.spoken import N_
from hub.domain.vocabulary import Action, Section

MOST_AN_HOUR = 30
"""Of one person. A homeserver can forge reactions, and each proposal is a message to somebody."""
NOT_FOR_YOU = "not-for-you"
"""Code: no such message in this circle, or not one that this person could read; never told apart."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the words came from: all that an entry keeps of its message."""

    room_id: str
    event_id: str
    content_sha256: str
    sender_id: str
    sent_at: datetime


async def wish_to_keep(
    unit: UnitOfWork, context: RequestContext, *, event_id: str, section: Section | None = None, by_word: bool
) -> bool:
    """Note that somebody points at a message of this room; a worker fetches it and proposes.

    False: not noted, because this person is no member here, or points at more than anybody reads. The log says so.
    """
    place = await unit.rooms.place(context.room_id) if context.room_id else None
    code = None
    if place is None or place.circle_id != context.circle_id or not context.is_member:
        code = NOT_FOR_YOU
    elif await unit.filings.wished_since(context.actor.id, context.now - timedelta(hours=1)) >= MOST_AN_HOUR:
        code = "too-many"
    if code is not None or context.room_id is None:
        await note_refusal(unit, context, event_id, code or NOT_FOR_YOU)
        return False
    wish = FilingWish(
        circle_id=context.circle_id,
        room_id=context.room_id,
        event_id=event_id,
        person_id=context.actor.id,
        asked_by_event=context.correlation_id,
        by_word=by_word,
        section=section,
    )
    return await unit.filings.wish(wish, context.now)


async def wish_to_fetch(unit: UnitOfWork, context: RequestContext, origin: Origin, section: Section) -> None:
    """A photo or a file is to be fetched and kept in ``section``, on the encrypted answer of who was asked."""
    wish = FilingWish(
        circle_id=context.circle_id,
        room_id=origin.room_id,
        event_id=origin.event_id,
        person_id=context.actor.id,
        asked_by_event=context.correlation_id,
        by_word=True,
        section=section,
        confirmed=True,
    )
    await unit.filings.wish(wish, context.now)


async def could_read(unit: UnitOfWork, context: RequestContext, room_id: str, sent_at: datetime) -> bool:
    """Whether this person is in the circle and in that room now, and was in the circle when the message was sent."""
    place = await unit.rooms.place(room_id)
    if place is None or place.circle_id != context.circle_id or not context.is_member or context.role is None:
        return False
    if (await unit.rooms.members(room_id)).get(context.actor.matrix_id or "") != "join":
        return False
    return _sits_there(place, context) and await member_then(unit, context, context.actor.id, sent_at) is not None


async def member_then(
    unit: UnitOfWork, context: RequestContext, person_id: str, moment: datetime
) -> CareRelation | None:
    """The relation of this person with the circle at that moment."""
    relations = [r for r in await unit.circles.relations(context.circle_id) if r.person_id == person_id]
    return next((relation for relation in reversed(relations) if relation.active(moment)), None)


def _sits_there(place: RoomPlace, context: RequestContext) -> bool:
    if place.kind is RoomKind.PRIVATE:
        return place.person_id == context.actor.id
    return context.role is not None and belongs_in(context.role, place.kind)


async def filed_before(
    unit: UnitOfWork, guard: Guard, context: RequestContext, room_id: str, event_id: str, asked: Section | None = None
) -> Entry | None:
    """What this message was filed as, when this person may read that; else None, as if it was not."""
    filed = await unit.filings.of_event(context.patient_id or "", room_id, event_id)
    for ref in dict.fromkeys(one.ref for one in filed if asked is None or one.ref.section is asked):
        opened = await guard.permitted(unit, context, Action.READ, (ref.section,))
        versions = await unit.dossier.versions(opened[0], ref) if opened else []
        if not versions or versions[-1].status is Status.WITHDRAWN:
            continue
        if limits.visible(opened[0].limits, versions[-1:], reader=context.actor.id):
            return versions[-1]
    return None


async def open_to(
    unit: UnitOfWork, guard: Guard, context: RequestContext, proposals: Sequence[Proposal]
) -> tuple[tuple[Proposal, ...], tuple[Section, ...]]:
    """The proposals that this person may file, and every section where they may put a note.

    :raises Refused: they may file nothing at all
    """
    permits = {p.section: p for p in await guard.permitted(unit, context, Action.RECORD, tuple(Section))}
    if not permits:
        await guard.require(unit, context, Action.RECORD, proposals[0].section if proposals else Section.S8)
    allowed = [p for p in proposals if p.section in permits and limits.may_record(permits[p.section].limits, p.kind)]
    notes = [
        section
        for section, permit in permits.items()
        if section is not None and limits.may_record(permit.limits, Kind.NOTE)
    ]
    return tuple(allowed), tuple(sorted(notes, key=lambda section: int(section.value[1:])))


async def keep(unit: UnitOfWork, guard: Guard, context: RequestContext, chosen: Proposal, origin: Origin) -> Entry:
    """File what somebody chose: the entry links the message, its hash and its sender.

    :raises Refused: not theirs to record (any more)
    :raises CommandRejected: the dossier says no
    """
    new = NewEntry(chosen.kind, chosen.value, chosen.section)
    entry = await record_entry(unit, guard, context, new, Source(SourceKind.ROOM, origin.event_id))
    await _link(unit, context, entry, origin)
    return entry


async def keep_file(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    section: Section,
    title: str,
    media_type: str,
    data: bytes,
    origin: Origin,
) -> Entry:
    """File a photo or a file where somebody chose: sealed, with the message that it came from.

    :raises Refused: not theirs to record (any more)
    """
    source = Source(SourceKind.ROOM, origin.event_id)
    entry = await keep_document(unit, guard, context, section, title, media_type, data, source)
    await _link(unit, context, entry, origin)
    return entry


async def follow_edit(
    unit: UnitOfWork, guard: Guard, context: RequestContext, ref: EntryRef, value: Value, origin: Origin
) -> Entry:
    """The correction that an edit of the message led to, on the word of who was asked.

    :raises Refused: not theirs to correct (any more)
    :raises CommandRejected: as :func:`correct_entry`
    """
    reason = N_("Het bericht waar dit op steunt, is door de schrijver aangepast.")
    source = Source(SourceKind.ROOM, origin.event_id)
    entry = await correct_entry(unit, guard, context, ref, lambda _kind: value, reason, source)
    await _link(unit, context, entry, origin)
    return entry


async def let_lapse(unit: UnitOfWork, guard: Guard, context: RequestContext, ref: EntryRef, event_id: str) -> Entry:
    """The entry goes, because the message was withdrawn and somebody judged that it should go too."""
    reason = N_("Het bericht waar dit op steunt, is ingetrokken.")
    return await correct_entry(unit, guard, context, ref, lambda _kind: None, reason, Source(SourceKind.ROOM, event_id))


async def turn_down(unit: UnitOfWork, context: RequestContext, event_id: str, detail: str = "") -> None:
    """The person who was asked said no; nothing is filed, and the log says that it was asked."""
    await _audit(unit, context, AuditEvent.FILING_TURNED_DOWN, event_id, detail=detail)


async def note_proposal(unit: UnitOfWork, context: RequestContext, event_id: str, detail: str) -> None:
    """In the log: these words were put before this person."""
    await _audit(unit, context, AuditEvent.FILING_PROPOSED, event_id, detail=detail)


async def note_refusal(unit: UnitOfWork, context: RequestContext, event_id: str, code: str) -> None:
    await _audit(unit, context, AuditEvent.FILING_REFUSED, event_id, detail=code, outcome=auditing.REFUSED)


async def withdraw_source(unit: UnitOfWork, context: RequestContext, room_id: str, event_id: str) -> list[FiledMessage]:
    """The message was withdrawn: every entry that came from it is marked; nothing is erased. What is marked now."""
    marked = await unit.filings.withdraw(context.patient_id or "", room_id, event_id, context.actor.id, context.now)
    for filed in marked:
        await unit.audit.add(
            auditing.entry(
                context,
                AuditEvent.SOURCE_WITHDRAWN,
                object_type="entry",
                object_id=f"{filed.ref}/{filed.version}",
                sections=(filed.ref.section,),
            )
        )
    return marked


async def _link(unit: UnitOfWork, context: RequestContext, entry: Entry, origin: Origin) -> None:
    await unit.filings.add(
        FiledMessage(
            patient_id=entry.patient_id,
            ref=entry.ref,
            version=entry.version,
            room_id=origin.room_id,
            event_id=origin.event_id,
            content_sha256=origin.content_sha256,
            sender_id=origin.sender_id,
            filed_by=context.actor.id,
            sent_at=origin.sent_at,
        )
    )
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.MESSAGE_FILED,
            object_type="entry",
            object_id=f"{entry.ref}/{entry.version}",
            sections=(entry.section,),
            detail=f"event={origin.event_id}",
        )
    )


async def _audit(
    unit: UnitOfWork,
    context: RequestContext,
    event: AuditEvent,
    event_id: str,
    *,
    detail: str = "",
    outcome: int = auditing.SUCCESS,
) -> None:
    await unit.audit.add(
        auditing.entry(context, event, object_type="event", object_id=event_id, outcome=outcome, detail=detail)
    )

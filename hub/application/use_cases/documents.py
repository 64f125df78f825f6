"""Keep a file or photo in the dossier, and open it again (dossierplicht, BW 7:454; inzage, BW 7:456)."""

import hashlib
from dataclasses import dataclass, field

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.dossier import NewEntry, read_dossier, record_entry
from hub.domain.audit import AuditEvent
from hub.domain.documents import Document
from hub.domain.dossier import Entry, Source
from hub.domain.entries import Kind
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef, new_id
from hub.domain.vocabulary import Action, Section

_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """Een bestand uit het dossier, met wat het is."""

    entry: Entry
    document: Document
    data: bytes = field(repr=False)


async def keep_document(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    section: Section,
    title: str,
    media_type: str,
    data: bytes,
    source: Source,
) -> Entry:
    """Bewaren: the bytes sealed, and an entry that says what they are, in one transaction.

    :param data: as :func:`hub.adapters.files.clean_file` gave it back
    :raises CommandRejected: a title that cannot be kept, or a section in which this role keeps no documents
    """
    if context.patient_id is None:
        raise ValueError("a file belongs to a patient")
    attachment_id = new_id("att")
    digest = hashlib.sha256(data).hexdigest()
    named = " ".join(title.split())[:_LONGEST_TITLE] or "zonder naam"
    try:
        value = Document(named, media_type, len(data), digest, attachment_id)
    except ValueError as problem:
        raise CommandRejected(
            "bad-document", "Dit bestand kan zo niet worden bewaard: %(problem)s.", {"problem": problem}
        ) from problem
    entry = await record_entry(unit, guard, context, NewEntry(Kind.DOCUMENT, value, section), source)
    await unit.attachments.add(context.patient_id, attachment_id, data, context.actor.id, context.now)
    return entry


async def open_document(unit: UnitOfWork, guard: Guard, context: RequestContext, ref: EntryRef) -> Opened:
    """Openen: exactly as the entry itself may be read, with a line in the log that names it.

    :raises CommandRejected: ``no-document``, for what is no document, is closed to this reader, or does not exist
    """
    permit = await guard.require(unit, context, Action.READ, ref.section)
    view = await read_dossier(unit, guard, context, ref.section)
    entry = next((one for one in view.entries if one.ref == ref), None)
    if entry is None or not isinstance(entry.value, Document) or context.patient_id is None:
        raise CommandRejected("no-document", "Hier is geen bestand dat u kunt openen.")
    data = await unit.attachments.get(context.patient_id, entry.value.attachment_id)
    if hashlib.sha256(data).hexdigest() != entry.value.sha256:
        raise CommandRejected("no-document", "Dit bestand is beschadigd en wordt niet getoond. Vraag de beheerder.")
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.ENTRY_READ,
            object_type="document",
            object_id=str(entry.ref),
            sections=(ref.section,),
            policy=permit.policy,
            consent_id=permit.consent_id,
        )
    )
    return Opened(entry, entry.value, data)

"""Fetching a photo or a file that somebody wanted kept: opened, cleaned, and filed in one transaction (ADR 0031)."""

import asyncio
from typing import Protocol

import structlog

from bots.dossier import filing_words, views
from bots.dossier.filing_files import file_name
from bots.dossier.filing_source import said_by
from bots.runtime.media import Attachment
from bots.runtime.rereading import Reread
from bots.runtime.storage import InboxTransaction
from bots.runtime.trust import TrustedMessage
from hub.adapters.files import CleanFile, clean_file
from hub.adapters.sql.times import from_micros
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.context import RequestContext
from hub.application.filing_ports import ClaimedWish
from hub.application.use_cases import filing
from hub.bootstrap import Hub
from hub.domain.errors import CommandRejected, DeliveryRefused, IntegrityBroken
from hub.domain.filing import content_sha256
from hub.domain.vocabulary import Section
from hub.texts import N_, Words

GONE = N_("Het bestand is niet meer op te halen. Vraag de afzender om het opnieuw te sturen.")
_log = structlog.get_logger("bots.filing")


class Fetching(Protocol):
    """Where files are fetched: :class:`bots.runtime.rereading.Rereader`."""

    async def judge(self, found: Reread, transaction: InboxTransaction) -> TrustedMessage | str: ...

    async def attachment(self, message: TrustedMessage) -> Attachment: ...


async def cleaned(reading: Fetching, message: TrustedMessage) -> CleanFile | str:
    """The file as it may be kept, or the sentence that says why not. Outside any transaction.

    :raises DeliveryFailed: the homeserver does not give it now; try again later
    """
    try:
        sent = await reading.attachment(message)
        return await asyncio.to_thread(clean_file, sent.data)
    except DeliveryRefused:
        return GONE
    except IntegrityBroken as broken:
        _log.warning("file-not-intact", event_id=message.event_id, code=broken.code)
        return str(broken)
    except CommandRejected as refused:
        return str(refused)


async def keep_file(
    unit: SqlUnitOfWork,
    hub: Hub,
    context: RequestContext,
    claimed: ClaimedWish,
    message: TrustedMessage,
    file: CleanFile,
    words: Words,
) -> str:
    """File it where its finder chose; what to tell them.

    :raises Refused: not theirs to record (any more)
    """
    section = claimed.wish.section or Section.S8
    sent_at = from_micros(message.origin_server_ts * 1000)
    said = await said_by(unit, context, message, file_name(message), sent_at)
    sender = await unit.people.by_matrix_id(message.sender)
    if said is None or sender is None:
        return words(filing_words.NOT_FOR_YOU)
    before = await filing.filed_before(unit, hub.guard, context, message.room_id, message.event_id, section)
    if before is not None:
        return words("Dat bericht is al bewaard, als %(ref)s.") % {"ref": before.ref}
    origin = filing.Origin(message.room_id, message.event_id, content_sha256(message.content), sender.id, sent_at)
    title = f"{said.text} ({said.by}, {said.at})"
    entry = await filing.keep_file(unit, hub.guard, context, section, title, file.media_type, file.data, origin)
    if entry.section is Section.S10 and not await hub.guard.may_read_all(unit, context, (Section.S10,)):
        return words("In vertrouwen vastgelegd.")
    return views.recorded(entry, words)

"""The worker behind 📌 and ``!bewaar``: fetches the message that somebody pointed at, and puts proposals before them.

A wish is a row; this takes it up with a lease and a fence, fetches and opens the message outside any transaction, and
then judges, proposes and settles the wish in one. A crash in between leaves the wish due; nothing is proposed twice,
because one person has one open question about one message. Nothing is filed here (ADR 0030).
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bots.dossier import filing_files, filing_words, views
from bots.dossier.filing import KIND
from bots.dossier.filing_fetch import cleaned, keep_file
from bots.dossier.filing_files import carries_file
from bots.dossier.filing_source import said_by, sender_then, source_json, words_of
from bots.runtime.media import Attachment
from bots.runtime.rereading import REDACTED, Reread
from bots.runtime.storage import InboxTransaction, Storage
from bots.runtime.sync_response import MESSAGE
from bots.runtime.trust import TrustedMessage
from hub.access.explain import explain
from hub.adapters.files import CleanFile
from hub.adapters.sql.times import from_micros
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.context import RequestContext
from hub.application.filing_ports import ClaimedWish
from hub.application.guard import Refused
from hub.application.identify import identify
from hub.application.use_cases import filing
from hub.application.use_cases.explain import decision_number
from hub.bootstrap import Hub
from hub.domain.dialogue import Dialogue, DialogueState
from hub.domain.errors import DeliveryFailed, FactUnavailable, IntegrityBroken, NotFound
from hub.domain.filing import propose
from hub.domain.identifiers import new_id
from hub.domain.spoken import verbatim
from hub.domain.unread import NO_KEY, TOO_EARLY
from hub.domain.vocabulary import Channel, Section
from hub.texts import Words, translator

INITIATOR = "bot:dossier"
_BATCH = 10
_GLANCE = 0.5
_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(minutes=5)
_MOST_ATTEMPTS = 12
_KEY_MAY_COME = (NO_KEY, TOO_EARLY)
_WAITS_FOR_KEY = 5
_ASK_AGAIN = timedelta(minutes=1)
_log = structlog.get_logger("bots.filing")


class Reading(Protocol):
    """Where messages are read again: :class:`bots.runtime.rereading.Rereader`."""

    async def fetch(self, room_id: str, event_id: str, own_user: str) -> Reread: ...

    async def judge(self, found: Reread, transaction: InboxTransaction) -> TrustedMessage | str: ...

    async def judge_edit(self, found: Reread, transaction: InboxTransaction) -> TrustedMessage | None: ...

    async def attachment(self, message: TrustedMessage) -> Attachment: ...


class FilingWorker:
    """Takes wishes up. ``wake``: there may be one; ``said``: there is something for the relay to say."""

    def __init__(
        self, hub: Hub, reading: Reading, storage: Storage, wake: asyncio.Event, said: Callable[[], None]
    ) -> None:
        self._hub = hub
        self._reading = reading
        self._storage = storage
        self._wake = wake
        self._said = said

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: woken when somebody pointed at a message, and looking now and then for what is due by now."""
        async with self._hub.transactions() as unit:
            await unit.filings.release()
        while not stop.is_set():
            self._wake.clear()
            while not stop.is_set() and await self._has_due() and await self.work_off():
                continue
            try:
                await asyncio.wait_for(self._wake.wait(), _GLANCE)
            except TimeoutError:
                continue

    async def _has_due(self) -> bool:
        async with self._hub.transactions.reading() as unit:
            return await unit.filings.has_due(self._hub.now())

    async def work_off(self) -> int:
        """The wishes that are due, a few at a time; how many were taken up."""
        async with self._hub.transactions() as unit:
            claimed = await unit.filings.claim(self._hub.now(), _BATCH)
        for one in claimed:
            await self._take_up(one)
        return len(claimed)

    async def _take_up(self, claimed: ClaimedWish) -> None:
        wish = claimed.wish
        try:
            found = await self._reading.fetch(wish.room_id, wish.event_id, self._hub.settings.dossier_bot)
        except DeliveryFailed as failed:
            if claimed.attempts + 1 < _MOST_ATTEMPTS:
                await self._later(claimed, failed.code)
                return
            found = Reread(None, failed.code)
        file: CleanFile | str | None = None
        if wish.confirmed and found.opened is not None:
            try:
                file = await self._file(found)
            except DeliveryFailed as failed:
                if claimed.attempts + 1 < _MOST_ATTEMPTS:
                    await self._later(claimed, failed.code)
                    return
        try:
            async with self._storage.settling() as transaction:
                if transaction.connection is None:
                    raise ValueError("filing works on the hub's database")
                unit = SqlUnitOfWork(transaction.connection, self._hub.vault)
                await self._settle(unit, claimed, found, transaction, file)
        except (NotFound, IntegrityBroken, FactUnavailable) as broken:
            # About somebody or something that cannot be read any more; it must not keep the others waiting.
            async with self._hub.transactions() as unit:
                await unit.filings.settle(claimed, broken.code)
            _log.error("filing-broken", wish=claimed.id, code=broken.code)
            return
        self._said()

    async def _later(self, claimed: ClaimedWish, code: str) -> None:
        wait = min(_FIRST_WAIT * 2**claimed.attempts, _LONGEST_WAIT)
        async with self._hub.transactions() as unit:
            await unit.filings.later(claimed, self._hub.now() + wait, code)
            if claimed.attempts == 1:
                context = await self._context(unit, claimed)
                await self._tell(unit, context, translator(context.actor.language)(filing_words.AWAY))
        self._said()

    async def _context(self, unit: SqlUnitOfWork, claimed: ClaimedWish) -> RequestContext:
        wish = claimed.wish
        return await identify(
            unit,
            await unit.people.get(wish.person_id),
            await unit.circles.get(wish.circle_id),
            channel=Channel.ROOM,
            initiator=INITIATOR,
            correlation_id=wish.asked_by_event,
            now=self._hub.now(),
            room_id=wish.room_id,
        )

    async def _file(self, found: Reread) -> CleanFile | str | None:
        """What the message carries, cleaned; None when the message itself does not count (the settling says why)."""
        async with self._storage.settling() as transaction:
            message = await self._reading.judge(found, transaction)
        if isinstance(message, str) or not carries_file(message):
            return None
        return await cleaned(self._reading, message)

    async def _settle(
        self,
        unit: SqlUnitOfWork,
        claimed: ClaimedWish,
        found: Reread,
        transaction: InboxTransaction,
        file: CleanFile | str | None,
    ) -> None:
        message = await self._reading.judge(found, transaction)
        if message in _KEY_MAY_COME and claimed.attempts < _WAITS_FOR_KEY:
            await unit.filings.later(claimed, self._hub.now() + _FIRST_WAIT * 2**claimed.attempts, str(message))
            return
        if not await unit.filings.settle(claimed):
            return
        context = await self._context(unit, claimed)
        words = translator(context.actor.language)
        if not context.is_member:
            # Left since: nobody is told anything in a room that is not theirs any more.
            await filing.note_refusal(unit, context, claimed.wish.event_id, filing.NOT_FOR_YOU)
            return
        code = await self._why_not(unit, context, claimed, message)
        if code is not None or isinstance(message, str):
            code = code or str(message)
            await filing.note_refusal(unit, context, claimed.wish.event_id, code[:60])
            await self._tell(unit, context, filing_words.cannot(code, words))
            return
        try:
            async with unit.savepoint():
                if claimed.wish.confirmed:
                    await self._keep(unit, context, claimed, message, file)
                elif carries_file(message):
                    await self._propose_file(unit, context, claimed, message)
                else:
                    edit = await self._reading.judge_edit(found, transaction)
                    await self._propose(unit, context, claimed, message, edit)
        except Refused as refused:
            await self._hub.guard.record_refusal(unit, refused)
            number = await decision_number(unit, context)
            body = words(filing_words.NOT_FOR_YOU)
            if refused.request is not None:
                body = views.refusal(explain(refused.decision, refused.request, words), number, words)
            await self._tell(unit, context, body)

    async def _why_not(
        self, unit: SqlUnitOfWork, context: RequestContext, claimed: ClaimedWish, message: TrustedMessage | str
    ) -> str | None:
        """Why this is not proposed. What the asker could not read anyhow, they learn nothing of."""
        wish = claimed.wish
        if message == REDACTED:
            sent = await unit.filings.first_seen(wish.event_id)
            return REDACTED if sent and await filing.could_read(unit, context, wish.room_id, sent) else None
        if isinstance(message, str):
            return None
        sent_at = await self._sent_at(unit, message)
        if not await filing.could_read(unit, context, wish.room_id, sent_at):
            return filing.NOT_FOR_YOU
        if message.sender in self._hub.settings.own_accounts:
            return "own-message"
        if await sender_then(unit, context, message, sent_at) is None:
            return filing.NOT_FOR_YOU
        if message.is_edit:
            return "other"
        kind = kind_of_talk(message)
        return None if kind == "text" or carries_file(message) else kind

    async def _sent_at(self, unit: SqlUnitOfWork, message: TrustedMessage) -> datetime:
        """The earliest that we heard: a homeserver that now says *later* lets nobody read what was before them."""
        said = from_micros(message.origin_server_ts * 1000)
        seen = await unit.filings.first_seen(message.event_id)
        return min(said, seen) if seen is not None else said

    async def _propose(
        self,
        unit: SqlUnitOfWork,
        context: RequestContext,
        claimed: ClaimedWish,
        message: TrustedMessage,
        edit: TrustedMessage | None,
    ) -> None:
        wish, words = claimed.wish, translator(context.actor.language)
        waiting = await unit.dialogues.find(
            context.circle_id, context.actor.id, KIND, DialogueState.OPEN, wish.event_id
        )
        if waiting is not None:
            await self._ask_once_more(unit, context, waiting, words, by_word=wish.by_word)
            return
        before = await filing.filed_before(unit, self._hub.guard, context, wish.room_id, wish.event_id, wish.section)
        if before is not None:
            await filing.note_refusal(unit, context, wish.event_id, "already-filed")
            told = words("Dat bericht is al bewaard, als %(ref)s.") % {"ref": before.ref}
            await self._tell(unit, context, told)
            return
        answers = await self._answers(unit, context, message, edit, wish.section)
        if answers is None:
            await filing.note_refusal(unit, context, wish.event_id, "empty")
            await self._tell(unit, context, filing_words.cannot("empty", words))
            return
        options = ",".join(f"{option['section']}:{option['kind']}" for option in answers["options"])
        dialogue = Dialogue(
            id=new_id("dia"),
            circle_id=context.circle_id,
            patient_id=context.patient_id or "",
            person_id=context.actor.id,
            kind=KIND,
            begun_at=context.now,
            asked_at=context.now,
            answers=answers,
            about=wish.event_id,
        )
        await unit.dialogues.open(dialogue)
        by = "word" if wish.by_word else "reaction"
        await filing.note_proposal(unit, context, wish.event_id, f"by={by};{options}")
        await self._tell(unit, context, filing_words.question(answers, words))

    async def _propose_file(
        self, unit: SqlUnitOfWork, context: RequestContext, claimed: ClaimedWish, message: TrustedMessage
    ) -> None:
        """Ask where a photo or a file belongs; nothing of it is fetched before the answer."""
        wish, words = claimed.wish, translator(context.actor.language)
        waiting = await unit.dialogues.find(
            context.circle_id, context.actor.id, filing_files.KIND, DialogueState.OPEN, wish.event_id
        )
        sent_at = await self._sent_at(unit, message)
        said = await said_by(unit, context, message, filing_files.file_name(message), sent_at)
        _, sections = await filing.open_to(unit, self._hub.guard, context, ())
        if waiting is not None or said is None or not sections:
            if said is None or not sections:
                await filing.note_refusal(unit, context, wish.event_id, "empty")
                await self._tell(unit, context, filing_words.cannot("empty", words))
            return
        offered = filing_files.options(sections, wish.section)
        answers = {
            "stage": "choose",
            **await source_json(unit, message, None, said, sent_at),
            "photo": message.msgtype == "m.image",
            "options": [section.value for section in offered],
            "sections": [section.value for section in sections],
        }
        dialogue = Dialogue(
            id=new_id("dia"),
            circle_id=context.circle_id,
            patient_id=context.patient_id or "",
            person_id=context.actor.id,
            kind=filing_files.KIND,
            begun_at=context.now,
            asked_at=context.now,
            answers=answers,
            about=wish.event_id,
        )
        await unit.dialogues.open(dialogue)
        by = "word" if wish.by_word else "reaction"
        await filing.note_proposal(unit, context, wish.event_id, f"by={by};document")
        await self._tell(unit, context, filing_files.question(answers, words))

    async def _keep(
        self,
        unit: SqlUnitOfWork,
        context: RequestContext,
        claimed: ClaimedWish,
        message: TrustedMessage,
        file: CleanFile | str | None,
    ) -> None:
        """The file was chosen for a section and fetched: keep it, or say why not."""
        words = translator(context.actor.language)
        if isinstance(file, CleanFile):
            body = await keep_file(unit, self._hub, context, claimed, message, file, words)
        else:
            await filing.note_refusal(unit, context, claimed.wish.event_id, "file-refused")
            body = words("Ik heb niets bewaard. %(why)s") % {"why": file or filing_words.cannot("file", words)}
        await self._tell(unit, context, body)

    async def _ask_once_more(
        self, unit: SqlUnitOfWork, context: RequestContext, waiting: Dialogue, words: Words, *, by_word: bool
    ) -> None:
        """The same question, not a second one. A reaction, which the homeserver can forge, does not fill the room."""
        if not by_word and context.now - waiting.asked_at < _ASK_AGAIN:
            return
        again = replace(waiting, asked_at=context.now, answers={**waiting.answers, "stage": "choose"})
        await unit.dialogues.save(again)
        await self._tell(unit, context, filing_words.question(again.answers, words))

    async def _answers(
        self,
        unit: SqlUnitOfWork,
        context: RequestContext,
        message: TrustedMessage,
        edit: TrustedMessage | None,
        asked: Section | None,
    ) -> dict[str, Any] | None:
        """What the question says, to be kept until it is answered; None when there are no words to keep."""
        sent_at = await self._sent_at(unit, message)
        said = await said_by(unit, context, message, words_of(message, edit), sent_at)
        if said is None:
            return None
        proposals, sections = await filing.open_to(unit, self._hub.guard, context, propose(said, asked))
        if not proposals and not sections:
            return None
        return {
            "mode": "file",
            "stage": "choose",
            **await source_json(unit, message, edit, said, sent_at),
            "options": [proposal.as_json() for proposal in proposals],
            "sections": [section.value for section in sections],
            "asked": asked.value if asked else None,
            "edited": edit is not None,
        }

    async def _tell(self, unit: SqlUnitOfWork, context: RequestContext, body: str) -> None:
        """In their private room: in the room where it was said nobody else needs to hear it."""
        await self._hub.speaker.private(unit, context, context.actor, verbatim(body), ())


def kind_of_talk(message: TrustedMessage) -> str:
    """``text``, or what it is instead: a key of :data:`bots.dossier.filing_words.CANNOT`."""
    if message.type == MESSAGE:
        if message.msgtype in {"m.text", "m.notice", "m.emote"}:
            return "text"
        return {"m.audio": "voice", "m.location": "location"}.get(
            message.msgtype, "file" if message.msgtype in {"m.image", "m.file", "m.video"} else "other"
        )
    if message.type == "m.sticker":
        return "sticker"
    if "poll" in message.type:
        return "poll"
    return "call" if ".call" in message.type else "other"

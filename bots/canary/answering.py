"""The dossier bot's side: the canary's question goes the road of any message, and so does the answer.

Synced, stored, decrypted, judged by the trust gate, settled in the inbox worker's transaction; answered from what that
transaction wrote, by the sender that says everything else. Only the use case in the middle is missing.
"""

import asyncio
import re
from contextlib import suppress

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.backoff import Backoff
from bots.runtime.sender import Sender
from bots.runtime.trust import TrustedMessage
from hub.adapters.sql.canary import (
    ROOM,
    Exchange,
    read_answer,
    read_question,
    read_setting,
    write_answer,
    write_question,
)
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import InboxState
from hub.domain.errors import DeliveryFailed

QUESTION = "nl.kring.canary.question"
ANSWER = "nl.kring.canary.answer"
_NONCE = re.compile(r"[0-9a-f]{32}", re.ASCII)
_TRIES = 5
_log = structlog.get_logger("bots.canary")


class CanaryAnswers:
    """Takes in what the canary asks, and answers it."""

    def __init__(self, database: Database, canary: str, bot: str) -> None:
        self._database = database
        self._canary = canary
        self._bot = bot
        self._asked = asyncio.Event()
        self._heard = False
        self.failure: str | None = None
        """Why the last answer could not be sent; None when it was."""

    async def hear(self, message: TrustedMessage, connection: AsyncConnection) -> InboxState | None:
        """In the transaction that settles the event; None when it is not the canary's."""
        if message.sender != self._canary:
            return None
        nonce = message.content.get("nonce")
        known = isinstance(nonce, str) and _NONCE.fullmatch(nonce) is not None
        if message.type != QUESTION or not known or message.room_id != await read_setting(connection, ROOM):
            return InboxState.REFUSED
        await write_question(connection, Exchange(str(nonce), message.event_id))
        self._heard = True
        return InboxState.DONE

    def settled(self) -> None:
        """A transaction of the inbox worker was committed: what was heard in it may be answered."""
        if self._heard:
            self._heard = False
            self._asked.set()

    async def run(self, sender: Sender, stop: asyncio.Event) -> None:
        """Until ``stop``: answer each question once; what cannot be sent is tried a few times."""
        self._asked.set()
        while not stop.is_set():
            await self._asked.wait()
            self._asked.clear()
            await self._answer(sender)

    async def _answer(self, sender: Sender) -> None:
        async with self._database.reading() as connection:
            question, answered = await read_question(connection), await read_answer(connection)
            room_id = await read_setting(connection, ROOM)
        if question is None or room_id is None or (answered is not None and answered.nonce == question.nonce):
            return
        backoff = Backoff()
        for _ in range(_TRIES):
            try:
                sent = await sender.send(
                    room_id,
                    {"nonce": question.nonce},
                    {self._canary, self._bot},
                    # The same question has the same answer, also from a process that starts half-way.
                    f"kanarie-{question.event_id.lstrip('$')}",
                    event_type=ANSWER,
                    must_be_heard=True,
                )
            except DeliveryFailed as failed:
                self.failure = failed.code
                _log.warning("canary-not-answered", code=failed.code)
            else:
                self.failure = None
                async with self._database.transaction() as connection:
                    await write_answer(connection, Exchange(question.nonce, sent.event_id))
                return
            with suppress(TimeoutError):
                # A newer question is worth more than this one.
                await asyncio.wait_for(self._asked.wait(), backoff.next_delay())
                return

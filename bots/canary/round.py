"""The canary itself: an account and a device of its own, that asks and wants to read the answer (ADR 0016).

It syncs only while it waits for an answer, so that between two rounds it costs nothing. Its crypto state lies in the
hub's database as that of the dossier bot. Whatever goes wrong here is an outcome to be written down and does not end
the bots.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.canary.answering import ANSWER, QUESTION, CanaryAnswers
from bots.runtime.client import Mailbox, MatrixClient
from bots.runtime.crypto.cross_signing import CrossSigningIdentity, load_or_create_seeds
from bots.runtime.storage import SqlStorage, now_ms
from bots.runtime.trust import TrustedMessage
from hub.adapters.sql.canary import (
    CanaryResult,
    Stage,
    forget_before,
    inbox_state,
    read_answer,
    read_question,
    read_result,
    write_result,
)
from hub.adapters.sql.identities import identities, pin_identity
from hub.adapters.sql.leases import Lease
from hub.adapters.sql.matrix_records import InboxState
from hub.bootstrap import Hub
from hub.domain.errors import DeliveryFailed, DeliveryRefused, KringError, LeaseLost
from hub.domain.identity import IdentitySeen, PinState
from hub.settings import read_secret

LONGEST = 20.0
"""Seconds from question to answer; a round that takes longer has failed (sooner where rounds follow soon)."""
_SOON = 5.0
_LOOK = timedelta(seconds=2)
_AGAIN = 0.5
_KEEP_MS = 24 * 60 * 60 * 1000
LOCALPART = "kanarie"
_log = structlog.get_logger("bots.canary")


class RoundFailed(Exception):
    """Where this round stopped, and why."""

    def __init__(self, stage: Stage, code: str) -> None:
        super().__init__(f"{stage.value}: {code}")
        self.stage = stage
        self.code = code


class _Ears(Mailbox):
    """What the canary hears: only the answers of the dossier bot, by their nonce."""

    def __init__(self, bot: str) -> None:
        super().__init__()
        self._bot = bot
        self.answers: set[str] = set()

    async def on_message(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        nonce = message.content.get("nonce")
        if message.sender != self._bot or message.type != ANSWER or not isinstance(nonce, str):
            return InboxState.REFUSED
        self.answers.add(nonce)
        return InboxState.DONE


class Canary:
    """Runs the rounds. ``make_room`` is the gatekeeper's work; ``lease`` guards every request (ADR 0015)."""

    def __init__(
        self,
        hub: Hub,
        answers: CanaryAnswers,
        make_room: Callable[[], Awaitable[str]],
        lease: Lease,
    ) -> None:
        self._hub = hub
        self._answers = answers
        self._make_room = make_room
        self._lease = lease
        self._ears = _Ears(hub.settings.dossier_bot)
        self._client: MatrixClient | None = None
        self._room_id = ""
        self._patience = min(LONGEST, max(_SOON, float(hub.settings.canary_interval)))

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: a round at once, then one each interval; after a failed one sooner."""
        interval = float(self._hub.settings.canary_interval)
        try:
            while not stop.is_set():
                result = await self.round()
                wait = interval if result.ok else min(interval, max(_SOON, interval / 10))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
        finally:
            await self._forget_client()

    async def round(self) -> CanaryResult:
        """One question; written down however it ends."""
        began = time.monotonic()
        failed: RoundFailed | None = None
        try:
            milliseconds = await self._round()
        except LeaseLost:
            raise
        except RoundFailed as error:
            failed = error
        except (KringError, SQLAlchemyError, OSError) as error:
            failed = RoundFailed(Stage.SENT, error.code if isinstance(error, KringError) else type(error).__name__)
        at = self._hub.now().timestamp()
        async with self._hub.database.transaction() as connection:
            before = await read_result(connection)
            if failed is None:
                result = CanaryResult(at, ok=True, fence=self._lease.fence, ok_at=at, milliseconds=milliseconds)
                await forget_before(connection, self._room_id, int(at * 1000) - _KEEP_MS)
            else:
                result = before or CanaryResult(at, ok=False, fence=0)
                result = replace(result, at=at, ok=False, fence=self._lease.fence, stage=failed.stage, code=failed.code)
            await write_result(connection, result)
        if failed is None:
            _log.info("canary-answered", milliseconds=milliseconds)
        else:
            _log.error("canary-failed", stage=failed.stage.value, code=failed.code, seconds=time.monotonic() - began)
            # The next round begins from what is stored, with a fresh look at account, device and room.
            await self._forget_client()
        return result

    async def _round(self) -> int:
        """Milliseconds from question to answer."""
        try:
            async with asyncio.timeout(2 * LONGEST):
                client = await self._ready_client()
                # Five minutes of silence: who else is in the room, and whose devices changed.
                await client.sync_once()
        except TimeoutError:
            raise RoundFailed(Stage.SENT, "timeout") from None
        nonce = secrets.token_hex(16)
        began = time.monotonic()
        event_id: str | None = None
        try:
            async with asyncio.timeout(self._patience):
                sent = await client.sender.send(
                    self._room_id,
                    {"nonce": nonce},
                    {self._hub.settings.dossier_bot, client.user_id},
                    f"kanarie-{nonce}",
                    event_type=QUESTION,
                    must_be_heard=True,
                )
                event_id = sent.event_id
                await self._until_answered(client, nonce)
        except TimeoutError:
            if event_id is None:
                raise RoundFailed(Stage.SENT, "timeout") from None
            raise await self._stopped_at(client, nonce, event_id) from None
        return int((time.monotonic() - began) * 1000)

    async def _until_answered(self, client: MatrixClient, nonce: str) -> None:
        """Sync until the trust gate let the answer through."""
        while nonce not in self._ears.answers:
            try:
                await client.sync_once(_LOOK)
            except DeliveryFailed as failed:
                # Where it stopped is seen when the time is up; until then this may pass.
                _log.warning("canary-hears-nothing", code=failed.code)
                await asyncio.sleep(_AGAIN)
        self._ears.answers.clear()

    async def _stopped_at(self, client: MatrixClient, nonce: str, event_id: str) -> RoundFailed:
        """No answer in time: how far did it get?"""
        async with self._hub.database.reading() as connection:
            question, answer = await read_question(connection), await read_answer(connection)
            arrived = await inbox_state(connection, self._hub.settings.dossier_bot, event_id)
            back = None if answer is None else await inbox_state(connection, client.user_id, answer.event_id)
        if question is None or question.nonce != nonce:
            state, code = arrived or ("not-synced", None)
            return RoundFailed(Stage.ARRIVED, code or state)
        if answer is None or answer.nonce != nonce:
            return RoundFailed(Stage.ANSWERED, self._answers.failure or "not-sent")
        state, code = back or ("not-synced", None)
        return RoundFailed(Stage.READABLE, code or state)

    async def _ready_client(self) -> MatrixClient:
        """Signed in, our device signed, and in the room; from what is stored when there is something."""
        if self._client is not None:
            return self._client
        settings = self._hub.settings
        self._room_id = await self._make_room()
        storage = SqlStorage(self._hub.database, self._hub.vault, settings.canary)
        password = read_secret(settings.secrets / f"{LOCALPART}.password")
        client = await MatrixClient.open(settings.homeserver_url, storage, handler=self._ears)
        if client is None:
            client = await MatrixClient.login(
                settings.homeserver_url,
                LOCALPART,
                password,
                store=storage,
                device_name="Kring · kanarie",
                handler=self._ears,
            )
        self._client = client
        client.http.before_each = self._lease.may_speak
        await client.bootstrap_cross_signing(
            load_or_create_seeds(settings.secrets, LOCALPART, self._hub.vault), password
        )
        joined = await client.http.joined_rooms()
        if self._room_id not in joined:
            await client.join(self._room_id)
        await self._until_bot_is_there(client)
        return client

    async def _vouch(self, own: CrossSigningIdentity) -> None:
        """Of these two identities we have the seeds, so nobody's first sight or confirmation is needed to pin them."""
        bot = self._hub.settings.dossier_bot
        seeds = load_or_create_seeds(self._hub.settings.secrets, "dossier", self._hub.vault)
        async with self._hub.database.transaction() as connection:
            known = await identities(connection, [own.user_id, bot])
            for identity in (own, CrossSigningIdentity(bot, seeds)):
                pin = known.get(identity.user_id)
                mended = pin is not None and pin.state is not PinState.PINNED and pin.seen_master == identity.master_key
                if pin is None or pin.pinned_master != identity.master_key or mended:
                    [self_signing] = identity.upload_body()["self_signing_key"]["keys"].values()
                    seen = IdentitySeen(identity.user_id, identity.master_key, self_signing)
                    await pin_identity(connection, seen, "seeds", now_ms())

    async def _until_bot_is_there(self, client: MatrixClient) -> None:
        """The dossier bot joins by itself, when its own sync brings the invitation."""
        while (await client.members(self._room_id)).get(self._hub.settings.dossier_bot) != "join":
            await client.sync_once(_LOOK)

    async def _forget_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(DeliveryRefused):
                await client.stop()

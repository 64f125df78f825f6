"""One Matrix account with everything it needs.

the dossier bot on the hub's database, or a person in the demo in memory.
"""

import asyncio
import itertools
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from types import TracebackType

from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.breaker import Breaker
from bots.runtime.crash_points import reached
from bots.runtime.crypto.cross_signing import CrossSigningIdentity, CrossSigningSeeds
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.gaps import GapFiller
from bots.runtime.http import MatrixHttp
from bots.runtime.inbox import InboxWorker, MessageHandler
from bots.runtime.judging import Reaction, RefusedEvent, Withdrawal
from bots.runtime.keys import KeyMaintenance
from bots.runtime.memory import MemoryStorage
from bots.runtime.rendering import in_reply_to, text_message
from bots.runtime.sender import Sender, Sent
from bots.runtime.storage import Storage
from bots.runtime.sync import SyncEngine
from bots.runtime.sync_response import Invite
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import JsonObject, text_at
from hub.adapters.sql.matrix_records import CryptoState, InboxState, StoredLogin, SyncBatch
from hub.domain.errors import StartRefused


class MatrixClient:
    """Composition of one account. Build with :meth:`login` or :meth:`open`, then :meth:`bootstrap_cross_signing`, then
    :meth:`run` (or :meth:`start`).

    ``handler`` gets the messages; without one they go into a queue that :meth:`next_message` reads.
    """

    def __init__(
        self,
        http: MatrixHttp,
        storage: Storage,
        login: StoredLogin,
        machine: CryptoMachine,
        handler: MessageHandler | None = None,
        on_invite: Callable[[Invite], Awaitable[None]] | None = None,
    ) -> None:
        self.http = http
        self.storage = storage
        self.user_id = login.user_id
        self.device_id = login.device_id
        self.received = Mailbox()
        self.keeper = CryptoKeeper(machine, self._reload, storage.save_crypto)
        self.keys = KeyMaintenance(http, self.keeper)
        self.sender = Sender(http, self.keeper, self.keys, storage)
        self.inbox = InboxWorker(storage, self.keeper, self.keys, handler or self.received)
        self.engine = SyncEngine(
            http, self.keeper, self.keys, storage, login.user_id, login.next_batch, on_invite or self._note_invite
        )
        self.gaps = GapFiller(http, storage, login.user_id)
        self.invites: dict[str, Invite] = {}
        """Open invitations by room id, when no ``on_invite`` decides about them."""
        self._identity: CrossSigningIdentity | None = None
        self._stop = asyncio.Event()
        self._tasks: asyncio.Task[None] | None = None
        self._transactions = (f"{secrets.token_hex(6)}-{number}" for number in itertools.count())

    @classmethod
    async def login(
        cls,
        base_url: str,
        user: str,
        password: str,
        *,
        store: Storage | None = None,
        device_name: str = "Kring",
        handler: MessageHandler | None = None,
        on_invite: Callable[[Invite], Awaitable[None]] | None = None,
        breaker: Breaker | None = None,
    ) -> "MatrixClient":
        """Sign in with a new device (in memory when no ``store`` is given)."""
        http = MatrixHttp(base_url, breaker=breaker)
        try:
            storage = store or MemoryStorage()
            answer = await http.login(user, password, device_name)
            user_id, device_id = text_at(answer, "user_id"), text_at(answer, "device_id")
            if user_id is None or device_id is None or http.access_token is None:
                raise StartRefused("De Matrix-server gaf een onleesbaar antwoord op het aanmelden.")
            machine = CryptoMachine(user_id, device_id, CryptoState(), storage.pickle_passphrase)
            reached("login.answered")
            login = await storage.create_login(user_id, device_id, http.access_token, machine.account_record())
            reached("login.stored")
        except BaseException:
            await http.close()
            raise
        return cls(http, storage, login, machine, handler, on_invite)

    @classmethod
    async def open(
        cls,
        base_url: str,
        storage: Storage,
        *,
        handler: MessageHandler | None = None,
        on_invite: Callable[[Invite], Awaitable[None]] | None = None,
        breaker: Breaker | None = None,
    ) -> "MatrixClient | None":
        """The device that is in ``storage``; None when there is none yet (then :meth:`login`).

        :raises StartRefused: the stored keys are not those of the stored fingerprint
        """
        login = await storage.load_login()
        if login is None:
            return None
        machine = await _load_machine(storage, login)
        http = MatrixHttp(base_url, login.access_token, breaker=breaker)
        return cls(http, storage, login, machine, handler, on_invite)

    async def _reload(self) -> CryptoMachine:
        login = await self.storage.load_login()
        if login is None:
            raise StartRefused("De aanmelding van de bot staat niet meer in de database.")
        self.engine.next_batch = login.next_batch
        machine = await _load_machine(self.storage, login)
        if self._identity is not None:
            machine.own_keys.present_as(self._identity)
        return machine

    async def __aenter__(self) -> "MatrixClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def bootstrap_cross_signing(
        self, seeds: CrossSigningSeeds | None = None, password: str | None = None
    ) -> CrossSigningIdentity:
        """Take position in the stream, upload our keys, publish our identity, sign this device. At every start.

        ``seeds`` None: fresh ones that end with the process (people in the demo).

        :raises StartRefused: another identity or other device keys are on the server
        """
        if self.engine.next_batch is None:
            await self.engine.step()
        elif self.keeper.machine.own_keys.wants_upload:
            await self.keys.upload()
        identity = CrossSigningIdentity(self.user_id, seeds or CrossSigningSeeds.fresh())
        await self.keys.publish_identity(identity, password)
        self._identity = identity
        async with self.keeper.changing() as machine:
            machine.own_keys.present_as(identity)
        return identity

    async def run(self) -> None:
        """Sync and work the inbox off until :meth:`stop`.

        :raises StartRefused: going on is impossible: signed out, or other keys on the server than ours
        """
        try:
            async with asyncio.TaskGroup() as group:
                bells = [
                    group.create_task(_pass_on(self.engine.arrived, self.inbox.wake)),
                    group.create_task(_pass_on(self.gaps.arrived, self.inbox.wake)),
                    group.create_task(_pass_on(self.engine.gap_found, self.gaps.wake)),
                ]
                await asyncio.wait(
                    [group.create_task(work(self._stop)) for work in (self.engine.run, self.inbox.run, self.gaps.run)]
                )
                for bell in bells:
                    bell.cancel()
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None

    def start(self) -> None:
        """:meth:`run` in the background, until :meth:`stop`."""
        self._tasks = asyncio.create_task(self.run())

    def finish(self) -> None:
        """Let :meth:`run` end by itself: nothing more is fetched, what is in hand is settled. Sending still works."""
        self._stop.set()
        self.inbox.wake()
        self.gaps.wake()

    async def stop(self) -> None:
        """End :meth:`run`, waiting for no long poll; nothing half-done is stored."""
        self._stop.set()
        if self._tasks is not None:
            self._tasks.cancel()
            await asyncio.gather(self._tasks, return_exceptions=True)
            self._tasks = None
        await self.http.close()

    async def sync_once(self, wait: timedelta = timedelta(0)) -> SyncBatch:
        """One step by hand (instead of :meth:`run`): sync, fetch what is missing, then work the inbox off."""
        batch = await self.engine.step(wait)
        while await self.gaps.turn():
            continue
        while await self.inbox.work_off():
            continue
        return batch

    # For people in the demo and in tests.

    async def _note_invite(self, invite: Invite) -> None:
        self.invites[invite.room_id] = invite

    async def join(self, room_id: str) -> None:
        await self.http.join(room_id)
        self.invites.pop(room_id, None)

    async def members(self, room_id: str) -> dict[str, str]:
        """User id → membership, as synced."""
        return await self.storage.members(room_id)

    async def send_text(
        self, room_id: str, text: str, *, reply_to: str | None = None, recipients: Iterable[str] | None = None
    ) -> Sent:
        """Say something to everybody who joined (or to ``recipients``), encrypted."""
        content = text_message(text)
        if reply_to is not None:
            content = in_reply_to(content, reply_to)
        return await self.send(room_id, content, recipients)

    async def send(self, room_id: str, content: JsonObject, recipients: Iterable[str] | None = None) -> Sent:
        """Send any message content, encrypted, to everybody who joined (or to ``recipients``)."""
        if recipients is None:
            members = await self.storage.members(room_id)
            recipients = [user for user, membership in members.items() if membership == "join"]
        return await self.sender.send(room_id, content, recipients, next(self._transactions))

    async def next_message(
        self,
        predicate: Callable[[TrustedMessage], bool] = lambda _message: True,
        timeout: float = 20.0,  # noqa: ASYNC109 - part of the published interface
    ) -> TrustedMessage:
        """The oldest unread trusted message that fits;

        others stay. :raises TimeoutError: none came in ``timeout`` seconds
        """
        return await asyncio.wait_for(self.received.take(predicate), timeout)


async def _load_machine(storage: Storage, login: StoredLogin) -> CryptoMachine:
    state = await storage.load_crypto()
    if state.account is None:
        raise StartRefused("De sleutels van de bot staan niet meer in de database; zet de back-up terug.")
    machine = CryptoMachine(login.user_id, login.device_id, state, storage.pickle_passphrase)
    if machine.fingerprint != login.fingerprint:
        raise StartRefused(
            "De sleutels van de bot passen niet bij de vastgelegde vingerafdruk; zet de juiste back-up terug."
        )
    return machine


async def _pass_on(happened: asyncio.Event, wake: Callable[[], None]) -> None:
    while True:
        await happened.wait()
        happened.clear()
        wake()


class Mailbox:
    """Keeps messages until somebody takes them; the handler of people in the demo and in tests."""

    def __init__(self) -> None:
        self._messages: deque[TrustedMessage] = deque()
        self._arrived = asyncio.Condition()
        self.refused: list[RefusedEvent] = []
        self.reactions: list[Reaction] = []

    async def on_message(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        async with self._arrived:
            self._messages.append(message)
            self._arrived.notify_all()
        return InboxState.DONE

    async def on_refused(self, refused: RefusedEvent, connection: AsyncConnection | None) -> None:
        self.refused.append(refused)

    async def on_reaction(self, reaction: Reaction, connection: AsyncConnection | None) -> InboxState:
        self.reactions.append(reaction)
        return InboxState.DONE

    async def on_withdrawn(self, withdrawal: Withdrawal, connection: AsyncConnection | None) -> InboxState:
        return InboxState.DONE

    async def take(self, predicate: Callable[[TrustedMessage], bool]) -> TrustedMessage:
        """Wait for the oldest message that fits and take it out."""
        async with self._arrived:
            while True:
                for message in self._messages:
                    if predicate(message):
                        self._messages.remove(message)
                        return message
                await self._arrived.wait()

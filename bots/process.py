"""The bots process: composes gatekeeper, dossier bot, relay and greeter, and runs them until it is told to stop."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.access.audit_room import ensure_audit_room
from bots.access.canary_room import ensure_canary_room
from bots.access.gatekeeper import Gatekeeper
from bots.access.matrix_rooms import MatrixRooms
from bots.access.signing_in import sign_in
from bots.canary.answering import CanaryAnswers
from bots.canary.round import Canary
from bots.dossier.audit_room import AuditRoom
from bots.dossier.birthdays import Birthdays
from bots.dossier.card_watch import CardWatch
from bots.dossier.emergency_watch import EmergencyWatch
from bots.dossier.filing_worker import FilingWorker
from bots.dossier.freshness_watch import FreshnessWatch
from bots.dossier.gaps import gap_watch
from bots.dossier.handler import DossierBot
from bots.dossier.identities import identity_watch, pinning_of
from bots.dossier.new_device import tell_of_new_device
from bots.dossier.relay import OutboxRelay
from bots.dossier.reminder_watch import ReminderWatch
from bots.dossier.verifying import answer_verifications
from bots.handover.welcome import Greeter
from bots.runtime import crash_points
from bots.runtime.backoff import Backoff
from bots.runtime.breaker import Breaker
from bots.runtime.client import MatrixClient
from bots.runtime.crypto.cross_signing import load_or_create_seeds, seeds_exist
from bots.runtime.http import MatrixHttp
from bots.runtime.renewal import check_not_older, retire_others, with_a_new_device_if_need_be
from bots.runtime.rereading import Rereader
from bots.runtime.single_writer import as_only_writer
from bots.runtime.stopping import Stopping
from bots.runtime.storage import InboxTransaction, SqlStorage
from bots.runtime.sync_response import Invite
from bots.runtime.trust import TrustedMessage
from hub.adapters.memory import settle
from hub.adapters.sql.audit_room import ROOM as AUDIT_ROOM
from hub.adapters.sql.canary import ROOM as CANARY_ROOM
from hub.adapters.sql.changes import Changes
from hub.adapters.sql.leases import Lease
from hub.adapters.sql.matrix_records import InboxState, SyncBatch
from hub.adapters.sql.vital_signs import BEAT, HOMESERVER, SYNCED
from hub.application.ports import Clock
from hub.bootstrap import Hub, open_hub
from hub.settings import Settings, read_secret

_BEAT_SECONDS = 5.0
DEVICE_NAME = "Kring"
LET_OTHERS_SEE = 5.0
"""Seconds of silence after a new device of the bot."""
_log = structlog.get_logger("bots")


async def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; says ``ready`` once commands are answered, ``standby`` while another process does.

    :raises StartRefused: with one clear sentence
    :raises LeaseLost: another process took over
    """
    crash_points.arm(os.environ, allowed=settings.crash_points)
    stopping = Stopping()
    stopping.listen()
    hub = await open_hub(settings)

    async def work(lease: Lease) -> None:
        async with MatrixHttp(settings.homeserver_url) as gatekeeper_http:
            await sign_in(hub, gatekeeper_http)
            gatekeeper_http.before_each = lease.may_speak
            await with_a_new_device_if_need_be(
                lambda: _run(hub, lease, gatekeeper_http, stopping, say),
                SqlStorage(hub.database, hub.vault, settings.dossier_bot).retire_login,
            )

    try:
        await as_only_writer(hub.database, settings.dossier_bot, stopping.asked, say, work)
    finally:
        await hub.close()


async def _run(
    hub: Hub, lease: Lease, gatekeeper_http: MatrixHttp, stopping: Stopping, say: Callable[[str], None]
) -> None:
    stop = stopping.asked
    answered, members_changed = asyncio.Event(), asyncio.Event()
    answers = CanaryAnswers(hub.database, hub.settings.canary, hub.settings.dossier_bot)
    storage = _storage(hub, answered, members_changed, answers)
    # There was an identity and there is no device: the keys of the bot were lost, or were given up as outdated.
    lost = seeds_exist(hub.settings.secrets, "dossier") and await storage.load_login() is None
    # One homeserver: when it fails, whoever calls it waits together.
    client = await _open_dossier_account(hub, storage, HearingBot(hub, storage.speak, answers), gatekeeper_http.breaker)
    client.http.before_each = lease.may_speak
    seeds = load_or_create_seeds(hub.settings.secrets, "dossier", hub.vault)
    password = read_secret(hub.settings.secrets / "dossier.password")
    try:
        if not lost:
            await check_not_older(client.http, client.device_id, await _last_alive(hub))
        identity = await client.bootstrap_cross_signing(seeds, password)
        verifications = await answer_verifications(hub, client, identity, answered.set)
        await retire_others(client, DEVICE_NAME, password)
        if await tell_of_new_device(hub, client.device_id, renewed=lost):
            # Element knows the device by what comes with the room key; an older client must have heard of it first.
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LET_OTHERS_SEE)
        rooms = MatrixRooms(gatekeeper_http)
        wanted = asyncio.Event()
        gatekeeper = Gatekeeper(hub, rooms, changed=answered.set, quiet=client.sender.silence, wake=wanted)
        changes = Changes(hub.database, (answered, wanted, gatekeeper.remover.wake))
        client.engine.on_state = gatekeeper.saw
        relay = OutboxRelay(hub, client.sender, answered)
        rereader = Rereader(client.http, storage, client.keeper, client.keys, hub.settings.server_name)
        filer = FilingWorker(hub, rereader, storage, storage.wished, answered.set)
        greeter = Greeter(hub, members_changed, answered)
        emergencies = EmergencyWatch(hub, answered.set)
        cards = CardWatch(hub, answered.set)
        audit_room = AuditRoom(hub, client.sender, partial(ensure_audit_room, hub, rooms, client.sender.silence))
        canary = Canary(hub, answers, partial(ensure_canary_room, hub, rooms), lease)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(client.run(), name="matrix")
            saying = group.create_task(lasting(relay.run, stop), name="relay")
            tasks = [
                listening,
                saying,
                group.create_task(lasting(changes.run, stop), name="changes"),
                group.create_task(lasting(gatekeeper.remover.run, stop), name="remover"),
                group.create_task(lasting(gatekeeper.run, stop), name="gatekeeper"),
                group.create_task(lasting(filer.run, stop), name="filing"),
                group.create_task(lasting(greeter.run, stop), name="greeter"),
                group.create_task(lasting(emergencies.run, stop), name="emergencies"),
                group.create_task(lasting(cards.run, stop), name="cards"),
                group.create_task(lasting(Birthdays(hub, answered.set).run, stop), name="birthdays"),
                group.create_task(lasting(FreshnessWatch(hub, answered.set).run, stop), name="freshness"),
                group.create_task(lasting(ReminderWatch(hub, answered.set).run, stop), name="reminders"),
                group.create_task(lasting(audit_room.run, stop), name="audit-room"),
                group.create_task(lasting(verifications.run, stop), name="verifications"),
                group.create_task(lasting(partial(answers.run, client.sender), stop), name="canary-answers"),
                group.create_task(lasting(partial(_beat, hub, storage, client.http.breaker), stop), name="beat"),
            ]
            say("ready")
            settle()
            tasks.append(group.create_task(lasting(canary.run, stop), name="canary"))
            await stop.wait()
            client.finish()
            if not await stopping.goodbye(_finish(relay, listening, saying)):
                _log.warning("stopped-before-done")
            for task in tasks:
                task.cancel()
    except* asyncio.CancelledError:
        _log.info("stopped")
    finally:
        await client.stop()


async def _finish(relay: OutboxRelay, *tasks: asyncio.Task[None]) -> None:
    """What is in hand is settled, then what is due is said."""
    await asyncio.wait(tasks)
    while await relay.work_off():
        continue


async def lasting(work: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    """``work`` until ``stop``, begun again when the database is away or busy: a long import in the other process, or a
    PostgreSQL that restarts, must not end the bots. Anything else still does."""
    backoff = Backoff()
    while not stop.is_set():
        try:
            await work(stop)
        except (SQLAlchemyError, OSError) as error:
            wait = backoff.next_delay()
            _log.warning("database-away", reason=type(error).__name__, wait_seconds=round(wait, 2))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)


class HubStorage(SqlStorage):
    """The runtime's storage, which also tells when somebody's membership changed, and when events were settled."""

    members_changed: asyncio.Event
    answered: asyncio.Event
    wished: asyncio.Event
    """Somebody may have pointed at a message that is to be filed."""
    canary: CanaryAnswers
    now: Clock
    synced_at: datetime | None = None
    """When a sync was last committed."""
    _spoke = False

    def speak(self) -> None:
        """The handler has something to say; ordinary talk, which is most of all, does not wake the relay."""
        self._spoke = True

    @asynccontextmanager
    async def settling(self) -> AsyncIterator[InboxTransaction]:
        async with super().settling() as transaction:
            yield transaction
        # The relay sees an answer only after the commit; woken before, it would sleep until its next look.
        if self._spoke:
            self._spoke = False
            self.answered.set()
            self.wished.set()
        self.canary.settled()

    async def commit(self, batch: SyncBatch) -> None:
        await super().commit(batch)
        self.synced_at = self.now()
        if batch.members:
            self.members_changed.set()


class HearingBot(DossierBot):
    """The dossier bot, which also hears the canary: nothing that the canary says reaches a circle."""

    def __init__(self, hub: Hub, answered: Callable[[], None], canary: CanaryAnswers) -> None:
        super().__init__(hub, answered)
        self._canary = canary

    async def on_message(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        heard = None if connection is None else await self._canary.hear(message, connection)
        return await super().on_message(message, connection) if heard is None else heard


def _storage(hub: Hub, answered: asyncio.Event, members_changed: asyncio.Event, canary: CanaryAnswers) -> HubStorage:
    settings = hub.settings
    storage = HubStorage(
        hub.database,
        hub.vault,
        settings.dossier_bot,
        on_identity=identity_watch(hub),
        on_gap=gap_watch(hub),
        pinning=pinning_of(settings),
    )
    storage.now = hub.now
    storage.members_changed = members_changed
    storage.answered = answered
    storage.wished = asyncio.Event()
    storage.canary = canary
    return storage


async def _open_dossier_account(hub: Hub, storage: HubStorage, handler: DossierBot, breaker: Breaker) -> MatrixClient:
    settings = hub.settings
    http: MatrixHttp | None = None

    async def accept(invite: Invite) -> None:
        """Only rooms that the gatekeeper made and the hub knows; anybody else's invitation is ignored (T18)."""
        async with hub.transactions.reading() as unit:
            known = await unit.rooms.place(invite.room_id) is not None
            known = known or await unit.personal_rooms.owner(invite.room_id) is not None
            known = known or invite.room_id in {await unit.get_setting(key) for key in (CANARY_ROOM, AUDIT_ROOM)}
        if invite.sender == settings.gatekeeper and known and http is not None:
            await http.join(invite.room_id)
        else:
            _log.warning("invite-ignored")

    client = await MatrixClient.open(
        settings.homeserver_url, storage, handler=handler, on_invite=accept, breaker=breaker
    )
    if client is None:
        password = read_secret(settings.secrets / "dossier.password")
        client = await MatrixClient.login(
            settings.homeserver_url,
            "dossier",
            password,
            store=storage,
            device_name=DEVICE_NAME,
            handler=handler,
            on_invite=accept,
            breaker=breaker,
        )
    http = client.http
    return client


async def _last_alive(hub: Hub) -> datetime | None:
    """When this database last heard of a bots process at work."""
    async with hub.transactions.reading() as unit:
        beat = await unit.get_setting("bots.beat")
    return None if beat is None else datetime.fromtimestamp(float(beat), UTC)


async def _beat(hub: Hub, storage: HubStorage, breaker: Breaker, stop: asyncio.Event) -> None:
    """A sign of life for ``/readyz``, when the last sync was stored, and whether the homeserver is left alone."""
    while not stop.is_set():
        async with hub.transactions() as unit:
            await unit.put_setting(BEAT, f"{hub.now().timestamp():.0f}")
            await unit.put_setting(HOMESERVER, breaker.state.value)
            if storage.synced_at is not None:
                await unit.put_setting(SYNCED, f"{storage.synced_at.timestamp():.0f}")
        try:
            await asyncio.wait_for(stop.wait(), _BEAT_SECONDS)
        except TimeoutError:
            continue

"""The bots process: composes gatekeeper, dossier bot, relay and greeter, and runs them until it is told to stop."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.access.gatekeeper import Gatekeeper
from bots.access.matrix_rooms import MatrixRooms
from bots.dossier.handler import DossierBot
from bots.dossier.identities import identity_watch
from bots.dossier.relay import OutboxRelay
from bots.handover.welcome import Greeter
from bots.runtime import crash_points
from bots.runtime.backoff import Backoff
from bots.runtime.client import MatrixClient
from bots.runtime.crypto.cross_signing import load_or_create_seeds
from bots.runtime.http import MatrixHttp
from bots.runtime.single_writer import as_only_writer
from bots.runtime.storage import InboxTransaction, SqlStorage
from bots.runtime.sync_response import Invite
from hub.adapters.sql.leases import Lease
from hub.adapters.sql.matrix_records import SyncBatch
from hub.bootstrap import Hub, open_hub
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from hub.settings import Settings, read_secret

_BEAT_SECONDS = 5.0
_GATEKEEPER_DEVICE = "POORTWACHTER"
_log = structlog.get_logger("bots")


async def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; says ``ready`` once commands are answered, ``standby`` while another process does.

    :raises StartRefused: with one clear sentence
    :raises LeaseLost: another process took over
    """
    crash_points.arm(os.environ, allowed=settings.crash_points)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    hub = await open_hub(settings)

    async def work(lease: Lease) -> None:
        async with MatrixHttp(settings.homeserver_url) as gatekeeper_http:
            await _sign_in_gatekeeper(hub, gatekeeper_http)
            gatekeeper_http.before_each = lease.may_speak
            await _run(hub, lease, gatekeeper_http, stop, say)

    try:
        await as_only_writer(hub.database, settings.dossier_bot, stop, say, work)
    finally:
        await hub.close()


async def _run(
    hub: Hub, lease: Lease, gatekeeper_http: MatrixHttp, stop: asyncio.Event, say: Callable[[str], None]
) -> None:
    answered, members_changed = asyncio.Event(), asyncio.Event()
    client = await _open_dossier_account(hub, answered, members_changed)
    client.http.before_each = lease.may_speak
    seeds = load_or_create_seeds(hub.settings.secrets, "dossier", hub.vault)
    password = read_secret(hub.settings.secrets / "dossier.password")
    try:
        await client.bootstrap_cross_signing(seeds, password)
        gatekeeper = Gatekeeper(hub, MatrixRooms(gatekeeper_http), changed=answered.set, quiet=client.sender.silence)
        client.engine.on_state = gatekeeper.saw
        relay = OutboxRelay(hub, client.sender, answered)
        greeter = Greeter(hub, members_changed, answered)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(client.run(), name="matrix"),
                group.create_task(lasting(gatekeeper.run, stop), name="gatekeeper"),
                group.create_task(lasting(relay.run, stop), name="relay"),
                group.create_task(lasting(greeter.run, stop), name="greeter"),
                group.create_task(lasting(partial(_beat, hub), stop), name="beat"),
            ]
            say("ready")
            await stop.wait()
            await client.stop()
            for task in tasks:
                task.cancel()
    except* asyncio.CancelledError:
        _log.info("stopped")
    finally:
        await client.stop()


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

    @asynccontextmanager
    async def settling(self) -> AsyncIterator[InboxTransaction]:
        async with super().settling() as transaction:
            yield transaction
        # The relay sees an answer only after the commit; woken before, it would sleep until its next look.
        self.answered.set()

    async def commit(self, batch: SyncBatch) -> None:
        await super().commit(batch)
        if batch.members:
            self.members_changed.set()


async def _open_dossier_account(hub: Hub, answered: asyncio.Event, members_changed: asyncio.Event) -> MatrixClient:
    settings = hub.settings
    storage = HubStorage(
        hub.database, hub.vault, settings.dossier_bot, on_identity=identity_watch(hub), pinning=settings.pinning
    )
    storage.members_changed = members_changed
    storage.answered = answered
    handler = DossierBot(hub, answered.set)
    http: MatrixHttp | None = None

    async def accept(invite: Invite) -> None:
        """Only rooms that the gatekeeper made and the hub knows; anybody else's invitation is ignored (T18)."""
        async with hub.transactions.reading() as unit:
            known = await unit.rooms.place(invite.room_id) is not None
        if invite.sender == settings.gatekeeper and known and http is not None:
            await http.join(invite.room_id)
        else:
            _log.warning("invite-ignored")

    client = await MatrixClient.open(settings.homeserver_url, storage, handler=handler, on_invite=accept)
    if client is None:
        password = read_secret(settings.secrets / "dossier.password")
        client = await MatrixClient.login(
            settings.homeserver_url,
            "dossier",
            password,
            store=storage,
            device_name="Kring",
            handler=handler,
            on_invite=accept,
        )
    http = client.http
    return client


async def _sign_in_gatekeeper(hub: Hub, http: MatrixHttp) -> None:
    """One device without keys, always the same; the token of the last start ends with this one."""
    settings = hub.settings
    password = read_secret(settings.secrets / "poortwachter.password")
    async with Provisioning(
        settings.homeserver_url, settings.server_name, AdminCredentials(settings.secrets)
    ) as provisioning:
        http.access_token = await provisioning.login("poortwachter", password, _GATEKEEPER_DEVICE, "Poortwachter")


async def _beat(hub: Hub, stop: asyncio.Event) -> None:
    """A sign of life for ``/readyz``."""
    while not stop.is_set():
        async with hub.transactions() as unit:
            await unit.put_setting("bots.beat", f"{hub.now().timestamp():.0f}")
        try:
            await asyncio.wait_for(stop.wait(), _BEAT_SECONDS)
        except TimeoutError:
            continue

"""The hub process: homeserver (when embedded), admin socket, portal, and the bots as a child process."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from aiohttp import web

from hub.adapters.memory import settle
from hub.adapters.sql import canary
from hub.adapters.sql.audit_keeper import AuditKeeper
from hub.admin.asking import ADMINISTRATOR_SETTING
from hub.admin.leaving import keep_closing
from hub.admin.policy_commands import not_approved
from hub.admin.server import build_admin, commands
from hub.bootstrap import Hub, open_hub, open_keeper
from hub.child_process import dies_with_parent
from hub.domain.errors import StartRefused
from hub.domain.identifiers import new_id
from hub.domain.people import Person, PersonName
from hub.domain.vocabulary import Role
from hub.health import Health
from hub.homeserver.accounts import HomeserverAccounts, new_password
from hub.homeserver.configuration import HomeserverOptions
from hub.homeserver.embedded import EmbeddedHomeserver
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from hub.homeserver.question_door import open_door
from hub.homeserver.secret_files import ensure_secret
from hub.portal.app import build_app
from hub.portal.wire import PortalRunner
from hub.settings import Settings, make_directories, read_secret

_BOTS_READY = 90.0
_BOTS_STOP = 15.0
_log = structlog.get_logger("hub.server")


async def serve(settings: Settings, say: Callable[[str], None], *, with_bots: bool = True) -> None:
    """Run until SIGTERM or SIGINT. ``say`` gets one line for people at each milestone; the last starts with "ready".

    :raises StartRefused: with one clear sentence
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        make_directories(settings)
        # First of all: two hubs on one data directory are refused before anything else is touched.
        _refuse_second_hub(settings)
        hub = await open_hub(settings, create=True)
        stack.push_async_callback(hub.close)
        await _ensure_administrator(hub)
        await tell_about_policy(hub, say)
        if settings.rehearsal:
            say("REPETITIE: de klok van Kring kan voorlopen. Niet voor echte patiënten.")
        keeper = await stack.enter_async_context(_guarded_log(hub))
        homeserver = await _homeserver(settings, stack, say)
        provisioning = Provisioning(settings.homeserver_url, settings.server_name, _credentials(settings, homeserver))
        stack.push_async_callback(provisioning.close)
        await _ensure_bots(settings, provisioning)
        await _ensure_canary(hub, provisioning)
        accounts = HomeserverAccounts(provisioning, tell_password=settings.homeserver.mode == "embedded")
        bots = Bots(settings) if with_bots else None
        health = Health(hub, lambda: bots is None or bots.running, lambda: keeper.state)
        await _listen(stack, hub, accounts, health)
        if bots is not None:
            say("De bots starten …")
            stack.push_async_callback(bots.stop)
            if not await bots.start():
                say("De bots staan klaar als reserve: een ander proces doet hun werk.")
        settle()
        say(f"ready portal={settings.portal_base} matrix={settings.homeserver_url} data={settings.data}")
        await _until_something_ends(stop, homeserver, bots)
        say("Kring stopt …")


class Bots:
    """The child process ``python -m bots``; it dies with this process, and says ``ready`` when it serves."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> bool:
        """True when they answer commands, False when another process does and these stand by (ADR 0015)."""
        log = self._settings.data / "logs" / "bots.log"
        with log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bots",
                "--data",
                str(self._settings.data),
                env=os.environ
                | {"KRING_MATRIX_PORT": str(self._settings.matrix_port)}
                | {"KRING_PORTAL_PORT": str(self._settings.portal_port)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                preexec_fn=dies_with_parent(signal.SIGKILL),
            )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_BOTS_READY):
                async for line in self._process.stdout:
                    if line.startswith((b"ready", b"standby")):
                        return line.startswith(b"ready")
                    if line.startswith(b"refused "):
                        raise StartRefused(line.removeprefix(b"refused ").decode().strip())
        except TimeoutError as error:
            await self.stop()
            raise StartRefused("De bots zijn niet op tijd gestart; kijk in logs/bots.log.") from error
        raise StartRefused("De bots zijn bij het starten gestopt; kijk in logs/bots.log.")

    async def ended(self) -> None:
        """Until they end for good. When another process took over, they are started again, and stand by."""
        assert self._process is not None
        while await self._process.wait() == os.EX_TEMPFAIL:
            _log.warning("bots-replaced")
            await self.start()

    async def stop(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _BOTS_STOP)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def _guarded_log(hub: Hub) -> AsyncIterator[AuditKeeper]:
    """Signs the log while the hub runs, and once more when everything else has stopped.

    :raises StartRefused: the signing key is gone or damaged
    """
    keeper = await open_keeper(hub)
    stop = asyncio.Event()
    task = asyncio.create_task(keeper.run(stop))
    try:
        yield keeper
    finally:
        stop.set()
        await task


async def _homeserver(
    settings: Settings, stack: AsyncExitStack, say: Callable[[str], None]
) -> EmbeddedHomeserver | None:
    if settings.homeserver.mode == "external":
        return None
    say("De homeserver start …")
    homeserver = EmbeddedHomeserver(
        HomeserverOptions(
            directory=settings.data,
            server_name=settings.server_name,
            port=settings.matrix_port,
            public_url=settings.homeserver.public_url,
            bcrypt_rounds=settings.login_rounds,
            hub_url=f"unix:{settings.question_socket}",
        )
    )
    await homeserver.start()
    stack.push_async_callback(homeserver.stop)
    return homeserver


def _credentials(settings: Settings, homeserver: EmbeddedHomeserver | None) -> AdminCredentials:
    if homeserver is not None:
        return AdminCredentials(settings.secrets, registration_secret=homeserver.registration_shared_secret)
    assert settings.homeserver.registration_secret_file is not None
    return AdminCredentials(
        settings.secrets, registration_secret=read_secret(settings.homeserver.registration_secret_file)
    )


async def _ensure_bots(settings: Settings, provisioning: Provisioning) -> None:
    """The two accounts; their passwords are read by the bots process from the same files."""
    for localpart, name in (("poortwachter", "Kring · poortwachter"), ("dossier", "Kring")):
        password = ensure_secret(settings.secrets / f"{localpart}.password", new_password())
        user_id = await provisioning.ensure_account(localpart, password, name)
        await provisioning.override_ratelimit(user_id)


async def _ensure_canary(hub: Hub, provisioning: Provisioning) -> None:
    """The account of the canary, once: it must not cost anything at later starts (ADR 0016)."""
    async with hub.transactions.reading() as unit:
        if await unit.get_setting(canary.ACCOUNT) is not None:
            return
    password = ensure_secret(hub.settings.secrets / "kanarie.password", new_password())
    user_id = await provisioning.ensure_account("kanarie", password, "Kring · kanarie")
    await provisioning.override_ratelimit(user_id)
    async with hub.transactions() as unit:
        await unit.put_setting(canary.ACCOUNT, user_id)


async def _ensure_administrator(hub: Hub) -> None:
    async with hub.transactions() as unit:
        if await unit.get_setting(ADMINISTRATOR_SETTING) is None:
            person = Person(
                new_id("per"), Role.ADMINISTRATOR, PersonName("Beheer", "Kring"), None, None, "eerste start", hub.now()
            )
            await unit.people.add(person)
            await unit.put_setting(ADMINISTRATOR_SETTING, person.id)


async def _listen(
    stack: AsyncExitStack,
    hub: Hub,
    accounts: HomeserverAccounts,
    health: Health,
) -> None:
    settings = hub.settings
    await stack.enter_async_context(
        _site(
            build_admin(hub, commands(hub, accounts, _status(hub, health))),
            lambda runner: web.UnixSite(runner, str(settings.admin_socket)),
        )
    )
    settings.admin_socket.chmod(0o600)
    await stack.enter_async_context(open_door(hub))
    await stack.enter_async_context(_in_the_background(keep_closing(hub, accounts)))

    try:
        await stack.enter_async_context(
            _site(
                build_app(hub, health.checks, health.figures),
                lambda runner: web.TCPSite(runner, settings.portal_address, settings.portal_port),
                PortalRunner,
            )
        )
    except OSError as error:
        raise StartRefused(
            f"Poort {settings.portal_port} voor het portaal is bezet; kies een andere met --port."
        ) from error


@asynccontextmanager
async def _in_the_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _site(
    app: web.Application,
    make: Callable[[web.AppRunner], web.BaseSite],
    make_runner: Callable[[web.Application], web.AppRunner] = lambda app: web.AppRunner(app, access_log=None),
) -> AsyncIterator[None]:
    runner = make_runner(app)
    await runner.setup()
    try:
        await make(runner).start()
        yield
    finally:
        await runner.cleanup()


def _refuse_second_hub(settings: Settings) -> None:
    """A lock that the kernel drops with the process, so that a kill leaves nothing behind."""
    import fcntl  # noqa: PLC0415 -- not on every platform, and needed only here

    handle = os.open(settings.run / "hub.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise StartRefused(f"Er draait al een hub op de gegevensmap {settings.data.name}.") from error
    with contextlib.suppress(FileNotFoundError):
        settings.admin_socket.unlink()


async def tell_about_policy(hub: Hub, say: Callable[[str], None]) -> None:
    """Rules that nobody approved: said at the start, and where the operator chose so, no start."""
    warning = await not_approved(hub)
    if warning is not None and hub.settings.require_approved_policy:
        raise StartRefused(warning)
    if warning is not None:
        say(warning)


def _status(hub: Hub, health: Health) -> Callable[[], Any]:
    async def status() -> dict[str, Any]:
        async with hub.transactions.reading() as unit:
            waiting = await unit.outbox.pending()
            open_circles = len(await unit.circles.all_open())
        checks = await health.checks()
        return {
            "hub": "running",
            "ready": all(check["ok"] for check in checks.values()),
            "bots": checks["bots"]["ok"],
            "checks": checks,
            "portal": hub.settings.portal_base,
            "matrix": hub.settings.homeserver_url,
            "server_name": hub.settings.server_name,
            "policy": hub.policy.version,
            "policy_warning": await not_approved(hub),
            "open_circles": open_circles,
            "outbox_waiting": waiting,
        }

    return status


async def _until_something_ends(stop: asyncio.Event, homeserver: EmbeddedHomeserver | None, bots: Bots | None) -> None:
    waits: set[asyncio.Task[Any]] = {asyncio.create_task(stop.wait(), name="stop")}
    if homeserver is not None:
        waits.add(asyncio.create_task(_watch(homeserver.exited), name="homeserver"))
    if bots is not None:
        waits.add(asyncio.create_task(bots.ended(), name="bots"))
    done, rest = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    ended = {task.get_name() for task in done}
    if "stop" not in ended:
        _log.error("child-ended", children=sorted(ended))
        raise StartRefused(
            f"Een onderdeel is gestopt ({', '.join(sorted(ended))}); kijk in de map logs en start opnieuw."
        )


async def _watch(exited: Callable[[], Any]) -> None:
    await exited()

"""The hub's door for the homeserver's question: a socket of its own, never a path of the portal (ADR 0022).

On one machine a unix socket in the run directory, which only this user can open; between machines TLS with a
certificate that the homeserver pins. On either, only who holds the shared secret gets an answer.
"""

import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from hub.adapters import clock
from hub.adapters.sql import canary
from hub.adapters.sql.audit_room import ROOM, audit_officers
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.use_cases.entering import Entering, House, may_enter
from hub.bootstrap import Hub
from hub.domain.errors import KringError, StartRefused
from hub.homeserver.question import LARGEST, PATH, Question
from hub.settings import Settings, read_secret

_CLOCKS_DIFFER = 60
"""Seconds that the clocks of hub and homeserver may differ; a question older than that is not answered."""
_MOST_NONCES = 20_000
_log = structlog.get_logger("hub.guard-question")


def _machine_time(hub: Hub) -> datetime:
    """What the homeserver calls now: in a rehearsal the clock of Kring runs ahead, and the homeserver's does not."""
    return clock.now() if hub.settings.rehearsal else hub.now()


@asynccontextmanager
async def open_door(hub: Hub) -> AsyncIterator[None]:
    """Answer while the block runs; nothing is opened where no homeserver was told to ask.

    :raises StartRefused: the secret or the certificate cannot be read, or the place is taken
    """
    settings = hub.settings
    if settings.question_secret is None:
        yield
        return
    runner = web.AppRunner(build_door(hub, read_secret(settings.question_secret)), access_log=None)
    await runner.setup()
    try:
        try:
            await _site(runner, settings).start()
        except OSError as error:
            raise StartRefused(f"De poortvraag kan niet worden beantwoord: {error.strerror or error}.") from error
        if settings.homeserver.question_listen is None:
            # Another container's user asks through a folder that only the two share; else the folder is ours alone.
            settings.question_socket.chmod(0o666 if settings.homeserver.mode == "external" else 0o600)
        yield
    finally:
        await runner.cleanup()
        with suppress(OSError):
            settings.question_socket.unlink()


def build_door(hub: Hub, secret: str) -> web.Application:
    """One route. Who does not hold the secret gets no answer; whatever goes wrong is no answer either."""
    nonces: OrderedDict[str, int] = OrderedDict()

    def fresh(asked: Question, now: int) -> bool:
        if abs(now - asked.at) > _CLOCKS_DIFFER or asked.nonce in nonces:
            return False
        nonces[asked.nonce] = asked.at
        while nonces and (len(nonces) > _MOST_NONCES or now - next(iter(nonces.values())) > 2 * _CLOCKS_DIFFER):
            nonces.popitem(last=False)
        return True

    async def answer(request: web.Request) -> web.Response:
        asked = Question.from_json(await request.read(), secret)
        if asked is None or not fresh(asked, int(_machine_time(hub).timestamp())):
            _log.warning("question-not-from-the-homeserver")
            return web.json_response({}, status=403)
        try:
            allowed = await _decided(hub, asked)
        except (KringError, SQLAlchemyError, OSError) as error:
            # No answer is no: the homeserver refuses.
            _log.error("question-not-answered", error=type(error).__name__)
            return web.json_response({}, status=503)
        return web.json_response(asked.answer(secret, allowed))

    app = web.Application(client_max_size=LARGEST)
    app.router.add_post(PATH, answer)
    return app


async def _decided(hub: Hub, asked: Question) -> bool:
    entering = Entering(asked.question, asked.room_id, asked.user_id, asked.sender)
    async with hub.transactions.reading() as unit:
        # Nearly all are allowed, and need no turn to write.
        known = await may_enter(unit, await _house(hub, unit), entering, hub.now(), record=False)
    if known is None:
        return True
    async with hub.transactions() as unit:
        why = await may_enter(unit, await _house(hub, unit), entering, hub.now())
    if why is not None:
        _log.warning("entering-refused", question=asked.question, reason=why)
    return why is None


async def _house(hub: Hub, unit: SqlUnitOfWork) -> House:
    """The bots, and the rooms of no circle: each with a setting that holds its id."""
    settings = hub.settings
    rooms = {}
    canary_room = await unit.get_setting(canary.ROOM)
    if canary_room is not None:
        rooms[canary_room] = frozenset({settings.dossier_bot, settings.canary})
    audit_room = await unit.get_setting(ROOM)
    if audit_room is not None:
        officers = await audit_officers(unit.connection, hub.now())
        rooms[audit_room] = officers | {settings.dossier_bot}
    return House(settings.gatekeeper, frozenset({settings.dossier_bot}), rooms)


def _site(runner: web.AppRunner, settings: Settings) -> web.BaseSite:
    listen = settings.homeserver.question_listen
    if listen is None:
        with suppress(FileNotFoundError):
            settings.question_socket.unlink()
        return web.UnixSite(runner, str(settings.question_socket))
    address, _, port = listen.rpartition(":")
    return web.TCPSite(runner, address, int(port), ssl_context=_certificate(settings))


def _certificate(settings: Settings) -> ssl.SSLContext:
    certificate, key = settings.homeserver.question_certificate_file, settings.homeserver.question_key_file
    assert certificate is not None
    assert key is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise StartRefused("Het certificaat voor de poortvraag klopt niet of is niet te lezen.") from error
    return context

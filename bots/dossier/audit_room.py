"""The second witness of the log: signed checkpoints, said in the room of the privacy officers (ADR 0021).

What stands in their Element no operator can take back. A task of its own: while nothing can be said here, everything
else goes on, and the next look tries again.
"""

import asyncio
import html
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import structlog

from bots.runtime.rendering import text_message
from bots.runtime.sender import Sender
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.audit_checkpoints import last_checkpoint
from hub.adapters.sql.audit_room import Said, audit_officers, audit_room, read_said, write_said
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.bootstrap import Hub
from hub.domain.audit_checkpoint import SignedCheckpoint
from hub.domain.errors import DeliveryDelayed, DeliveryFailed, DeliveryRefused
from hub.texts import N_

_GLANCE = 5.0
_FULL_LOOK = 60.0
_PATIENCE = timedelta(seconds=30)
_TITLE = N_("Controlepunt van het logboek")
_WHAT = N_("Dit is een ondertekende samenvatting van alle regels tot nu toe, zonder inhoud en zonder namen.")
_KEEP = N_(
    "Bewaar dit bericht: wie daarna iets in het logboek verandert, valt erdoor op. Controleren: zet de regels "
    "hieronder in een bestand, en draai kring audit verify --witness BESTAND."
)
_log = structlog.get_logger("bots.audit-room")


def checkpoint_notice(signed: SignedCheckpoint) -> JsonObject:
    """The note to the byte, in a block that Element copies as it is, with what it is and what to do with it."""
    note = signed.note()
    content = text_message(f"{_TITLE}\n{_WHAT} {_KEEP}\n\n{note}", msgtype="m.notice")
    words = f"<p><strong>{_TITLE}</strong></p><p>{html.escape(_WHAT)} {html.escape(_KEEP)}</p>"
    formatted = f"{words}<pre><code>{html.escape(note)}</code></pre>"
    return {**content, "format": "org.matrix.custom.html", "formatted_body": formatted}


class AuditRoom:
    """Has the room made and kept to the officers of this moment, and says there what was signed last.

    ``make_room`` is the gatekeeper's work: from the officers' Matrix ids to the room's id.
    """

    def __init__(
        self,
        hub: Hub,
        sender: Sender,
        make_room: Callable[[frozenset[str]], Awaitable[str | None]],
    ) -> None:
        self._hub = hub
        self._sender = sender
        self._make_room = make_room
        self._seen: tuple[object, ...] = ()
        self._looked_at: float | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: a glance at the database now and then; the homeserver hears of it for a reason."""
        glance = min(_GLANCE, float(self._hub.settings.audit_room_interval))
        while not stop.is_set():
            wait = glance
            try:
                await self.round()
            except DeliveryFailed as failed:
                delay = failed.retry_after if isinstance(failed, DeliveryDelayed) else _PATIENCE
                wait = max(glance, delay.total_seconds())
                _log.warning("audit-room-delayed", code=failed.code)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)

    async def round(self) -> bool:
        """Room in line, then the newest checkpoint when it is due; True when one was said.

        :raises DeliveryFailed: not now; the next round tries the same again
        """
        async with self._hub.transactions.reading() as unit:
            room_id = await audit_room(unit.connection)
            officers = await audit_officers(unit.connection, self._hub.now())
            members = {} if room_id is None else await unit.rooms.members(room_id)
        if room_id is None and not officers:
            return False
        clock = asyncio.get_running_loop().time()
        seen = (room_id, officers, frozenset(members.items()))
        if seen != self._seen or self._looked_at is None or clock - self._looked_at >= _FULL_LOOK:
            try:
                room_id = await self._make_room(officers)
            except DeliveryRefused as refused:
                # One who cannot be invited or removed keeps nothing from the others: who may hear is looked at below.
                _log.error("audit-room-refused", code=refused.code)
            self._seen, self._looked_at = seen, clock
        return room_id is not None and await self._say(room_id)

    async def _say(self, room_id: str) -> bool:
        now = self._hub.now()
        async with self._hub.transactions.reading() as unit:
            last = await last_checkpoint(unit.connection, self._hub.settings.audit_origin)
            said = await read_said(unit.connection)
            recipients = await self._recipients(unit, room_id)
        if last is None or last.signed is None or not recipients:
            return False
        if said is not None:
            waited = now.timestamp() - said.at
            if last.size <= said.size or 0 <= waited < self._hub.settings.audit_room_interval:
                return False

        async def still() -> bool:
            async with self._hub.transactions.reading() as unit:
                return await self._recipients(unit, room_id) == recipients

        await self._sender.send(
            room_id,
            checkpoint_notice(last.signed),
            recipients | {self._hub.settings.dossier_bot},
            # The same checkpoint is one event, also after a crash; another one over as many lines must be seen.
            f"logboek-{last.size}-{last.signed.checkpoint.root.hex()[:16]}",
            still=still,
            must_be_heard=True,
        )
        async with self._hub.transactions() as unit:
            await write_said(unit.connection, Said(last.size, now.timestamp()))
        return True

    async def _recipients(self, unit: SqlUnitOfWork, room_id: str) -> frozenset[str]:
        """The officers who have joined; nobody while somebody is there who must leave first (ADR 0020)."""
        officers = await audit_officers(unit.connection, self._hub.now())
        members = await unit.rooms.members(room_id)
        if members.keys() - officers - self._hub.settings.own_accounts:
            return frozenset()
        return frozenset(user for user in officers if members.get(user) == "join")

"""The team hears that messages are missing which the homeserver does not give, and when they came after all (I1)."""

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.storage import OnGap
from hub.adapters.sql.matrix_records import Gap
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application import auditing
from hub.application.identify import identify
from hub.bootstrap import Hub
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.vocabulary import Channel
from hub.texts import N_

INITIATOR = "bot:dossier"
_WHERE = {RoomKind.CIRCLE: "de kringkamer", RoomKind.TEAM: "de teamkamer", RoomKind.PRIVATE: "een privékamer"}
_MISSING = N_(
    "Een deel van de berichten uit {where} kon Kring niet ophalen bij de Matrix-server. Wat daar is gezegd, heeft "
    "Kring dus niet gelezen. Kring blijft het proberen. Gaf iemand daar een opdracht en kwam er geen antwoord? Geef "
    "die dan opnieuw, of vraag de beheerder om te kijken."
)
_CAME = N_("De berichten uit {where} die ontbraken, zijn alsnog binnen. Kring heeft ze nu gelezen.")
_log = structlog.get_logger("bots.dossier")


def gap_watch(hub: Hub) -> OnGap:
    """What ``SqlStorage`` calls when a gap gets stuck, and when one that was stuck is filled."""

    async def note(connection: AsyncConnection, gap: Gap, code: str | None) -> None:
        unit = SqlUnitOfWork(connection, hub.vault)
        place = await unit.rooms.place(gap.room_id)
        _log.warning("messages-missing" if code else "messages-came", gap=gap.id, code=code)
        if place is None or place.kind not in _WHERE:
            return
        circle = await unit.circles.get(place.circle_id)
        lead = await unit.people.get(circle.lead_id)
        context = await identify(
            unit,
            lead,
            circle,
            channel=Channel.ROOM,
            initiator=INITIATOR,
            correlation_id=f"gap-{gap.id}",
            now=hub.now(),
        )
        await unit.audit.add(
            auditing.entry(
                context,
                AuditEvent.MESSAGES_MISSING if code else AuditEvent.MESSAGES_CAME,
                object_type="room",
                object_id=gap.room_id,
                detail=code or "",
            )
        )
        body = (_MISSING if code else _CAME).format(where=_WHERE[place.kind])
        await hub.speaker.announce(unit, context, RoomKind.TEAM, body)

    return note

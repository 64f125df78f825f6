"""The circles hear once that the bot has a new device, and that it may have missed something (F23)."""

import structlog

from hub.application import auditing
from hub.application.identify import identify
from hub.bootstrap import Hub
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.vocabulary import Channel
from hub.texts import N_

INITIATOR = "bot:dossier"
_KNOWN = "dossier.device"
_BODY = N_(
    "Kring heeft een nieuw toestel, omdat de sleutels van het oude kwijt of verouderd waren. Wat u de laatste tijd "
    "schreef, kon Kring misschien niet lezen. Kreeg u geen antwoord? Stuur uw bericht dan opnieuw. De identiteit van "
    "Kring is dezelfde gebleven: ziet u toch een waarschuwing bij Kring, bel dan de coach."
)
_log = structlog.get_logger("bots.dossier")


async def tell_of_new_device(hub: Hub, device_id: str, *, renewed: bool) -> bool:
    """Announce and audit in every open circle when this device is not the one that was known; whether it was done.

    ``renewed``: an earlier device was lost, also when nothing is known of it.
    """
    now = hub.now()
    async with hub.transactions() as unit:
        known = await unit.get_setting(_KNOWN)
        if known == device_id:
            return False
        await unit.put_setting(_KNOWN, device_id)
        if known is None and not renewed:
            return False
        for circle in await unit.circles.all_open():
            lead = await unit.people.get(circle.lead_id)
            context = await identify(
                unit,
                lead,
                circle,
                channel=Channel.ROOM,
                initiator=INITIATOR,
                correlation_id=f"device-{device_id}",
                now=now,
            )
            await unit.audit.add(
                auditing.entry(context, AuditEvent.DEVICE_RENEWED, object_type="device", object_id=device_id)
            )
            for kind in (RoomKind.CIRCLE, RoomKind.TEAM):
                await hub.speaker.announce(unit, context, kind, _BODY)
    _log.warning("device-renewed", device=device_id, before=known)
    return True

"""The room of the log: made by the gatekeeper for the privacy officers, of no circle (ADR 0021)."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from bots.access.canary_room import unwritten
from bots.access.desired import membership_plan, state_drift
from bots.access.matrix_rooms import MatrixRooms
from hub.adapters.sql.audit_room import ROOM
from hub.bootstrap import Hub
from hub.domain.circle import RoomKind
from hub.homeserver.room_templates import room_body

NAME = "Kring · logboek"


async def ensure_audit_room(
    hub: Hub,
    rooms: MatrixRooms,
    quiet: Callable[[str], AbstractAsyncContextManager[None]],
    officers: frozenset[str],
) -> str | None:
    """The room's id; made once there is an officer (until then None), repaired, and rid of everybody else.

    ``quiet`` keeps the room silent while somebody is removed. Who left by themselves is not asked again.

    :raises DeliveryFailed: the homeserver is away or refuses
    """
    async with hub.transactions.reading() as unit:
        room_id = await unit.get_setting(ROOM)
    if room_id is None:
        if not officers:
            return None
        room_id = await unwritten(hub, rooms, NAME) or await rooms.create(room_body(NAME))
        async with hub.transactions() as unit:
            await unit.put_setting(ROOM, room_id)
    state = await rooms.state(room_id)
    plan = membership_plan(state, officers, hub.settings.own_accounts, hub.settings.dossier_bot, {})
    for user_id in plan.remove:
        async with quiet(room_id):
            await rooms.remove(room_id, user_id)
    # The bot first: it must know who is there before they read along.
    for user_id in sorted(plan.invite, key=lambda user: user != hub.settings.dossier_bot):
        await rooms.invite(room_id, user_id)
    for event_type, content in state_drift(state, RoomKind.CIRCLE, NAME):
        await rooms.set_state(room_id, event_type, content)
    return room_id

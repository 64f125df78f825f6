"""The canary's room: made by the gatekeeper as all rooms, of no circle, with the dossier bot and nobody else."""

from bots.access.desired import is_untouched, membership_plan, state_drift
from bots.access.matrix_rooms import MatrixRooms
from hub.adapters.sql.canary import ROOM
from hub.bootstrap import Hub
from hub.domain.circle import RoomKind
from hub.homeserver.guard_rules import CANARY_ROOM as NAME
from hub.homeserver.room_templates import room_body


async def ensure_canary_room(hub: Hub, rooms: MatrixRooms) -> str:
    """The room's id; made, repaired and rid of everybody else. The room is written down before anybody is invited.

    :raises DeliveryFailed: the homeserver is away or refuses
    """
    async with hub.transactions.reading() as unit:
        room_id = await unit.get_setting(ROOM)
    if room_id is None:
        room_id = await unwritten(hub, rooms, NAME) or await rooms.create(room_body(NAME))
        async with hub.transactions() as unit:
            await unit.put_setting(ROOM, room_id)
    settings = hub.settings
    state = await rooms.state(room_id)
    wanted = frozenset({settings.dossier_bot, settings.canary})
    plan = membership_plan(state, wanted, wanted | {settings.gatekeeper}, None, {})
    for user_id in plan.remove:
        await rooms.remove(room_id, user_id)
    for user_id in plan.invite:
        await rooms.invite(room_id, user_id)
    for event_type, content in state_drift(state, RoomKind.CIRCLE, NAME):
        await rooms.set_state(room_id, event_type, content)
    return room_id


async def unwritten(hub: Hub, rooms: MatrixRooms, name: str) -> str | None:
    """A room of no circle, of this name, that was made just before a crash."""
    joined = await rooms.joined()
    async with hub.transactions.reading() as unit:
        own = await unit.personal_rooms.all()
        unknown = [r for r in sorted(joined - own) if await unit.rooms.place(r) is None]
    for room_id in unknown:
        if is_untouched(await rooms.state(room_id), name, hub.settings.gatekeeper):
            return room_id
    return None

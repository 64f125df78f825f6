"""Somebody's own room: made by the gatekeeper for the overview of the morning, of no circle (ADR 0040)."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from bots.access.canary_room import unwritten
from bots.access.desired import membership_plan, state_drift
from bots.access.matrix_rooms import MatrixRooms
from hub.bootstrap import Hub
from hub.domain.circle import PERSONAL_ROOM, RoomKind
from hub.homeserver.room_templates import room_body


async def ensure_personal_room(
    hub: Hub, rooms: MatrixRooms, quiet: Callable[[str], AbstractAsyncContextManager[None]], person_id: str
) -> str:
    """The room's id; made, repaired, and rid of everybody but this person and the dossier bot.

    The room is written down before anybody is invited. Who left by themselves is not asked again.

    :raises DeliveryFailed: the homeserver is away or refuses
    """
    now = hub.now()
    async with hub.transactions.reading() as unit:
        room_id = await unit.personal_rooms.find(person_id)
        person = await unit.people.get(person_id)
    if room_id is None:
        room_id = await unwritten(hub, rooms, PERSONAL_ROOM) or await rooms.create(room_body(PERSONAL_ROOM))
        async with hub.transactions() as unit:
            await unit.personal_rooms.add(person_id, room_id, now)
    state = await rooms.state(room_id)
    here = person.matrix_id is not None and not person.has_left(now)
    wanted = frozenset({person.matrix_id} if here and person.matrix_id else ())
    plan = membership_plan(state, wanted, hub.settings.own_accounts, hub.settings.dossier_bot, {})
    for user_id in plan.remove:
        async with quiet(room_id):
            await rooms.remove(room_id, user_id)
    # The bot first: it must know who is there before it speaks.
    for user_id in sorted(plan.invite, key=lambda user: user != hub.settings.dossier_bot):
        await rooms.invite(room_id, user_id)
    for event_type, content in state_drift(state, RoomKind.CIRCLE, PERSONAL_ROOM):
        await rooms.set_state(room_id, event_type, content)
    async with hub.transactions() as unit:
        await unit.personal_rooms.fulfilled(person_id)
    return room_id

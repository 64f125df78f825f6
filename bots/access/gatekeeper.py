"""The gatekeeper (poortwachter): brings rooms in line with circles, and says what it repaired.

It creates, invites and removes; it has no device keys and so can read nothing. The decision was made and audited before
(``hub/application/use_cases/circles.py``); here it only becomes visible in Matrix. Nobody is removed while the dossier
bot is speaking in that room, and it speaks there again only when its own sync shows them gone (ADR 0020).
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from bots.access.desired import DRIFTS, State, is_untouched, membership_plan, state_drift, wanted_members
from bots.access.matrix_rooms import MatrixRooms
from bots.access.personal_room import ensure_personal_room
from bots.access.pinning import PINNED, Pinner
from bots.access.removing import Remover
from bots.access.telling import INITIATOR, REMOVAL_REFUSED, TOMBSTONE, UNSEEN_MEMBER, Teller
from bots.runtime.crash_points import reached
from hub.adapters.sql.canary import ROOM as CANARY_ROOM
from hub.adapters.sql.matrix_inbox import update_members
from hub.adapters.sql.matrix_records import MemberChange
from hub.application.ports import RoomPlace
from hub.application.use_cases.lead_watch import wants_watching, watch_lead
from hub.application.use_cases.task_acts import tasks_of_the_gone
from hub.bootstrap import Hub
from hub.domain.circle import Circle, RoomKind, room_name
from hub.domain.errors import (
    DeliveryDelayed,
    DeliveryFailed,
    DeliveryRefused,
    FactUnavailable,
    IntegrityBroken,
    NotFound,
)
from hub.homeserver.room_templates import room_body, space_body, space_child

__all__ = ["INITIATOR", "Gatekeeper"]
FULL_ROUND = timedelta(seconds=60)
_SYNC_PATIENCE = timedelta(minutes=5)
_GLANCE = 1.0
_PAUSE_AFTER_FAILURE = 2.0
_Quiet = Callable[[str], AbstractAsyncContextManager[None]]
_log = structlog.get_logger("bots.gatekeeper")


class Gatekeeper:
    """Reconciles on request (a circle changed, a room was meddled with), and all open circles once a minute.

    ``quiet`` keeps a room silent while somebody is removed from it, and makes its room key a used one.
    """

    def __init__(
        self,
        hub: Hub,
        rooms: MatrixRooms,
        changed: Callable[[], None] = lambda: None,
        quiet: _Quiet = lambda _room_id: nullcontext(),
        wake: asyncio.Event | None = None,
    ) -> None:
        self._hub = hub
        self._rooms = rooms
        self._changed = changed
        self._quiet = quiet
        self._wake = wake or asyncio.Event()
        self.remover = Remover(hub, rooms, quiet)
        self._teller = Teller(hub)
        self._pinner = Pinner(hub, rooms)
        self._seen: dict[str, frozenset[str]] = {}
        self._gone_since: dict[tuple[str, str], datetime] = {}
        self._looked_until = hub.now()
        self._bot = hub.settings.dossier_bot
        self._own = hub.settings.own_accounts

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: work when woken, look now and then for what ran out, and at everything once a minute."""
        next_round = next_look = 0.0
        while not stop.is_set():
            clock = asyncio.get_running_loop().time()
            self._wake.clear()
            done = True
            if self._seen or clock >= next_look or await self._is_wanted():
                done = await self.work_off()
                next_look = asyncio.get_running_loop().time() + _GLANCE
            if clock >= next_round:
                done = await self.full_round() and done
                next_round = clock + FULL_ROUND.total_seconds()
            if not done:
                # Whatever changes meanwhile: a homeserver that is away is not asked again at once.
                await _sleep(stop, _PAUSE_AFTER_FAILURE)
            else:
                await _sleep(self._wake, _GLANCE)

    async def _is_wanted(self) -> bool:
        """We are woken by every commit of anybody, and few are about us."""
        async with self._hub.transactions.reading() as unit:
            waiting = await unit.circles.any_waiting()
        return waiting or bool(await self._pinner.waiting())

    def saw(self, state: Mapping[str, Iterable[str]]) -> None:
        """The dossier bot's sync brought state events: room id → their types. Looked into at the next glance."""
        for room_id, types in state.items():
            self._seen[room_id] = self._seen.get(room_id, frozenset()) | frozenset(types)
        self._wake.set()

    async def _note_what_happened(self) -> None:
        """Periods that ran out, and rooms that are not as they should be, make their circle's turn come now."""
        now, since, self._looked_until = self._hub.now(), self._looked_until, self._hub.now()
        seen, self._seen = self._seen, {}
        async with self._hub.transactions.reading() as unit:
            meddled: set[str] = set()
            turns = {circle.id for circle in await unit.circles.ended_between(since, now)}
            for room_id, types in seen.items():
                place = await unit.rooms.place(room_id)
                if place is None:
                    owner = await unit.personal_rooms.owner(room_id)
                    meddled |= {owner} if owner is not None and types & DRIFTS else set()
                    continue
                if types & DRIFTS or await self._strangers(await unit.circles.get(place.circle_id), place):
                    turns.add(place.circle_id)
        for room_id in [room_id for room_id, types in seen.items() if "m.room.tombstone" in types]:
            await self._alarm_about(room_id, TOMBSTONE)
        if turns or meddled:
            async with self._hub.transactions() as unit:
                for person_id in sorted(meddled):
                    await unit.personal_rooms.wish(person_id, now)
                for circle_id in sorted(turns):
                    await unit.circles.want_reconciled(circle_id, now)
                    await watch_lead(unit, await unit.circles.get(circle_id), now, initiator=INITIATOR)
                    await tasks_of_the_gone(unit, await unit.circles.get(circle_id), now, INITIATOR)

    async def _alarm_about(self, room_id: str, code: str) -> None:
        async with self._hub.transactions.reading() as unit:
            place = await unit.rooms.place(room_id)
            circle = await unit.circles.get(place.circle_id) if place is not None else None
        if place is not None and circle is not None:
            await self._teller.alarm(circle, place, code)

    async def _strangers(self, circle: Circle, place: RoomPlace) -> frozenset[str]:
        """Who is in the room or invited, as the dossier bot's sync shows it, without belonging there."""
        wanted, _since = await self._wanted(circle, place)
        async with self._hub.transactions.reading() as unit:
            return frozenset(await unit.rooms.members(place.room_id)) - wanted - self._own

    async def work_off(self) -> bool:
        """Circles that changed, then private rooms that somebody needs. False when something must be tried again."""
        await self.remover.work_off()
        await self._note_what_happened()
        async with self._hub.transactions.reading() as unit:
            circles = await unit.circles.waiting_for_reconciliation()
            wishes = await unit.rooms.private_wishes()
            personal = await unit.personal_rooms.wishes()
        done = [await self._tried(self.reconcile(circle)) for circle in circles]
        done += [await self._tried(self._private_room(circle_id, person_id)) for circle_id, person_id in wishes]
        done += [await self._tried(self._personal_room(person_id)) for person_id in personal]
        done.append(await self._pinner.work_off())
        return all(done)

    async def full_round(self) -> bool:
        """Every open circle: periods that ran out, members that nobody admitted, state that drifted."""
        async with self._hub.transactions.reading() as unit:
            circles = await unit.circles.all_open()
        for circle in circles:
            async with self._hub.transactions.reading() as unit:
                forsaken = await wants_watching(unit, circle, self._hub.now())
            if forsaken:
                async with self._hub.transactions() as unit:
                    await watch_lead(unit, circle, self._hub.now(), initiator=INITIATOR)
        return all([await self._tried(self.reconcile(circle)) for circle in circles])

    @staticmethod
    async def _tried(work: Coroutine[Any, Any, object]) -> bool:
        """One circle that the homeserver refuses, or that cannot be read, must not keep the others waiting."""
        try:
            await work
        except DeliveryFailed as error:
            _log.warning("reconcile-delayed", code=error.code)
            return False
        except (NotFound, IntegrityBroken, FactUnavailable) as broken:
            _log.error("circle-unreadable", code=broken.code)
            return False
        return True

    async def reconcile(self, circle: Circle) -> list[str]:
        """Bring one circle in line; returns what had to be repaired (codes), apart from expected invitations."""
        async with self._hub.transactions.reading() as unit:
            wanted_at = await unit.circles.wanted_at(circle.id)
        space = await self._ensure(circle, RoomKind.SPACE, None)
        kinds = (RoomKind.CIRCLE, RoomKind.TEAM) + ((RoomKind.AFTERCARE,) if circle.aftercare_at else ())
        await _all_of(self._ensure(circle, kind, space) for kind in kinds)
        repaired: list[str] = []
        refused: DeliveryRefused | None = None
        async with self._hub.transactions.reading() as unit:
            places = await unit.rooms.of_circle(circle.id)
        try:
            # The other rooms of the circle need not wait for one.
            await _all_of(self._in_line(circle, place, repaired) for place in places)
        except DeliveryRefused as error:
            refused = error
        if repaired:
            await self._teller.repaired(circle, repaired)
        if refused is None:
            async with self._hub.transactions() as unit:
                await unit.circles.reconciled(circle.id, wanted_at)
        self._changed()
        if refused is not None:
            raise refused
        return repaired

    async def _ensure(self, circle: Circle, kind: RoomKind, space: str | None, person_id: str | None = None) -> str:
        """The room's id; made when it is not there. A room that was made just before a crash is found by its name."""
        async with self._hub.transactions.reading() as unit:
            known = await unit.rooms.find(circle.id, kind, person_id)
        if known is not None:
            return known
        name = room_name(circle.pseudonym, kind)
        room_id = await self._orphan(name)
        if room_id is None:
            via = self._hub.settings.server_name
            if kind is RoomKind.SPACE:
                body = space_body(name)
            elif person_id is not None:
                body = room_body(name)
            else:
                body = room_body(name, space_id=space, via=via)
            room_id = await self._rooms.create(body)
            reached("room.created")
        async with self._hub.transactions() as unit:
            await unit.rooms.add(RoomPlace(room_id, circle.id, kind, person_id), self._hub.now())
        reached("room.written")
        return room_id

    async def _orphan(self, name: str) -> str | None:
        """A room that we made and did not write down. Nobody else was ever in it: people are invited afterwards."""
        joined = await self._rooms.joined()
        async with self._hub.transactions.reading() as unit:
            canary = await unit.get_setting(CANARY_ROOM)
            own = await unit.personal_rooms.all()
            unknown = [r for r in sorted(joined - own) if r != canary and await unit.rooms.place(r) is None]
        for room_id in unknown:
            if is_untouched(await self._rooms.state(room_id), name, self._hub.settings.gatekeeper):
                return room_id
        return None

    async def _in_line(self, circle: Circle, place: RoomPlace, repaired: list[str]) -> None:
        """Membership and state of one room; what was not as expected is added to ``repaired``.

        :raises DeliveryRefused: somebody could not be removed; the rest was done
        """
        state = await self._rooms.state(place.room_id)
        wanted, since = await self._wanted(circle, place)
        bot = None if place.kind is RoomKind.SPACE else self._bot
        plan = membership_plan(state, wanted, self._own, bot, since)
        refused: DeliveryRefused | None = None
        for user_id in plan.remove:
            expected = await self._was_discharged(circle, user_id)
            try:
                await self._remove(circle, place, user_id)
            except DeliveryRefused as error:
                refused = error
                continue
            if not expected:
                repaired.append(f"{place.kind.value}:stranger-removed")
        await self._overrule(circle, place, state)
        # The bot first: it must be there to greet who comes.
        await _all_of(self._invite(place, user_id) for user_id in plan.invite if user_id == self._bot)
        works = [self._invite(place, user_id) for user_id in plan.invite if user_id != self._bot]
        if place.kind is RoomKind.SPACE:
            works.append(self._show_rooms(circle, place, state))
        await _all_of(works)
        # Who has the aftercare room to talk in reads the circle room back, and writes nothing there any more (E6).
        speaking = not (place.kind is RoomKind.CIRCLE and circle.aftercare_at is not None)
        name = room_name(circle.pseudonym, place.kind)
        for event_type, content in state_drift(state, place.kind, name, speaking=speaking):
            await self._rooms.set_state(place.room_id, event_type, content)
            if speaking or event_type != "m.room.power_levels":
                repaired.append(f"{place.kind.value}:{event_type}")
        if await self._pinner.repair(place.room_id, state):
            repaired.append(f"{place.kind.value}:{PINNED}")
        if refused is not None:
            raise refused

    async def _invite(self, place: RoomPlace, user_id: str) -> None:
        await self._rooms.invite(place.room_id, user_id)
        reached("member.invited")

    async def _remove(self, circle: Circle, place: RoomPlace, user_id: str) -> None:
        try:
            async with self._quiet(place.room_id):
                await self._rooms.remove(place.room_id, user_id)
        except (DeliveryRefused, DeliveryDelayed) as failed:
            if isinstance(failed, DeliveryRefused) and not await self._is_there(place.room_id, user_id):
                return  # the remover was first, or they left by themselves
            # Still there: nothing is said in that room, and people must know why.
            await self._teller.alarm(circle, place, REMOVAL_REFUSED, user_id)
            raise
        self._teller.settled(place.room_id, REMOVAL_REFUSED)

    async def _is_there(self, room_id: str, user_id: str) -> bool:
        member = (await self._rooms.state(room_id)).get(("m.room.member", user_id), {})
        return member.get("content", {}).get("membership") in {"join", "invite"}

    async def _overrule(self, circle: Circle, place: RoomPlace, state: State) -> None:
        """Somebody whom the sync shows and who is not in this room: the bot would be silent there for ever."""
        strangers = await self._strangers(circle, place)
        for known in [known for known in self._gone_since if known[0] == place.room_id and known[1] not in strangers]:
            del self._gone_since[known]
        for user_id in sorted(strangers):
            member = state.get(("m.room.member", user_id))
            if member is not None:
                if member.get("content", {}).get("membership") in {"join", "invite"}:
                    continue
                # Gone a moment ago, perhaps: the sync has still to show it (I5).
                now = self._hub.now()
                if now - self._gone_since.setdefault((place.room_id, user_id), now) < _SYNC_PATIENCE:
                    continue
            await self._teller.alarm(circle, place, UNSEEN_MEMBER, user_id)
            gone = MemberChange(place.room_id, user_id, "leave", self._hub.settings.gatekeeper, 0)
            async with self._hub.database.transaction() as connection:
                await update_members(connection, [gone])
            _log.warning("unseen-member", room=place.room_id)

    async def _show_rooms(self, circle: Circle, space: RoomPlace, state: State) -> None:
        """The circle's shared rooms stand in its space; also when a crash came between making and listing one."""
        content = space_child(self._hub.settings.server_name)
        async with self._hub.transactions.reading() as unit:
            places = await unit.rooms.of_circle(circle.id)
        await _all_of(
            self._rooms.set_state(space.room_id, "m.space.child", content, place.room_id)
            for place in places
            if place.kind in {RoomKind.CIRCLE, RoomKind.TEAM, RoomKind.AFTERCARE}
            and state.get(("m.space.child", place.room_id), {}).get("content") != content
        )

    async def _wanted(self, circle: Circle, place: RoomPlace) -> tuple[frozenset[str], dict[str, datetime]]:
        """Who belongs here, and since when each is in the circle."""
        now = self._hub.now()
        async with self._hub.transactions.reading() as unit:
            relations = await unit.circles.relations(circle.id)
            active = [relation for relation in relations if relation.active(now)]
            matrix_ids = await unit.people.matrix_ids({relation.person_id for relation in active})
        since = {matrix_ids[r.person_id]: r.since for r in active if r.person_id in matrix_ids}
        if not circle.open and place.kind is not RoomKind.PRIVATE:
            return frozenset(), since
        if place.kind is RoomKind.PRIVATE:
            return frozenset({matrix_ids[place.person_id]} if place.person_id in matrix_ids else ()), since
        return wanted_members(active, place.kind, matrix_ids, now), since

    async def _was_discharged(self, circle: Circle, matrix_id: str) -> bool:
        """True for somebody whose place ended. A member of the circle in a room that is not theirs is no such case."""
        async with self._hub.transactions.reading() as unit:
            person = await unit.people.by_matrix_id(matrix_id)
            if person is None:
                return False
            relations = [r for r in await unit.circles.relations(circle.id) if r.person_id == person.id]
        return bool(relations) and not any(relation.active(self._hub.now()) for relation in relations)

    async def _personal_room(self, person_id: str) -> None:
        await ensure_personal_room(self._hub, self._rooms, self._quiet, person_id)
        self._changed()

    async def _private_room(self, circle_id: str, person_id: str) -> None:
        async with self._hub.transactions.reading() as unit:
            circle = await unit.circles.get(circle_id)
        room_id = await self._ensure(circle, RoomKind.PRIVATE, None, person_id)
        await self._in_line(circle, RoomPlace(room_id, circle_id, RoomKind.PRIVATE, person_id), [])
        self._changed()


async def _all_of(works: Iterable[Coroutine[Any, Any, object]]) -> None:
    """All at once, each to its end; then what went wrong: rather what the homeserver refused than what it put off,
    for that will not mend itself."""
    ended = await asyncio.gather(*works, return_exceptions=True)
    failed = [error for error in ended if isinstance(error, BaseException)]
    for error in sorted(
        failed, key=lambda error: (isinstance(error, DeliveryFailed), isinstance(error, DeliveryDelayed))
    ):
        raise error


async def _sleep(until: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(until.wait(), seconds)

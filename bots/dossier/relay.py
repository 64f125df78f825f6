"""The outbox relay: says what was written down, once, to exactly those who may hear it (I2, I5).

At the moment of speaking the audience is looked at again: who came since, or lost the right to read, changes where the
message goes. While somebody is in a room who does not belong there (any more), nothing is said in it: the removal
barrier (ADR 0020). The same row always has the same transaction id, so that a repeated send is one event.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bots.dossier.saying import content_of
from bots.runtime.crash_points import reached
from bots.runtime.sender import NobodyCanRead, Sender, ShareReport
from hub.adapters.sql.outbox import (
    WAITS_FOR_DEVICE,
    WAITS_FOR_EARLIER,
    WAITS_FOR_JOIN,
    WAITS_FOR_REMOVAL,
    WAITS_FOR_ROOM,
)
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.identify import identify
from hub.application.ports import ClaimedMessage, Form, RoomPlace, Tone
from hub.application.speaking import NEUTRAL
from hub.bootstrap import Hub
from hub.domain.audit import AuditEvent
from hub.domain.choices import disclosure_mode
from hub.domain.circle import RoomKind, belongs_in
from hub.domain.disclosure import SHARED, SentMessage, Withheld, standing
from hub.domain.errors import (
    DeliveryDelayed,
    DeliveryFailed,
    DeliveryRefused,
    FactUnavailable,
    IntegrityBroken,
    NotFound,
)
from hub.domain.vocabulary import Action, Channel

INITIATOR = "bot:dossier"
_BATCH = 10
_GLANCE = 0.5
_PATIENCE = timedelta(seconds=30)
_SOON = timedelta(seconds=2)
"""Who is removed is out within a second or so; who waits for that is told when, and looks in case it missed it."""
_GIVE_UP_AFTER = 20
_CARD_AGAIN = timedelta(minutes=15)
_OF_YESTERDAY = timedelta(hours=12)
_log = structlog.get_logger("bots.relay")


@dataclass(frozen=True, slots=True)
class _Delivery:
    """Where a claimed message goes: the room, the people who get the key, and in whose name."""

    place: RoomPlace
    recipients: frozenset[str]
    context: RequestContext
    absent: Mapping[str, str] = field(default_factory=dict)
    """Who is on the roster for this room and not in it, with the code of why (for the disclosure ledger)."""


class _Postponed(Exception):
    """Not now; ``reason`` says what it waits for."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = _SOON if reason == WAITS_FOR_REMOVAL else _PATIENCE


class OutboxRelay:
    """Claims rows, sends them in order for each room, and settles them."""

    def __init__(self, hub: Hub, sender: Sender, wake: asyncio.Event) -> None:
        self._hub = hub
        self._sender = sender
        self._wake = wake

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: woken when something was written, and looking now and then for what is due by now."""
        async with self._hub.transactions() as unit:
            # What a killed process had taken is said now, not when its lease of a minute ends.
            await unit.outbox.release()
        while not stop.is_set():
            self._wake.clear()
            if await self._has_due():
                # Who adds a row wakes us: after less than a whole batch there is nothing left to look for.
                while not stop.is_set() and await self.work_off() == _BATCH:
                    continue
            try:
                await asyncio.wait_for(self._wake.wait(), _GLANCE)
            except TimeoutError:
                continue

    async def _has_due(self) -> bool:
        async with self._hub.transactions.reading() as unit:
            return await unit.outbox.has_due(self._hub.now())

    async def work_off(self) -> int:
        """One batch, claimed and prepared in one transaction; returns how many rows were taken."""
        async with self._hub.transactions() as unit:
            claimed = await unit.outbox.claim(self._hub.now(), _BATCH)
            prepared = [(row, await self._prepared(unit, row)) for row in claimed]
        reached("outbox.claimed")
        blocked: dict[str, timedelta] = {}
        for row, delivery in prepared:
            if delivery is None:
                continue
            room_id = row.message.room_id
            if room_id in blocked:
                # What was written first is said first: a later message waits with its room, and as long.
                await self._later(row, blocked[room_id], WAITS_FOR_EARLIER)
                continue
            wait = delivery.wait if isinstance(delivery, _Postponed) else await self._deliver(row, delivery)
            if wait is not None and room_id is not None:
                blocked[room_id] = wait
        return len(claimed)

    async def _prepared(self, unit: SqlUnitOfWork, row: ClaimedMessage) -> "_Delivery | _Postponed | None":
        """Ready to be said; or put off; or None when the row was settled another way."""
        try:
            return await self._prepare(unit, row)
        except _Postponed as postponed:
            await unit.outbox.later(row, self._hub.now() + postponed.wait, postponed.reason, attempt=False)
            return postponed
        except (DeliveryRefused, NotFound, IntegrityBroken, FactUnavailable) as broken:
            # About somebody or something that cannot be read any more; it must not keep the others from being said.
            await self._refuse(unit, row, broken.code)
            _log.error("outbox-refused", outbox=row.id, code=broken.code)
            return None

    async def _deliver(self, row: ClaimedMessage, delivery: _Delivery) -> timedelta | None:
        """Said, or settled another way (None); or put off for so long."""
        reached("outbox.prepared")
        try:
            content = await content_of(row.message, self._sender, delivery.recipients)
            content["nl.kring.outbox"] = row.id
            sent = await self._sender.send(
                delivery.place.room_id,
                content,
                delivery.recipients | {self._hub.settings.dossier_bot},
                f"kring-{row.id}",
                still=lambda: self._still_right(row, delivery),
                must_be_heard=True,
                absent=delivery.absent,
                # Claimed before: it may have been said then, with another key.
                again=row.fence > 1,
            )
        except _Postponed as postponed:
            await self._later(row, postponed.wait, postponed.reason)
            return postponed.wait
        except DeliveryRefused as refused:
            async with self._hub.transactions() as unit:
                await self._refuse(unit, row, refused.code)
            _log.error("outbox-refused", outbox=row.id, code=refused.code)
            return None
        except (NotFound, IntegrityBroken, FactUnavailable) as broken:
            # About somebody or something that cannot be read any more; it must not keep the others from being said.
            async with self._hub.transactions() as unit:
                await self._refuse(unit, row, broken.code)
            _log.error("outbox-refused", outbox=row.id, code=broken.code)
            return None
        except NobodyCanRead as unread:
            await self._later(row, unread.retry_after, WAITS_FOR_DEVICE)
            return unread.retry_after
        except DeliveryFailed as failed:
            wait = failed.retry_after if isinstance(failed, DeliveryDelayed) else _PATIENCE
            if row.attempts >= _GIVE_UP_AFTER:
                _log.error("outbox-stuck", outbox=row.id, attempts=row.attempts)
            await self._later(row, wait, failed.code, attempt=True)
            return wait
        reached("outbox.said")
        now, place = self._hub.now(), delivery.place
        said = SentMessage(sent.event_id, place.room_id, sent.session_id, sent.message_index, f"kring-{row.id}", now)
        async with self._hub.transactions() as unit:
            await unit.outbox.sent(row, sent.event_id, now)
            if row.message.form is Form.CARD:
                await unit.room_cards.said(row.id, sent.event_id, now, edit=row.message.replaces is not None)
            await unit.disclosures.sent(said)
            await self._audit(unit, row, delivery, said, sent.share)
            reached("outbox.before-commit")
        reached("outbox.settled")
        return None

    async def _still_right(self, row: ClaimedMessage, delivery: _Delivery) -> bool:
        """The same people may hear the same as when it was prepared."""
        message, place = row.message, delivery.place
        async with self._hub.transactions.reading() as unit:
            if _joined(await self._roster(unit, place)) != delivery.recipients:
                return False
            if not message.sections:
                return True
            if place.kind is RoomKind.PRIVATE:
                return await self._may_still_read(unit, row, place)
            context = replace(delivery.context, now=self._hub.now())
            return await self._hub.speaker.audience_may_read(unit, context, place, message.sections)

    async def _prepare(self, unit: SqlUnitOfWork, row: ClaimedMessage) -> _Delivery | None:
        """Where to, and to whom; None when the row was settled another way.

        :raises _Postponed: no room yet, the person has not joined it, or somebody is there who must leave first
        """
        message, now = row.message, self._hub.now()
        if message.room_kind is RoomKind.PERSONAL:
            return await self._prepare_personal(unit, row)
        circle = await unit.circles.get(message.circle_id)
        room_id = message.room_id or await unit.rooms.find(
            circle.id, message.room_kind, message.person_id if message.room_kind is RoomKind.PRIVATE else None
        )
        if room_id is None:
            raise _Postponed(WAITS_FOR_ROOM)
        place = await unit.rooms.place(room_id)
        if place is None or place.circle_id != circle.id:
            raise DeliveryRefused("Deze kamer hoort niet meer bij de kring.")
        responsible = await unit.people.get(message.responsible_id)
        context = await identify(
            unit,
            responsible,
            circle,
            channel=Channel.ROOM,
            initiator=INITIATOR,
            correlation_id=message.correlation_id,
            now=now,
            room_id=room_id,
        )
        if (
            place.kind is RoomKind.PRIVATE
            and await unit.circles.relation(circle.id, place.person_id or "", now) is None
        ):
            await unit.outbox.refused(row, "no-longer-a-member")
            return None
        roster = await self._roster(unit, place)
        recipients = _joined(roster)
        if not await self._still_concerns(unit, row, circle.id):
            await unit.outbox.refused(row, "no-longer-a-member")
            return None
        shared = bool(message.sections) and place.kind is not RoomKind.PRIVATE
        if shared and not await self._hub.speaker.audience_may_read(unit, context, place, message.sections):
            await self._divert(unit, row, context)
            return None
        private = place.kind is RoomKind.PRIVATE
        if private and message.sections and not await self._may_still_read(unit, row, place):
            await unit.outbox.refused(row, "no-longer-permitted")
            return None
        if not recipients:
            raise _Postponed(WAITS_FOR_JOIN)
        absent = {
            user: (Withheld.INVITED if membership == "invite" else Withheld.NOT_JOINED).value
            for user, membership in roster.items()
            if user not in recipients
        }
        return _Delivery(place, recipients, context, absent)

    async def _prepare_personal(self, unit: SqlUnitOfWork, row: ClaimedMessage) -> _Delivery | None:
        """To somebody's own room, of no circle. What waited there for half a day is of yesterday, and is not said."""
        person, now = await unit.people.get(row.message.person_id or ""), self._hub.now()
        if row.message.sections or person.has_left(now) or (row.written_at or now) < now - _OF_YESTERDAY:
            await unit.outbox.refused(row, "not-of-today")
            return None
        room_id = await unit.personal_rooms.find(person.id)
        if room_id is None:
            raise _Postponed(WAITS_FOR_ROOM)
        context = await identify(
            unit,
            person,
            None,
            channel=Channel.ROOM,
            initiator=INITIATOR,
            correlation_id=row.message.correlation_id,
            now=now,
            room_id=room_id,
        )
        place = RoomPlace(room_id, "", RoomKind.PERSONAL, person.id)
        recipients = _joined(await self._roster(unit, place))
        if not recipients:
            raise _Postponed(WAITS_FOR_JOIN)
        return _Delivery(place, recipients, context)

    async def _roster(self, unit: SqlUnitOfWork, place: RoomPlace) -> dict[str, str]:
        """Who is on the circle's roster for this room now, each with their membership; who has joined may hear it:
        never the server's list alone (T12).

        :raises _Postponed: somebody is in the room, or invited to it, who is not on that roster
        """
        present = await unit.rooms.members(place.room_id)
        now, private = self._hub.now(), place.kind is RoomKind.PRIVATE
        if place.kind is RoomKind.PERSONAL:
            here = {place.person_id or ""}
        else:
            here = {
                relation.person_id
                for relation in await unit.circles.relations(place.circle_id)
                if relation.active(now)
                and (relation.person_id == place.person_id if private else belongs_in(relation.role, place.kind))
            }
        roster = set((await unit.people.matrix_ids(here)).values())
        if present.keys() - roster - self._hub.settings.own_accounts:
            raise _Postponed(WAITS_FOR_REMOVAL)
        return {user: present.get(user, "") for user in roster}

    async def _still_concerns(self, unit: SqlUnitOfWork, row: ClaimedMessage, circle_id: str) -> bool:
        """False for the answer to somebody who had no place in the circle any more when they asked: once they are out,
        it would tell the others only what was refused. The confirmation of what was filed before is for all.
        """
        person_id = row.message.person_id
        if person_id is None or row.message.sections or row.written_at is None:
            return True
        relations = [r for r in await unit.circles.relations(circle_id) if r.person_id == person_id]
        return any(r.active(self._hub.now()) or r.active(row.written_at) for r in relations)

    async def _may_still_read(self, unit: SqlUnitOfWork, row: ClaimedMessage, place: RoomPlace) -> bool:
        """Rights may have ended since this was written; limits were applied when it was."""
        reader = await unit.people.get(place.person_id or "")
        context = await identify(
            unit,
            reader,
            await unit.circles.get(place.circle_id),
            channel=Channel.ROOM,
            initiator=INITIATOR,
            correlation_id=row.message.correlation_id,
            now=self._hub.now(),
        )
        sections = tuple(row.message.sections)
        return len(await self._hub.guard.permitted(unit, context, Action.READ, sections)) == len(sections)

    async def _divert(self, unit: SqlUnitOfWork, row: ClaimedMessage, context: RequestContext) -> None:
        """The audience grew since: the content goes to the asker's private room, and the room gets a neutral line."""
        message, now = row.message, self._hub.now()
        if message.form is Form.CARD:
            # Nobody asked for it: it is made again, with less on it.
            await self._refuse(unit, row, "audience-widened", again=now)
            return
        if message.person_id is not None:
            if await unit.rooms.find(message.circle_id, RoomKind.PRIVATE, message.person_id) is None:
                await unit.rooms.wish_private(message.circle_id, message.person_id, now)
            private = replace(message, room_kind=RoomKind.PRIVATE, room_id=None, in_reply_to=None)
            await unit.outbox.add(private, now)
        plain = replace(message, form=Form.TEXT, picture=None, mentions=(), tone=Tone.INFORMATION)
        neutral = replace(plain, sections=frozenset(), body=NEUTRAL)
        await unit.outbox.add(neutral, now)
        await unit.outbox.refused(row, "audience-widened")
        self._wake.set()
        _log.info("outbox-diverted", outbox=row.id, correlation=context.correlation_id)

    async def _refuse(
        self, unit: SqlUnitOfWork, row: ClaimedMessage, code: str, *, again: datetime | None = None
    ) -> None:
        await unit.outbox.refused(row, code)
        if row.message.form is Form.CARD:
            await unit.room_cards.lost(row.id, again or self._hub.now() + _CARD_AGAIN)

    async def _later(self, row: ClaimedMessage, wait: timedelta, failure: str, *, attempt: bool = False) -> None:
        async with self._hub.transactions() as unit:
            await unit.outbox.later(row, self._hub.now() + wait, failure, attempt=attempt)

    @staticmethod
    async def _audit(
        unit: SqlUnitOfWork, row: ClaimedMessage, delivery: _Delivery, said: SentMessage, share: ShareReport
    ) -> None:
        """A message with contents is a disclosure: to how many devices of how many people, and how many got no key."""
        if not row.message.sections:
            return
        people, withheld = {user for user, _device in share.got}, len(share.withheld)
        if row.fence > 1:
            # Said in an earlier try, perhaps: then who got the key of that one counts, not who got today's.
            lines = standing(await unit.disclosures.shares(said), said.message_index)
            people = {line.user_id for line in lines if line.outcome == SHARED}
            withheld = len([line for line in lines if line.outcome != SHARED])
        await unit.audit.add(
            auditing.entry(
                delivery.context,
                AuditEvent.DISCLOSED,
                object_type="event",
                object_id=said.event_id,
                sections=row.message.sections,
                detail=f"room={delivery.place.kind.value};people={len(people)};withheld={withheld}"
                + ("" if said.is_known else ";key=unknown")
                + f";mode={disclosure_mode(delivery.context.role, delivery.context.purpose)}",
            )
        )


def _joined(roster: Mapping[str, str]) -> frozenset[str]:
    return frozenset(user for user, membership in roster.items() if membership == "join")

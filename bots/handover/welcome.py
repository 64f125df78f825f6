"""Newcomers: the room hears who came and whose circle it is; the newcomer gets a brief for their own role.

Nobody gets old keys (MSG-02), so whose circle it is must be said again, inside the encryption, whenever somebody comes.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from bots.dossier import consent_view
from bots.dossier.calling import call_line
from bots.handover.summary import label_of, newcomer_brief
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.identify import identify
from hub.application.use_cases import own_keys
from hub.application.use_cases.circles import members
from hub.application.use_cases.consents import still_to_ask
from hub.application.use_cases.dossier import View, read_dossier
from hub.bootstrap import Hub
from hub.domain.circle import RoomKind, rooms_of
from hub.domain.errors import KringError
from hub.domain.reading import BRIEF
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Channel, Role, Section
from hub.texts import N_, SAY_DUTCH

INITIATOR = "bot:dossier"
_RELATIVES = frozenset({Role.RELATIVE, Role.REPRESENTATIVE})
_LOOK_AGAIN = 30.0
_ON_THE_WAY = timedelta(seconds=30)
"""So long the greeting waits for somebody who is in the circle room and not in the team room yet: said a moment too
early, it would be the first message there and one that the newcomer can never read."""
_log = structlog.get_logger("bots.welcome")


class Greeter:
    """Looks for newcomers when somebody's membership changed, and now and then in case it missed one."""

    def __init__(self, hub: Hub, members_changed: asyncio.Event, answered: asyncio.Event) -> None:
        self._hub = hub
        self._members_changed = members_changed
        self._answered = answered
        self._first_seen: dict[tuple[str, str], datetime] = {}

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._members_changed.clear()
            await self.greet()
            try:
                await asyncio.wait_for(self._members_changed.wait(), _LOOK_AGAIN)
            except TimeoutError:
                continue

    async def greet(self) -> int:
        """Welcome everybody who joined and was not welcomed; returns how many."""
        async with self._hub.transactions.reading() as unit:
            newcomers = await unit.rooms.unwelcomed(self._hub.now())
        for circle_id, person_id in newcomers:
            try:
                await self._welcome(circle_id, person_id)
            except KringError as error:
                # One dossier that cannot be read must not keep others from being welcomed.
                _log.error("welcome-failed", circle=circle_id, code=error.code)
        async with self._hub.transactions() as unit:
            await unit.outbox.hasten(self._hub.now())
        self._answered.set()
        return len(newcomers)

    async def _open_to(self, unit: SqlUnitOfWork, context: RequestContext) -> View:
        """What is open to a newcomer: for some (a spiritual carer without consent yet) nothing at all."""
        try:
            return await read_dossier(unit, self._hub.guard, context, amount=BRIEF)
        except Refused as refused:
            await self._hub.guard.record_refusal(unit, refused)
            return View([], (), frozenset())

    async def _is_on_the_way(self, unit: SqlUnitOfWork, circle_id: str, person_id: str, now: datetime) -> bool:
        relation = await unit.circles.relation(circle_id, person_id, now)
        team = await unit.rooms.find(circle_id, RoomKind.TEAM)
        if relation is None or team is None or RoomKind.TEAM not in rooms_of(relation.role):
            return False
        matrix_id = (await unit.people.get(person_id)).matrix_id
        if (await unit.rooms.members(team)).get(matrix_id or "") == "join":
            return False
        return now - self._first_seen.setdefault((circle_id, person_id), now) < _ON_THE_WAY

    async def _welcome(self, circle_id: str, person_id: str) -> None:
        now = self._hub.now()
        async with self._hub.transactions() as unit:
            if await self._is_on_the_way(unit, circle_id, person_id, now):
                return
            self._first_seen.pop((circle_id, person_id), None)
            if not await unit.rooms.first_welcome(circle_id, person_id, now):
                return
            circle = await unit.circles.get(circle_id)
            person = await unit.people.get(person_id)
            patient = await unit.patients.get(circle.patient_id)
            context = await identify(
                unit,
                person,
                circle,
                channel=Channel.ROOM,
                initiator=INITIATOR,
                correlation_id=f"welcome-{circle_id}-{person_id}",
                now=now,
            )
            view = await self._open_to(unit, context)
            people = {e.author_id: await unit.people.get(e.author_id) for e in view.entries}
            people |= {e.confirmed_by: await unit.people.get(e.confirmed_by) for e in view.entries if e.confirmed_by}
            body = newcomer_brief(patient, view, await members(unit, circle, now), people, person)
            label = label_of(view, circle)
            role = context.role or person.role
            if role is Role.COACH and (left := consent_view.unasked(await still_to_ask(unit, context), SAY_DUTCH)):
                # At the start somebody must see what was not asked yet, or nobody asks (law-and-care 0.2, 2).
                body = "\n".join((body, *left, N_("Vraag het, en leg het vast met: !toestemming namens patiënt …")))
                label |= {Section.S11}
            await self._hub.speaker.private(unit, context, person, verbatim(body), label)
            who = "de patiënt" if role is Role.PATIENT else person.described(role)
            ours = await own_keys.read(unit)
            proof = f"\n{ours.sentence_nl()}" if ours is not None else ""
            await self._hub.speaker.announce(
                unit,
                context,
                RoomKind.CIRCLE,
                (
                    N_(
                        "Dit is de kring van %(patient)s. Nu ook hier: %(who)s. Iedereen in deze kamer leest mee, ook "
                        "de patiënt en naasten. %(call)s Typ !help voor uitleg."
                    )
                    % {"patient": patient.described(), "who": who, "call": await call_line(unit, context)}
                )
                + proof,
            )
            if role.is_professional:
                await self._hub.speaker.announce(
                    unit,
                    context,
                    RoomKind.TEAM,
                    (
                        N_(
                            "Dit is de teamkamer van de kring van %(patient)s. Nu ook hier: %(who)s. Wat hier staat, "
                            "kan de patiënt opvragen (WGBO 7:456)."
                        )
                        % {"patient": patient.described(), "who": who}
                    )
                    + proof,
                )
            elif role in _RELATIVES:
                # Who writes in the circle room from now on has one more reader (HAZ-04).
                await self._hub.speaker.announce(
                    unit,
                    context,
                    RoomKind.TEAM,
                    N_(
                        "Vanaf nu leest %(who)s mee in de kringkamer, net als de patiënt. Wat alleen voor "
                        "zorgverleners is, schrijft u hier, in de teamkamer."
                    )
                    % {"who": who},
                )
        _log.info("welcomed", circle=circle_id)

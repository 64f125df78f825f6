"""Eight weeks of talk, silence, moving, leaving and dying, by seed. At every minute where something is due, what must
hold is asked of the database itself; between two such minutes nothing changes."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text

from bots.dossier.reminder_watch import ReminderWatch
from hub.application.guard import Refused
from hub.application.use_cases import circles
from hub.application.use_cases.dossier import NewEntry, record_entry
from hub.application.use_cases.lead_watch import watch_lead
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.task_acts import tasks_of_the_gone
from hub.domain.advance_care_plan import Goal, MedicalPolicyGoal
from hub.domain.circle import DischargeReason
from hub.domain.entries import Kind
from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.vocabulary import Role, Section
from tests.region.people import Region, joins_circle, pick
from tests.stories.room import CIRCLE, TEAM, Room
from tests.world import room_event

QUESTIONS = (
    "Wanneer komt de wijkverpleging?", "Mag hij de pillen ook met yoghurt nemen?", "Wie belt ons over het bed?",
    "Is er iemand die vanavond kan komen?", "Hoe lang duurt dit nog?",
)  # fmt: skip
LEVELS = ("laag", "gemiddeld", "hoog")
_BUSY = {
    "question": 2.3,
    "score": 3.5,
    "complexity": 18,
    "task": 8,
    "handover": 26,
    "lead": 30,
    "absence": 40,
    "leave": 60,
    "hours": 7,
    "event": 25,
}
"""Days between two of a kind in one circle, on average."""

_LIVING_OPEN = """
SELECT c.id FROM circle c JOIN patient p ON p.id = c.patient_id
WHERE c.closed_at IS NULL AND p.state IN ('alive', 'dying')
"""
_HERE = """
EXISTS (SELECT 1 FROM care_relation r WHERE r.circle_id = {circle} AND r.person_id = {person}
        AND r.since <= :now AND (r.until IS NULL OR r.until > :now))
"""
RULES = {
    "a question without an owner who is there": f"""
        SELECT q.circle_id FROM question q JOIN circle c ON c.id = q.circle_id
        WHERE q.state = 'open' AND c.closed_at IS NULL AND NOT {_HERE.format(circle="q.circle_id", person="q.owner_id")}
    """,
    "a question for which no clock runs": """
        SELECT q.circle_id FROM question q JOIN circle c ON c.id = q.circle_id WHERE q.state = 'open'
        AND c.closed_at IS NULL AND q.circle_id IN (SELECT c2.id FROM circle c2 JOIN patient p ON p.id = c2.patient_id
                                                    WHERE p.state IN ('alive', 'dying'))
        AND NOT EXISTS (SELECT 1 FROM reminder m WHERE m.kind = 'question' AND m.state = 'waiting'
                        AND m.about = q.circle_id || ':' || q.number AND m.due_at > :now)
    """,
    "a circle whose lead is not there": f"""
        SELECT c.id FROM circle c WHERE c.id IN ({_LIVING_OPEN})
        AND NOT {_HERE.format(circle="c.id", person="c.lead_id")}
    """,
    "a task of somebody who is not there": f"""
        SELECT t.circle_id FROM task t WHERE t.done_at IS NULL AND t.circle_id IN ({_LIVING_OPEN})
        AND NOT {_HERE.format(circle="t.circle_id", person="t.owner_id")}
    """,
    "a handover that waits longer than agreed, and nobody was told": f"""
        SELECT h.circle_id FROM handover h WHERE h.state IN ('offered', 'asked') AND h.received_at IS NULL
        AND h.due_at < :now AND h.told_at IS NULL AND h.circle_id IN ({_LIVING_OPEN})
    """,
    "a reminder that should have rung": """
        SELECT m.about FROM reminder m WHERE m.state = 'waiting' AND m.due_at <= :now
    """,
}
"""What never may be, as a question to the database; no rows is good."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: how often who did what, and what was wrong at which minute (empty: nothing)."""

    minutes: int
    acts: Counter[str]
    wrong: list[str]
    refused: int


Rings = Callable[[], Awaitable[object]]


@dataclass
class Simulation:
    """``ring``: lets everything ring that is due now; by default in this process."""

    region: Region
    seed: int
    ring: Rings | None = None
    acts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        self._queue: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._order = itertools.count()
        self._dead: set[int] = set()
        self._written_hours: set[int] = set()
        self._chances = [random.Random(f"{self.seed}/{number}") for number in range(len(self.region.rooms))]
        self._ring = self.ring or ReminderWatch(self.region.hub).round

    async def play(self, span: timedelta, deaths: int) -> Told:
        """From the clock's moment on; ``deaths``: in so many circles the patient dies."""
        clock = self.region.world.clock
        begin, end = clock(), clock() + span
        for number in range(len(self.region.rooms)):
            for kind, days in _BUSY.items():
                self._plan(number, kind, begin + self._wait(number, days), end)
            self._at(begin + timedelta(hours=number % 9), lambda n=number: self._begins(n))
            self._at(begin + timedelta(days=5 + number % 7), lambda n=number: self._is_asked(n))
            if number < deaths:
                day = begin + span * self._chances[number].uniform(0.15, 0.85)
                self._at(day, lambda n=number: self._dies(n))
        minutes = 0
        while (moment := await self._next()) is not None and moment <= end:
            clock.at = max(clock.at, moment)
            minutes += 1
            while self._queue and self._queue[0][0] <= clock.at:
                await heapq.heappop(self._queue)[2]()
            await self._ring()
            await self._ask()
        return Told(minutes, self.acts, self.wrong, self.refused)

    async def _next(self) -> datetime | None:
        async with self.region.world.transactions.reading() as unit:
            due = await unit.reminders.next_due()
        moments = [moment for moment in (due, self._queue[0][0] if self._queue else None) if moment is not None]
        return min(moments, default=None)

    async def _ask(self) -> None:
        now = int(self.region.world.clock().timestamp() * 1_000_000)
        async with self.region.world.database.reading() as connection:
            for name, rule in RULES.items():
                values = {"now": now} if ":now" in rule else {}
                rows = (await connection.execute(text(rule), values)).all()
                self.wrong += [f"{self.region.world.clock():%d-%m %H:%M} {name}: {row[0]}" for row in rows]

    def _wait(self, number: int, days: float) -> timedelta:
        return timedelta(days=self._chances[number].expovariate(1 / days))

    def _at(self, moment: datetime, act: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._queue, (moment, next(self._order), act))

    def _plan(self, number: int, kind: str, moment: datetime, end: datetime) -> None:
        if moment >= end:
            return

        async def act() -> None:
            if number not in self._dead:
                await getattr(self, f"_{kind}")(number)
                self.acts[kind] += 1
            self._plan(number, kind, self.region.world.clock() + self._wait(number, _BUSY[kind]), end)

        self._at(moment, act)

    async def _says(self, number: int, who: str, words: str, room: str = TEAM) -> None:
        here: Room = self.region.rooms[number]
        if who in here.world.people:
            await here.receive(here.message(who, words, room))

    def _later(self, number: int, hours: float, act: Callable[[], Awaitable[None]]) -> None:
        self._at(self.region.world.clock() + timedelta(hours=hours), act)

    def _name(self, number: int, who: str) -> str:
        return f"@{self.region.rooms[number].world.people[who].name.family}"

    def _key_of(self, number: int, person_id: str) -> str | None:
        people = self.region.rooms[number].world.people
        return next((key for key, person in people.items() if person.id == person_id), None)

    async def _question(self, number: int) -> None:
        """Somebody asks; three of four times who owns it answers, some time."""
        chance, world = self._chances[number], self.region.rooms[number].world
        asker = chance.choice(("patient", "relative0"))
        await self._says(number, asker, chance.choice(QUESTIONS), CIRCLE)
        async with world.transactions.reading() as unit:
            asked = max((one.number for one in await unit.questions.open_in(world.circle_id)), default=0)
        if chance.random() < 0.75:

            async def answers() -> None:
                async with world.transactions.reading() as unit:
                    waiting = [one for one in await unit.questions.open_in(world.circle_id) if one.number == asked]
                for question in waiting:
                    owner = self._key_of(number, question.owner_id)
                    if owner is not None and number not in self._dead:
                        await self._says(number, owner, f"!antwoord {question.number} Daar bellen wij u vandaag over.")
                        self.acts["answer"] += 1

            self._later(number, chance.expovariate(1 / 6), answers)

    async def _score(self, number: int) -> None:
        chance = self._chances[number]
        await self._says(
            number, chance.choice(("nurse", "patient")), f"!pijn {chance.choice((1, 2, 3, 4, 6, 8))}", CIRCLE
        )

    async def _complexity(self, number: int) -> None:
        await self._says(number, "coach", f"!complexiteit {self._chances[number].choice(LEVELS)} na huisbezoek")

    async def _task(self, number: int) -> None:
        chance = self._chances[number]
        to = chance.choice(("nurse", "gp"))
        await self._says(number, "coach", f"!taak medicijnen nakijken {self._name(number, to)} voor overmorgen")
        if chance.random() < 0.6:

            async def accepts() -> None:
                world = self.region.rooms[number].world
                async with world.transactions.reading() as unit:
                    mine = [t for t in await unit.tasks.of_circle(world.circle_id) if t.open]
                for task in [t for t in mine if t.owner_id == world.id(to)][:1]:
                    await self._says(number, to, f"!accepteer taak {task.number}")
                    await self._says(number, to, f"!klaar {task.number}")

            self._later(number, chance.expovariate(1 / 5), accepts)

    async def _handover(self, number: int) -> None:
        """To another carer; four of five are received, mostly within hours."""
        chance, world = self._chances[number], self.region.rooms[number].world
        to = chance.choice(("gp", "coach"))
        await self._says(
            number, "nurse", f"!overdracht naar {chance.choice(('hospice', 'thuis'))} {self._name(number, to)}"
        )
        if chance.random() < 0.8:

            async def receives() -> None:
                async with world.transactions.reading() as unit:
                    waiting = [h for h in await unit.handovers.of_circle(world.circle_id) if h.open]
                for handover in waiting[-1:]:
                    receiver = self._key_of(number, handover.receiver_id or "")
                    if receiver is not None and number not in self._dead:
                        await self._says(number, receiver, f"!ontvangen {handover.number}")

            self._later(number, chance.expovariate(1 / 3), receives)

    async def _lead(self, number: int) -> None:
        chance, world = self._chances[number], self.region.rooms[number].world
        async with world.transactions.reading() as unit:
            leads = self._key_of(number, (await unit.circles.get(world.circle_id)).lead_id)
        to = "gp" if leads != "gp" else "coach"
        if leads is None:
            return
        await self._says(number, leads, f"!regie aan {self._name(number, to)}")
        answer = chance.choice(("!accepteer regie", "!accepteer regie", "!weiger regie", ""))
        if answer:

            async def decides() -> None:
                async with world.transactions.reading() as unit:
                    offers = [offer for offer in await unit.lead_offers.of_circle(world.circle_id) if offer.open]
                for offer in offers[-1:]:
                    await self._says(number, to, f"{answer} {offer.number}")

            self._later(number, chance.expovariate(1 / 20), decides)

    async def _absence(self, number: int) -> None:
        chance = self._chances[number]
        await self._says(number, chance.choice(("coach", "gp")), f"!afwezig t/m over {chance.randint(1, 6)} dagen")

    async def _leave(self, number: int) -> None:
        """The nurse goes at once, another comes; what was theirs is somebody else's in the same moment."""
        room = self.region.rooms[number]
        gone: Person = room.world.people["nurse"]
        async with room.world.unit() as unit:
            context = await room.world.context(unit, "bea")
            try:
                reason = DischargeReason.LEFT_ORGANISATION
                await circles.discharge(unit, room.world.guard, context, person_id=gone.id, reason=reason)
            except (CommandRejected, Refused):
                self.refused += 1
                return
        await room.leaves("nurse", CIRCLE, TEAM)
        here = {person.id for person in room.world.people.values()}
        comes = pick(self._chances[number], self.region.pool[Role.HOME_CARE], here)
        if comes is not None:
            await joins_circle(room, "nurse", comes)
        await self._gatekeeper(number)

    async def _begins(self, number: int) -> None:
        """The first conversation: complexity, the wished place, three limits, and the goal."""
        chance, today = self._chances[number], self.region.world.clock()
        await self._says(number, "coach", f"!complexiteit {chance.choice(LEVELS)} eerste gesprek")
        await self._says(number, "coach", f"!plaats {self._place(number)}")
        spoken = f"besproken op {today.day}-{today.month}-{today.year} met patiënt"
        for place, treatment in enumerate(("reanimeren", "ic", "ziekenhuisopname"), 1):
            await self._says(number, "gp", f"!behandelgrens {treatment} nee, {spoken}")
            await self._says(number, "coach", f"!bevestig S3-{place}")

        goal = NewEntry(Kind.MEDICAL_POLICY_GOAL, MedicalPolicyGoal(Goal.RELIEVE_ONLY), Section.S3)
        world = self.region.rooms[number].world
        async with world.unit() as unit:
            context = await world.context(unit, "gp")
            agreed = await record_entry(unit, world.guard, context, goal, room_event())
        await self._says(number, "coach", f"!bevestig {agreed.ref}")

    async def _is_asked(self, number: int) -> None:
        """What patient and relatives think of the care: most answer."""
        chance = self._chances[number]
        for who in ("patient", "relative0", "relative1"):
            if number not in self._dead and chance.random() < 0.7:
                scale = [chance.choice((2, 3, 4, 4, 5)) for _ in range(2)]
                answer = f"!enquete doorlopend {scale[0]} regie {scale[1]} cijfer {chance.choice((7, 8, 9, 10))}"
                await self._says(number, who, answer, CIRCLE)
                self.acts["survey"] += 1

    @staticmethod
    def _place(number: int) -> str:
        return ("thuis", "thuis", "hospice")[number % 3]

    async def _hours(self, number: int) -> None:
        """In the coach's private room, which is made the first time."""
        room = self.region.rooms[number]
        if number not in self._written_hours:
            await room.private_room("coach")
            self._written_hours.add(number)
        await self._says(number, "coach", f"!tijd {self._chances[number].choice((30, 45, 60))}", "private-coach")

    async def _event(self, number: int) -> None:
        chance, today = self._chances[number], self.region.world.clock()
        what = chance.choice(("hap", "poli", "seh", "opname"))
        await self._says(number, "gp", f"!gebeurtenis {what} op {today.day}-{today.month}-{today.year} bron brief")

    async def _dies(self, number: int) -> None:
        room = self.region.rooms[number]
        name = room.world.people["patient"].name.full
        await self._says(number, "gp", f"!overleden {name}")
        await self._says(number, "coach", f"!overleden bevestig {name}")
        async with room.world.transactions.reading() as unit:
            if (await unit.patients.get(room.world.patient_id)).state.value == "deceased":
                self._dead.add(number)
                self.acts["death"] += 1
        await self._says(number, "coach", "!nazorg open")
        place = self._place(number) if self._chances[number].random() < 0.85 else "ziekenhuis"

        async def completes() -> None:
            await self._says(number, "coach", f"!plaatsoverlijden {place}")
            for who in ("coach", "gp"):  # one of them leads
                await self._says(number, who, "!gebeurtenis compleet")
            await self._says(number, "gp", "!evaluatie Goed gegaan.")
            right = self._chances[number].choice(("terecht", "terecht", "terecht", "niet terecht"))
            await self._says(number, "gp", f"!evaluatie markering {right}")
            for who in sorted(room.world.people):
                if who.startswith("relative"):
                    relative = room.world.people[who].name.full
                    await self._says(number, "coach", f"!nazorg contact {relative} gesproken")

        self._later(number, 50, completes)
        self._later(number, 31 * 24, lambda: self._closes(number))

    async def _closes(self, number: int) -> None:
        """Thirty days after a death the one who leads sees to what is left, and closes the circle."""
        world = self.region.rooms[number].world
        async with world.transactions.reading() as unit:
            circle = await unit.circles.get(world.circle_id)
            leads = self._key_of(number, await acting_lead(unit, circle, world.clock()))
            left = [task.number for task in await unit.tasks.of_circle(circle.id) if task.open]
        for task in left:
            await self._says(number, leads or "", f"!klaar {task}")
        await self._says(number, leads or "", "!afsluiten")
        async with world.transactions.reading() as unit:
            self.acts["closed"] += not (await unit.circles.get(circle.id)).open

    async def _gatekeeper(self, number: int) -> None:
        """What the gatekeeper's glance does, which runs all the time."""
        world = self.region.rooms[number].world
        async with world.unit() as unit:
            circle = await unit.circles.get(world.circle_id)
            await watch_lead(unit, circle, world.clock(), initiator="bot:poortwachter")
            await tasks_of_the_gone(unit, await unit.circles.get(world.circle_id), world.clock(), "bot:poortwachter")

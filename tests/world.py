"""Mevrouw de Wit, her family and the four organisations around her, made with the real use cases on real storage.

One fictional family for every story. Wim lives next door, means well, and is not in the circle.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hub.access.engine import PolicyEngine
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.unit_of_work import SqlTransactions, SqlUnitOfWork
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.use_cases import circles, consents
from hub.application.use_cases import dossier as dossiers
from hub.application.use_cases.people import Account, add_patient, add_person
from hub.bootstrap import POLICIES
from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.audit import AuditEntry, AuditEvent, ChainedEntry
from hub.domain.circle import CareRelation
from hub.domain.consent import Consent, ConsentDecision, ConsentTarget, parse_sections
from hub.domain.dossier import Entry, Source, SourceKind
from hub.domain.entries import Value, kind_of
from hub.domain.identifiers import Bsn, EntryRef, new_id
from hub.domain.people import Person, PersonName
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Channel, Role, Section

MORNING = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
BIRTH_DATE = date(1952, 3, 14)
BSN = Bsn("999990019")
DE_BRUG = "Praktijk De Brug"
RIJNOEVER = "Thuiszorg Rijnoever"
DE_LINDE = "Hospice De Linde"
VELUWEZOOM = "Ziekenhuis Veluwezoom"


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody in the story. ``in_circle`` False: registered, and outside."""

    role: Role
    given: str
    family: str
    organisation: str | None = None
    phone: str | None = None
    in_circle: bool = True


CAST = {
    "bea": Character(Role.ADMINISTRATOR, "Bea", "Heerink", in_circle=False),
    "carla": Character(Role.COACH, "Carla", "Vermeer", DE_BRUG, "026-3210001"),
    "gerda": Character(Role.GP, "Gerda", "Huisman", DE_BRUG, "026-3210002"),
    "samira": Character(Role.HOME_CARE, "Samira", "Bakker", RIJNOEVER, "026-3210003"),
    "joost": Character(Role.FACILITY, "Joost", "Linden", DE_LINDE, in_circle=False),
    "ruben": Character(Role.SPECIALIST, "Ruben", "Oosterhof", VELUWEZOOM),
    "noor": Character(Role.PHARMACIST, "Noor", "Kamphuis", VELUWEZOOM),
    "pieter": Character(Role.RELATIVE, "Pieter", "de Wit"),
    "wim": Character(Role.RELATIVE, "Wim", "Stroband", in_circle=False),
}
PATIENT = "anna"
NAMES = ("Anna", "de Wit", "Vermeer", "Huisman", "Bakker", "Linden", "Oosterhof", "Kamphuis", "Stroband", "Heerink")
"""Canaries: none of these may be found where nobody may read them."""


class Clock:
    """Time as an argument of the story."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


class PaperAccounts:
    """Answers the ``Accounts`` port without a homeserver: nobody in these stories logs in to Matrix."""

    async def create(self, localpart: str, display_name: str) -> Account:
        return Account(f"@{localpart}:kring.test", localpart, None)

    async def rename(self, matrix_id: str, display_name: str) -> None:
        return None

    async def close(self, matrix_id: str) -> None:
        return None


@dataclass
class World:
    """One circle on one database. ``people`` by first name in lower case, as in :data:`CAST` and :data:`PATIENT`."""

    database: Database
    vault: KeyVault
    clock: Clock
    guard: Guard
    people: dict[str, Person] = field(default_factory=dict)
    patient_id: str = ""
    circle_id: str = ""

    @property
    def transactions(self) -> SqlTransactions:
        return SqlTransactions(self.database, self.vault)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[SqlUnitOfWork]:
        """One transaction."""
        async with self.transactions() as unit:
            yield unit

    def id(self, who: str) -> str:
        return self.people[who].id

    async def context(self, unit: SqlUnitOfWork, who: str) -> RequestContext:
        """A request of this person in the circle, as an entry point makes it."""
        circle = await unit.circles.get(self.circle_id) if self.circle_id else None
        return await identify(
            unit,
            self.people[who],
            circle,
            channel=Channel.ROOM,
            initiator="person",
            correlation_id=new_id("test"),
            now=self.clock(),
            patient_id=self.patient_id or None,
        )

    async def record(
        self, who: str, value: Value, section: Section | None = None, *, seen_version: int | None = None
    ) -> Entry:
        where = kind_of(value).section or section
        assert where is not None
        async with self.unit() as unit:
            new = dossiers.NewEntry(kind_of(value), value, where)
            context = await self.context(unit, who)
            return await dossiers.record_entry(unit, self.guard, context, new, room_event(), seen_version=seen_version)

    async def confirm(self, who: str, ref: EntryRef) -> Entry:
        async with self.unit() as unit:
            return await dossiers.confirm_entry(unit, self.guard, await self.context(unit, who), ref, room_event())

    async def read(self, who: str, section: Section | None = None) -> list[Entry]:
        async with self.unit() as unit:
            view = await dossiers.read_dossier(unit, self.guard, await self.context(unit, who), section)
        return view.entries

    async def choose(self, decision: ConsentDecision, target: str, sections: str, how: str = "mondeling") -> Consent:
        """Mevrouw de Wit makes a choice; Carla writes it down."""
        async with self.unit() as unit:
            return await consents.record_consent(
                unit,
                self.guard,
                await self.context(unit, PATIENT),
                decision=decision,
                target=ConsentTarget.parse(target),
                sections=parse_sections(sections),
                how=how,
                recorded_by=self.id("carla"),
            )

    async def admit(self, who: str, *, until: datetime | None = None) -> CareRelation:
        async with self.unit() as unit:
            context = await self.context(unit, "carla")
            return await circles.admit(unit, self.guard, context, person_id=self.id(who), role=None, until=until)

    async def log(self) -> list[ChainedEntry]:
        """What the log has about mevrouw de Wit, oldest first."""
        async with self.transactions.reading() as unit:
            return await unit.audit.of_patient(self.patient_id)

    async def logged(self, event: AuditEvent) -> list[AuditEntry]:
        return [item.entry for item in await self.log() if item.entry.event is event]


def room_event() -> Source:
    """A message in a room, a new one each time."""
    return Source(SourceKind.ROOM, f"${new_id('event')}")


def directive(
    treatment: Treatment = Treatment.RESUSCITATION, decision: Decision = Decision.NO, **more: str
) -> TreatmentDirective:
    """What was agreed with mevrouw de Wit and her son on 3 November."""
    return TreatmentDirective(
        treatment,
        decision,
        discussed_on=PartialDate("2026-11-03"),
        discussed_with=("patiënt", "zoon"),
        **more,
    )


_policies: list[PolicyEngine] = []


def policies() -> PolicyEngine:
    """The real policies, read once; the engine is pure."""
    if not _policies:
        _policies.append(PolicyEngine.load(POLICIES))
    return _policies[0]


async def open_world(database: Database, vault: KeyVault, clock: Clock) -> World:
    """Register everybody and open the circle, each step by its use case."""
    world = World(database, vault, clock, Guard(policies()))
    bea = CAST["bea"]
    world.people["bea"] = Person(
        new_id("per"), bea.role, PersonName(bea.given, bea.family), None, None, "eerste start", clock()
    )
    async with world.unit() as unit:
        await unit.people.add(world.people["bea"])
        administrator = await world.context(unit, "bea")
    for who, one in CAST.items():
        if who not in world.people:
            world.people[who], _ = await add_person(
                world.transactions,
                PaperAccounts(),
                administrator,
                role=one.role,
                name=PersonName(one.given, one.family),
                organisation=one.organisation,
                evidence="BIG getoond" if one.role.is_professional else "legitimatie getoond",
                phone=one.phone,
            )
    patient, world.people[PATIENT], _ = await add_patient(
        world.transactions,
        PaperAccounts(),
        administrator,
        name=PersonName("Anna", "de Wit"),
        birth_date=BIRTH_DATE,
        bsn=BSN,
    )
    world.patient_id = patient.id
    async with world.unit() as unit:
        context = await world.context(unit, "bea")
        circle = await circles.open_circle(
            unit, world.guard, context, coach_id=world.id("carla"), lead_id=None, discussed=True
        )
    world.circle_id = circle.id
    for who, one in CAST.items():
        if one.in_circle and one.role is not Role.COACH:
            await world.admit(who)
    return world

"""One circle with somebody of every role, and in every corner of the dossier a word that is nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import update

from hub.adapters.sql.tables import circle as circle_table
from hub.adapters.sql.tables import patient as patient_table
from hub.adapters.sql.times import to_micros
from hub.application.use_cases import circles
from hub.application.use_cases.corrections import add_statement, hold_back
from hub.application.use_cases.people import add_person
from hub.domain.access import AccessRequest
from hub.domain.advance_care_plan import Decision, LegalCapacity, Treatment
from hub.domain.care_network import ContactPerson
from hub.domain.circle import DischargeReason
from hub.domain.consent import ConsentDecision
from hub.domain.dossier import Entry
from hub.domain.entries import Kind, Note, Statement, Value
from hub.domain.observations import Complexity, Level, PainScore, Reporter
from hub.domain.people import PersonName
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Action, AgeBand, EmergencyChoice, PatientState, Purpose, Role, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.access import oracle
from tests.access.enumeration import purpose_of
from tests.stories.room import Room
from tests.world import PaperAccounts, directive, room_event

MORE_PEOPLE = {
    "lotte": (Role.REPRESENTATIVE, "Lotte", "Zandstra", None),
    "hans": (Role.LOCUM, "Hans", "Wiersma", "Huisartsenpost Rijnstreek"),
    "rosa": (Role.SPIRITUAL_CARER, "Rosa", "Alblas", "Hospice De Linde"),
    "frits": (Role.COORDINATOR, "Frits", "Meulman", "Netwerk Rijnstreek"),
    "fenna": (Role.PRIVACY_OFFICER, "Fenna", "Drost", None),
    "karel": (Role.RELATIVE, "Karel", "Postma", None),
    "ingrid": (Role.LOCUM, "Ingrid", "Terpstra", "Huisartsenpost Rijnstreek"),
}
MEMBERS = ("anna", "lotte", "pieter", "carla", "gerda", "hans", "ruben", "samira", "joost", "noor", "rosa")
"""One of each role that joins circles, in the order of the roles."""
OUTSIDE = ("frits", "fenna", "bea")
SHUT_OUT = ("karel", "ingrid", "wim")
"""Objected to; whose time ended; never in the circle."""
EVERYBODY = (*MEMBERS, *OUTSIDE, *SHUT_OUT)
_CANARY = re.compile(r"kanarie\w{6}", re.IGNORECASE)
BIRTH_DATE = "14-3-1952"
BSN = "999990019"


@dataclass(frozen=True, slots=True)
class Situation:
    """What differs between stories. ``consents``: to whom, which sections (as the patient said them)."""

    discussed: bool = True
    deceased: bool = False
    incapable: bool = False
    consents: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Planted:
    """One canary: where it stands, what it is, who wrote it. ``entry`` None: it is no entry of the dossier."""

    word: str
    section: Section
    kind: Kind
    author: str
    entry: Entry


@dataclass
class Story:
    """The circle, and what was planted in it."""

    room: Room
    situation: Situation
    planted: list[Planted] = field(default_factory=list)
    held_back: set[str] = field(default_factory=set)
    replaced: set[str] = field(default_factory=set)
    """Words of versions that were overtaken."""

    async def plant(self, who: str, make: Callable[[str], Value], section: Section, kind: Kind = Kind.NOTE) -> Planted:
        word = f"kanarie{section.value.lower()}{'abcdefghijklmnopqrstuvwxyz'[len(self.planted)]}zzzz"[:13]
        entry = await self.room.world.record(who, make(word), section)
        planted = Planted(word, section, kind, who, entry)
        self.planted.append(planted)
        return planted

    def question(self, who: str, action: Action, section: Section | None) -> AccessRequest:
        """What the oracle is asked about this person, from what the story itself did (not from what Kring stored)."""
        person = self.room.world.people[who]
        now = self.room.world.clock()
        there = who in MEMBERS or who == "karel"
        role: Role | None = None if who == "wim" else person.role
        covered = any(
            target in {f"role:{person.role.value}", f"person:{who}"} and section is not None and section.value in named
            for target, named in self.situation.consents
        )
        return AccessRequest(
            person=person.id,
            action=action,
            section=section,
            role=role,
            now=now,
            purpose=purpose_of(role) if role else Purpose.TREAT,
            relation_since=now - timedelta(days=1) if there or who == "ingrid" else None,
            relation_until=now if who == "ingrid" else None,
            lead=who == "carla",
            consented=covered,
            objected=who == "karel",
            discussed=self.situation.discussed,
            representative_active=self.situation.incapable,
            patient_state=PatientState.DECEASED if self.situation.deceased else PatientState.ALIVE,
            circle_open=True,
            consultable=False,
            explicit=covered,
            age=AgeBand.FROM_16,
            completing=self.situation.deceased,
            after_death=False,
            assured=True,
            stepped_up=False,
            open_tasks=False,
            emergency_open=False,
            emergency_choice=EmergencyChoice.UNKNOWN,
            case_open=False,
            approved=False,
        )

    def may_see(self, who: str, *, emergency_set: bool = False) -> frozenset[str]:
        """The canaries that this person may come across, by the oracle and the words of its limits."""
        seen: set[str] = set()
        for section in Section:
            verdict = oracle.judge(self.question(who, Action.READ, section))
            if verdict.permitted:
                there = [one for one in self.planted if one.section is section]
                seen |= {
                    one.word for one in there if not verdict.limits or self._within(one, verdict.limits, who, there)
                }
        role = self.room.world.people[who].role
        if role in {Role.PATIENT, Role.RELATIVE}:
            seen -= self.held_back
        if emergency_set and role not in {Role.PATIENT, Role.RELATIVE, Role.REPRESENTATIVE}:
            verdict = oracle.judge(self.question(who, Action.EMERGENCY_READ, None))
            if verdict.permitted:
                seen |= {one.word for one in self.planted if one.section.value in {"S1", "S2", "S3", "S4", "S7", "S8"}}
        return frozenset(seen)

    def _within(self, one: Planted, limits: Iterable[str], who: str, there: list[Planted]) -> bool:
        kinds = {
            "summary": {Kind.COMPLEXITY, Kind.DIAGNOSIS, Kind.ILLNESS_PHASE},
            "phase": {Kind.ILLNESS_PHASE},
            "indication": {Kind.DIAGNOSIS},
            "place_only": {Kind.PREFERRED_PLACE_OF_DEATH, Kind.PREFERRED_PLACE_OF_CARE},
            "roster": {Kind.REACHABILITY, Kind.APPOINTMENT},
            "spiritual": {Kind.MEANING},
            "name_contact": {Kind.CONTACT_PERSON},
            "pain_swallow_renal": {Kind.PAIN_SCORE},
        }
        for limit in limits:
            if limit in {"own", "own_relation", "own_tasks"} and one.author == who:
                return True
            if limit == "last" and one is [other for other in there if other.kind is one.kind][-1]:
                return True
            if one.kind in kinds.get(limit, ()):
                return True
        value = one.entry.value
        if isinstance(value, Statement):
            beside = [other for other in there if str(other.entry.ref) == value.about]
            return any(self._within(other, limits, who, there) for other in beside)
        return False

    def may_know_birth_date(self, who: str) -> bool:
        """Name and birth date together keep two patients apart: everybody whose place in the circle holds hears them,
        and whoever sees the identity as a whole."""
        sees = oracle.judge(self.question(who, Action.READ, Section.S1))
        here = who in MEMBERS and not (self.situation.deceased and who in {"anna", "lotte", "pieter"})
        return here or (sees.permitted and not sees.limits)


def canaries(text: str) -> set[str]:
    """The canaries in a text, whatever its case."""
    return {word.lower() for word in _CANARY.findall(text)}


async def gather(room: Room, situation: Situation) -> Story:
    """Everybody registered, admitted where they belong, in their rooms; nothing planted yet."""
    world = room.world
    async with world.unit() as unit:
        administrator = await world.context(unit, "bea")
    for who, (role, given, family, organisation) in MORE_PEOPLE.items():
        world.people[who], _ = await add_person(
            world.transactions,
            PaperAccounts(),
            administrator,
            role=role,
            name=PersonName(given, family),
            organisation=organisation,
            evidence="legitimatie getoond",
        )
    for who in ("joost", "lotte", "hans", "rosa", "karel", "ingrid"):
        await room.admit(who)
    await _choices(room, situation)
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        for who in ("ingrid",):
            await circles.discharge(
                unit, world.guard, context, person_id=world.id(who), reason=DischargeReason.CARE_ENDED
            )
    await room.leaves("ingrid", "circle", "team")
    for who in MEMBERS:
        await room.private_room(who)
    world.clock.pass_by(minutes=1)
    await room.hears()
    return Story(room, situation)


async def _choices(room: Room, situation: Situation) -> None:
    world = room.world
    for target, sections in situation.consents:
        kind, _, whom = target.partition(":")
        named = f"person:{world.id(whom)}" if kind == "person" else target
        await world.choose(ConsentDecision.PERMIT, named, ",".join(sections))
    await world.choose(ConsentDecision.DENY, f"person:{world.id('karel')}", "all")
    if situation.incapable:
        for about in ("medische behandelbeslissingen", "dagelijkse zorg en wonen", "toestemming en delen van gegevens"):
            judged, again = PartialDate("2026-11-03"), PartialDate("2026-12-03")
            incapable = LegalCapacity(False, about, judged, method="gesprek", review_on=again)
            await world.confirm("ruben", (await world.record("gerda", incapable, Section.S3)).ref)
    if not situation.discussed:
        async with room.hub.database.transaction() as connection:
            await connection.execute(update(circle_table).values(discussed_at=None))


async def plant(story: Story) -> None:
    """A canary in every section, of every kind that some limit speaks of, by different hands, in every state."""
    world = story.room.world
    for section in list(Section)[:9]:
        await story.plant("gerda", Note, section)
    await story.plant("anna", Note, Section.S11)
    await story.plant("pieter", Note, Section.S5)
    await story.plant("pieter", Note, Section.S10)
    await story.plant("carla", Note, Section.S10)
    await story.plant("samira", lambda w: PainScore(8, Reporter.PROFESSIONAL, w), Section.S5, Kind.PAIN_SCORE)
    await story.plant("carla", lambda w: Complexity(Level.HIGH, w), Section.S2, Kind.COMPLEXITY)
    await story.plant("carla", lambda w: ContactPerson(f"Zoon {w}"), Section.S1, Kind.CONTACT_PERSON)
    await story.plant(
        "carla",
        lambda w: PreferredPlaceOfDeath(Place.HOME, comment=w),
        Section.S4,
        Kind.PREFERRED_PLACE_OF_DEATH,
    )
    proposed = await story.plant(
        "carla",
        lambda w: directive(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT, restriction=w),
        Section.S3,
        Kind.TREATMENT_DIRECTIVE,
    )
    await story.plant("ruben", Note, Section.S8)
    held = await story.plant("gerda", Note, Section.S3)
    async with world.unit() as unit:
        await hold_back(
            unit,
            world.guard,
            await world.context(unit, "gerda"),
            held.entry.ref,
            consulted=world.id("ruben"),
            until=world.clock() + timedelta(days=10),
            reason="kanariereden bij iets dat nu schaadt",
        )
    story.held_back.add(held.word)
    async with world.unit() as unit:
        word = "kanariestmntq"
        asked = await add_statement(
            unit, world.guard, await world.context(unit, "anna"), proposed.entry.ref, word, room_event()
        )
    story.planted.append(Planted(word, Section.S3, Kind.STATEMENT, "anna", asked.request))
    await story.room.hears()
    if story.situation.deceased:
        async with story.room.hub.database.transaction() as connection:
            values = {"state": PatientState.DECEASED.value, "state_at": to_micros(world.clock())}
            await connection.execute(update(patient_table).values(**values))

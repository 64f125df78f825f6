"""More people for stories about who decides: representatives with their paper, and circles of younger patients."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time

from sqlalchemy import update

from bots.dossier.handler import DossierBot
from hub.adapters.encryption import seal
from hub.adapters.sql.people import PatientKeys
from hub.adapters.sql.tables import patient as patient_table
from hub.application.guard import Guard
from hub.application.speaking import Speaker
from hub.application.use_cases import circles, consents
from hub.application.use_cases.dossier import NewEntry, confirm_entry, record_entry
from hub.application.use_cases.people import add_person
from hub.domain.advance_care_plan import LegalCapacity
from hub.domain.consent import AccessRules, Consent, ConsentContext, ConsentDecision, ConsentTarget, parse_sections
from hub.domain.entries import Kind
from hub.domain.people import PersonName
from hub.domain.vocabulary import Role, Section
from tests.stories.room import CIRCLE, Room
from tests.world import PaperAccounts, World, policies, room_event


async def represents(room: Room, who: str, given: str, family: str, evidence: str) -> None:
    """Somebody joins as legal representative, with the paper on which that rests."""
    world = room.world
    async with world.unit() as unit:
        administrator = await world.context(unit, "bea")
    person, _ = await add_person(
        world.transactions,
        PaperAccounts(),
        replace(administrator, circle=None, patient_id=None),
        role=Role.REPRESENTATIVE,
        name=PersonName(given, family),
        organisation=None,
        evidence=evidence,
    )
    world.people[who] = person
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        await circles.admit(unit, world.guard, context, person_id=person.id, role=None, until=None)
    await room.joins(who, CIRCLE)


async def judged(room: Room, judgement: LegalCapacity) -> None:
    """Gerda judges, Ruben looks with her: only then does it count."""
    world = room.world
    async with world.unit() as unit:
        new = NewEntry(Kind.LEGAL_CAPACITY, judgement, Section.S3)
        entry = await record_entry(unit, world.guard, await world.context(unit, "gerda"), new, room_event())
    async with world.unit() as unit:
        context = await world.context(unit, "ruben")
        await confirm_entry(unit, world.guard, context, entry.ref, room_event(), seen_version=entry.version)


async def chooses(
    room: Room,
    who: str,
    decision: ConsentDecision,
    target: str,
    sections: str = "all",
    situation: ConsentContext | None = None,
) -> Consent:
    """The patient or a representative makes a choice, written down by themselves."""
    world = room.world
    async with world.unit() as unit:
        return await consents.record_consent(
            unit,
            world.guard,
            await world.context(unit, who),
            decision=decision,
            target=ConsentTarget.parse(target),
            sections=parse_sections(sections),
            how="mondeling",
            recorded_by=world.id(who),
            situation=situation,
        )


async def born_on(room: Room, day: date) -> None:
    """The patient of this circle has another birth date, in a Kring that is used for children too."""
    async with room.world.unit() as unit:
        known = await unit.patients.get(room.world.patient_id)
        key = await PatientKeys(unit.connection, room.world.vault).of(known.id)
        identity = json.dumps([known.name.given, known.name.family, day.isoformat(), None]).encode()
        sealed = seal(key, identity, f"patient/identity/{known.id}".encode())
        await unit.connection.execute(
            update(patient_table).where(patient_table.c.id == known.id).values(sealed_identity=sealed)
        )
    with_rules(room, AccessRules(children=True))


def with_rules(room: Room, rules: AccessRules) -> None:
    """The same circle, in an institution that chose otherwise."""
    guard = Guard(policies(), rules)
    room.world.guard = guard
    room.hub = replace(room.hub, guard=guard, speaker=Speaker(guard, room.hub.settings.own_accounts))
    room.bot = DossierBot(room.hub, lambda: None)


def morning_of(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


async def reads(world: World, who: str) -> set[Section]:
    """The sections in which this person finds something now."""
    return {entry.section for entry in await world.read(who)}

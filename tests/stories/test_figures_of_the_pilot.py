"""The pilot's 43 patients, played by the real use cases on real storage, give the pilot's figures (IND-T, IND-U)."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hub.adapters.sql.tables import audit
from hub.admin.asking import ADMINISTRATOR_SETTING, Question
from hub.admin.figure_commands import figures
from hub.application.guard import Refused
from hub.application.identify import identify
from hub.application.use_cases import circles, death
from hub.application.use_cases.care_events import events_complete
from hub.application.use_cases.dossier import NewEntry, record_entry
from hub.application.use_cases.people import add_patient, add_person
from hub.commands.figures import line
from hub.domain.audit import AuditEvent
from hub.domain.care_events import CareEvent, DiedAt, PlaceOfDeath
from hub.domain.consent import ConsentDecision
from hub.domain.course import CareEventKind
from hub.domain.entries import Value, kind_of
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.observations import Complexity, Level
from hub.domain.people import PersonName
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Channel, Role
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.room import TEAM, Room, bodies
from tests.world import PaperAccounts, room_event

EXAMPLE = Path(__file__).resolve().parents[2] / "config" / "tariffs.example.toml"
GIVEN = ("Anneke", "Bert", "Corrie", "Dirk", "Els", "Frans", "Greet", "Henk", "Ineke", "Jaap", "Klaas", "Lies")
FAMILY = ("Aalbers", "Boom", "Dekker", "Evers")
NINE = range(34, 43)
"""Who began a week after the others."""
DIED, IN_HOSPITAL, CHANGED = range(31), range(3), range(20, 43)


@dataclass
class Region:
    """Everybody of the pilot beside mevrouw de Wit, who is in nobody's cohort: she said no to the coordinator."""

    room: Room
    frits: str = ""

    async def figures(self, **arguments: str) -> dict[tuple[str, str], dict[str, Any]]:
        asked = Question({"as": self.frits, **arguments}, None, self.room.world.clock())
        found = (await figures(self.room.hub, asked))["figures"]
        return {(one["id"], one["of"]): one for one in found}


async def coordinator(room: Room) -> str:
    async with room.world.unit() as unit:
        administrator = await room.world.context(unit, "bea")
        await unit.put_setting(ADMINISTRATOR_SETTING, room.world.id("bea"))
    name = PersonName("Frits", "Meulman")
    frits, _ = await add_person(
        room.world.transactions, PaperAccounts(), administrator,
        role=Role.COORDINATOR, name=name, organisation="Netwerk Rijnstreek", evidence="aanstelling gezien",
    )  # fmt: skip
    return frits.id


class Patient:
    """One patient of the cohort, and who acts for them."""

    def __init__(self, room: Room, number: int) -> None:
        self.room, self.number = room, number
        self.name = PersonName(GIVEN[number % 12], FAMILY[number // 12])
        self.patient_id = self.circle_id = ""

    async def begins(self) -> None:
        world = self.room.world
        async with world.unit() as unit:
            administrator = await world.context(unit, "bea")
        patient, _, _ = await add_patient(
            world.transactions, PaperAccounts(), administrator,
            name=self.name, birth_date=date(1952, 1, 1 + self.number % 28), bsn=None,
        )  # fmt: skip
        self.patient_id = patient.id
        async with world.unit() as unit:
            asked = await self.context(unit, "bea")
            opened = await circles.open_circle(
                unit, world.guard, asked, coach_id=world.id("carla"), lead_id=None, discussed=True
            )
            self.circle_id = opened.id
            admitting = await self.context(unit, "carla")
            await circles.admit(unit, world.guard, admitting, person_id=world.id("gerda"), role=None, until=None)
            await self.records(unit, Complexity(Level.MEDIUM), PreferredPlaceOfDeath(Place.HOME))

    async def context(self, unit: Any, who: str) -> Any:
        circle = await unit.circles.get(self.circle_id) if self.circle_id else None
        return await identify(
            unit, self.room.world.people[who], circle, channel=Channel.CLI, initiator="person",
            correlation_id=new_id("test"), now=self.room.world.clock(), patient_id=self.patient_id,
        )  # fmt: skip

    async def records(self, unit: Any, *values: Value) -> None:
        context = await self.context(unit, "gerda")
        for value in values:
            section = kind_of(value).section
            assert section is not None
            new = NewEntry(kind_of(value), value, section)
            await record_entry(unit, self.room.world.guard, context, new, room_event())

    async def dies(self, unit: Any, at: DiedAt, *before: Value, complete: bool = True) -> None:
        guard, speaker = self.room.world.guard, self.room.hub.speaker
        await death.declare_death(unit, guard, speaker, await self.context(unit, "gerda"), self.name.full)
        await death.confirm_death(unit, guard, speaker, await self.context(unit, "carla"), self.name.full)
        await self.records(unit, PlaceOfDeath(at), *before)
        if complete:
            await events_complete(unit, guard, await self.context(unit, "carla"))


async def play(room: Room, numbers: range) -> Region:
    """Nine began a week later; three of those who died did so in hospital."""
    region = Region(room, await coordinator(room))
    await room.world.choose(ConsentDecision.DENY, "role:coordinator", "all")
    people = {number: Patient(room, number) for number in numbers}
    for number, patient in people.items():
        if number == NINE[0]:
            room.world.clock.pass_by(days=7)
        await patient.begins()
    room.world.clock.pass_by(days=40)
    async with room.world.unit() as unit:
        for number, patient in people.items():
            await patient.records(unit, Complexity(Level.HIGH if number in CHANGED else Level.MEDIUM))
    room.world.clock.pass_by(days=10)
    async with room.world.unit() as unit:
        for number, patient in people.items():
            if number in IN_HOSPITAL:
                admitted = CareEvent(CareEventKind.ADMISSION, PartialDate("2026-12-20"), PartialDate("2026-12-22"))
                await patient.dies(unit, DiedAt.HOSPITAL, admitted)
            elif number in DIED:
                await patient.dies(unit, DiedAt.HOME, CareEvent(CareEventKind.OUTPATIENT, PartialDate("2026-12-20")))
    return region


def counted(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["value"], one["numerator"], one["denominator"], one["missing"], one["low"], one["high"]


async def test_the_cohort_of_the_pilot_gives_the_figures_of_the_pilot_and_a_group_of_nine_gives_none(
    room: Room,
) -> None:
    region = await play(room, range(43))
    found = await region.figures()
    assert counted(found["IND-09", ""]) == (72.1, 31, 43, 0, 57.3, 83.3)
    assert counted(found["IND-05", ""]) == (9.7, 3, 31, 0, 3.3, 24.9)
    assert counted(found["IND-06", ""]) == (90.3, 28, 31, 0, 75.1, 96.7)
    assert counted(found["IND-04", ""]) == (90.3, 28, 31, 0, 75.1, 96.7)
    assert counted(found["IND-10", "alle patiënten"]) == (53.5, 23, 43, 0, 38.9, 67.5)
    assert counted(found["IND-05f", ""])[:3] == (9.7, 3, 31)
    assert counted(found["IND-05g", ""])[:3] == (90.3, 28, 31)
    assert counted(found["IND-16", ""])[1] == 0
    said = line(found["IND-05", ""])
    assert said.endswith(": 9,7 % (3 van 31; 0 onbekend; 95 %: 3,3 tot 24,9)")
    # Who objected to the coordinator is in none of it, and one line of the log says who asked.
    event = AuditEvent.FIGURES_COMPUTED.value
    async with room.hub.database.reading() as connection:
        query = select(audit.c.user_id, audit.c.patient_id, audit.c.detail).where(audit.c.event == event)
        lines = (await connection.execute(query)).all()
    assert [tuple(one) for one in lines] == [(region.frits, None, "patients=43;tariffs=no")]
    # The same question about the nine who began later.
    nine = await region.figures(since="2026-11-10")
    assert {one["reason"] for one in nine.values()} == {"fewer-than-10"}
    shown = [one[name] for one in nine.values() for name in ("value", "numerator", "denominator", "missing", "low")]
    assert set(shown) == {None}
    assert all(line(one).endswith(": minder dan tien: niet getoond") for one in nine.values())


async def test_a_death_of_which_nobody_said_that_the_record_is_complete_is_missing_and_not_well_cared_for(
    room: Room,
) -> None:
    region = Region(room, await coordinator(room))
    people = [Patient(room, number) for number in range(11)]
    for number, patient in enumerate(people):
        await patient.begins()
        async with room.world.unit() as unit:
            await patient.dies(unit, DiedAt.HOME, complete=number > 0)
    found = await region.figures()
    assert counted(found["IND-06", ""])[:4] == (100.0, 10, 10, 1)


@pytest.mark.parametrize("who", ["bea", "carla", "gerda", "pieter", "anna"])
async def test_figures_are_for_the_coordinator_and_for_nobody_else(room: Room, who: str) -> None:
    now, frits = room.world.clock(), await coordinator(room)
    with pytest.raises(Refused):
        await figures(room.hub, Question({"as": room.world.id(who)}, None, now))
    with pytest.raises(Refused):
        await figures(room.hub, Question({"as": room.world.id(who)}, room.world.id(who), now))
    asked = Question({"as": frits}, None, now)
    assert {one["reason"] for one in (await figures(room.hub, asked))["figures"]} == {"fewer-than-10"}


async def test_a_saving_needs_the_assumptions_of_somebody_who_signs_for_them(room: Room) -> None:
    region = Region(room, await coordinator(room))
    assert not any(id_ == "IND-08" for id_, _ in await region.figures())
    with pytest.raises(CommandRejected):
        await region.figures(tariffs="[euro]\nadmission = 4000")
    example = EXAMPLE.read_text("utf-8")
    assert ("IND-08", "voorbeeld, geen echte tarieven") in await region.figures(tariffs=example)


async def test_where_somebody_died_is_asked_after_a_death_only(room: Room) -> None:
    assert "na een overlijden" in bodies(await room.says("gerda", "!plaatsoverlijden thuis", TEAM))
    assert "na een overlijden" in bodies(await room.says("gerda", "!gebeurtenis compleet", TEAM))
    await room.says("gerda", "!overleden Anna de Wit", TEAM)
    await room.says("carla", "!overleden bevestig Anna de Wit", TEAM)
    assert "Vastgelegd als S9" in bodies(await room.says("gerda", "!plaatsoverlijden thuis", TEAM))
    assert "wie de regie heeft" in bodies(await room.says("samira", "!gebeurtenis compleet", TEAM))
    assert "staat er helemaal in" in bodies(await room.says("carla", "!gebeurtenis compleet", TEAM))


async def test_after_a_visit_to_the_emergency_department_the_coach_looks_again_once(room: Room) -> None:
    await room.says("gerda", "!complexiteit laag", TEAM)
    await room.says("gerda", "!gebeurtenis seh op 2-11-2026", TEAM)
    await room.says("gerda", "!gebeurtenis hap op 3-11-2026", TEAM)
    await room.says("gerda", "!gebeurtenis chemo op 3-11-2026", TEAM)
    async with room.world.unit() as unit:
        asked = [one for one in await unit.tasks.of_circle(room.world.circle_id) if one.about == "care-event"]
    assert [one.owner_id for one in asked] == [room.world.id("carla")]

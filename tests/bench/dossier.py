"""A dossier of ten thousand entries among a thousand patients: read, searched, written, shown and taken along.

Each figure is the whole way of a request, from the message or the address to the words that were written down, on
SQLite on disk (and on PostgreSQL with ``KRING_BENCH_POSTGRES=1``).
"""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient
from sqlalchemy import insert

from hub.adapters.encryption import KeyVault
from hub.adapters.memory import settle
from hub.adapters.pdf import draw
from hub.adapters.sql.database import Database
from hub.adapters.sql.entry_rows import sealed_row
from hub.adapters.sql.schema import migrate
from hub.adapters.sql.tables import entry as table
from hub.admin.asking import Question
from hub.admin.fhir_commands import fhir_export
from hub.application.use_cases import portal_links
from hub.application.use_cases.papers import make_paper
from hub.domain import entries
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.entries import Note, Value
from hub.domain.identifiers import EntryRef, new_id
from hub.domain.observations import ItemScore, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.paper import Form
from hub.domain.people import Patient, Person, PersonName
from hub.domain.vocabulary import Action, PatientState, Role, Section
from hub.portal.app import build_app
from tests.bench.figures import Figure, quantile
from tests.databases import MIGRATED, postgres_server
from tests.portal.world import Server, all_well, press
from tests.stories.room import Room, add_rooms, hub_on
from tests.world import Clock, World, directive, open_world

ENTRIES, PATIENTS, OF_EACH = 10_000, 1_000, 20
_SAID = (
    "mevrouw sliep slecht vannacht door pijn in de heup bij draaien was wat benauwd en onrustig familie gerustgesteld "
    "misselijk na het eten thee gedronken dochter aanwezig wond verzorgd huid gaaf urine helder pleister vervangen "
    "overlegd met huisarts morgen opnieuw bellen medicatie gegeven volgens lijst moe maar tevreden zat buiten in de zon"
)
_WORDS = _SAID.split()
_RARE = "regenboogforel"
Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Sample:
    """What was done how often, and the aim: milliseconds at the p95."""

    what: str
    times: int
    aim: float | None
    act: Act
    unit: str = "ms"


async def measure(directory: Path, times: int = 20) -> list[Figure]:
    database = Database(f"sqlite:///{directory / 'dossier.db'}")
    await migrate(database)
    figures = await _on(database, directory, "", times)
    if os.environ.get("KRING_BENCH_POSTGRES"):
        with postgres_server() as server:
            async with server.database(MIGRATED) as url:
                figures += await _on(Database(url), directory, "PostgreSQL: ", times)
    return figures


async def _on(database: Database, directory: Path, name: str, times: int) -> list[Figure]:
    vault = KeyVault(bytes(32))
    try:
        world = await open_world(database, vault, Clock())
        hub = hub_on(database, vault, world, directory)
        room = await add_rooms(hub, world)
        await room.private_room("gerda")
        await fill(world)
        # As the bots and the portal do when they have started.
        settle()
        async with _browser(room) as browser:
            return [await _sampled(sample, name) for sample in _samples(room, browser, times)]
    finally:
        await database.close()


def _samples(room: Room, browser: Any, times: int) -> list[Sample]:
    world = room.world

    async def guard() -> None:
        async with world.unit() as unit:
            context = await world.context(unit, "gerda")
            for _ in range(10):
                await world.guard.decide(unit, context, Action.READ, Section.S5)
                await unit.dossier.represented(world.patient_id, world.clock())

    async def night() -> None:
        async with world.unit() as unit:
            await unit.emergencies.mark_due(world.patient_id, world.id("gerda"), world.clock())
        await room.receive(room.message("gerda", "!spoed", "private-gerda"))

    def asks(body: str, where: str = "private-gerda") -> Act:
        return lambda: room.receive(room.message("gerda", body, where))

    def opens(path: str) -> Act:
        async def act() -> None:
            answer = await browser.get(path)
            assert answer.status == 200, await answer.text()
            await answer.text()

        return act

    def exports(standard: str) -> Act:
        asked = {"patient": world.patient_id, "as": world.id("gerda"), "standard": standard}
        return lambda: fhir_export(room.hub, Question(asked, world.id("gerda"), world.clock()))

    async def paper() -> None:
        async with world.unit() as unit:
            context = await world.context(unit, "gerda")
            made = await make_paper(unit, world.guard, context, Form.DOSSIER)
        draw(made, context.now)

    return [
        Sample("the plan of one patient as FHIR R4, p95", times // 2, 2000, exports("pzp-r4")),
        Sample("the plan of one patient as FHIR STU3, p95", times // 2, 2000, exports("pzp-stu3")),
        Sample("the whole dossier as PDF, p95", times // 2, 2000, paper),
        Sample("!dossier, p95", times, 300, asks("!dossier")),
        Sample("!dossier in the room of the team, p95", times, 300, asks("!dossier", "team")),
        Sample("!dossier klachten, p95", times, 300, asks("!dossier klachten")),
        Sample("!zoek, a word in one of a thousand entries, p95", times, 300, asks(f"!zoek {_RARE}")),
        Sample("!zoek, three words that many have, p95", times, 300, asks("!zoek pijn slapen dochter")),
        Sample("the portal's whole dossier, p95", times, 200, opens("/dossier")),
        Sample("the portal's page of one section, p95", times, 200, opens("/dossier/S5")),
        Sample("recording an entry, p95", times, None, asks("!pijn 4 bij het draaien")),
        Sample("ten decisions of the guard with all facts, p95", times, None, guard),
        Sample("a handover, p95", times // 2, None, asks("!overdracht naar ziekenhuis", "team")),
        Sample("!bijpraten, p95", times // 2, None, asks("!bijpraten")),
        Sample("the out-of-hours set, made again and read, p95", times // 2, None, night),
    ]


async def _sampled(sample: Sample, name: str) -> Figure:
    await sample.act()
    took, worked = [], []
    for _ in range(max(5, sample.times)):
        began, own = time.perf_counter(), time.process_time()
        await sample.act()
        took.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - own))
    p95 = quantile(took, 0.95)
    aim = "" if sample.aim is None else f"≤ {sample.aim:.0f} ms"
    met = None if sample.aim is None else p95 <= sample.aim
    half, own = quantile(took, 0.5), quantile(worked, 0.5)
    note = f"median {half:.0f} ms of {len(took)}, {own:.0f} ms of the processor; {ENTRIES} entries, {PATIENTS} patients"
    return Figure("dossier", name + sample.what, p95, sample.unit, aim=aim, met=met, note=note)


async def fill(world: World, total: int = ENTRIES, patients: int = PATIENTS, of_each: int = OF_EACH) -> None:
    """Rows as the hub makes them, without a command and a line of the log for each."""
    chance = Random(11)
    await _insert(world, world.patient_id, _lines(world, world.patient_id, total, chance))
    for number in range(patients - 1):
        patient_id = await _patient(world, number)
        await _insert(world, patient_id, _lines(world, patient_id, of_each, chance))


async def _patient(world: World, number: int) -> str:
    name, now = PersonName("Fictief", f"Nummer {number}"), world.clock()
    person = Person(new_id("per"), Role.PATIENT, name, None, None, "fictief", now)
    patient = Patient(new_id("pat"), person.id, name, date(1950, 1, 1), None, f"#{number}", PatientState.ALIVE)
    async with world.unit() as unit:
        await unit.people.add(person)
        await unit.patients.add(patient, now)
    return patient.id


async def _insert(world: World, patient_id: str, lines: list[Entry]) -> None:
    async with world.unit() as unit:
        wrapped = await unit.dossier._keys.of(patient_id)
        await unit.connection.execute(insert(table), [sealed_row(wrapped, line, None) for line in lines])


def _lines(world: World, patient_id: str, total: int, chance: Random) -> list[Entry]:
    """One in twenty is an agreement, the rest measurements and notes, one an hour up to now."""
    numbers: dict[Section, int] = {}
    versions: dict[Treatment, tuple[EntryRef, int]] = {}
    found = []
    for index in range(total):
        value, section = _value(index, chance)
        kind = entries.kind_of(value)
        if kind is entries.Kind.TREATMENT_DIRECTIVE and value.treatment in versions:  # type: ignore[union-attr]
            ref, version = versions[value.treatment]  # type: ignore[union-attr]
            version += 1
        else:
            numbers[section] = numbers.get(section, 0) + 1
            ref, version = EntryRef(section, numbers[section]), 1
        if kind is entries.Kind.TREATMENT_DIRECTIVE:
            versions[value.treatment] = (ref, version)  # type: ignore[union-attr]
        found.append(
            Entry(
                patient_id=patient_id,
                ref=ref,
                version=version,
                kind=kind,
                topic=None,
                status=Status.ACTIVE,
                value=value,
                author_id=world.id(chance.choice(("samira", "gerda", "carla"))),
                author_role=Role.HOME_CARE,
                responsible_id=world.id("samira"),
                organisation="Thuiszorg Rijnoever",
                source=Source(SourceKind.ROOM, f"${patient_id}-{index}"),
                recorded_at=world.clock() - timedelta(hours=total - index),
            )
        )
    return found


def _value(index: int, chance: Random) -> tuple[Value, Section]:
    text = " ".join(chance.choices(_WORDS, k=25)) + (f" {_RARE}" if index % 1000 == 7 else "")
    match index % 20:
        case 0:
            treatment = chance.choice(list(Treatment)[:6])
            return directive(treatment, Decision.NO), Section.S3
        case 1 | 2 | 3 | 4 | 5 | 6:
            return PainScore(chance.randint(0, 10), Reporter.PROFESSIONAL, text[:60] if index % 2 else None), Section.S5
        case 7 | 8 | 9 | 10:
            scores = (SymptomItem.PAIN, SymptomItem.SLEEP, SymptomItem.NAUSEA, SymptomItem.FATIGUE)
            return (
                SymptomScores(tuple(ItemScore(item, chance.randint(0, 10)) for item in scores), Reporter.PATIENT),
                Section.S5,
            )
        case 11 | 12 | 13 | 14:
            return Note(text), Section.S8
        case 15 | 16:
            return Note(text), Section.S6
        case 17:
            return Note(text), Section.S7
        case _:
            return Note(text), Section.S5


@asynccontextmanager
async def _browser(room: Room) -> AsyncIterator[Any]:
    """The portal, signed in as the GP."""
    client: Any = TestClient(Server(build_app(room.hub, all_well), host="127.0.0.1"), cookie_jar=CookieJar(unsafe=True))
    try:
        await client.start_server()
        async with room.world.unit() as unit:
            secret = await portal_links.issue_link(unit, await room.world.context(unit, "gerda"))
        assert (await press(client, "/p/" + secret)).status == 303
        yield client
    finally:
        await client.close()

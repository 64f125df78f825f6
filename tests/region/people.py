"""Who lives and works in the region: fictional, made by seed, registered by the real use cases."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.use_cases import circles
from hub.application.use_cases.indicators import Period
from hub.application.use_cases.indicators import figures as compute
from hub.application.use_cases.people import add_patient, add_person
from hub.bootstrap import Hub
from hub.domain.identifiers import new_id
from hub.domain.indicators import Indicator
from hub.domain.people import Person, PersonName
from hub.domain.tariffs import parse_tariffs
from hub.domain.vocabulary import Channel, Role
from tests.stories.room import CIRCLE, TEAM, Room, add_rooms, hub_on
from tests.world import Clock, PaperAccounts, World, policies

TARIFFS = Path(__file__).resolve().parents[2] / "config" / "tariffs.example.toml"
_STEMS = (
    "Aalbers", "Bakker", "Claassen", "Dijkstra", "Evers", "Fokkema", "Gerrits", "Hofman", "Jonker", "Kuipers",
    "Lammers", "Meijer", "Nijland", "Oosting", "Peters", "Roelofs", "Smeets", "Timmer", "Verhoef", "Wolters",
)  # fmt: skip
_GIVEN = ("Aart", "Bep", "Cor", "Dini", "Ellen", "Frans", "Greet", "Henk", "Ineke", "Jaap", "Klaas", "Loes", "Mieke")
SHARES = {Role.COACH: 8, Role.GP: 12, Role.HOME_CARE: 16, Role.SPECIALIST: 8, Role.FACILITY: 6, Role.LOCUM: 4}
"""How many of the hundred and twenty work in which role; the others are relatives."""


@dataclass
class Region:
    """Every circle as a room of its own, on one database. ``pool``: who works here, by role."""

    hub: Hub
    world: World
    rooms: list[Room] = field(default_factory=list)
    pool: dict[Role, list[Person]] = field(default_factory=dict)
    people: int = 0

    async def figures(self) -> list[Indicator]:
        """IND-01 to IND-17 as the coordinator gets them, from the dossiers and the work alone."""
        async with self.world.unit() as unit:
            asking = await identify(
                unit,
                self.world.people["coordinator"],
                None,
                channel=Channel.CLI,
                initiator="person",
                correlation_id=new_id("figures"),
                now=self.world.clock(),
            )
            return list((await compute(unit, asking, Period(), parse_tariffs(TARIFFS.read_text()))).found)


def names(count: int) -> list[PersonName]:
    """``count`` people with a family name that nobody else has."""
    families = [f"{first}-{second}" for first in _STEMS for second in _STEMS if first != second]
    return [PersonName(_GIVEN[number % len(_GIVEN)], families[number]) for number in range(count)]


async def settle_region(
    database: Database, vault: KeyVault, clock: Clock, folder: Path, *, patients: int, people: int
) -> Region:
    """Register everybody and open the circles, spread over the first days of the clock's week."""
    world = World(database, vault, clock, Guard(policies()))
    world.people["bea"] = Person(
        new_id("per"), Role.ADMINISTRATOR, PersonName("Bea", "Heerink"), None, None, "eerste start", clock()
    )
    async with world.unit() as unit:
        await unit.people.add(world.people["bea"])
    region = Region(hub_on(database, vault, world, folder), world)
    called = iter(names(people + patients + 2 * len(SHARES)))
    world.people["coordinator"] = await _person(world, Role.COORDINATOR, PersonName("Tine", "Overzicht"))
    scale = people / 120
    for role, share in SHARES.items():
        number = max(2, round(share * scale))
        region.pool[role] = [await _person(world, role, next(called)) for _ in range(number)]
    region.people = sum(map(len, region.pool.values()))
    relatives = [
        await _person(world, Role.RELATIVE, next(called)) for _ in range(max(patients, people - region.people))
    ]
    region.people += len(relatives)
    for number in range(patients):
        here = {role: pool[number % len(pool)] for role, pool in region.pool.items() if role is not Role.LOCUM}
        around = {"coach": here[Role.COACH], "gp": here[Role.GP], "nurse": here[Role.HOME_CARE]}
        if number % 2:
            around["specialist"] = here[Role.SPECIALIST]
        near = relatives[number::patients]
        around |= {f"relative{place}": person for place, person in enumerate(near)}
        region.rooms.append(await _circle(region, next(called), around))
    return region


async def joins_circle(room: Room, key: str, person: Person) -> None:
    """Admitted by the coach, and joined where the role belongs."""
    room.world.people[key] = person
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "coach")
        await circles.admit(unit, room.world.guard, context, person_id=person.id, role=None, until=None)
    await room.joins(key, CIRCLE, *((TEAM,) if person.role.is_professional else ()))


def pick(chance: random.Random, pool: Sequence[Person], without: set[str]) -> Person | None:
    """Somebody of the pool who is not among ``without``."""
    able = [person for person in pool if person.id not in without]
    return chance.choice(able) if able else None


async def _person(world: World, role: Role, name: PersonName) -> Person:
    async with world.unit() as unit:
        administrator = await world.context(unit, "bea")
    person, _ = await add_person(
        world.transactions,
        PaperAccounts(),
        administrator,
        role=role,
        name=name,
        organisation=f"Praktijk {name.family}" if role.is_professional else None,
        evidence="BIG getoond" if role.is_professional else "legitimatie getoond",
        phone="026-3210001",
    )
    return person


async def _circle(region: Region, name: PersonName, around: dict[str, Person]) -> Room:
    first = region.world
    world = World(first.database, first.vault, first.clock, first.guard, {"bea": first.people["bea"], **around})
    async with world.unit() as unit:
        administrator = await world.context(unit, "bea")
    born = date(1935 + len(region.rooms) % 40, 1 + len(region.rooms) % 12, 2)
    patient, world.people["patient"], _ = await add_patient(
        world.transactions, PaperAccounts(), administrator, name=name, birth_date=born, bsn=None
    )
    world.patient_id = patient.id
    async with world.unit() as unit:
        context = await world.context(unit, "bea")
        circle = await circles.open_circle(
            unit, world.guard, context, coach_id=world.id("coach"), lead_id=None, discussed=True
        )
    world.circle_id = circle.id
    for key, person in around.items():
        if key != "coach":
            async with world.unit() as unit:
                context = await world.context(unit, "coach")
                await circles.admit(unit, world.guard, context, person_id=person.id, role=None, until=None)
    return await add_rooms(region.hub, world)

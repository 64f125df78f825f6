"""Cases, samples and traces on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from hub.adapters.sql.access_tables import privacy_case
from hub.adapters.sql.matrix_tables import mx_inbox, mx_key_share
from hub.application.ports import RoomPlace
from hub.application.privacy_ports import Contact
from hub.domain.audit import GENESIS
from hub.domain.breach import HeldKey
from hub.domain.circle import RoomKind
from hub.domain.entries import Note
from hub.domain.errors import NotFound
from hub.domain.identifiers import Bsn, EntryRef
from hub.domain.people import PersonName
from hub.domain.privacy import CaseKind, Judgement, PrivacyCase, SampledLine
from hub.domain.vocabulary import Section
from tests.world import BIRTH_DATE, BSN, DE_BRUG, MORNING, World


def case(world: World) -> PrivacyCase:
    kind = CaseKind.COMPLAINT
    return PrivacyCase("cas-0123456789abcdef", world.patient_id, kind, world.id("bea"), MORNING, "Over de nachtzorg.")


async def test_a_case_comes_back_as_it_was_and_its_reason_is_sealed(world: World) -> None:
    async with world.unit() as unit:
        await unit.cases.add(case(world))
        assert await unit.cases.get(case(world).id) == case(world)
        (stored,) = (await unit.connection.execute(select(privacy_case.c.sealed_reason))).scalars().all()
        assert b"nachtzorg" not in stored
        with pytest.raises(NotFound):
            await unit.cases.get("cas-0000000000000000")


async def test_a_case_is_open_from_its_beginning_to_its_end_for_its_patient_only_and_closes_once(world: World) -> None:
    one = case(world)
    later = MORNING + timedelta(hours=1)
    async with world.unit() as unit:
        await unit.cases.add(one)
        assert await unit.cases.is_open(one.id, world.patient_id, MORNING)
        assert not await unit.cases.is_open(one.id, world.patient_id, MORNING - timedelta(seconds=1))
        assert not await unit.cases.is_open(one.id, "pat-0000000000000000", MORNING)
        assert await unit.cases.close(one.id, later)
        assert not await unit.cases.close(one.id, later)
        assert not await unit.cases.is_open(one.id, world.patient_id, later)
        assert await unit.cases.all(open_only=True) == []
        assert [found.closed_at for found in await unit.cases.all(open_only=False)] == [later]


async def test_a_sample_is_drawn_once_and_keeps_its_judgements(world: World) -> None:
    lines = [SampledLine("2026-11", seq, "chance", world.id("bea"), MORNING) for seq in (3, 5)]
    async with world.unit() as unit:
        assert await unit.samples.add([*lines, lines[0]]) == 2
        assert await unit.samples.judge("2026-11", 3, Judgement.LAWFUL, world.id("bea"), MORNING) == 1
        assert await unit.samples.judge("2026-11", 4, Judgement.LAWFUL, world.id("bea"), MORNING) == 0
        assert await unit.samples.add(lines) == 0
        assert [(one.seq, one.verdict) for one in await unit.samples.of_period("2026-11")] == [
            (3, Judgement.LAWFUL),
            (5, None),
        ]
        await unit.samples.judge("2026-11", 5, Judgement.QUESTION, world.id("bea"), MORNING)
        assert [one.seq for one in await unit.samples.open()] == [5], "who must still ask is not done"
        assert [await unit.samples.is_judged(seq) for seq in (3, 5)] == [True, False]


async def test_the_log_is_read_by_time_and_by_number_and_its_last_hash_before_a_moment_is_known(world: World) -> None:
    world.clock.pass_by(days=1)
    await world.read("gerda", Section.S5)
    now = world.clock()
    async with world.unit() as unit:
        (last,) = await unit.traces.between(now, now + timedelta(seconds=1))
        assert last.entry.user_id == world.id("gerda")
        assert await unit.traces.lines([last.seq, 10**9]) == {last.seq: last}
        assert await unit.traces.last_hash(now) == last.previous_hash
        assert await unit.traces.last_hash(now + timedelta(seconds=1)) == last.hash
        assert await unit.traces.last_hash(MORNING - timedelta(days=1)) == GENESIS
        assert await unit.traces.lines([]) == {}


async def test_entries_are_marked_without_their_contents_and_places_and_organisations_are_known(world: World) -> None:
    await world.record("carla", Note("Slaapt slecht."), Section.S5)
    async with world.unit() as unit:
        (mark,) = await unit.traces.entry_marks(world.patient_id, EntryRef(Section.S5, 1))
        assert (mark.version, mark.recorded_at, mark.author_id) == (1, MORNING, world.id("carla"))
        assert await unit.traces.entry_marks(world.patient_id, EntryRef(Section.S5, 2)) == []
        relations = await unit.traces.relations([world.patient_id, "pat-0000000000000000"])
        assert set(relations) == {world.patient_id}
        assert world.id("samira") in {one.person_id for one in relations[world.patient_id]}
        assert [one.id for one in await unit.traces.circles_of(world.patient_id)] == [world.circle_id]
        assert (await unit.traces.workplaces([world.id("gerda")])).get(world.id("gerda"), {DE_BRUG}) == {DE_BRUG}


async def test_who_wrote_in_a_room_and_who_got_which_key_is_known_and_never_what(world: World) -> None:
    room_id, moment = "!team:kring.test", int(MORNING.timestamp() * 1000)
    gerda = world.people["gerda"].matrix_id or ""
    async with world.unit() as unit:
        await unit.rooms.add(RoomPlace(room_id, world.circle_id, RoomKind.TEAM, None), MORNING)
        await unit.connection.execute(
            insert(mx_inbox).values(
                event_id="$een", owner="@dossier:kring.test", room_id=room_id, sender=gerda, origin_server_ts=moment,
                raw="{}", state="done", attempts=0, received_at=moment,
            )
        )  # fmt: skip
        await unit.connection.execute(
            insert(mx_key_share).values(
                room_id=room_id, session_id="s", user_id=gerda, device_id="D", from_index=2, outcome="shared", at=moment
            )
        )
        said = await unit.traces.contacts(MORNING, MORNING + timedelta(seconds=1))
        assert said == [Contact(world.patient_id, world.id("gerda"), MORNING)]
        assert await unit.traces.contacts(MORNING + timedelta(seconds=1), MORNING + timedelta(days=1)) == []
        heard = await unit.traces.heard("$een")
        assert heard is not None
        assert (heard.sender, heard.sent_at) == (gerda, MORNING)
        key = HeldKey(room_id, "s", gerda, "D", 2, "shared", MORNING)
        assert await unit.traces.keys_of(gerda) == await unit.traces.keys_in(["s"]) == [key]


async def test_patients_are_alike_by_number_or_by_name_and_birth_date_together(world: World) -> None:
    anna = PersonName("ANNA", "De Wit")
    async with world.unit() as unit:
        patients = unit.patients
        assert [one.id for one in await patients.alike(anna, BIRTH_DATE, None)] == [world.patient_id]
        assert await patients.alike(anna, BIRTH_DATE.replace(day=1), None) == []
        assert await patients.alike(PersonName("Bert", "Jansen"), BIRTH_DATE, Bsn("111222333")) == []
        assert [one.id for one in await patients.alike(PersonName("Bert", "Jansen"), BIRTH_DATE, BSN)] == [
            world.patient_id
        ]

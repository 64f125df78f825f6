"""The dossier as it is stored: sealed, in versions, and never changed by two people at once (I6)."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hub.adapters.sql.tables import consent as consent_table
from hub.adapters.sql.tables import entry as table
from hub.adapters.sql.tables import patient as patient_table
from hub.adapters.sql.tables import person as person_table
from hub.application.guard import Permit
from hub.application.use_cases.dossier import NewEntry, record_entry
from hub.domain.advance_care_plan import Decision, LegalCapacity, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Note, kind_of
from hub.domain.errors import CommandRejected, IntegrityBroken, NotFound
from hub.domain.identifiers import EntryRef
from hub.domain.observations import Complexity, Level, PainScore, Reporter
from hub.domain.vocabulary import Action, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.world import World, directive, room_event

RESUSCITATION = EntryRef(Section.S3, 1)


async def permit(world: World, who: str, action: Action, section: Section) -> Permit:
    async with world.unit() as unit:
        return await world.guard.require(unit, await world.context(unit, who), action, section)


async def test_what_was_recorded_is_read_back_to_the_letter(world: World) -> None:
    pain = PainScore(8, Reporter.PROFESSIONAL, "’s nachts — bij draaien, ≥ 3 uur €")
    recorded = await world.record("samira", pain)
    assert recorded in await world.read("gerda", Section.S5)
    assert (recorded.ref, recorded.version, recorded.status) == (EntryRef(Section.S5, 1), 1, Status.ACTIVE)
    assert (recorded.author_id, recorded.responsible_id) == (world.id("samira"), world.id("samira"))
    assert recorded.organisation == "Thuiszorg Rijnoever"


async def test_entries_are_numbered_per_section(world: World) -> None:
    refs = [
        (await world.record("samira", PainScore(7, Reporter.PROFESSIONAL))).ref,
        (await world.record("samira", PainScore(4, Reporter.PROFESSIONAL))).ref,
        (await world.record("carla", PreferredPlaceOfDeath(Place.HOME))).ref,
    ]
    assert [str(ref) for ref in refs] == ["S5-1", "S5-2", "S4-1"]


async def test_a_new_wish_is_a_new_version_and_the_old_one_stays(world: World) -> None:
    first = await world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    second = await world.record("carla", PreferredPlaceOfDeath(Place.HOSPICE))
    assert (second.ref, second.version) == (first.ref, 2)
    assert await world.read("gerda", Section.S4) == [second]
    reading = await permit(world, "gerda", Action.READ, Section.S4)
    async with world.unit() as unit:
        assert await unit.dossier.versions(reading, first.ref) == [first, second]


async def test_a_directive_counts_after_a_second_person_confirmed_it(world: World) -> None:
    proposed = await world.record("carla", directive())
    assert (proposed.ref, proposed.status) == (RESUSCITATION, Status.PROPOSED)
    with pytest.raises(CommandRejected) as own:
        await world.confirm("carla", RESUSCITATION)
    assert own.value.code == "own-proposal"
    confirmed = await world.confirm("gerda", RESUSCITATION)
    assert (confirmed.version, confirmed.status) == (2, Status.ACTIVE)
    assert (confirmed.author_id, confirmed.confirmed_by) == (world.id("carla"), world.id("gerda"))
    assert await world.read("samira", Section.S3) == [confirmed]
    with pytest.raises(CommandRejected) as again:
        await world.confirm("gerda", RESUSCITATION)
    assert again.value.code == "nothing-to-confirm"


async def test_two_people_who_confirm_at_the_same_moment_make_one_version(world: World) -> None:
    """I6: the second hears that somebody else was first, and its transaction leaves nothing."""
    await world.record("samira", PainScore(3, Reporter.PROFESSIONAL))
    await world.record("carla", directive())
    before = len(await world.log())
    both = await asyncio.gather(
        world.confirm("gerda", RESUSCITATION), world.confirm("ruben", RESUSCITATION), return_exceptions=True
    )
    made = [one for one in both if isinstance(one, Entry)]
    refused = [one for one in both if isinstance(one, CommandRejected)]
    assert (len(made), len(refused)) == (1, 1), both
    assert refused[0].code in {"stale-version", "nothing-to-confirm"}
    assert len(await world.log()) == before + 1
    assert await world.read("samira", Section.S3) == made


async def test_the_same_version_is_never_written_twice(world: World) -> None:
    """Both have read version 1, and write version 2 at the same moment."""
    first = await world.record("carla", directive())

    async def write(who: str, note: str) -> Entry:
        recording = await permit(world, who, Action.RECORD, Section.S3)
        async with world.unit() as unit:
            changed = replace(first, version=2, value=directive(comment=note), author_id=world.id(who))
            return await unit.dossier.append(recording, changed)

    written = await asyncio.gather(write("carla", "eerste"), write("ruben", "tweede"), return_exceptions=True)
    refused = [one for one in written if isinstance(one, CommandRejected)]
    assert [error.code for error in refused] == ["stale-version"], written
    reading = await permit(world, "gerda", Action.READ, Section.S3)
    async with world.unit() as unit:
        chain = await unit.dossier.versions(reading, first.ref)
    assert [entry.version for entry in chain] == [1, 2]
    assert chain[1] in written


async def test_what_changed_since_it_was_read_is_not_overwritten(world: World) -> None:
    await world.record("carla", Complexity(Level.MEDIUM))
    await world.record("gerda", Complexity(Level.HIGH), seen_version=1)
    with pytest.raises(CommandRejected) as refused:
        await world.record("carla", Complexity(Level.LOW), seen_version=1)
    assert refused.value.code == "stale-version"


async def test_many_observations_at_once_all_get_a_number_of_their_own(world: World) -> None:
    made = await asyncio.gather(
        *(world.record("samira", PainScore(score, Reporter.PROFESSIONAL)) for score in range(6)),
        *(world.record("gerda", Note(f"Visite {number}"), Section.S5) for number in range(3)),
    )
    assert sorted(entry.ref.number for entry in made) == list(range(1, 10))
    assert all(entry.version == 1 for entry in made)


async def test_one_wish_told_to_two_people_at_once_is_one_chain(world: World) -> None:
    """Not two entries that contradict each other, each the only one of its kind."""
    made = await asyncio.gather(
        world.record("carla", PreferredPlaceOfDeath(Place.HOME)),
        world.record("gerda", PreferredPlaceOfDeath(Place.HOSPICE)),
    )
    assert {entry.ref for entry in made} == {EntryRef(Section.S4, 1)}
    assert sorted(entry.version for entry in made) == [1, 2]


async def test_two_sealed_values_that_changed_places_do_not_open(world: World) -> None:
    """Pain 8 cannot be shown as pain 1, although both are genuine."""
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    await world.record("samira", PainScore(1, Reporter.PROFESSIONAL))
    async with world.database.transaction() as connection:
        rows = (await connection.execute(select(table.c.number, table.c.sealed_value))).all()
        values = {row.number: row.sealed_value for row in rows}
        for number, other in ((1, 2), (2, 1)):
            await connection.execute(update(table).where(table.c.number == number).values(sealed_value=values[other]))
    with pytest.raises(IntegrityBroken):
        await world.read("gerda", Section.S5)


@pytest.mark.parametrize("column", ["section", "number", "version", "patient_id"])
async def test_a_row_that_was_moved_does_not_open(world: World, column: str) -> None:
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    elsewhere = {"section": "S4", "number": 7, "version": 7, "patient_id": "pat-0000000000000000"}
    async with world.database.transaction() as connection:
        if column == "patient_id":
            found = (await connection.execute(select(patient_table))).one()._mapping
            # Another patient with the same key would be the worst case.
            copy = dict(found) | {"id": elsewhere[column], "person_id": world.id("wim"), "pseudonym": "ZZZZ"}
            await connection.execute(patient_table.insert().values(**copy))
        await connection.execute(update(table).values({column: elsewhere[column]}))
    section = Section.S4 if column == "section" else Section.S5
    reading = await permit(world, "gerda", Action.READ, section)
    if column == "patient_id":
        other = replace(reading.context, patient_id=elsewhere[column])
        reading = replace(reading, context=other)
    with pytest.raises(IntegrityBroken):
        async with world.unit() as unit:
            await unit.dossier.read([reading])


@pytest.mark.parametrize(
    "altered",
    [{"status": "active"}, {"confirmed_by": "per-0000000000000000"}, {"author_id": "per-0000000000000000"}],
)
async def test_a_proposal_does_not_come_into_force_by_a_changed_column(world: World, altered: dict[str, str]) -> None:
    """Only a second person can do that (I9), not somebody who can write in the database."""
    await world.record("carla", directive())
    async with world.database.transaction() as connection:
        await connection.execute(update(table).values(altered))
    with pytest.raises(IntegrityBroken):
        await world.read("gerda", Section.S3)


@pytest.mark.parametrize("altered", [{"decision": "permit"}, {"sections": "S3,S4"}, {"number": 70}])
async def test_a_refusal_does_not_become_a_permission_by_a_changed_column(
    world: World, altered: dict[str, object]
) -> None:
    await world.choose(ConsentDecision.DENY, "role:relative", "S4")
    async with world.database.transaction() as connection:
        refusal = consent_table.c.decision == ConsentDecision.DENY.value
        await connection.execute(update(consent_table).where(refusal).values(altered))
    with pytest.raises(IntegrityBroken):
        await world.read("pieter", Section.S4)


async def test_an_error_of_the_database_does_not_repeat_what_was_stored(world: World) -> None:
    """It goes to the log (T28)."""
    async with world.database.transaction() as connection:
        person = dict((await connection.execute(select(person_table))).first()._mapping)  # type: ignore[union-attr]
    with pytest.raises(IntegrityError) as failed:
        async with world.database.transaction() as connection:
            await connection.execute(person_table.insert().values(person | {"language": "geheim"}))
    assert "geheim" not in str(failed.value)


async def test_one_flipped_bit_in_a_sealed_value_is_noticed(world: World) -> None:
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    async with world.database.transaction() as connection:
        sealed = bytearray((await connection.execute(select(table.c.sealed_value))).scalar_one())
        sealed[-1] ^= 1
        await connection.execute(update(table).values(sealed_value=bytes(sealed)))
    with pytest.raises(IntegrityBroken):
        await world.read("gerda", Section.S5)


async def test_without_the_patients_key_nothing_opens(world: World) -> None:
    """Destroying the key destroys the dossier."""
    await world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    async with world.database.transaction() as connection:
        await connection.execute(update(patient_table).values(wrapped_key=world.vault.new_wrapped_key()))
    with pytest.raises(IntegrityBroken):
        await world.read("gerda", Section.S5)
    async with world.unit() as unit:
        with pytest.raises(NotFound):
            await unit.patients.get("pat-0000000000000000")


async def test_a_permit_opens_its_own_section_and_action_only(world: World) -> None:
    """A wrong call is a fault of the program, and stops."""
    reading = await permit(world, "gerda", Action.READ, Section.S5)
    recording = await permit(world, "gerda", Action.RECORD, Section.S4)
    entry = await world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    async with world.unit() as unit:
        with pytest.raises(ValueError, match="permit"):
            await unit.dossier.append(reading, replace(entry, version=2))
        with pytest.raises(ValueError, match="permit"):
            await unit.dossier.append(recording, replace(entry, version=2))
        with pytest.raises(ValueError, match="permits"):
            await unit.dossier.read([recording])
        with pytest.raises(ValueError, match="permit"):
            await unit.dossier.versions(recording, entry.ref)
        assert await unit.dossier.read([]) == []


async def test_a_document_is_remembered_by_its_digest(world: World) -> None:
    async with world.unit() as unit:
        assert not await unit.dossier.was_imported(world.patient_id, "ab" * 32)
        await unit.dossier.mark_imported(world.patient_id, "ab" * 32, world.clock())
    async with world.unit() as unit:
        assert await unit.dossier.was_imported(world.patient_id, "ab" * 32)
        assert not await unit.dossier.was_imported("pat-0000000000000000", "ab" * 32)


async def test_incapacity_counts_when_a_second_person_confirmed_it_and_until_it_is_judged_again(world: World) -> None:
    """BW 7:465: one judgement of Gerda does not wake up a representative; about other decisions it says nothing."""

    async def incapable() -> bool:
        async with world.unit() as unit:
            return bool(await unit.dossier.represented(world.patient_id, world.clock()))

    assert not await incapable()
    judged = await world.record("gerda", LegalCapacity(capable=False))
    assert not await incapable()
    await world.confirm("ruben", judged.ref)
    assert await incapable()
    elsewhere = await world.record("gerda", LegalCapacity(capable=True, about="geldzaken"))
    await world.confirm("ruben", elsewhere.ref)
    assert await incapable()
    await world.record("gerda", LegalCapacity(capable=True))
    assert not await incapable(), "that somebody can decide again counts from the first word"
    await world.confirm("ruben", judged.ref)
    assert not await incapable()


async def test_each_act_on_the_dossier_leaves_exactly_one_entry_in_the_log(world: World) -> None:
    """I4: one read of many sections is one entry; one write is one entry; both say by which rule."""

    async def entries_of(act: object) -> list[AuditEvent]:
        before = len(await world.log())
        await act  # type: ignore[misc]
        added = [item.entry for item in (await world.log())[before:]]
        assert all(":" in entry.policy and entry.responsible_id for entry in added)
        return [entry.event for entry in added]

    assert await entries_of(world.record("carla", directive())) == [AuditEvent.ENTRY_RECORDED]
    assert await entries_of(world.confirm("gerda", RESUSCITATION)) == [AuditEvent.ENTRY_CONFIRMED]
    assert await entries_of(world.read("gerda")) == [AuditEvent.ENTRY_READ]
    assert await entries_of(world.read("gerda", Section.S3)) == [AuditEvent.ENTRY_READ]
    read = (await world.logged(AuditEvent.ENTRY_READ))[-1]
    assert (read.user_id, read.user_role, read.sections) == (world.id("gerda"), "gp", "S3")
    assert (read.patient_id, read.detail, read.outcome) == (world.patient_id, "entries=1;mode=gericht", 0)


async def test_what_is_undone_leaves_neither_entry_nor_log(world: World) -> None:
    before = await world.log()

    async def half_way() -> None:
        async with world.unit() as unit:
            context = await world.context(unit, "carla")
            value = directive(Treatment.HOSPITAL_ADMISSION, Decision.NO)
            new = NewEntry(kind_of(value), value, Section.S3)
            await record_entry(unit, world.guard, context, new, room_event())
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await half_way()
    assert await world.log() == before
    assert await world.read("gerda", Section.S3) == []

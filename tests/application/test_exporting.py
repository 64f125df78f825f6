"""A copy for another system: what the asker may take along *and* read, in one line of the log (BW 7:456, NEN 7513)."""

from datetime import timedelta

import pytest

from hub.application.guard import Refused
from hub.application.use_cases.exporting import Export, export_dossier
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.dossier import Status
from hub.domain.entries import Note
from hub.domain.vocabulary import Purpose, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from hub.domain.withholding import Withholding
from tests.world import PATIENT, World, directive

PIETER = ContactPerson("Pieter de Wit", (ContactRole.FIRST_CONTACT,), "zoon")


async def copy(world: World, who: str, to: str = "pzp-r4") -> Export:
    async with world.unit() as unit:
        return await export_dossier(unit, world.guard, await world.context(unit, who), to=to)


async def plan(world: World) -> None:
    """A limit that counts, a wish, somebody close, and a confidence that is nobody's copy."""
    entry = await world.record("carla", directive())
    await world.confirm("gerda", entry.ref)
    await world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await world.record("carla", PIETER)
    await world.record("carla", Note("Zoon vertelde iets in vertrouwen."), Section.S10)


@pytest.mark.parametrize("who", ["gerda", "carla", "samira", PATIENT])
async def test_who_may_take_the_plan_along_gets_all_of_it_and_the_log_says_so_once(world: World, who: str) -> None:
    await plan(world)
    made = await copy(world, who)
    assert made.view.sections == (Section.S1, Section.S3, Section.S4)
    assert {entry.section for entry in made.view.versions} == {Section.S1, Section.S3, Section.S4}
    assert made.patient.id == world.patient_id
    assert {world.id("carla"), world.id("gerda")} <= made.people.keys()
    (line,) = await world.logged(AuditEvent.ENTRY_EXPORTED)
    assert (line.user_id, line.sections, line.outcome) == (world.id(who), "S1,S3,S4", 0)
    assert line.purpose == (Purpose.PATRQT if who == PATIENT else Purpose.TREAT)
    assert line.detail.startswith(f"entries={len(made.view.versions)};to=pzp-r4;mode=")
    assert await world.logged(AuditEvent.ENTRY_READ) == []


@pytest.mark.parametrize("who", ["noor", "wim", "joost", "bea"])
async def test_who_may_take_nothing_of_it_hears_what_everybody_hears(world: World, who: str) -> None:
    """The pharmacist takes medication along and no plan; Wim, Joost and the administrator nothing at all."""
    await plan(world)
    with pytest.raises(Refused) as refused:
        await copy(world, who)
    assert str(refused.value) == "Dat mag u hier niet, of het bestaat niet."
    assert await world.logged(AuditEvent.ENTRY_EXPORTED) == []


async def test_a_relative_takes_along_only_what_is_their_own(world: World) -> None:
    await plan(world)
    own = await world.record("pieter", ContactPerson("Pieter de Wit", (ContactRole.CONTACT,), "zoon van mevrouw"))
    made = await copy(world, "pieter")
    assert [entry.ref for entry in made.view.versions] == [own.ref]
    assert made.view.limited == frozenset(made.view.sections) == {Section.S1}
    assert all(world.id("pieter") in (entry.author_id, entry.responsible_id) for entry in made.view.versions)
    assert not made.view.whole(Section.S1)


async def test_a_copy_names_what_waits_what_is_stale_and_what_contradicts(world: World) -> None:
    entry = await world.record("carla", directive())
    await world.confirm("gerda", entry.ref)
    proposal = await world.record("carla", directive(Treatment.VENTILATION))
    world.clock.pass_by(days=400)
    made = await copy(world, "gerda")
    assert made.view.stale[entry.ref].startswith("LET OP: van 3-11-2026 (lang geleden)")
    assert proposal.ref not in made.view.stale
    assert [one.status for one in made.view.versions if one.ref == proposal.ref] == [Status.PROPOSED]


async def test_what_is_held_back_from_her_is_not_in_her_copy(world: World) -> None:
    """BW 7:448 lid 3: for now, and in no copy either."""
    await plan(world)
    hidden = await world.record("carla", directive(Treatment.ANTIBIOTICS, Decision.NO))
    await world.confirm("gerda", hidden.ref)
    async with world.unit() as unit:
        now = world.clock()
        await unit.withholdings.add(
            Withholding(
                "wit-1",
                world.patient_id,
                hidden.ref,
                "te veel nu",
                world.id("gerda"),
                world.id("carla"),
                now,
                now + timedelta(days=7),
            )
        )
    hers = await copy(world, PATIENT)
    assert hidden.ref not in {entry.ref for entry in hers.view.versions}
    assert hidden.ref in {entry.ref for entry in (await copy(world, "gerda")).view.versions}

"""Ways around the guard that somebody tried: each is closed, and the refusal tells nothing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from hub.application.guard import Guard, Refused
from hub.application.use_cases import circles, destruction, objections
from hub.application.use_cases.corrections import hold_back, move_out
from hub.application.use_cases.disclosure import may_see_unread, unread_messages
from hub.application.use_cases.explain import explain_access
from hub.application.use_cases.hats import add_hat
from hub.application.use_cases.revoking import leave_for_good
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.consent import AccessRules, ConsentDecision
from hub.domain.destruction import HoldGround, Outcome
from hub.domain.emergency import NOTHING_TO_OPEN
from hub.domain.entries import Note
from hub.domain.errors import CommandRejected
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Action, Role, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.family import chooses as family_chooses
from tests.stories.family import reads
from tests.stories.room import TEAM, Room, bodies
from tests.stories.test_edge_e04_ages import a_child_and_a_mother, at
from tests.stories.test_edge_e07_break_glass import chooses, dr_nacht, opens, plans
from tests.stories.test_edge_e09_destruction import approves, asks, decides, executes, writes
from tests.world import DE_BRUG, PATIENT, RIJNOEVER, directive

YES = ConsentDecision.PERMIT


async def test_whose_account_was_taken_over_opens_no_set_at_night(room: Room) -> None:
    await plans(room)
    await chooses(room, YES)
    nacht = await dr_nacht(room)
    async with room.world.unit() as unit:
        await leave_for_good(
            unit,
            room.world.guard,
            await room.world.context(unit, "bea"),
            person_id=nacht.id,
            reason=DischargeReason.ACCOUNT_COMPROMISED,
        )
    async with room.world.unit() as unit:
        nacht = await unit.people.get(nacht.id)
    answer = await opens(room, nacht)
    assert answer.body == NOTHING_TO_OPEN


@pytest.mark.changes_behind_the_log
async def test_a_set_that_was_never_made_reads_as_no_such_patient(room: Room) -> None:
    await chooses(room, YES)
    async with room.hub.database.transaction() as c:
        for statement in (
            "DELETE FROM emergency_set",
            "DELETE FROM emergency_due",
            "UPDATE circle SET closed_at = wanted_at",
        ):
            await c.execute(text(statement))
    answer = await opens(room, await dr_nacht(room))
    assert (answer.body, answer.found) == (NOTHING_TO_OPEN, False)
    assert await room.world.logged(AuditEvent.EMERGENCY_OPENED), "what was asked stays in the log"


async def test_a_relative_does_not_learn_what_others_wrote_by_mending_it(room: Room) -> None:
    await room.world.record("samira", Note("Ruzie met de zoon over geld"), Section.S6)
    for command in (
        "!herstel S6-%s weg, reden: x",
        "!verklaring S6-%s herstel: klopt niet",
        "!verklaring S6-%s: klopt niet",
    ):
        there = bodies(await room.says("pieter", command % 1))
        absent = bodies(await room.says("pieter", command % 9))
        assert there.replace("S6-1", "S6-9").rsplit("!waarom")[0] == absent.rsplit("!waarom")[0]


async def test_taking_an_objection_back_leaves_a_later_no_standing(room: Room) -> None:
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    await room.says("anna", "!toestemming ja Pieter voor wensen, klachten")
    await room.says("anna", "!bezwaar tegen Pieter")
    await room.says("anna", "!toestemming nee Pieter voor wensen")
    await room.says("anna", "!bezwaar intrekken tegen Pieter")
    await room.admit("pieter")
    got = await reads(room.world, "pieter")
    assert Section.S4 not in got, got


async def test_taking_an_objection_back_leaves_a_later_no_to_all_relatives_standing(room: Room) -> None:
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.says("anna", "!toestemming ja Pieter voor wensen")
    await room.says("anna", "!toestemming ja naasten voor klachten")
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    await room.says("anna", "!bezwaar tegen Pieter")
    await room.says("anna", "!toestemming nee naasten")
    await room.says("anna", "!bezwaar intrekken tegen Pieter")
    await room.admit("pieter")
    got = await reads(room.world, "pieter")
    assert Section.S5 not in got, got


async def test_who_left_the_circle_holds_up_no_destruction_and_lifts_no_hold(room: Room) -> None:
    await room.discharge("gerda")
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "gerda")
        with pytest.raises(Refused):
            await destruction.place_hold(unit, context, HoldGround.COMPLAINT)
    async with room.world.unit() as unit:
        hold = await destruction.place_hold(unit, await room.world.context(unit, "carla"), HoldGround.COMPLAINT)
        with pytest.raises(Refused):
            await destruction.lift_hold(unit, context, hold.id)


async def test_only_who_decides_looks_at_a_request_for_destruction_and_the_log_has_it(room: Room) -> None:
    await asks(room)
    for who in ("pieter", PATIENT, "wim"):
        async with room.world.unit() as unit:
            with pytest.raises(Refused):
                await destruction.look(unit, await room.world.context(unit, who))
    async with room.world.unit() as unit:
        await destruction.look(unit, await room.world.context(unit, "gerda"))
    assert [line.detail for line in await room.world.logged(AuditEvent.COMMAND)] == ["looked"]


async def test_what_is_written_under_a_second_hat_belongs_to_that_organisation(room: Room) -> None:
    world = room.world
    async with world.unit() as unit:
        await add_hat(
            unit,
            await world.context(unit, "bea"),
            person_id=world.id("joost"),
            role=Role.HOME_CARE,
            organisation=RIJNOEVER,
            evidence="BIG 1",
            until=None,
        )
    async with world.unit() as unit:
        await circles.admit(
            unit,
            world.guard,
            await world.context(unit, "carla"),
            person_id=world.id("joost"),
            role=Role.HOME_CARE,
            until=None,
        )
    entry = await world.record("joost", PainScore(8, Reporter.PROFESSIONAL))
    assert entry.organisation == RIJNOEVER


async def test_nobody_empties_a_version_that_somebody_else_wrote(room: Room) -> None:
    proposed = await room.world.record("carla", directive())
    await room.world.confirm("gerda", proposed.ref)
    second = await room.world.record("ruben", directive(), seen_version=None)
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "ruben")
        with pytest.raises(CommandRejected):
            await move_out(unit, room.world.guard, context, second.ref, named="Anna de Wit")


async def test_who_may_choose_only_relatives_sees_no_unread_messages_of_the_team(room: Room) -> None:
    for who in (PATIENT, "ruben", "samira"):
        async with room.world.unit() as unit:
            context = await room.world.context(unit, who)
            assert not await may_see_unread(unit, room.world.guard, context), who
            with pytest.raises(Refused):
                await unread_messages(unit, room.world.guard, context)


async def test_a_relative_hears_the_same_about_who_was_here_and_who_never_was(room: Room) -> None:
    await room.discharge("noor")
    for command in ("!toestemming nee %s", "!bezwaar tegen %s"):
        was = bodies(await room.says("pieter", command % "Noor Kamphuis"))
        never = bodies(await room.says("pieter", command % "Kees Kamphuis"))
        assert was.rsplit("!waarom")[0] == never.rsplit("!waarom")[0], command


async def test_a_relative_hears_the_same_of_every_emergency_code(room: Room) -> None:
    nacht = await dr_nacht(room)
    await opens(room, nacht)
    async with room.world.unit() as unit:
        code = (await unit.emergencies.of_patient(room.world.patient_id))[-1].code
    await room.hears()
    right = bodies(await room.says("pieter", f"!spoed stuur {code} betrokken omdat het nu echt nodig is"))
    wrong = bodies(await room.says("pieter", "!spoed stuur 0000 betrokken omdat het nu echt nodig is"))
    assert right.rsplit("!waarom")[0] == wrong.rsplit("!waarom")[0]


async def test_nothing_is_held_back_month_after_month(room: Room) -> None:
    entry = await room.world.record("gerda", Note("Slecht nieuws van de scan"), Section.S5)

    async def holds(days: int) -> None:
        async with room.world.unit() as unit:
            await hold_back(
                unit, room.world.guard, await room.world.context(unit, "gerda"), entry.ref,
                consulted=room.world.id("carla"), until=room.world.clock() + timedelta(days=days), reason="Nu te zwaar"
            )  # fmt: skip

    await holds(10)
    room.world.clock.pass_by(days=9)
    await holds(21)
    room.world.clock.pass_by(days=20)
    with pytest.raises(CommandRejected, match="30 dagen"):
        await holds(30)
    room.world.clock.pass_by(days=1)
    assert Section.S5 in await reads(room.world, PATIENT)


@pytest.mark.changes_behind_the_log
async def test_what_a_child_shielded_she_can_show_when_she_is_grown_up(room: Room) -> None:
    await a_child_and_a_mother(room, born=date(2010, 11, 10))
    await room.world.record("carla", Note("Wil met de coach over angst praten"), Section.S5)
    await room.says(PATIENT, "!afschermen S5-1")
    room.world.clock.at = at(date(2026, 11, 10))
    await room.says(PATIENT, "!toestemming ja Pieter voor klachten")
    assert Section.S5 not in await reads(room.world, "pieter")
    await room.says(PATIENT, "!afschermen S5-1 niet meer")
    assert Section.S5 in await reads(room.world, "pieter")


@pytest.mark.changes_behind_the_log
async def test_a_coach_says_no_yes_for_a_small_child_against_her_mother(room: Room) -> None:
    uncle = await a_child_and_a_mother(room)
    await room.world.record("carla", Note("Slaapt slecht"), Section.S5)
    await family_chooses(room, "karin", ConsentDecision.DENY, uncle, "S5")
    answer = bodies(await room.says("carla", "!toestemming namens patiënt ja Pieter voor klachten: mondeling, thuis"))
    assert "ouders" in answer
    assert Section.S5 not in await reads(room.world, "pieter")


async def test_what_one_organisation_had_destroyed_does_not_stay_in_what_was_said_or_waits(room: Room) -> None:
    await room.says("samira", "!noteer zorgplan: de sleutel ligt onder de mat", TEAM)
    await writes(room)
    await asks(room)
    await room.says("gerda", "!dossier zorgplan", TEAM)
    assert "onder de mat" in bodies([message for _, message in await room._outbox()])
    await decides(room, "gerda", DE_BRUG, Outcome.KEEP)
    await decides(room, "samira", RIJNOEVER)
    await approves(room, "carla", RIJNOEVER)
    await executes(room)
    left = bodies([message for _, message in await room._outbox()])
    assert "onder de mat" not in left
    assert "vernietigd" in left, "what is said about the destruction itself stays"


async def test_taking_an_objection_back_is_no_explicit_consent(room: Room) -> None:
    """Where reading in the circle counts as looking up, nobody said yes to Samira: not before, and not by this."""
    world = room.world
    guard = Guard(room.hub.policy, AccessRules(circle_is_consultable=True))

    async def may_read() -> bool:
        async with world.unit() as unit:
            _, decision = await guard.decide(unit, await world.context(unit, "samira"), Action.READ, Section.S5)
        return decision.permitted

    assert not await may_read()
    for act in (objections.object_to, objections.take_back):
        async with world.unit() as unit:
            context = await world.context(unit, PATIENT)
            await act(unit, guard, context, world.id("samira"), how="in gesprek")
    await world.admit("samira")
    assert not await may_read()


async def test_a_carer_whose_objection_was_taken_back_reads_no_more_as_a_relative(room: Room) -> None:
    world = room.world
    await world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.says(PATIENT, "!bezwaar tegen Samira")
    await room.says(PATIENT, "!bezwaar intrekken tegen Samira")
    async with world.unit() as unit:
        context = await world.context(unit, "carla")
        await circles.admit(unit, world.guard, context, person_id=world.id("samira"), role=Role.RELATIVE, until=None)
    assert Section.S4 not in await reads(world, "samira")


async def test_who_may_not_see_the_log_asks_no_rules_about_somebody_else(room: Room) -> None:
    world = room.world
    async with world.unit() as unit:
        nurse, doctor = await world.context(unit, "samira"), await world.context(unit, "gerda")
        with pytest.raises(Refused):
            await explain_access(unit, world.guard, nurse, doctor, Action.READ, Section.S5)
    async with world.unit() as unit:
        nurse, doctor = await world.context(unit, "samira"), await world.context(unit, "gerda")
        assert (await explain_access(unit, world.guard, nurse, nurse, Action.READ, Section.S5))[1].permitted
        assert (await explain_access(unit, world.guard, doctor, nurse, Action.READ, Section.S5))[1].permitted

"""E1: mevrouw de Wit wants one provider out of her circle. The same minute, without a word too many (AVG 7 lid 3).

That nothing later can be read on that person's devices is shown with Element's own crypto: ``tests/real``.
"""

from contextlib import suppress

from hub.application.use_cases import portal_links
from hub.application.use_cases.circles import discharge
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason, RoomKind
from hub.domain.consent import ConsentDecision
from hub.domain.errors import CommandRejected
from hub.domain.vocabulary import Section
from hub.homeserver.guard_rules import REMOVAL_REASON
from tests.stories.room import CIRCLE, TEAM, Room, bodies
from tests.world import PATIENT, VELUWEZOOM

PERMIT, DENY = ConsentDecision.PERMIT, ConsentDecision.DENY


async def withdraw(room: Room, target: str, sections: str = "all", decision: ConsentDecision = DENY) -> None:
    await room.world.choose(decision, target, sections)


async def in_the_circle(room: Room, who: str) -> bool:
    async with room.world.unit() as unit:
        relation = await unit.circles.relation(room.world.circle_id, room.world.id(who), room.world.clock())
    return relation is not None


async def signed_in(room: Room, who: str) -> str:
    """The session of somebody who opened the portal; what the browser's cookie hashes to."""
    async with room.world.unit() as unit:
        context = await room.world.context(unit, who)
        secret = await portal_links.issue_link(unit, context)
        started = await portal_links.sign_in(unit, secret, room.world.clock())
    assert started is not None
    return started[1].id_hash


async def session_lives(room: Room, id_hash: str) -> bool:
    async with room.world.unit() as unit:
        return await unit.portal.session(id_hash) is not None


async def test_e01_the_next_question_is_refused_the_session_is_dead_and_the_relation_ended_for_that_reason(
    room: Room,
) -> None:
    session = await signed_in(room, "ruben")
    await withdraw(room, f"person:{room.world.id('ruben')}")
    assert not await in_the_circle(room, "ruben")
    assert not await session_lives(room, session)
    async with room.world.unit() as unit:
        (relation,) = [
            r for r in await unit.circles.relations(room.world.circle_id) if r.person_id == room.world.id("ruben")
        ]
    assert relation.ended_reason is DischargeReason.PATIENT_WITHDRAWAL
    assert relation.until == room.world.clock(), "not backdated: what was read before was allowed then"
    refused = bodies(await room.says("ruben", "!dossier klachten", TEAM))
    assert "S5" not in refused
    assert "bezwaar" not in refused.lower()


async def test_e01_the_log_says_who_ended_it_why_and_by_which_choice(room: Room) -> None:
    await withdraw(room, f"person:{room.world.id('ruben')}")
    choice = (await room.world.logged(AuditEvent.CONSENT_RECORDED))[-1]
    (ended,) = await room.world.logged(AuditEvent.MEMBER_DISCHARGED)
    assert (ended.detail, ended.object_id) == ("patient-withdrawal", room.world.id("ruben"))
    assert ended.responsible_id == choice.responsible_id == room.world.id(PATIENT)
    assert ended.correlation_id == choice.correlation_id, "one act"


async def test_e01_nothing_is_said_in_their_rooms_until_they_are_out_and_then_the_others_hear_it(room: Room) -> None:
    await withdraw(room, f"person:{room.world.id('ruben')}")
    await room.says("carla", "!pijn 5", TEAM)
    assert await room.speaks() == []
    await room.leaves("ruben", CIRCLE, TEAM)
    room.world.clock.pass_by(seconds=5)
    said = await room.speaks()
    assert [body for _, body, _ in said if body.startswith("Vastgelegd")]
    assert all(room.user("ruben") not in heard for _, _, heard in said)


async def test_e01_what_waited_for_their_own_room_is_never_said(room: Room) -> None:
    private = await room.private_room("ruben")
    await room.leaves("ruben", private)
    await room.says("ruben", "!portaal", TEAM)
    await withdraw(room, f"person:{room.world.id('ruben')}")
    await room.joins("ruben", private)
    room.world.clock.pass_by(minutes=2)
    assert not [said for said in await room.speaks() if said[0] == room.place(private)]


async def test_e01_the_provider_is_told_only_that_access_ended(room: Room) -> None:
    assert REMOVAL_REASON.startswith("Uw toegang tot deze kring is beëindigd")
    assert "toestemming" not in REMOVAL_REASON
    assert "bezwaar" not in REMOVAL_REASON
    await room.hears()
    await withdraw(room, f"person:{room.world.id('ruben')}")
    assert await room.hears() == [], "and the others hear nothing at all: he had nothing in hand"


async def test_e01_the_team_hears_what_has_no_owner_now_and_not_why(room: Room) -> None:
    await room.says("gerda", "!overdracht naar ziekenhuis @specialist", TEAM)
    await room.hears()
    await withdraw(room, f"person:{room.world.id('ruben')}")
    told = await room.hears()
    assert {message.room_kind for message in told} == {RoomKind.TEAM, RoomKind.PRIVATE}
    for message in told:
        assert "heeft geen toegang meer tot deze kring" in message.body
        assert "!ontvangen 1" in message.body
        assert not any(word in message.body.lower() for word in ("patiënt", "toestemming", "bezwaar", "anna"))
    (alarm,) = await room.world.logged(AuditEvent.WORK_ORPHANED)
    assert alarm.detail == "handover:1"


async def test_e01_a_lead_hands_over_by_leaving_and_all_are_told_who_leads(room: Room) -> None:
    await withdraw(room, f"person:{room.world.id('carla')}")
    async with room.world.unit() as unit:
        lead = (await unit.circles.get(room.world.circle_id)).lead_id
    assert lead == room.world.id("gerda"), "the GP, before any specialist"
    assert "De regie is nu bij Gerda Huisman" in bodies(await room.hears())


async def test_e01_one_organisation_is_all_its_people_and_nobody_elses(room: Room) -> None:
    await withdraw(room, f"organisation:{VELUWEZOOM}")
    assert [await in_the_circle(room, who) for who in ("ruben", "noor")] == [False, False]
    assert [await in_the_circle(room, who) for who in ("carla", "gerda", "samira", "pieter")] == [True] * 4


async def test_e01_who_keeps_something_stays(room: Room) -> None:
    """A choice about one section closes that section; a more specific yes keeps somebody of the organisation in."""
    await withdraw(room, f"person:{room.world.id('ruben')}", "S3,S6")
    assert await in_the_circle(room, "ruben")
    assert await room.world.read("ruben", Section.S5) == []
    await withdraw(room, f"person:{room.world.id('noor')}", "S7", PERMIT)
    await withdraw(room, f"organisation:{VELUWEZOOM}")
    assert not await in_the_circle(room, "ruben")
    assert await in_the_circle(room, "noor")


async def test_e01_two_choices_that_together_close_everything_end_it_too(room: Room) -> None:
    await withdraw(room, f"person:{room.world.id('ruben')}", "S1,S2,S3,S4,S5,S6")
    assert await in_the_circle(room, "ruben")
    await withdraw(room, f"person:{room.world.id('ruben')}", "S7,S8,S9,S10,S11")
    assert not await in_the_circle(room, "ruben")


async def test_e01_what_they_wrote_stays_under_their_name(room: Room) -> None:
    await room.says("ruben", "!pijn 6 op de poli", TEAM)
    await withdraw(room, f"person:{room.world.id('ruben')}")
    (entry,) = await room.world.read("gerda", Section.S5)
    assert entry.author_id == room.world.id("ruben")


async def test_e01_the_patient_herself_is_never_put_out(room: Room) -> None:
    with suppress(CommandRejected):  # not offered at all is as good
        await withdraw(room, f"person:{room.world.id(PATIENT)}")
    assert await in_the_circle(room, PATIENT)


async def test_e01_being_back_takes_a_new_invitation_and_a_new_sign_in(room: Room) -> None:
    session = await signed_in(room, "ruben")
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "carla")
        await discharge(
            unit, room.world.guard, context, person_id=room.world.id("ruben"), reason=DischargeReason.PATIENT_WITHDRAWAL
        )
    await room.world.admit("ruben")
    assert not await session_lives(room, session)

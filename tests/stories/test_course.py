"""How a complaint goes, as a picture in words and lines; and what happened, in order. Only for who may know."""

from datetime import timedelta

from hub.application.speaking import NEUTRAL
from hub.application.use_cases.handovers import make_handover
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.errors import DeliveryRefused
from hub.domain.handover import Destination
from hub.domain.lead import LeadPart
from hub.domain.observations import Complexity, Level, PainScore, Reporter
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.room import CIRCLE, TEAM, Room, where
from tests.world import directive


async def three_days_of_pain(room: Room) -> None:
    """Anna says more than Samira sees, and Pieter sees more still."""
    for who, reporter, score in (
        ("anna", Reporter.PATIENT, 5),
        ("samira", Reporter.PROFESSIONAL, 3),
        ("anna", Reporter.PATIENT, 8),
        ("samira", Reporter.PROFESSIONAL, 6),
    ):
        await room.world.record(who, PainScore(score, reporter))
        room.world.clock.pass_by(hours=18)
    await room.hears()


async def only_who_may_read_everything(room: Room) -> None:
    for who in ("pieter", "noor"):
        await room.discharge(who)
        await room.leaves(who, CIRCLE, TEAM)


async def test_the_course_is_a_picture_with_the_same_in_words_in_a_room_where_everybody_may_read_it(
    room: Room,
) -> None:
    await only_who_may_read_everything(room)
    await three_days_of_pain(room)
    (written,) = await room.says("gerda", "!verloop", TEAM)
    assert (where(written), written.sections) == (TEAM, {Section.S5})
    await room.speaks()
    _, content, _, _ = room.sender.sent[-1]
    assert content["msgtype"] == "m.image"
    assert "Volgens de patiënt zelf: 5, 8; hoogste 8" in content["body"]
    assert "Volgens de zorgverlener: 3, 6; hoogste 6" in content["body"]
    assert content["m.relates_to"]["m.in_reply_to"]
    (picture,) = room.sender.attached
    assert picture.data.startswith(b"\x89PNG")
    assert "Anna" not in picture.name


async def test_where_a_relative_reads_along_the_picture_goes_to_who_asked_alone(room: Room) -> None:
    await three_days_of_pain(room)
    await room.private_room("gerda")
    private, neutral = await room.says("gerda", "!verloop")
    assert (where(private), neutral.body, neutral.picture) == ("private", NEUTRAL, None)
    assert private.picture is not None


async def test_somebody_who_came_between_writing_and_saying_gets_neither_picture_nor_words(room: Room) -> None:
    await only_who_may_read_everything(room)
    await three_days_of_pain(room)
    await room.private_room("gerda")
    await room.says("gerda", "!verloop")
    await room.admit("wim")
    said = await room.speaks()
    in_circle = [content for place, content, _, _ in room.sender.sent if place == room.place(CIRCLE)]
    assert [content["body"] for content in in_circle] == [NEUTRAL]
    assert "file" not in in_circle[0]
    assert {users for place, _, users in said if "private" in place} == {frozenset({room.user("gerda")})}


async def test_when_no_picture_can_be_stored_the_words_are_said_in_its_place(room: Room) -> None:
    await only_who_may_read_everything(room)
    await three_days_of_pain(room)
    await room.says("gerda", "!verloop pijn", TEAM)
    room.sender.failing = DeliveryRefused("vol")
    ((_, body, _),) = await room.speaks()
    assert "Volgens de patiënt zelf: 5, 8" in body


async def test_an_empty_course_goes_where_a_full_one_would_go(room: Room) -> None:
    """From where the answer goes nobody learns whether there is anything."""
    empty = await room.says("carla", "!verloop benauwdheid")
    await three_days_of_pain(room)
    full = await room.says("carla", "!verloop")
    assert [where(message) for message in empty] == [where(message) for message in full] == ["private", CIRCLE]


async def test_another_word_than_a_complaint_is_refused_and_not_repeated(room: Room) -> None:
    (answer,) = await room.says("carla", "!verloop 999990019", TEAM)
    assert "999990019" not in answer.body
    assert "benauwdheid" in answer.body


async def test_the_timeline_has_place_complexity_lead_and_handovers_in_order(room: Room) -> None:
    await only_who_may_read_everything(room)
    await room.world.record("carla", Complexity(Level.MEDIUM))
    room.world.clock.pass_by(days=1)
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    room.world.clock.pass_by(days=1)
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "gerda")
        await make_handover(unit, room.world.guard, context, Destination.HOSPITAL, room.world.id("ruben"))
    room.world.clock.pass_by(days=1)
    await room.world.record("gerda", Complexity(Level.HIGH, "twee opnames"))
    await room.hears()
    (answer,) = await room.says("samira", "!tijdlijn", TEAM)
    lines = answer.body.splitlines()[1:]
    assert [line.split()[1] for line in lines] == ["3-11-2026", "3-11-2026", "4-11-2026", "5-11-2026", "6-11-2026"]
    assert any("Regie: Carla Vermeer heeft de regie" in line for line in lines)
    assert "Overdracht 1 naar ziekenhuis gemaakt, Gerda Huisman" in answer.body
    assert lines[-1] == "- 6-11-2026 Complexiteit: De complexiteit is hoog. Reden: twee opnames, Gerda Huisman (S2-1)"


async def test_a_lead_that_passes_on_stands_on_the_timeline(room: Room) -> None:
    await only_who_may_read_everything(room)
    room.world.clock.pass_by(days=2)
    async with room.world.unit() as unit:
        people = room.world.id("carla"), room.world.id("gerda")
        assert await unit.circles.change_lead(room.world.circle_id, LeadPart.LEAD, *people, room.world.clock())
    (answer,) = await room.says("samira", "!tijdlijn", TEAM)
    assert "- 5-11-2026 Regie: Gerda Huisman heeft de regie" in answer.body


async def test_a_relative_sees_nothing_of_the_timeline_that_is_not_open_to_her(room: Room) -> None:
    await room.world.record("carla", Complexity(Level.HIGH, "gezin overbelast"))
    entry = await room.world.record("gerda", directive(Treatment.RESUSCITATION, Decision.NO))
    await room.world.confirm("ruben", entry.ref)
    room.world.clock.at += timedelta(days=1)
    own = await room.private_room("pieter")
    answers = await room.says("pieter", "!tijdlijn", own)
    assert "overbelast" not in "\n".join(answer.body for answer in answers)
    assert "reanimeren" not in "\n".join(answer.body for answer in answers)

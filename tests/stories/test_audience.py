"""Contents go to a room only when everybody in it may read them; otherwise to who asked, with one neutral line."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.adapters.sql.tables import patient
from hub.application.speaking import NEUTRAL
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Note
from hub.domain.errors import DeliveryDelayed
from hub.domain.identifiers import EntryRef
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, where
from tests.world import directive


async def only_those_who_may_read_everything(room: Room) -> None:
    """Pieter (relative) and the pharmacist leave; patient, coach, GP, home care and specialist stay."""
    for who in ("pieter", "noor"):
        await room.discharge(who)
        await room.leaves(who, CIRCLE, TEAM)


async def file_a_pain_score(room: Room) -> None:
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "botpijn"))


async def test_the_dossier_stays_out_of_a_room_with_a_relative_without_consent(room: Room) -> None:
    await file_a_pain_score(room)
    private, neutral = await room.says("gerda", "!dossier")
    assert (where(private), private.person_id) == ("private", room.world.id("gerda"))
    assert "botpijn" in private.body
    assert private.sections == {Section.S5}
    assert (where(neutral), neutral.body) == (CIRCLE, NEUTRAL)
    assert "botpijn" not in neutral.body


async def test_the_dossier_is_shown_in_the_room_when_everybody_there_may_read_it(room: Room) -> None:
    await only_those_who_may_read_everything(room)
    await file_a_pain_score(room)
    (answer,) = await room.says("gerda", "!dossier")
    assert where(answer) == CIRCLE
    assert "botpijn" in answer.body
    assert "Anna de Wit, geboren 14-3-1952" in answer.body


async def test_somebody_in_the_room_whom_the_hub_does_not_know_is_a_reason_to_say_nothing(room: Room) -> None:
    await only_those_who_may_read_everything(room)
    await file_a_pain_score(room)
    await room.joins("wim", CIRCLE)
    private, neutral = await room.says("gerda", "!dossier klachten")
    assert (where(private), neutral.body) == ("private", NEUTRAL)


async def test_somebody_who_is_only_invited_counts_already(room: Room) -> None:
    await only_those_who_may_read_everything(room)
    await file_a_pain_score(room)
    await room.joins("wim", CIRCLE, membership="invite")
    assert [where(message) for message in await room.says("gerda", "!dossier klachten")] == ["private", CIRCLE]


async def test_somebody_admitted_whose_invitation_still_travels_counts_already(room: Room) -> None:
    await only_those_who_may_read_everything(room)
    await file_a_pain_score(room)
    await room.world.admit("wim")
    assert [where(message) for message in await room.says("gerda", "!dossier klachten")] == ["private", CIRCLE]


async def test_where_an_answer_about_one_section_goes_does_not_tell_whether_there_is_anything(room: Room) -> None:
    empty = await room.says("carla", "!dossier vertrouwelijk")
    await room.world.record("carla", Note("Zoon vertelde iets in vertrouwen."), Section.S10)
    full = await room.says("carla", "!dossier vertrouwelijk")
    assert [where(m) for m in empty] == [where(m) for m in full] == ["private", CIRCLE]
    assert empty[1].body == full[1].body == NEUTRAL


async def test_an_overview_leaves_confidences_out_so_that_the_patient_does_not_notice_them(room: Room) -> None:
    await only_those_who_may_read_everything(room)
    await file_a_pain_score(room)
    (before,) = await room.says("carla", "!dossier")
    await room.world.record("carla", Note("Zoon vertelde iets in vertrouwen."), Section.S10)
    (after,) = await room.says("carla", "!dossier")
    assert where(before) == where(after) == CIRCLE
    assert before.body == after.body
    assert "!dossier vertrouwelijk" in after.body


async def test_in_the_own_private_room_a_partial_view_comes_without_a_neutral_line(room: Room) -> None:
    await file_a_pain_score(room)
    own = await room.private_room("pieter")
    (answer,) = await room.says("pieter", "!dossier klachten", own)
    assert where(answer) == "private"
    assert "botpijn" not in answer.body


async def test_after_a_removal_the_next_answer_may_be_in_the_room_again(room: Room) -> None:
    await file_a_pain_score(room)
    await only_those_who_may_read_everything(room)
    (answer,) = await room.says("samira", "!dossier klachten")
    assert where(answer) == CIRCLE


# At the moment of speaking.


async def test_somebody_who_joined_between_writing_and_saying_does_not_hear_it(room: Room) -> None:
    await only_those_who_may_read_everything(room)
    await file_a_pain_score(room)
    own = await room.private_room("gerda")
    (written,) = await room.says("gerda", "!dossier")
    assert where(written) == CIRCLE
    await room.admit("wim")

    said = await room.speaks()
    in_circle = [body for place, body, _ in said if place == room.place(CIRCLE)]
    in_private = [(body, users) for place, body, users in said if place == room.place(own)]
    assert in_circle == [NEUTRAL]
    ((body, users),) = in_private
    assert "botpijn" in body
    assert users == {room.user("gerda")}


async def test_the_key_goes_to_who_is_on_the_roster_and_joined_never_to_the_servers_list(room: Room) -> None:
    """Joost is on the roster and has not come yet; the homeserver alone says that Wim is there."""
    await room.world.admit("joost")
    await room.joins("joost", CIRCLE, membership="invite")
    await room.says("samira", "!pijn 4")
    ((_, _, users),) = await room.speaks()
    assert users == {room.user(who) for who in ("anna", "carla", "gerda", "samira", "ruben", "noor", "pieter")}
    await room.joins("wim", CIRCLE)
    await room.says("samira", "!pijn 3")
    assert await room.speaks() == []


async def leaves_and_it_is_known(room: Room, who: str) -> None:
    """The gatekeeper removed them, and the bot's own sync shows it."""
    await room.leaves(who, CIRCLE, TEAM)
    async with room.world.unit() as unit:
        await unit.outbox.hasten(room.world.clock())


async def test_a_discharged_person_gets_no_key_of_the_very_next_answer(room: Room) -> None:
    await room.says("samira", "!pijn 4")
    await room.discharge("pieter")
    assert await room.speaks() == [], "nothing is said while he is still in the room"
    await leaves_and_it_is_known(room, "pieter")
    ((_, body, users),) = await room.speaks()
    assert body == "Vastgelegd als S5-1."
    assert room.user("pieter") not in users


@pytest.mark.parametrize("membership", ["join", "invite"])
async def test_while_somebody_is_in_a_room_who_does_not_belong_there_nothing_is_said_in_it(
    room: Room, membership: str
) -> None:
    """Not even what names no section: the removal barrier. Other rooms are not held up."""
    await room.joins("wim", CIRCLE, membership=membership)
    await room.says("samira", "!help")
    await room.says("samira", "!help", TEAM)
    assert {place for place, _, _ in await room.speaks()} == {room.place(TEAM)}
    async with room.world.unit() as unit:
        assert await unit.outbox.pending() == 1
    await leaves_and_it_is_known(room, "wim")
    assert {place for place, _, _ in await room.speaks()} == {room.place(CIRCLE)}


async def test_after_a_removal_everything_is_said_in_the_order_in_which_it_was_written(room: Room) -> None:
    """Gerda goes on recording while a stranger is being removed; no answer comes before an earlier one."""
    for score in range(4):
        await room.says("gerda", f"!pijn {score}", TEAM)
    await room.joins("wim", TEAM)
    assert await room.speaks() == []
    for score in range(4, 15):
        await room.says("gerda", f"!pijn {score % 11}", TEAM)
    room.world.clock.pass_by(seconds=1)
    assert await room.speaks() == []
    await leaves_and_it_is_known(room, "wim")
    await room.says("gerda", "!pijn 9", TEAM)
    said = [body for _, body, _ in await room.speaks()]
    assert said == [f"Vastgelegd als S5-{number}." for number in range(1, 17)]


async def test_a_relative_whom_the_homeserver_puts_in_the_team_room_silences_the_bot_there(room: Room) -> None:
    await room.joins("pieter", TEAM)
    await room.says("samira", "!pijn 4", TEAM)
    assert await room.speaks() == []


async def test_who_is_sent_away_is_not_told_of_when_the_others_are_spoken_to_again(room: Room) -> None:
    """What was filed before is confirmed to the others; the refusal of what came after is for nobody here."""
    await room.says("ruben", "!pijn 4", TEAM)
    room.world.clock.pass_by(seconds=1)
    await room.discharge("ruben")
    room.world.clock.pass_by(seconds=1)
    await room.says("ruben", "!pijn 5", TEAM)
    assert await room.speaks() == []
    await leaves_and_it_is_known(room, "ruben")
    assert [body for _, body, _ in await room.speaks()] == ["Vastgelegd als S5-1."]


async def test_what_was_permitted_when_written_and_is_not_now_stays_unsaid(room: Room) -> None:
    own = await room.private_room("pieter")
    await room.world.record("carla", directive())
    await room.world.confirm("gerda", EntryRef(Section.S3, 1))
    await room.world.choose(ConsentDecision.PERMIT, "role:relative", "S3")
    (written,) = await room.says("pieter", "!dossier zorgplanning", own)
    assert "NIET reanimeren" in written.body
    await room.world.choose(ConsentDecision.DENY, "role:relative", "S3")
    assert await room.speaks() == []
    assert not await room.world.logged(AuditEvent.DISCLOSED)


async def test_contents_that_were_said_are_logged_as_a_disclosure_with_how_many_people(room: Room) -> None:
    await only_those_who_may_read_everything(room)
    await file_a_pain_score(room)
    await room.says("gerda", "!dossier")
    await room.speaks()
    (disclosed,) = await room.world.logged(AuditEvent.DISCLOSED)
    assert disclosed.sections == "S5"
    assert disclosed.responsible_id == room.world.id("gerda")
    assert disclosed.detail == "room=circle;people=6;withheld=0;mode=gericht"


async def test_the_same_row_said_again_has_the_same_transaction_id(room: Room) -> None:
    await room.says("samira", "!pijn 4")
    room.sender.failing = DeliveryDelayed("weg", timedelta(seconds=5))
    assert await room.speaks() == []
    room.world.clock.pass_by(seconds=6)
    ((_, body, _),) = await room.speaks()
    assert body == "Vastgelegd als S5-1."
    ((*_, txn_id),) = room.sender.sent
    assert txn_id.startswith("kring-")


async def test_a_long_dossier_arrives_whole_in_pieces_that_a_message_can_carry(room: Room) -> None:
    own = await room.private_room("gerda")
    for number in range(12):
        await room.world.record("gerda", Note(f"Notitie {number}: " + "zorg & aandacht < > " * 150), Section.S8)
    answers = await room.says("gerda", "!dossier zorgplan", own)
    assert len(answers) > 1
    assert all(len(answer.body.encode()) <= 12_000 for answer in answers)
    whole = "\n".join(answer.body for answer in answers)
    assert all(f"Notitie {number}:" in whole for number in range(12))
    said = await room.speaks()
    assert [body for _, body, _ in said] == [answer.body.replace("\n# ", "\n").removeprefix("# ") for answer in answers]


async def test_an_answer_about_a_dossier_that_cannot_be_read_any_more_holds_nobody_up(room: Room) -> None:
    """Destroyed on request, or damaged: it is not said, and what others wait for is."""
    await only_those_who_may_read_everything(room)
    await file_a_pain_score(room)
    await room.says("gerda", "!dossier klachten")
    await room.says("gerda", "!help")
    async with room.hub.database.transaction() as connection:
        await connection.execute(update(patient).values(wrapped_key=b"stuk"))
    assert [body.split("\n")[0] for _, body, _ in await room.speaks()] == ["Wat u Kring kunt vragen"]


async def test_who_is_discharged_while_the_key_travels_does_not_get_the_message(room: Room) -> None:
    """I5: the relay looks once more after sharing the key, before it says anything."""
    await room.says("gerda", "!pijn 5", TEAM)
    room.sender.meanwhile = lambda: room.discharge("samira")
    assert await room.speaks() == []
    room.world.clock.pass_by(seconds=2)
    assert await room.speaks() == []
    await leaves_and_it_is_known(room, "samira")
    ((_, body, heard),) = await room.speaks()
    assert body == "Vastgelegd als S5-1."
    assert room.user("samira") not in heard

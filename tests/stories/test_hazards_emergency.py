"""Hazards 2, 3 and 12 of the catalogue: a stale directive at the bedside, an urgent message that nobody reads, and a
break-glass that is abused, or blocked when it is needed."""

import pytest
from sqlalchemy import text

from bots.dossier.emergency_watch import EmergencyWatch
from hub.adapters.sql.matrix_records import InboxState
from hub.admin.asking import Question
from hub.admin.emergency_commands import emergency_open
from hub.domain.acute_words import acute_in
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.emergency import NOTHING_TO_OPEN
from hub.domain.entries import Note
from hub.domain.errors import AuditUnavailable, CommandRejected
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.stories.test_edge_e07_break_glass import chooses, dr_nacht, opens, plans
from tests.world import PATIENT, directive


async def changed(room: Room, treatment: Treatment, decision: Decision) -> None:
    """The coach proposes and the GP confirms; what follows is not said to anybody yet."""
    proposed = await room.world.record("carla", directive(treatment, decision))
    await room.world.confirm("gerda", proposed.ref)


def missing_of(said: str) -> str:
    """The line that names what the card does not say."""
    return said.split("Nog niet vastgelegd:")[1].split("\n", maxsplit=1)[0]


async def test_haz02_a_changed_directive_reaches_every_holder_at_once_with_its_version(room: Room) -> None:
    watch = EmergencyWatch(room.hub)
    await watch.round()
    assert "Spoedset" not in bodies(await room.hears())
    await changed(room, Treatment.RESUSCITATION, Decision.YES)
    await watch.round()
    first = [message for message in await room.hears() if message.body.startswith("# Spoedset, versie")]
    assert {message.person_id for message in first} == {room.world.id(who) for who in ("carla", "samira", "ruben")}
    assert all(where(message) == "private" for message in first)
    assert all("Controleer de actualiteit" in message.body for message in first)
    room.world.clock.pass_by(hours=1)
    await changed(room, Treatment.RESUSCITATION, Decision.NO)
    await watch.round()
    again = [message for message in await room.hears() if message.body.startswith("# Spoedset, versie")]
    assert len(again) == 3
    version = int(again[0].body.split("versie ")[1].split()[0])
    assert version > int(first[0].body.split("versie ")[1].split()[0])
    assert all("NIET reanimeren" in message.body and "WEL reanimeren" not in message.body for message in again)


async def test_haz02_who_does_not_say_in_two_hours_that_it_arrived_is_phoned(room: Room) -> None:
    watch = EmergencyWatch(room.hub)
    await changed(room, Treatment.RESUSCITATION, Decision.NO)
    await watch.round()
    await room.hears()
    await room.private_room("samira")
    said = await room.says("samira", "!spoed ontvangen", "private-samira")
    assert "Genoteerd" in bodies(said)
    await room.says("carla", "!ontvangen spoed", TEAM)
    room.world.clock.pass_by(hours=1, minutes=59)
    await watch.round()
    assert "BELTAAK" not in bodies(await room.hears())
    room.world.clock.pass_by(minutes=1)
    await watch.round()
    tasks = [message for message in await room.hears() if "BELTAAK" in message.body]
    assert {message.person_id for message in tasks} == {room.world.id("carla"), room.world.id("gerda")}
    assert all("Ruben Oosterhof" in message.body for message in tasks)
    await watch.round()
    assert await room.hears() == []
    (line,) = await room.world.logged(AuditEvent.EMERGENCY_ALARM)
    assert line.object_id == room.world.id("ruben")


async def test_haz02_a_second_change_gives_nobody_another_two_hours(room: Room) -> None:
    watch = EmergencyWatch(room.hub)
    await changed(room, Treatment.RESUSCITATION, Decision.NO)
    await watch.round()
    room.world.clock.pass_by(hours=1, minutes=50)
    await changed(room, Treatment.INTENSIVE_CARE, Decision.NO)
    await watch.round()
    await room.hears()
    room.world.clock.pass_by(minutes=10)
    await watch.round()
    assert "Samira Bakker" in bodies(await room.hears())


async def test_haz02_a_proposal_is_on_no_card_and_two_that_disagree_are_both_off_it(room: Room) -> None:
    proposed = await room.world.record("carla", directive())
    said = bodies(await room.says("gerda", "!spoed", TEAM))
    assert "NIET reanimeren" not in said
    assert "Reanimeren: NIET vastgelegd" in said
    await room.world.confirm("gerda", proposed.ref)
    other = await room.world.record("ruben", directive(Treatment.RESUSCITATION, Decision.YES))
    await room.world.confirm("gerda", other.ref)
    # Who wrote them hears of the contradiction, with both; the card at night has neither.
    await room.hears()
    said = bodies(await room.says("samira", "!spoed", TEAM))
    assert "TEGENSTRIJDIG" in said
    assert "Bel Carla Vermeer (regie), tel. 026-3210001" in said
    assert "NIET reanimeren" not in said
    assert "WEL reanimeren" not in said


async def test_haz02_the_card_names_what_is_missing_and_is_read_fresh(room: Room) -> None:
    said = bodies(await room.says("gerda", "!spoed", TEAM))
    for heading in ("Behandelgrenzen", "ICD", "Allergieën", "Noodpakket", "Eerste contactpersoon"):
        assert heading in missing_of(said)
    await room.world.record("gerda", Note("Allergie: penicilline (huiduitslag)"), Section.S7)
    said = bodies(await room.says("gerda", "!spoed", TEAM))
    assert "penicilline" in said
    assert "Allergieën" not in missing_of(said)


async def test_haz02_in_a_room_with_a_relative_the_card_goes_to_the_asker_alone(room: Room) -> None:
    await plans(room)
    said = await room.says("gerda", "!spoed", CIRCLE)
    assert all("reanimeren" not in message.body for message in said if where(message) != "private")
    assert "NIET reanimeren" in bodies(message for message in said if where(message) == "private")


async def test_haz03_talk_of_an_emergency_is_answered_with_whom_to_call_once_an_hour(room: Room) -> None:
    said = await room.says("pieter", "Het is spoed, mama krijgt geen lucht!", CIRCLE)
    assert "geen noodnummer" in bodies(said)
    assert "bel 112" in bodies(said)
    assert "Gerda Huisman" in bodies(said)
    assert "026-3210002" in bodies(said)
    assert "ook als het gelezen lijkt" in bodies(said)
    assert await room.says("pieter", "Hallo? Het is echt dringend", CIRCLE) == []
    assert "geen noodnummer" in bodies(await room.says("samira", "dit is nood", TEAM))
    room.world.clock.pass_by(hours=1)
    assert "geen noodnummer" in bodies(await room.says("pieter", "weer acuut benauwd", CIRCLE))


async def test_haz03_a_relative_who_types_spoed_hears_whom_to_call_and_not_a_refusal(room: Room) -> None:
    said = await room.says("pieter", "!spoed", CIRCLE)
    assert "bel 112" in bodies(said)
    assert "Dat kan niet" not in bodies(said)
    refused = [line for line in await room.world.logged(AuditEvent.REFUSED) if line.user_id == room.world.id("pieter")]
    assert [line.detail for line in refused] == ["emergency_read"]


async def test_haz03_a_stranger_gets_no_numbers(room: Room) -> None:
    await room.joins("wim", CIRCLE)
    assert await room.says("wim", "spoed!", CIRCLE) == []
    assert await room.receive(room.message("wim", "nood", CIRCLE)) is InboxState.DONE


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("spoed", True), ("SPOEDGEVAL bij mama", True), ("er is nood aan de man", True), ("bel ik 112?", True),
        ("het noodpakket ligt klaar", False), ("fijn weekend", False), ("> het is spoed\nja, opgelost", False),
        ("kamer 1120", False),
    ],
)  # fmt: skip
def test_haz03_words_of_an_emergency(text: str, urgent: bool) -> None:
    assert bool(acute_in(text)) is urgent


async def test_haz12_used_often_it_is_told_and_never_shut(room: Room) -> None:
    await plans(room)
    await chooses(room, ConsentDecision.PERMIT)
    nacht = await dr_nacht(room)
    for _ in range(6):
        room.world.clock.pass_by(hours=4)
        assert (await opens(room, nacht)).found
    assert len(await room.world.logged(AuditEvent.EMERGENCY_OPENED)) == 6
    assert [line.detail for line in await room.world.logged(AuditEvent.EMERGENCY_ALARM)] != []


async def test_haz12_every_use_waits_for_a_judgement_and_opens_no_room_and_no_section(room: Room) -> None:
    await plans(room)
    await chooses(room, ConsentDecision.PERMIT)
    nacht = await dr_nacht(room)
    answer = await opens(room, nacht)
    assert "Ruzie" not in answer.body
    async with room.world.unit() as unit:
        due = await unit.samples.emergencies_to_review()
        assert [review.person_id for review in due] == [nacht.id]
        assert await unit.circles.relation(room.world.circle_id, nacht.id, room.world.clock()) is None
    assert await room.says("nacht", "!dossier", TEAM) != []
    assert "NIET reanimeren" not in bodies(await room.hears())


async def test_haz12_while_the_log_takes_nothing_the_set_and_only_the_set_stays_readable(room: Room) -> None:
    await plans(room)
    await chooses(room, ConsentDecision.PERMIT)
    nacht = await dr_nacht(room)
    await EmergencyWatch(room.hub).round()
    question = Question(
        {
            "as": nacht.id,
            "patient_name": "Anna de Wit",
            "birth_date": "1952-03-14",
            "reason_code": "unresponsive",
            "reason": "Niet aanspreekbaar, dochter in paniek",
            "step_up": "uzi",
        },
        room.world.id("bea"),
        room.world.clock(),
    )
    async with room.hub.database.transaction() as connection:
        await connection.execute(
            text("CREATE TRIGGER full_disk BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        )
    with pytest.raises(AuditUnavailable):
        await room.world.read("gerda", Section.S3)
    answer = await emergency_open(room.hub, question)
    assert "NIET reanimeren" in answer["page"]
    assert answer["page"].startswith("LET OP")
    assert room.hub.deferred.waiting()
    async with room.hub.database.transaction() as connection:
        await connection.execute(text("DROP TRIGGER full_disk"))
    for path in room.hub.deferred.set_aside():
        async with room.world.unit() as unit:
            await room.hub.deferred.take(unit, path)
        room.hub.deferred.done(path)
    await room.hears()
    await EmergencyWatch(room.hub).round()
    told = [message for message in await room.hears() if "noodprocedure" in message.body]
    assert {message.person_id for message in told} == {room.world.id("carla"), room.world.id("gerda")}
    (opened,) = await room.world.logged(AuditEvent.EMERGENCY_OPENED)
    assert opened.break_glass
    assert "deferred" in opened.detail
    async with room.world.unit() as unit:
        assert [review.person_id for review in await unit.samples.emergencies_to_review()] == [nacht.id]


async def test_haz12_the_desk_answers_one_and_the_same_when_there_is_nothing_to_open(room: Room) -> None:
    nacht = await dr_nacht(room)
    asked = {"as": nacht.id, "reason_code": "dying", "reason": "Visite op verzoek van de familie", "step_up": "dezi"}
    messages = set()
    for name in ("Anna de Wit", "Truus Nergens"):
        with pytest.raises(CommandRejected) as refused:
            await emergency_open(
                room.hub,
                Question(
                    asked | {"patient_name": name, "birth_date": "1952-03-14"}, room.world.id("bea"), room.world.clock()
                ),
            )
        messages.add((refused.value.code, str(refused.value)))
    assert messages == {("nothing-to-open", NOTHING_TO_OPEN)}


async def test_haz12_the_set_is_pushed_beforehand_so_that_it_is_rarely_needed(room: Room) -> None:
    watch = EmergencyWatch(room.hub)
    await plans(room)
    await watch.round()
    await room.hears()
    nacht = await dr_nacht(room)
    await room.world.admit("nacht", until=room.world.clock().replace(day=20))
    await watch.round()
    sent = [message for message in await room.hears() if message.person_id == nacht.id]
    assert "NIET reanimeren" in bodies(sent)
    assert PATIENT in room.world.people

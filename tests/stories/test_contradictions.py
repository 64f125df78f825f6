"""Tegenspraak: two statements stay, both are named to who leads and who wrote them, and a conversation settles it."""

from hub.application.ports import OutgoingMessage
from hub.domain.audit import AuditEvent
from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath, View
from tests.stories.room import TEAM, Room, bodies

CARD = "Twee afspraken die elkaar tegenspreken"


async def _disagree(room: Room) -> list[OutgoingMessage]:
    await room.says("carla", "!behandelgrens reanimeren ja, besproken op 3-11-2026 met patiënt", TEAM)
    await room.says("gerda", "!bevestig S3-1", TEAM)
    await room.says("ruben", "!behandelgrens reanimeren nee, besproken op 3-11-2026 met patiënt en zoon", TEAM)
    return list(await room.says("gerda", "!bevestig S3-1/3", TEAM))


async def test_the_card_names_both_with_source_day_and_who_was_there(room: Room) -> None:
    heard = await _disagree(room)
    cards = [said for said in heard if CARD in said.body]
    assert {said.person_id for said in cards} == {room.world.id("carla"), room.world.id("ruben")}
    for said in cards:
        assert "S3-1, versie 2: WEL reanimeren" in said.body
        assert "S3-1, versie 4: NIET reanimeren" in said.body
        assert "3-11-2026, vastgelegd in de chat; erbij: patiënt en zoon" in said.body
        assert "Carla Vermeer" in said.body
        assert "Ruben Oosterhof" in said.body
    (task,) = await room.world.logged(AuditEvent.TASK_MADE)
    assert task.detail == f"conflict;owner={room.world.id('carla')}"
    assert "woensdag 4-11-2026" in bodies(await room.says("carla", "!taken", TEAM))


async def test_the_outcome_of_the_conversation_settles_card_and_task(room: Room) -> None:
    await _disagree(room)
    room.world.clock.pass_by(days=2)
    await room.says("carla", "!behandelgrens reanimeren nee, besproken op 5-11-2026 met patiënt", TEAM)
    await room.says("gerda", "!bevestig S3-1/5", TEAM)
    assert [entry.contested for entry in await room.world.read("samira", Section.S3)] == [False]
    assert "geen open taken" in bodies(await room.says("carla", "!taken", TEAM))
    assert [line.detail for line in await room.world.logged(AuditEvent.TASK_DONE)] == ["conflict;settled"]


async def test_an_unknown_of_somebody_else_does_not_wipe_out_a_no(room: Room) -> None:
    await room.says("carla", "!behandelgrens reanimeren nee, besproken op 3-11-2026 met patiënt", TEAM)
    await room.says("gerda", "!bevestig S3-1", TEAM)
    await room.says("ruben", "!behandelgrens reanimeren onbekend", TEAM)
    heard = bodies(await room.says("gerda", "!bevestig S3-1/3", TEAM))
    assert CARD in heard
    answer = bodies(await room.says("samira", "!dossier pzp", TEAM))
    assert answer.count("TEGENSTRIJDIG") == 2


async def test_anna_wants_home_and_pieter_the_hospice_and_pieter_hears_nothing_of_hers(room: Room) -> None:
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.hears()
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOSPICE, View.RELATIVE, "zoon Pieter"))
    heard = await room.hears()
    (card,) = [said for said in heard if "De patiënt en een naaste zien het anders" in said.body]
    assert card.person_id == room.world.id("carla")
    assert "De patiënt wil thuis overlijden" in card.body
    assert "Dit is NIET de wens van de patiënt zelf" in card.body
    pieter = [said for said in heard if said.person_id == room.world.id("pieter")]
    assert pieter == []
    assert [e.contested for e in await room.world.read("carla", Section.S4)] == [False, False], (
        "no overwrite: two views"
    )


async def test_two_first_contacts_are_named_on_both_lines_and_in_a_task(room: Room) -> None:
    for name in ("Pieter de Wit", "Marijke de Wit"):
        await room.world.record("carla", ContactPerson(name, (ContactRole.FIRST_CONTACT,)))
    answer = bodies(await room.says("carla", "!dossier S1", TEAM))
    assert "LET OP: past niet bij S1-2; overleg." in answer
    assert "LET OP: past niet bij S1-1; overleg." in answer
    assert "Twee eerste contactpersonen" in answer or len(await room.world.logged(AuditEvent.TASK_MADE)) == 1


async def test_somebody_elses_task_and_no_task_read_the_same(room: Room) -> None:
    await _disagree(room)
    (theirs,) = await room.says("samira", "!klaar 1", TEAM)
    (none,) = await room.says("samira", "!klaar 77", TEAM)
    assert theirs.body == none.body
    assert "geen open taken" in bodies(await room.says("samira", "!taken", TEAM))


async def test_the_versions_say_what_changed_and_why(room: Room) -> None:
    await _disagree(room)
    await room.says("carla", "!herstel S3-1 reanimeren nee, reden: verkeerd gehoord", TEAM)
    told = bodies(await room.says("gerda", "!versies S3-1", TEAM))
    assert "Versie 1, 3-11-2026" in told
    assert "voorstel door Carla Vermeer" in told
    assert "was: WEL reanimeren" in told
    assert "is nu: NIET reanimeren" in told
    assert "besproken met: was ‘patiënt’, is nu ‘patiënt’ en ‘zoon’" in told
    (none,) = await room.says("gerda", "!versies S3-99", TEAM)
    assert "staat niet in het deel van het dossier" in none.body

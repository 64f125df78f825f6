"""The intake, question by question: what was said of whom to call, and which choices were written down for whom."""

from hub.domain.audit import AuditEvent
from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.network_kinds import Hours
from hub.domain.vocabulary import Section
from tests.stories.questions import answers
from tests.stories.room import TEAM, Room

S1 = Section.S1


async def test_gerda_does_the_intake_and_anna_hears_which_choice_was_written_down(room: Room) -> None:
    gerda, anna = await room.private_room("gerda"), await room.private_room("anna")
    await room.world.record(
        "carla", ContactPerson("Pieter de Wit", (ContactRole.LEGAL_REPRESENTATIVE,), "zoon", phones=("06-12345678",))
    )
    said = await answers(room, "gerda", gerda, "!intake")
    assert "Wie bellen we als eerste" in said
    await answers(room, "gerda", gerda, "Pieter de Wit, zoon", "Els de Wit, dochter, 06-11111111")
    await answers(room, "gerda", gerda, "Gerda Huisman, 026-3210002", "overslaan", "HAP Arnhem, 0900-1598", "overslaan")
    said = await answers(room, "gerda", gerda, "bed beneden", "sleutel bij de buren", "Nederlands", "nee, geen tolk")
    assert "Wat is voor de patiënt nu het belangrijkste?" in said
    said = await answers(room, "gerda", gerda, "thuis blijven", "nee", "Pieter de Wit", "mondeling, huisbezoek 2-11")
    assert "Bij spoed mag NIET iemand van buiten de kring de spoedset openen" in said
    assert "wettelijk vertegenwoordiger en eerste contactpersoon" in said
    filed = await room.says("gerda", "vastleggen", gerda)
    told = [message for message in filed if message.person_id == room.world.id("anna")]
    assert len(told) == 2
    assert "Gerda Huisman" in told[0].body
    assert anna
    (pieter,) = [one for one in await room.world.read("carla", S1) if one.value.__class__ is ContactPerson][:1]
    assert set(pieter.value.roles) == {ContactRole.LEGAL_REPRESENTATIVE, ContactRole.FIRST_CONTACT}
    assert pieter.value.phones == ("06-12345678",)
    assert [one.detail for one in await room.world.logged(AuditEvent.CONSENT_RECORDED)][-2:] == [
        "deny:everyone:emergency:on-behalf",
        "permit:person:after_death:on-behalf",
    ]
    (night,) = [one for one in await room.world.read("samira", Section.S8) if Hours.NIGHT in one.value.hours]
    assert night.value.phone == "0900-1598"


async def test_a_choice_that_anna_made_herself_meanwhile_is_not_filed_over_it(room: Room) -> None:
    gerda, anna = await room.private_room("gerda"), await room.private_room("anna")
    said = await answers(room, "gerda", gerda, "!intake", "klaar", "wijzig 12", "ja", "mondeling, huisbezoek 2-11")
    assert "Bij spoed mag iemand van buiten de kring de spoedset openen" in said
    await room.says("anna", "!toestemming spoed nee", anna)
    said = await answers(room, "gerda", gerda, "vastleggen")
    assert said.startswith("Niet alles wat u antwoordde, kunt u nu nog vastleggen.")
    assert "Bij spoed mag" not in said
    assert "Er is niets om vast te leggen." in await answers(room, "gerda", gerda, "vastleggen")


async def test_a_choice_without_proof_is_not_written_down(room: Room) -> None:
    private = await room.private_room("carla")
    await answers(room, "carla", private, "!intake", "klaar", "wijzig 12", "ja", "overslaan")
    said = await answers(room, "carla", private, "klaar")
    assert "leg ik pas vast als erbij staat wanneer en hoe" in said
    assert "Er is niets om vast te leggen." in await answers(room, "carla", private, "vastleggen")
    assert not any("on-behalf" in one.detail for one in await room.world.logged(AuditEvent.CONSENT_RECORDED))


async def test_the_intake_is_for_coach_and_gp(room: Room) -> None:
    (said,) = await room.says("samira", "!intake", TEAM)
    assert said.body.startswith("Dat kan niet: vastleggen in S1")

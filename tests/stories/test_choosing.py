"""Choosing who may read what: seen, given and taken back in one message each, and always answered in private."""

import pytest

from bots.dossier.commands import COMMANDS
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentContext, SharingMode
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.room import CIRCLE, Room, bodies, where


async def a_wish_and_a_score(room: Room) -> None:
    await room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "botpijn"))


async def sections_of(room: Room, who: str) -> set[Section]:
    return {entry.section for entry in await room.world.read(who)}


async def test_mevrouw_de_wit_opens_her_wishes_to_pieter_and_closes_them_again_in_one_message_each(room: Room) -> None:
    """AVG 7 lid 3: withdrawing is as easy as giving."""
    await a_wish_and_a_score(room)
    assert await sections_of(room, "pieter") == set()
    private, told = await room.says("anna", "!toestemming ja Pieter voor wensen")
    assert (where(private), private.person_id) == ("private", room.world.id("anna"))
    assert "Pieter de Wit (naaste)" in private.body
    assert "Ongedaan maken: !toestemming nee Pieter de Wit voor S4" in private.body
    assert where(told) == CIRCLE
    assert "Pieter" not in told.body
    assert "ja" not in told.body.split()
    assert await sections_of(room, "pieter") == {Section.S4}
    undo = private.body.split("Ongedaan maken: ")[1].splitlines()[0]
    await room.says("anna", undo)
    assert await sections_of(room, "pieter") == set()


async def test_who_asks_hears_every_choice_in_plain_words_and_what_was_never_asked(room: Room) -> None:
    private, _ = await room.says("anna", "!toestemming")
    assert "Pieter de Wit (naaste): leest niets van u, alleen wat die zelf schreef" in private.body
    assert "Gerda Huisman (huisarts, Praktijk De Brug): leest wat voor de zorg nodig is" in private.body
    assert "Nog te vragen: spoed, na overlijden, wat Pieter de Wit mag lezen." in private.body
    await room.says("anna", "!toestemming spoed ja")
    await room.says("anna", "!toestemming na overlijden Pieter")
    await room.says("anna", "!toestemming ja pieter de wit voor wensen en medicatie")
    private, _ = await room.says("anna", "!toestemming")
    assert "Nog te vragen" not in private.body
    assert "Pieter de Wit (naaste): mag lezen: Wensen, Medicatie" in private.body
    assert "Bij spoed: ja" in private.body
    assert "Na overlijden: Pieter de Wit mag blijven lezen." in private.body
    assert len(await room.world.logged(AuditEvent.CONSENTS_READ)) == 2


async def test_the_coach_sees_at_the_start_what_must_still_be_asked(room: Room) -> None:
    private, _ = await room.says("carla", "!toestemming")
    assert "Nog te vragen: spoed, na overlijden, wat Pieter de Wit mag lezen." in private.body


async def test_the_coach_writes_down_what_the_patient_said_with_proof_and_the_patient_hears_it(room: Room) -> None:
    await a_wish_and_a_score(room)
    (refused,) = await room.says("carla", "!toestemming ja Pieter voor wensen")
    assert "Alleen de patiënt" in refused.body
    (refused,) = await room.says("carla", "!toestemming namens patiënt ja Pieter voor wensen")
    assert "wanneer en hoe" in refused.body
    assert await sections_of(room, "pieter") == set()
    answers = await room.says(
        "carla", "!toestemming namens patiënt ja Pieter voor wensen: mondeling bij huisbezoek op 3 november"
    )
    assert await sections_of(room, "pieter") == {Section.S4}
    (heard,) = [one for one in answers if one.person_id == room.world.id("anna")]
    assert "Carla Vermeer" in heard.body
    assert "!toestemming nee Pieter de Wit voor S4" in heard.body
    async with room.world.unit() as unit:
        made = (await unit.consents.of_patient(room.world.patient_id))[-1]
    assert (made.given_by, made.recorded_by) == (room.world.id("anna"), room.world.id("carla"))
    assert (made.own, made.channel, made.mode, made.context) == (True, "room", SharingMode.EXPLICIT, None)
    assert made.text_version
    assert "huisbezoek" in made.how


async def test_home_care_and_a_relative_make_no_choices_for_her(room: Room) -> None:
    for who in ("samira", "pieter"):
        answers = await room.says(who, "!toestemming ja Wim voor wensen")
        assert "Vastgelegd" not in bodies(answers)
    async with room.world.unit() as unit:
        asked = [c for c in await unit.consents.of_patient(room.world.patient_id) if c.mode is SharingMode.EXPLICIT]
    assert asked == []


async def test_a_relative_sees_what_is_open_and_nothing_of_why(room: Room) -> None:
    await room.says("anna", "!toestemming ja Pieter voor wensen")
    private, _ = await room.says("pieter", "!toestemming")
    assert "Voor u is open: Identiteit en netwerk, Wensen" in private.body
    assert "bezwaar" not in private.body


async def test_all_closed_means_all_closed_also_after_single_sections(room: Room) -> None:
    await a_wish_and_a_score(room)
    await room.says("anna", "!toestemming ja Pieter voor wensen, klachten")
    await room.says("anna", "!toestemming nee Pieter")
    async with room.world.unit() as unit:
        relation = await unit.circles.relation(room.world.circle_id, room.world.id("pieter"), room.world.clock())
    assert relation is None, "with everything closed the place in the circle ends (E2)"


async def test_what_an_earlier_choice_keeps_closed_or_open_is_said_at_once(room: Room) -> None:
    await room.says("anna", "!toestemming nee Pieter voor klachten")
    private, _ = await room.says("anna", "!toestemming ja Pieter")
    assert "blijft Klachten en functioneren dicht" in private.body
    assert "!toestemming ja Pieter de Wit voor S5" in private.body
    await room.says("anna", "!toestemming ja Pieter voor wensen")
    private, _ = await room.says("anna", "!toestemming nee naasten")
    assert "Pieter de Wit houdt toegang tot Identiteit en netwerk, Ziekte" in private.body


async def test_the_choice_for_emergencies_and_after_death_go_both_ways(room: Room) -> None:
    for typed, word in (("spoed ja", "nee"), ("spoed nee", "ja")):
        private, _ = await room.says("anna", f"!toestemming {typed}")
        assert f"!toestemming spoed {word}" in private.body
    await room.says("anna", "!toestemming na overlijden Pieter")
    private, _ = await room.says("anna", "!toestemming na overlijden niemand")
    assert "mag niemand van uw naasten" in private.body
    async with room.world.unit() as unit:
        made = await unit.consents.of_patient(room.world.patient_id)
    assert [c.context for c in made if c.context is not None] == [
        ConsentContext.EMERGENCY,
        ConsentContext.EMERGENCY,
        ConsentContext.AFTER_DEATH,
        ConsentContext.AFTER_DEATH,
    ]


@pytest.mark.parametrize("typed", ["misschien", "ja", "ja Niemendal", "spoed misschien", "nee pieter voor onzin"])
async def test_what_is_not_understood_changes_nothing_and_gets_an_example(room: Room, typed: str) -> None:
    (answer, *_) = await room.says("anna", f"!toestemming {typed}")
    assert "Niemendal" not in answer.body
    async with room.world.unit() as unit:
        asked = [c for c in await unit.consents.of_patient(room.world.patient_id) if c.mode is SharingMode.EXPLICIT]
    assert asked == []


async def test_letting_somebody_in_makes_presumed_consent_a_record(room: Room) -> None:
    """LAW-03: a professional who is directly involved; not a relative, who needs the patient's own yes."""
    async with room.world.unit() as unit:
        records = await unit.consents.of_patient(room.world.patient_id)
    by_person = {one.target.value: one for one in records if one.mode is SharingMode.PRESUMED}
    assert set(by_person) == {room.world.id(who) for who in ("carla", "gerda", "samira", "ruben", "noor")}
    samira = by_person[room.world.id("samira")]
    assert samira.given_by == room.world.id("carla")
    assert "rechtstreeks betrokken bij de behandeling (BW 7:457 lid 2)" in samira.how
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "botpijn"))
    await room.world.read("samira", Section.S5)
    read = (await room.world.logged(AuditEvent.ENTRY_READ))[-1]
    assert read.consent_id == samira.id
    assert read.detail.endswith("mode=gericht")


async def test_every_look_says_by_which_road(room: Room) -> None:
    """LAW-02."""
    await a_wish_and_a_score(room)
    await room.says("anna", "!toestemming ja Pieter voor wensen")
    for who, mode in (("anna", "patient"), ("pieter", "patient"), ("gerda", "gericht")):
        await room.world.read(who)
        assert (await room.world.logged(AuditEvent.ENTRY_READ))[-1].detail.endswith(f"mode={mode}")


async def test_presumed_consent_opens_nothing_that_needs_a_yes(room: Room) -> None:
    """Pieter's own record would be worth nothing; a note of Carla stays closed to him."""
    await room.world.record("carla", Note("Slaapt slecht."), Section.S6)
    assert EntryRef(Section.S6, 1) not in {entry.ref for entry in await room.world.read("pieter")}


def test_the_help_names_consent() -> None:
    assert "toestemming" in COMMANDS


async def test_the_welcome_of_the_coach_says_what_must_still_be_asked(room: Room) -> None:
    """Emergency access and access after death are asked at the start, or nobody asks (law-and-care 0.2)."""
    await room.greets()
    heard = {one.person_id: one.body for one in await room.hears() if one.room_kind.value == "private"}
    assert "Nog te vragen: spoed, na overlijden, wat Pieter de Wit mag lezen." in heard[room.world.id("carla")]
    assert "Nog te vragen" not in heard[room.world.id("samira")] + heard[room.world.id("pieter")]

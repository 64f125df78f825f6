"""Signing a handover: text, questions, a code; the patient who reads first; and what happens when nobody says yes."""

import asyncio
import re
from collections.abc import Iterable

import pytest

from bots.dossier.reminder_watch import ReminderWatch
from hub.application.use_cases.corrections import move_out
from hub.domain.audit import AuditEvent
from hub.domain.dossier import Entry
from hub.domain.entries import Note
from hub.domain.handover import HandoverState, code_of
from hub.domain.identifiers import EntryRef
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.world import directive

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
async def leaving(room: Room) -> Room:
    """Mevrouw de Wit goes to hospice De Linde this afternoon; Gerda has time to do it well."""
    await room.admit("joost")
    await room.world.record("carla", directive())
    await room.world.confirm("gerda", EntryRef(Section.S3, 1))
    for who in ("gerda", "joost", "anna"):
        await room.private_room(who)
    await room.hears()
    return room


async def rings(room: Room, **later: float) -> str:
    """The clock goes on; what was waiting for its hour is said."""
    room.world.clock.pass_by(**later)
    await ReminderWatch(room.hub).round()
    # The overview of the morning names what waits as well, and has stories of its own.
    return bodies(one for one in await room.hears() if not one.body.startswith("# Vandaag voor u"))


async def draft(room: Room, more: str = "") -> str:
    """Gerda makes a draft and answers both questions; the code of its text."""
    await room.says("gerda", f"!overdracht concept naar hospice @joost linden{more}", TEAM)
    await room.says("gerda", "morfine ophogen als de pijn blijft", "private-gerda")
    shown = bodies(await room.says("gerda", "geen", "private-gerda"))
    found = CODE.search(shown)
    assert found is not None, shown
    return found[0]


async def stands(room: Room, number: int = 1) -> HandoverState:
    async with room.world.unit() as unit:
        found = await unit.handovers.get(room.world.circle_id, number)
    assert found is not None
    return found.state


async def test_a_draft_asks_two_questions_and_is_nothing_until_it_is_signed(leaving: Room) -> None:
    shown, told = await leaving.says("gerda", "!overdracht concept naar hospice @joost linden", TEAM)
    assert (where(shown), shown.person_id) == ("private", leaving.world.id("gerda"))
    assert "NIET reanimeren" in shown.body
    assert "Vraag 1 van 2" in shown.body
    assert (where(told), told.sections) == (TEAM, frozenset())
    (second,) = await leaving.says("gerda", "morfine ophogen als de pijn blijft", "private-gerda")
    assert second.body.startswith("Vraag 2 van 2")
    (whole,) = await leaving.says("gerda", "haar zoon slaapt slecht", "private-gerda")
    assert "- Advies van de afzender: morfine ophogen als de pijn blijft" in whole.body
    assert "- Waar de afzender zich zorgen over maakt: haar zoon slaapt slecht" in whole.body
    (refused,) = await leaving.says("joost", "!ontvangen 1", TEAM)
    assert refused.body == "Er is geen open overdracht met nummer 1."
    assert not await leaving.world.logged(AuditEvent.HANDOVER_SIGNED)


async def test_the_code_in_plain_words_signs_and_the_receiver_gets_what_was_signed(leaving: Room) -> None:
    code = await draft(leaving, ", spoed")
    leaving.world.clock.pass_by(minutes=2)
    said = await leaving.says("gerda", code.lower(), "private-gerda")
    theirs = next(one for one in said if one.person_id == leaving.world.id("joost"))
    assert "NIET reanimeren" in theirs.body
    assert "Tot u ontvangt, blijft Gerda Huisman verantwoordelijk." in theirs.body
    (line,) = await leaving.world.logged(AuditEvent.HANDOVER_SIGNED)
    async with leaving.world.unit() as unit:
        signed = await unit.handovers.get(leaving.world.circle_id, 1)
        assert signed is not None
        letter = await unit.handovers.letter(signed)
    assert signed.digest is not None
    assert code_of(signed.digest) == code
    assert line.detail == f"sha256={signed.digest};delivered={signed.delivered_digest}"
    assert letter is not None
    assert theirs.body.startswith(letter.theirs)
    assert signed.seconds == 120


async def test_what_the_sender_said_with_it_stands_in_the_care_plan(leaving: Room) -> None:
    code = await draft(leaving, ", spoed")
    await leaving.says("gerda", f"!teken 1 {code}", TEAM)
    notes = [one.value for one in await leaving.world.read("carla", Section.S8) if isinstance(one.value, Note)]
    assert [one.text for one in notes] == ["Overdracht 1 naar hospice. advies: morfine ophogen als de pijn blijft"]


async def test_a_changed_dossier_makes_the_old_code_worthless(leaving: Room) -> None:
    code = await draft(leaving, ", spoed")
    await leaving.world.record("samira", PainScore(6, Reporter.PROFESSIONAL, "botpijn"))
    await leaving.hears()
    again = bodies(await leaving.says("gerda", f"!teken 1 {code}", TEAM))
    assert "Er is niets getekend." in again
    assert "Pijn 6" in again
    assert await stands(leaving) is HandoverState.DRAFT
    (refused,) = await leaving.says("gerda", f"!teken 1 {code}", TEAM)
    assert refused.body.startswith("Die code hoort niet bij de tekst")
    found = CODE.search(again)
    assert found is not None
    assert found[0] != code
    await leaving.says("gerda", f"!overdracht tekenen 1 {found[0]}", TEAM)
    assert await stands(leaving) is HandoverState.OFFERED


async def test_another_code_and_another_person_sign_nothing(leaving: Room) -> None:
    code = await draft(leaving, ", spoed")
    (refused,) = await leaving.says("carla", f"!teken 1 {code}", TEAM)
    assert refused.body == "U heeft zo geen overdracht met nummer 1."
    (refused,) = await leaving.says("gerda", "!teken 1 0000-0000", TEAM)
    assert refused.body.startswith("Die code hoort niet bij de tekst")
    assert await stands(leaving) is HandoverState.DRAFT


async def test_anna_reads_it_first_and_her_own_words_go_along(leaving: Room) -> None:
    code = await draft(leaving)
    said = await leaving.says("gerda", code, "private-gerda")
    hers = next(one for one in said if one.person_id == leaving.world.id("anna"))
    assert "Dit wil Gerda Huisman" in hers.body
    assert "NIET reanimeren" in hers.body
    assert not [one for one in said if one.person_id == leaving.world.id("joost")]
    assert await stands(leaving) is HandoverState.PREVIEW
    said = await leaving.says("anna", "!overdracht 1 eigen woorden: mijn kat mag mee", "private-anna")
    theirs = next(one for one in said if one.person_id == leaving.world.id("joost"))
    assert "# Eigen woorden van de patiënt\n- mijn kat mag mee" in theirs.body
    assert await stands(leaving) is HandoverState.OFFERED
    assert "mijn kat mag mee" in bodies_of(await leaving.world.read("anna", Section.S4))


async def test_nobody_but_anna_says_that_she_agrees(leaving: Room) -> None:
    await leaving.says("gerda", await draft(leaving), "private-gerda")
    for who, words in (("carla", "!overdracht 1 goed"), ("joost", "!overdracht 1 eigen woorden: prima")):
        (refused,) = await leaving.says(who, words, TEAM)
        assert refused.body == "Er wacht geen overdracht met dit nummer op u."
    assert await stands(leaving) is HandoverState.PREVIEW


async def test_after_two_hours_it_goes_on_without_a_word_of_hers(leaving: Room) -> None:
    await leaving.says("gerda", await draft(leaving), "private-gerda")
    assert "NIET reanimeren" not in await rings(leaving, hours=1, minutes=59)
    assert "NIET reanimeren" in await rings(leaving, minutes=2)
    assert await stands(leaving) is HandoverState.OFFERED
    (told,) = await leaving.says("joost", "!ontvangen 1", TEAM)
    assert told.body == "Overdracht 1 naar hospice is ontvangen door Joost Linden."


async def test_the_sender_need_not_wait_for_her(leaving: Room) -> None:
    await leaving.says("gerda", await draft(leaving), "private-gerda")
    assert "NIET reanimeren" in bodies(await leaving.says("gerda", "!overdracht 1 spoed", TEAM))
    assert await stands(leaving) is HandoverState.OFFERED


async def test_while_something_is_withheld_she_is_shown_nothing(leaving: Room) -> None:
    """A preview with a gap would tell her that there is one (BW 7:448 lid 3)."""
    await leaving.says("gerda", "!noteer ziekte: verwachting is kort", TEAM)
    held = await leaving.says(
        "gerda", "!achterhouden S2-1 tot 20-11-2026, overlegd met @carla vermeer, reden: zij is nu te angstig", TEAM
    )
    assert "niet" in bodies(held)
    said = await leaving.says("gerda", await draft(leaving), "private-gerda")
    assert not [one for one in said if one.person_id == leaving.world.id("anna")]
    assert [one for one in said if one.person_id == leaving.world.id("joost")]


async def test_the_receiver_asks_back_and_gets_it_again_with_the_answer(leaving: Room) -> None:
    await leaving.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    said = await leaving.says("joost", "!terugvragen 1 heeft zij een pomp?", "private-joost")
    asked = next(one for one in said if one.person_id == leaving.world.id("gerda"))
    assert "- heeft zij een pomp?" in asked.body
    assert await stands(leaving) is HandoverState.ASKED
    said = await leaving.says("gerda", "!overdracht 1 antwoord: nee, tabletten", "private-gerda")
    again = next(one for one in said if one.person_id == leaving.world.id("joost"))
    assert "NIET reanimeren" in again.body
    assert "- Antwoord: nee, tabletten" in again.body
    said = await leaving.says("joost", "!ontvangen 1 niet reanimeren, tabletten", "private-joost")
    back = next(one for one in said if one.person_id == leaving.world.id("gerda"))
    assert back.body == (
        "Joost Linden heeft overdracht 1 ontvangen en is nu verantwoordelijk.\n"
        "- Teruggelezen: niet reanimeren, tabletten"
    )


async def test_not_received_in_four_hours_tells_both_and_then_who_leads(leaving: Room) -> None:
    await leaving.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    assert await rings(leaving, hours=3, minutes=59) == ""
    both = await rings(leaving, minutes=2)
    assert "Joost Linden heeft nog niet ontvangen. U blijft verantwoordelijk." in both
    assert "# Er wacht een overdracht op u: nummer 1" in both
    lead = await rings(leaving, hours=2, minutes=1)
    assert "Overdracht 1 naar hospice aan Joost Linden is niet op tijd ontvangen. Bel Gerda Huisman" in lead
    assert await rings(leaving, hours=3) == ""
    shown = bodies(await leaving.says("carla", "!overdrachten", TEAM))
    assert "TE LAAT: Overdracht 1 naar hospice, van Gerda Huisman aan Joost Linden" in shown
    assert "Verantwoordelijk is nu: Gerda Huisman" in shown
    await leaving.says("joost", "!ontvangen 1", TEAM)
    assert "Er wacht geen overdracht." in bodies(await leaving.says("carla", "!overdrachten", TEAM))


async def test_a_weekend_may_take_a_day_and_is_no_move(leaving: Room) -> None:
    posted, *_ = await leaving.says("gerda", "!overdracht weekend @joost linden", TEAM)
    assert posted.body.startswith("# Overdracht 1 voor het weekend: Anna de Wit")
    assert "LET OP" not in bodies(await leaving.says("gerda", "!dossier zorgplanning", TEAM))
    assert await rings(leaving, hours=23) == ""
    assert "nog niet ontvangen" in await rings(leaving, hours=1, minutes=1)


async def test_the_clock_jumps_over_everything_and_each_hears_it_once(leaving: Room) -> None:
    await leaving.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    said = await rings(leaving, days=9)
    assert said.count("# Overdracht 1 is nog niet ontvangen") == 1
    assert await rings(leaving) == ""


async def test_a_draft_that_nobody_signs_is_told_to_who_made_it(leaving: Room) -> None:
    await draft(leaving)
    assert "Uw concept van overdracht 1 is nog niet getekend" in await rings(leaving, hours=4, minutes=1)
    (told,) = await leaving.says("gerda", "!overdracht 1 intrekken", "private-gerda")
    assert told.body == "Overdracht 1 is ingetrokken."
    assert await stands(leaving) is HandoverState.CANCELLED


async def test_the_receiver_leaves_and_another_takes_over(leaving: Room) -> None:
    await leaving.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    await leaving.discharge("joost")
    await leaving.leaves("joost", CIRCLE, TEAM)
    assert "Joost Linden heeft nog niet ontvangen" in await rings(leaving, hours=5)
    (told,) = await leaving.says("carla", "!ontvangen 1", TEAM)
    assert told.body == "Overdracht 1 naar hospice is ontvangen door Carla Vermeer."


async def test_death_in_between_cancels_and_nothing_is_said_about_it_any_more(leaving: Room) -> None:
    await leaving.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    await leaving.says("gerda", "!overleden Anna de Wit", TEAM)
    await leaving.says("carla", "!overleden bevestig Anna de Wit", TEAM)
    assert await stands(leaving) is HandoverState.CANCELLED
    (refused,) = await leaving.says("joost", "!ontvangen 1", TEAM)
    assert refused.body == "Er is geen open overdracht met nummer 1."
    assert "overdracht" not in (await rings(leaving, hours=5)).lower()


async def test_what_moves_to_another_patient_is_gone_from_the_handover_too(leaving: Room) -> None:
    await leaving.says("gerda", "!overdracht naar hospice @joost linden", TEAM)
    async with leaving.world.unit() as unit:
        context = await leaving.world.context(unit, "carla")
        await move_out(unit, leaving.world.guard, context, EntryRef(Section.S3, 1), named="Anna de Wit")
        made = await unit.handovers.get(leaving.world.circle_id, 1)
        assert made is not None
        assert await unit.handovers.letter(made) is None


def bodies_of(entries: Iterable[Entry]) -> str:
    return " ".join(str(one.value) for one in entries)


async def test_two_who_receive_at_the_same_moment_are_one_receipt(leaving: Room) -> None:
    """Nobody was named: the coach and the nurse both say yes, and one of them has it."""
    await leaving.says("gerda", "!overdracht naar hospice", TEAM)
    messages = [leaving.message(who, "!ontvangen 1", TEAM) for who in ("carla", "samira", "joost")]
    await asyncio.gather(*(leaving.receive(message) for message in messages))
    said = bodies(await leaving.hears())
    assert said.count("is ontvangen door") == 1
    assert said.count("Er is geen open overdracht met nummer 1.") == 2
    assert len(await leaving.world.logged(AuditEvent.HANDOVER_RECEIVED)) == 1

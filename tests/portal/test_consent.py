"""The page Toestemming: every switch of the patient, as many steps on as off, and nobody else's hand on it."""

import re
from http import HTTPStatus

import pytest

from hub.domain.audit import AuditEvent
from hub.domain.consent import Consent, ConsentContext, ConsentDecision, SharingMode
from hub.domain.identifiers import new_id
from hub.domain.vocabulary import Section
from tests.portal.world import Browser, World, press, read, sign_in, token_in


async def made(world: World) -> list[Consent]:
    async with world.hub.transactions() as unit:
        records = await unit.consents.of_patient(world.patient_id)
    return [one for one in records if one.mode is SharingMode.EXPLICIT]


async def choose(browser: Browser, path: str, **form: str) -> HTTPStatus:
    _, page = await read(browser, "/toestemming")
    answer = await press(browser, f"/toestemming/{path}", {"csrf": token_in(page), **form})
    return HTTPStatus(answer.status)


def daughter(world: World) -> str:
    return f"person:{world.people['daughter'].id}"


def ticked(page: str, person: str) -> set[str]:
    """The parts that are ticked for this person."""
    found = re.search(rf'value="{re.escape(person)}">.*?</form>', page, re.DOTALL)
    assert found is not None
    return set(re.findall(r'name="part" value="(S\d+)" checked', found[0]))


async def test_a_tick_opens_and_the_same_tick_closes(world: World, browser: Browser) -> None:
    """AVG 7 lid 3: one tick and one button each way."""
    await world.file_the_plan()
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/toestemming")
    assert ticked(page, daughter(world)) == set()
    saved = await choose(browser, "onderdelen", target=daughter(world), was="", part="S4")
    assert saved is HTTPStatus.SEE_OTHER
    _, page = await read(browser, "/toestemming?bewaard=1")
    assert ticked(page, daughter(world)) == {"S4"}
    assert "Bewaard. Het geldt vanaf nu." in page
    await choose(browser, "onderdelen", target=daughter(world), was="S4")
    _, page = await read(browser, "/toestemming")
    assert ticked(page, daughter(world)) == set()
    given, withdrawn = await made(world)
    assert (given.decision, withdrawn.decision) == (ConsentDecision.PERMIT, ConsentDecision.DENY)
    assert given.sections == withdrawn.sections == {Section.S4}
    assert given.channel == "portal"


async def test_only_what_was_changed_becomes_a_choice(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    await choose(browser, "onderdelen", target=daughter(world), was="S4", part="S4")
    assert await made(world) == []


async def test_everything_yes_and_no_is_one_button_each(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/toestemming")
    for answer in ("ja", "nee"):
        assert page.count(f'name="answer" value="{answer}"') >= 5
    assert page.count('action="/toestemming/alles"') == page.count(">Ja, alles<") == page.count(">Nee, niets<")
    await choose(browser, "alles", target=daughter(world), answer="ja")
    await choose(browser, "alles", target=daughter(world), answer="nee")
    async with world.hub.transactions() as unit:
        relation = await unit.circles.relation(world.circle_id, world.people["daughter"].id, world.clock())
    assert relation is None


async def test_an_organisation_is_switched_as_a_whole(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/toestemming")
    assert "Thuiszorg Rijnoever" in page
    await choose(browser, "onderdelen", target="organisation:Thuiszorg Rijnoever", was="S5,S6", part="S5")
    (kept,) = await made(world)
    assert (kept.decision, kept.sections) == (ConsentDecision.DENY, {Section.S6})


async def test_emergency_and_after_death_are_asked_and_answered(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/toestemming")
    assert "Nog te vragen:" in page
    await choose(browser, "spoed", answer="nee")
    await choose(browser, "na-overlijden", target=daughter(world), answer="ja")
    _, page = await read(browser, "/toestemming")
    assert "Nee: ook bij spoed opent niemand" in page
    assert "mag blijven lezen" in page
    await choose(browser, "na-overlijden", target="everyone", answer="nee")
    assert [one.context for one in await made(world)] == [
        ConsentContext.EMERGENCY,
        ConsentContext.AFTER_DEATH,
        ConsentContext.AFTER_DEATH,
    ]


async def test_the_history_names_who_when_how_and_which_text(world: World, browser: Browser) -> None:
    await world.consent(daughter(world), Section.S4)
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/toestemming")
    assert "Ja voor Karin de Wit: Wensen." in page
    assert "opgeschreven door Josje Kaptein" in page
    assert re.search(r"Hoe: .+ \(tekst [0-9-]+\)", page)
    assert "rechtstreeks bij de zorg betrokken" in page


async def test_the_coach_sees_the_choices_and_has_no_switches(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "coach")
    status, page = await read(browser, "/toestemming")
    assert status == HTTPStatus.OK
    assert "Nog te vragen:" in page
    assert 'action="/toestemming' not in page
    assert "!toestemming namens patiënt" in page
    assert await world.audited(AuditEvent.CONSENTS_READ, "coach")


@pytest.mark.parametrize("who", ["daughter", "nurse"])
async def test_others_see_what_concerns_themselves_and_change_nothing(world: World, browser: Browser, who: str) -> None:
    await sign_in(world, browser, who)
    status, page = await read(browser, "/toestemming")
    assert status == HTTPStatus.SEE_OTHER
    assert "Karin" not in page
    _, page = await read(browser, "/dossier")
    form = {"csrf": token_in(page), "target": daughter(world), "answer": "ja"}
    assert (await press(browser, "/toestemming/alles", form)).status in {HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT}
    assert await made(world) == []


async def test_a_form_without_the_token_or_about_a_stranger_changes_nothing(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    answer = await press(browser, "/toestemming/alles", {"target": daughter(world), "answer": "ja"})
    assert answer.status == HTTPStatus.FORBIDDEN
    for target in (f"person:{new_id('per')}", "organisation:Elders", "role:gp", "onzin"):
        assert await choose(browser, "alles", target=target, answer="ja") in {
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.CONFLICT,
        }
    for form in ({"part": "S10", "was": ""}, {"part": "S99", "was": ""}):
        assert await choose(browser, "onderdelen", target=daughter(world), **form) is HTTPStatus.BAD_REQUEST
    assert await choose(browser, "alles", target=daughter(world), answer="misschien") is HTTPStatus.BAD_REQUEST
    assert await made(world) == []


async def test_in_english_the_page_says_the_same(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/toestemming?taal=en")
    assert "Consent</h1>" in page
    assert "Still to ask:" in page

"""Wie keek mee: person by person, with one act against one of them; and what the page keeps to itself."""

from http import HTTPStatus

import pytest
from sqlalchemy import update

from hub.adapters.sql.tables import circle
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Note
from hub.domain.vocabulary import Action, Section
from hub.portal import log_view
from tests.portal.world import Browser, World, press, read, sign_in, token_in


async def looks(world: World, who: str, *paths: str) -> None:
    async with world.portal() as other:
        await sign_in(world, other, who)
        for path in paths:
            await read(other, path)


def place(world: World, who: str) -> str:
    return f"/inzage/bezwaar/{world.people[who].id}"


async def object_to(world: World, browser: Browser, who: str, what: str = "bezwaar") -> int:
    _, page = await read(browser, place(world, who))
    answer = await press(browser, place(world, who), {"csrf": token_in(page), "wat": what})
    return answer.status


async def test_each_person_is_one_sentence_before_the_days(world: World, browser: Browser) -> None:
    await world.file_the_plan()
    await looks(world, "gp", "/dossier/S5", "/dossier/S4")
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/inzage")
    assert (
        "Gerard Huisman (huisarts, Huisartsenpraktijk De Brug) keek 2 keer, voor het laatst op dinsdag 3 november 2026 "
        "om 10:00, in Wensen, Klachten en functioneren, omdat deze persoon u behandelt of voor u zorgt."
    ) in page
    assert page.index("Per persoon") < page.index("Uw rechten") < page.index("Dag voor dag")
    assert "Autoriteit Persoonsgegevens" in page


async def test_the_page_can_be_narrowed_to_one_person(world: World, browser: Browser) -> None:
    await looks(world, "gp", "/dossier/S5")
    await looks(world, "nurse", "/dossier/S5")
    await sign_in(world, browser, "patient")
    _, page = await read(browser, f"/inzage?wie={world.people['gp'].id}")
    below = page[page.index("Dag voor dag") :]
    assert "Gerard Huisman" in below
    assert "Fatma" not in below
    _, other = await read(browser, "/inzage?wie=per-0000000000000000")
    assert "Fatma" in other[other.index("Dag voor dag") :], "who is not in the log is no filter"


async def test_one_button_says_what_happens_and_the_next_closes_the_dossier(world: World, browser: Browser) -> None:
    await looks(world, "nurse", "/dossier/S5")
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/inzage")
    assert f'<a href="{place(world, "nurse")}">Bezwaar maken tegen Fatma Yildiz</a>' in page
    _, asked = await read(browser, place(world, "nurse"))
    for told in ("kan niets meer lezen", "niet terughalen", "eigen dossier", "niet waarom", "weer intrekken"):
        assert told in asked
    assert await object_to(world, browser, "nurse") == HTTPStatus.SEE_OTHER
    async with world.hub.transactions() as unit:
        context = await world.context(unit, "nurse")
        assert await world.hub.guard.permitted(unit, context, Action.READ, tuple(Section)) == []
    _, after = await read(browser, "/inzage")
    assert "U maakte bezwaar op 3 november 2026." in after
    (recorded,) = await world.audited(AuditEvent.CONSENT_RECORDED, "patient")
    assert recorded.entry.access_point == "portal"


async def test_taking_it_back_is_as_many_steps(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    await object_to(world, browser, "nurse")
    _, asked = await read(browser, place(world, "nurse"))
    assert "komt die niet vanzelf terug" in asked
    assert await object_to(world, browser, "nurse", "intrekken") == HTTPStatus.SEE_OTHER
    async with world.hub.transactions() as unit:
        recorded = await unit.consents.of_patient(world.patient_id)
    assert recorded[-1].decision is ConsentDecision.PERMIT
    assert await object_to(world, browser, "nurse", "intrekken") == HTTPStatus.CONFLICT, "once is enough"


async def test_objecting_to_the_lead_who_is_the_only_coach_says_who_takes_over_and_whom_to_call(
    world: World, browser: Browser
) -> None:
    await sign_in(world, browser, "patient")
    _, asked = await read(browser, place(world, "coach"))
    assert "Josje Kaptein heeft de regie over uw zorg. Die gaat dan naar Gerard Huisman." in asked
    assert "Dit is de enige coach in uw kring." in asked
    assert "Bel: Gerard Huisman" in asked
    assert await object_to(world, browser, "coach") == HTTPStatus.SEE_OTHER
    async with world.hub.transactions() as unit:
        assert (await unit.circles.get(world.circle_id)).lead_id == world.people["gp"].id


async def test_objecting_to_the_only_doctor_is_possible_and_says_so(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    _, asked = await read(browser, place(world, "gp"))
    assert "Dit is de enige arts in uw kring." in asked
    assert "Bel: Josje Kaptein" in asked
    assert await object_to(world, browser, "gp") == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize("who", ["coach", "gp", "daughter"])
async def test_nobody_else_gets_the_button_or_the_page(world: World, browser: Browser, who: str) -> None:
    await looks(world, "nurse", "/dossier/S5")
    await sign_in(world, browser, who)
    _, page = await read(browser, "/inzage")
    assert "Bezwaar maken" not in page
    _, dossier = await read(browser, "/dossier")
    answer = await press(browser, place(world, "nurse"), {"csrf": token_in(dossier), "wat": "bezwaar"})
    assert answer.status == HTTPStatus.FORBIDDEN
    assert (await read(browser, place(world, "nurse")))[0] == HTTPStatus.FORBIDDEN
    async with world.hub.transactions() as unit:
        recorded = await unit.consents.of_patient(world.patient_id)
    assert not [one for one in recorded if one.decision is ConsentDecision.DENY]


async def test_without_the_forms_own_token_nothing_is_recorded(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "patient")
    answer = await press(browser, place(world, "nurse"), {"csrf": "verzonnen", "wat": "bezwaar"})
    assert answer.status == HTTPStatus.FORBIDDEN
    answer = await press(browser, place(world, "nurse"), {"wat": "bezwaar"}, Origin="https://elders.example")
    assert answer.status == HTTPStatus.FORBIDDEN
    assert not await world.audited(AuditEvent.CONSENT_RECORDED, "patient")


async def test_a_stranger_and_nobody_look_the_same_and_the_patient_cannot_object_to_herself(
    world: World, browser: Browser
) -> None:
    await sign_in(world, browser, "patient")
    elsewhere = await read(browser, f"/inzage/bezwaar/{world.people['administrator'].id}")
    assert "Vragen of een klacht?" in elsewhere[1]
    status, _ = await read(browser, "/inzage/bezwaar/per-0000000000000000")
    assert status == HTTPStatus.NOT_FOUND
    _, own = await read(browser, place(world, "patient"))
    assert "Dit bent u zelf." in own
    assert await object_to_self(world, browser) == HTTPStatus.CONFLICT


async def object_to_self(world: World, browser: Browser) -> int:
    _, page = await read(browser, "/inzage")
    answer = await press(browser, place(world, "patient"), {"csrf": token_in(page), "wat": "bezwaar"})
    return answer.status


async def test_a_marking_that_was_not_discussed_does_not_show_in_the_patients_log(
    world: World, browser: Browser
) -> None:
    """What somebody wrote in S2 is not in her log before the talk; that a professional may look there is no secret."""
    async with world.hub.database.transaction() as connection:
        await connection.execute(update(circle).values(discussed_at=None))
    await world.record("gp", Note("Zou het mij verbazen als zij over een jaar is overleden? Nee."), Section.S2)
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/inzage")
    assert "S2-1" not in page
    assert "Ziekte en markering" not in page
    assert "Legde 1 keer iets vast" not in page


async def test_the_same_page_in_english(world: World, browser: Browser) -> None:
    await looks(world, "gp", "/dossier/S5")
    await sign_in(world, browser, "patient")
    _, page = await read(browser, "/inzage?taal=en")
    assert "Gerard Huisman (GP, Huisartsenpraktijk De Brug) looked 1 time" in page
    _, asked = await read(browser, place(world, "gp"))
    assert "Yes, I object" in asked
    assert "bezwaar" not in asked.replace("/inzage/bezwaar", "").replace('value="bezwaar"', "").casefold()


def test_every_act_that_can_be_refused_has_words_for_the_log() -> None:
    assert set(log_view._ACTS) == set(Action)

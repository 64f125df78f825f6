"""The page of the ladder: a coach changes it without code; what is wrong is said clearly; others only look."""

from http import HTTPStatus

import pytest

from hub.application.use_cases.ladders import change_ladder
from hub.domain.audit import AuditEvent
from hub.domain.ladder import DEFAULT, Who
from tests.portal.world import Browser, World, press, read, sign_in, token_in

GOOD = {
    "who_1": "lead", "within_1": "2", "who_2": "coach", "within_2": "1,5", "outside_2": "45 min",
    "text_2": "Vraag {nummer}: {wie} belt u {termijn}.", "acute": "30", "practical": "steunkousen, Bed",
}  # fmt: skip


async def pressed(browser: Browser, what: str = "bewaar", csrf: str | None = None, **form: str) -> tuple[int, str]:
    _, shown = await read(browser, "/ladder")
    version = shown.split('name="version" value="')[1].split('"')[0] if 'name="version"' in shown else "0"
    sent = {"csrf": csrf or token_in(shown), "version": version, "wat": what} | GOOD | form
    answer = await press(browser, "/ladder", sent)
    return answer.status, await answer.text()


async def test_the_coach_changes_the_ladder_sees_how_it_sounds_and_who_changed_it_when(
    world: World, browser: Browser
) -> None:
    await sign_in(world, browser, "coach")
    status, shown = await read(browser, "/ladder")
    assert status == HTTPStatus.OK
    assert "Deze kring heeft nog de ladder van de organisatie." in shown
    assert "Vraag 3: Samira Bakker (thuiszorg) antwoordt" in shown
    status, example = await pressed(browser, "voorbeeld")
    assert (status, "Er is nog niets bewaard" in example) == (HTTPStatus.OK, True)
    assert "Vraag 3: Samira Bakker (thuiszorg) belt u vandaag voor" in example
    assert (await pressed(browser))[0] == HTTPStatus.SEE_OTHER
    _, after = await read(browser, "/ladder")
    assert "Versie 1, door Josje Kaptein" in after
    async with world.hub.transactions() as unit:
        kept = await unit.ladders.newest(world.circle_id)
    assert kept is not None
    assert [(rung.who, rung.within, rung.outside) for rung in kept.rungs] == [
        (Who.LEAD, 120, None),
        (Who.COACH, 90, 45),
    ]
    assert kept.practical == ("steunkousen", "bed")
    assert len(await world.audited(AuditEvent.LADDER_CHANGED, "coach")) == 1


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"within_1": "straks"}, "Trede 1: Schrijf een termijn in uren"),
        ({"within_1": "0,1"}, "Trede 1: Een termijn op de ladder is minstens een kwartier"),
        ({"within_1": "1e9"}, "Trede 1: Schrijf een termijn in uren"),
        ({"text_2": "{wie.__class__} {termijn}"}, "Die plek om in te vullen ken ik niet"),
        ({"text_2": "{wie!r} {termijn}"}, "Die plek om in te vullen ken ik niet"),
        ({"text_2": "{wie belt {termijn}"}, "Gebruik alleen {wie}, {termijn} en {nummer}"),
        ({"text_2": "We bellen u zo."}, "wie antwoordt en wanneer"),
        ({"text_2": "@room {wie} {termijn}"}, "laat @room weg"),
        ({"who_1": "outside"}, "een vraag heeft altijd een eigenaar"),
        ({"who_1": "burgemeester"}, "Kies wie er op deze trede staat."),
        ({"who_1": "", "who_2": ""}, "Een ladder heeft één tot 8 treden."),
        ({"acute": "1"}, "De termijn bij acute woorden"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_changes(
    world: World, browser: Browser, form: dict[str, str], fault: str
) -> None:
    await sign_in(world, browser, "coach")
    status, shown = await pressed(browser, **form)
    assert status == HTTPStatus.CONFLICT
    assert fault in shown
    assert "Er is niets veranderd." in shown
    async with world.hub.transactions() as unit:
        assert await unit.ladders.newest(world.circle_id) is None


async def test_a_text_is_never_markup(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "coach")
    _, shown = await pressed(browser, "voorbeeld", text_2="<script>alert(1)</script> {wie} {termijn}")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


@pytest.mark.parametrize("who", ["gp", "nurse", "daughter", "patient"])
async def test_others_look_and_change_nothing(world: World, browser: Browser, who: str) -> None:
    await sign_in(world, browser, who)
    status, shown = await read(browser, "/ladder")
    assert status == HTTPStatus.OK
    assert "Bewaar de ladder" not in shown
    assert (await pressed(browser))[0] in {HTTPStatus.CONFLICT, HTTPStatus.FORBIDDEN}
    async with world.hub.transactions() as unit:
        assert await unit.ladders.newest(world.circle_id) is None


async def test_without_the_token_of_the_session_nothing_happens(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "coach")
    assert (await pressed(browser, csrf="geraden-token-van-een-ander"))[0] == HTTPStatus.FORBIDDEN


async def test_who_saves_an_old_page_overwrites_nobody(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "coach")
    async with world.hub.transactions() as unit:
        context = await world.context(unit, "coach")
        await change_ladder(unit, world.hub.guard, context, DEFAULT)
    status, shown = await pressed(browser, version="0")
    assert status == HTTPStatus.CONFLICT
    assert "Iemand anders veranderde de ladder net." in shown

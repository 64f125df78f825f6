"""Who leaves the circle is out of its rooms, reads nothing that is said later, and finds the portal closed (I5)."""

from __future__ import annotations

import re

import aiohttp
import pytest

from .element import Element, ElementProcess
from .hub_circle import ANSWER_SECONDS, BOT, PatientsCircle, add_person, ask, heard, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real

_LINK = re.compile(r"http://localhost:\d+/p/[A-Za-z0-9_-]+")


async def portal_cookie(circle: PatientsCircle, element: Element) -> dict[str, str]:
    """Asks for a link in the team room, opens it once, and gives the cookie of the session."""
    point = await element.mark()
    await ask(element, circle.team_room, "!portaal")
    room = await circle.private_room(element)
    told = await element.wait_for("/p/", room=room, sender=BOT, after=point, seconds=ANSWER_SECONDS)
    found = _LINK.search(told.body)
    assert found is not None
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser,
        browser.post(found[0], headers={"Origin": circle.hub.portal}, allow_redirects=False) as answer,
    ):
        assert answer.status in {302, 303}
        return {name: morsel.value for name, morsel in answer.cookies.items()}


async def open_dossier(circle: PatientsCircle, cookie: dict[str, str]) -> tuple[int, str]:
    """Status and page of the dossier in the browser with that cookie."""
    header = "; ".join(f"{name}={value}" for name, value in cookie.items())
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser,
        browser.get(f"{circle.hub.portal}/dossier", headers={"Cookie": header}, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text()


async def test_who_is_discharged_is_out_and_reads_none_of_five_later_messages_and_has_no_portal(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer")
    specialist = add_person(running_hub, "specialist", "Sam", "Oudkerk", "Rijnstate")
    circle = open_circle(running_hub, element_process, coach)
    carla = await circle.arrive(coach, circle.rooms)
    sam = await circle.arrive(specialist, circle.admit(specialist))
    await heard(carla, circle.team_room)
    await heard(sam, circle.team_room)
    before = await ask(carla, circle.team_room, "!pijn 4 toen Sam er nog was")
    await sam.wait_for(before.body, room=circle.team_room, sender=BOT, readable=True)
    cookie = await portal_cookie(circle, sam)
    status, page = await open_dossier(circle, cookie)
    assert (status, "toen Sam er nog was" in page) == (200, True)
    private = await circle.private_room(sam)

    running_hub.kring("circle", "discharge", circle.patient, specialist.id, "--reason", "care-ended")

    for room in (*circle.rooms, private):
        await sam.wait_for_membership("leave", room)
    shown = running_hub.kring("circle", "show", circle.patient).json["members"]
    assert specialist.id not in {member["person"] for member in shown}

    held = await sam.sessions(circle.team_room)
    for score in range(5):
        answer = await ask(carla, circle.team_room, f"!pijn {score} nu Sam weg is")
        path = f"/_matrix/client/v3/rooms/{circle.team_room}/event/{answer.event_id}"
        stored = (await carla.request("GET", path)).body
        assert stored["content"]["session_id"] not in held | await sam.sessions(circle.team_room)
        assert not (await sam.decrypt(stored)).readable
        assert (await carla.decrypt(stored)).readable
        assert (await sam.request("GET", path)).status in {403, 404}, "and the server does not give the event either"

    status, page = await open_dossier(circle, cookie)
    assert status != 200
    assert "Sam" not in page
    assert "Wit" not in page
    refused = running_hub.kring("dossier", "show", circle.patient, "--as", specialist.id)
    assert refused.error["code"] == "access-denied"

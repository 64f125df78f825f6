"""Whose keys are whose, with Element: seven emoji on both sides, a new identity that waits, a device nobody signed."""

from __future__ import annotations

import asyncio
import html
import re
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.patience import patience

from .element import Element, ElementProcess
from .hub_circle import ANSWER_SECONDS, BOT, PatientsCircle, Somebody, add_person, ask, heard, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real

ALARM_SECONDS = 10.0
_LINK = re.compile(r"http://localhost:\d+/p/[A-Za-z0-9_-]+")
_EMOJI = re.compile(r'<li><span aria-hidden="true">([^<]+)</span>')


@dataclass
class Browser:
    """Somebody's session in the portal."""

    circle: PatientsCircle
    cookie: str

    async def page(self, path: str = "/toestellen") -> str:
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(self.circle.hub.portal + path, headers={"Cookie": self.cookie}) as answer,
        ):
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def press(self, path: str, **fields: str) -> int:
        csrf = re.search(r'name="csrf" value="([^"]+)"', await self.page())
        assert csrf is not None
        headers = {"Cookie": self.cookie, "Origin": self.circle.hub.portal}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.post(
                self.circle.hub.portal + path,
                data={"csrf": csrf[1], **fields},
                headers=headers,
                allow_redirects=False,
            ) as answer,
        ):
            return answer.status

    async def emoji(self, seconds: float = ANSWER_SECONDS) -> tuple[str, list[str]]:
        """The comparison that is open, and its seven signs, as soon as the page shows them."""
        deadline = time.monotonic() + seconds
        while True:
            shown = await self.page()
            found = re.search(r'name="verification" value="([^"]+)"', shown)
            if found is not None:
                return html.unescape(found[1]), [html.unescape(sign) for sign in _EMOJI.findall(shown)]
            assert time.monotonic() < deadline, "no emoji in the portal"
            await asyncio.sleep(0.2)


async def verified_by(element: Element, seconds: float = ANSWER_SECONDS) -> None:
    """Element says that the bot is verified; it asks the server for its own signature first."""
    deadline = time.monotonic() + seconds
    while not (await element.trust(BOT)).verified:
        assert time.monotonic() < deadline, "Element does not call the bot verified"
        await asyncio.sleep(0.1)


def signatures_of_the_bot(hub: HubProcess, target: str) -> int:
    """How often the bot signed this person's identity, as the homeserver keeps it (it shows this to the bot alone)."""
    (path,) = hub.data.glob("**/homeserver.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        query = "SELECT count(*) FROM e2e_cross_signing_signatures WHERE user_id = ? AND target_user_id = ?"
        return int(database.execute(query, (BOT, target)).fetchone()[0])


async def sign_in(circle: PatientsCircle, element: Element) -> Browser:
    point = await element.mark()
    await ask(element, circle.team_room, "!portaal")
    room = await circle.private_room(element)
    told = await element.wait_for("/p/", room=room, sender=BOT, after=point, seconds=ANSWER_SECONDS)
    found = _LINK.search(told.body)
    assert found is not None
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.post(found[0], headers={"Origin": circle.hub.portal}, allow_redirects=False) as answer,
    ):
        return Browser(circle, "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items()))


@dataclass
class Ward:
    """Mevrouw de Wit's circle: Carla (coach) and Samira (home care), both at Element, Carla also in the portal."""

    circle: PatientsCircle
    coach: Somebody
    nurse: Somebody
    carla: Element
    samira: Element
    carla_private: str
    samira_private: str
    portal: Browser

    def standing(self) -> dict[str, Any]:
        people = self.circle.hub.kring("identity", "list", self.circle.patient, "--as", self.coach.id).json["people"]
        return next(one for one in people if one["person"] == self.nurse.id)

    def logged(self, event: str) -> list[dict[str, Any]]:
        entries = self.circle.hub.kring("audit", "list", self.circle.patient, "--actor", self.coach.id).json["entries"]
        return [entry for entry in entries if entry["event"] == event]


@pytest.fixture
async def ward(running_hub: HubProcess, element_process: ElementProcess) -> Ward:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer")
    nurse = add_person(running_hub, "home_care", "Samira", "Bakker", "Thuiszorg Rijnoever")
    circle = open_circle(running_hub, element_process, coach)
    carla = await circle.arrive(coach, circle.rooms)
    samira = await circle.arrive(nurse, circle.admit(nurse))
    await heard(carla, circle.team_room)
    await heard(samira, circle.team_room)
    carla_private = await circle.private_room(carla)
    samira_private = await circle.private_room(samira)
    portal = await sign_in(circle, carla)
    return Ward(circle, coach, nurse, carla, samira, carla_private, samira_private, portal)


async def test_seven_emoji_are_the_same_on_both_sides_and_make_the_pin_stronger(ward: Ward) -> None:
    assert ward.standing()["how"] == "first-use"
    transaction = await ward.samira.verify_ask(BOT, ward.samira_private)
    theirs, _numbers = await ward.samira.verify_emoji()
    shown_as, ours = await ward.portal.emoji()
    assert shown_as == transaction
    assert len(ours) == 7
    assert ours == theirs

    await ward.samira.verify_say(same=True)
    assert await ward.portal.press("/toestellen/plaatjes", verification=transaction, same="ja") == 303
    assert await ward.samira.verify_end() == ("DONE", None)

    await verified_by(ward.samira)
    assert signatures_of_the_bot(ward.circle.hub, ward.nurse.matrix_id) == 1, "for our other devices to see"
    standing = ward.standing()
    assert (standing["state"], standing["how"], standing["vouched_by"]) == ("pinned", "emoji", "Carla Vermeer")
    (confirmed,) = ward.logged("device.identity-confirmed")
    assert confirmed["user"] == ward.coach.id
    assert len(ward.logged("device.identity-compared")) == 1


async def test_the_bot_asks_from_the_portal_and_element_answers_in_its_own_way(ward: Ward) -> None:
    assert await ward.portal.press("/toestellen/vergelijk", person=ward.nurse.id) == 303
    await ward.samira.verify_accept(BOT, ward.samira_private)
    theirs, numbers = await ward.samira.verify_emoji(start=False)
    transaction, ours = await ward.portal.emoji()
    assert ours == theirs
    assert " ".join(map(str, numbers)) in await ward.portal.page()
    assert await ward.portal.press("/toestellen/plaatjes", verification=transaction, same="ja") == 303
    await ward.samira.verify_say(same=True)
    assert await ward.samira.verify_end() == ("DONE", None)
    await verified_by(ward.samira)
    assert ward.standing()["how"] == "emoji"


async def test_emoji_that_differ_end_it_and_the_coach_hears_of_it(ward: Ward) -> None:
    point = await ward.carla.mark()
    transaction = await ward.samira.verify_ask(BOT, ward.samira_private)
    await ward.samira.verify_emoji()
    await ward.portal.emoji()
    assert await ward.portal.press("/toestellen/plaatjes", verification=transaction, same="nee") == 303
    assert await ward.samira.verify_end() == ("CANCELLED", "m.mismatched_sas")
    told = await ward.carla.wait_for("plaatjes kwamen niet overeen", sender=BOT, after=point, seconds=ANSWER_SECONDS)
    assert told.room_id == ward.carla_private
    assert not (await ward.samira.trust(BOT)).verified
    assert ward.standing()["how"] == "first-use"
    assert {entry["detail"].partition(";")[0] for entry in ward.logged("device.identity-compared")} == {
        "different",
        "m.mismatched_sas",
    }


async def test_a_reset_identity_waits_is_told_within_ten_seconds_and_counts_after_one_act(ward: Ward) -> None:
    first = await ask(ward.samira, ward.circle.team_room, "!pijn 3")
    assert "S5-" in first.body
    point = await ward.carla.mark()
    began = time.monotonic()
    await ward.samira.reset_identity(ward.nurse.password)
    alarm = await ward.carla.wait_for("is vernieuwd", sender=BOT, after=point, seconds=ANSWER_SECONDS)
    took = time.monotonic() - began
    print(f"alarm after {took:.1f} s, with the reset itself")
    assert took <= patience(ALARM_SECONDS)
    assert alarm.room_id == ward.carla_private

    entries = len(ward.circle.show(ward.coach))
    held = await ward.samira.sessions(ward.circle.team_room)
    await ward.samira.say(ward.circle.team_room, "!pijn 9")
    await ward.carla.wait_for("Met dit bericht heb ik niets gedaan", sender=BOT, after=point, seconds=ANSWER_SECONDS)
    answers = [await ask(ward.carla, ward.circle.team_room, "!wie") for _ in range(3)]
    for answer in answers:
        path = f"/_matrix/client/v3/rooms/{ward.circle.team_room}/event/{answer.event_id}"
        stored = (await ward.carla.request("GET", path)).body
        assert stored["content"]["session_id"] not in held | await ward.samira.sessions(ward.circle.team_room)
        assert not (await ward.samira.decrypt(stored)).readable
    assert len(ward.circle.show(ward.coach)) == entries, "no command of hers was carried out"

    code = re.search(r"!vertrouw Bakker ((?:\S{4} ?){3})", alarm.body)
    assert code is not None
    wrong = await ask(ward.carla, ward.circle.team_room, "!vertrouw Bakker AAAA AAAA AAAA")
    assert "klopt niet" in wrong.body
    confirmed = await ask(ward.carla, ward.circle.team_room, f"!vertrouw Bakker {code[1].strip()}")
    assert "Opdrachten tellen weer mee" in confirmed.body
    again = await ask(ward.samira, ward.circle.team_room, "!pijn 4")
    assert "S5-" in again.body
    assert [entry["user"] for entry in ward.logged("device.identity-changed")] == [ward.nurse.id]
    (act,) = ward.logged("device.identity-confirmed")
    assert act["user"] == ward.coach.id


async def test_a_new_identity_is_confirmed_by_seven_emoji_too(ward: Ward) -> None:
    point = await ward.carla.mark()
    await ward.samira.reset_identity(ward.nurse.password)
    await ward.carla.wait_for("is vernieuwd", sender=BOT, after=point, seconds=ANSWER_SECONDS)
    assert ward.standing()["state"] == "changed"
    await ward.portal.press("/toestellen/vergelijk", person=ward.nurse.id)
    await ward.samira.verify_accept(BOT, ward.samira_private)
    theirs, _numbers = await ward.samira.verify_emoji(start=False)
    transaction, ours = await ward.portal.emoji()
    assert ours == theirs
    await ward.samira.verify_say(same=True)
    await ward.portal.press("/toestellen/plaatjes", verification=transaction, same="ja")
    assert await ward.samira.verify_end() == ("DONE", None)
    assert (ward.standing()["state"], ward.standing()["how"]) == ("pinned", "emoji")
    answer = await ask(ward.samira, ward.circle.team_room, "!pijn 2")
    assert "S5-" in answer.body


async def test_a_device_that_nobody_signed_gets_nothing_does_nothing_and_is_told_of_once(ward: Ward) -> None:
    point, began = await ward.samira.mark(), time.monotonic()
    ghost = await Element.log_in(
        ward.circle.process,
        f"spook@{ward.circle.hub.port}{time.monotonic_ns()}",
        ward.circle.hub.homeserver,
        ward.nurse.user,
        ward.nurse.password,
        cross_sign=False,
        strict=False,
    )
    await ward.samira.wait_for("nieuw toestel op uw naam", sender=BOT, after=point, seconds=ANSWER_SECONDS)
    assert time.monotonic() - began <= patience(ALARM_SECONDS + 5)  # with the sign-in of the ghost itself
    team = await ward.carla.mark()
    entries = len(ward.circle.show(ward.coach))
    for score in range(3):
        await ghost.say(ward.circle.team_room, f"!pijn {score}")
    await ward.carla.wait_for("Met dit bericht heb ik niets gedaan", sender=BOT, after=team, seconds=ANSWER_SECONDS)
    answer = await ask(ward.carla, ward.circle.team_room, "!wie")
    told = await ward.carla.messages("Met dit bericht heb ik niets gedaan", sender=BOT, after=team)
    assert len(told) == 1, "once, however often the ghost speaks"
    path = f"/_matrix/client/v3/rooms/{ward.circle.team_room}/event/{answer.event_id}"
    stored = (await ward.carla.request("GET", path)).body
    assert stored["content"]["session_id"] not in await ghost.sessions(ward.circle.team_room)
    assert len(ward.circle.show(ward.coach)) == entries
    assert len(ward.logged("device.unsigned")) == 1
    await ghost.stop(log_out=True)


async def test_with_confirmation_nobody_counts_before_somebody_vouched(
    tmp_path_factory: pytest.TempPathFactory, element_process: ElementProcess
) -> None:
    with HubProcess(tmp_path_factory.mktemp("confirmed"), settings='pinning = "confirmed"\n') as hub:
        hub.start()
        coach = add_person(hub, "coach", "Carla", "Vermeer")
        nurse = add_person(hub, "home_care", "Samira", "Bakker", "Thuiszorg Rijnoever")
        circle = open_circle(hub, element_process, coach)
        carla = await circle.arrive(coach, circle.rooms)
        fingerprint = await awaited(hub, circle.patient, coach)
        assert await carla.messages(sender=BOT, readable=True) == [], "nobody vouched: no keys"

        vouched = hub.kring(
            "identity", "confirm", coach.id, "--fingerprint", fingerprint, "--evidence", "paspoort gezien"
        )
        assert vouched.json["how"].startswith("administrator:")
        await heard(carla, circle.team_room)

        point = await carla.mark()
        samira = await circle.arrive(nurse, circle.admit(nurse))
        told = await carla.wait_for("Nieuw in Element: Samira Bakker", sender=BOT, after=point, seconds=ANSWER_SECONDS)
        await samira.say(circle.team_room, "!pijn 3")
        await carla.wait_for("nog niet bevestigd dat dit account", sender=BOT, after=point, seconds=ANSWER_SECONDS)
        assert circle.show(coach) == []
        code = re.search(r"!vertrouw Bakker ((?:\S{4} ?){3})", told.body)
        assert code is not None
        await ask(carla, circle.team_room, f"!vertrouw Bakker {code[1].strip()}")
        assert "S5-1" in (await ask(samira, circle.team_room, "!pijn 4")).body


async def awaited(hub: HubProcess, patient: str, person: Somebody, seconds: float = ANSWER_SECONDS) -> str:
    """The fingerprint of somebody who is seen and waits."""
    deadline = time.monotonic() + seconds
    while True:
        people = hub.kring("identity", "list", patient, "--as", person.id).json["people"]
        standing = next(one for one in people if one["person"] == person.id)
        if standing["state"] == "awaiting":
            return str(standing["fingerprint"])
        assert time.monotonic() < deadline, standing
        await asyncio.sleep(0.2)

"""The whole hub and Element: keys that are kept back, keys that come late, and devices that get none, each told why."""

from __future__ import annotations

import asyncio
import urllib.request
from dataclasses import dataclass

import pytest

from hub.domain.unread import KEY_PATIENCE, READ_AFTER_ALL, WITHHELD

from .element import Element, ElementProcess
from .hub_circle import ANSWER_SECONDS, BOT, PatientsCircle, Somebody, add_person, ask, heard, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real

NOTICE_SECONDS = KEY_PATIENCE.total_seconds() + 60.0


@dataclass(frozen=True, slots=True)
class Jansen:
    """The circle of meneer Jansen: Carla coaches, Gerda is the GP, Ruben the specialist. All are at Element."""

    circle: PatientsCircle
    gp: Somebody
    carla: Element
    gerda: Element
    ruben: Element

    @property
    def team(self) -> str:
        return self.circle.team_room


@pytest.fixture(scope="module")
def jansen(running_hub: HubProcess, element_process: ElementProcess) -> Jansen:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer", "Netwerk Palliatieve Zorg")
    gp = add_person(running_hub, "gp", "Gerda", "Huisman", "Praktijk De Brug")
    specialist = add_person(running_hub, "specialist", "Ruben", "Oosterhof", "Ziekenhuis Veluwezoom")
    circle = open_circle(running_hub, element_process, coach, given="Piet", family="Jansen", birth_date="1948-05-02")

    async def gather() -> Jansen:
        carla = await circle.arrive(coach, circle.rooms)
        gerda = await circle.arrive(gp, circle.admit(gp))
        ruben = await circle.arrive(specialist, circle.admit(specialist))
        for somebody in (carla, gerda, ruben):
            await heard(somebody, circle.team_room)
        return Jansen(circle, gp, carla, gerda, ruben)

    return asyncio.run(gather())


async def test_a_device_that_its_owner_did_not_sign_hears_why_and_wie_names_it(jansen: Jansen) -> None:
    tablet = await Element.log_in(
        jansen.circle.process, f"{jansen.gp.user}-tablet@{jansen.circle.hub.port}", jansen.circle.hub.homeserver,
        jansen.gp.user, jansen.gp.password, cross_sign=False, strict=False,
    )  # fmt: skip
    await tablet.wait_for_membership("join", jansen.team)
    asked = await jansen.carla.say(jansen.team, "!pijn 3")
    said = await jansen.carla.wait_for(room=jansen.team, sender=BOT, reply_to=asked, seconds=ANSWER_SECONDS)
    unreadable = await tablet.wait_for(
        room=jansen.team, sender=BOT, reply_to=asked, seconds=ANSWER_SECONDS,
        failure="MEGOLM_KEY_WITHHELD_FOR_UNVERIFIED_DEVICE",
    )  # fmt: skip
    assert unreadable.event_id == said.event_id
    assert (await jansen.gerda.wait_for(room=jansen.team, reply_to=asked)).readable

    asked = await jansen.carla.say(jansen.team, "!wie", reply_to=said.event_id)
    answer = await jansen.carla.wait_for(room=jansen.team, sender=BOT, reply_to=asked, seconds=ANSWER_SECONDS)
    assert "Alle 3 kunnen dit lezen." in answer.body
    assert "Gerda Huisman (huisarts) wel, maar niet op elk toestel: toestel niet geverifieerd." in answer.body
    await tablet.stop(log_out=True)


async def test_a_key_kept_back_and_a_key_held_up_are_told_and_what_comes_late_is_filed(jansen: Jansen) -> None:
    """Gerda's Element writes to verified devices only; Ruben's key stays on the road."""
    await jansen.gerda.write_to_verified_only(True)
    await jansen.gerda.forget_session(jansen.team)
    kept_back = await jansen.gerda.say(jansen.team, "!pijn 7 kort voor het eten")
    await jansen.ruben.hold_keys()
    await jansen.ruben.forget_session(jansen.team)
    held_up = await jansen.ruben.say(jansen.team, "!pijn 6 met een late sleutel")

    to_gerda, to_ruben = await asyncio.gather(
        jansen.gerda.wait_for(room=jansen.team, sender=BOT, reply_to=kept_back, seconds=NOTICE_SECONDS),
        jansen.ruben.wait_for(room=jansen.team, sender=BOT, reply_to=held_up, seconds=NOTICE_SECONDS),
    )
    assert WITHHELD["m.unverified"].told in to_gerda.body
    assert "De sleutel ervan is niet bij mij aangekomen." in to_ruben.body
    private = await jansen.circle.private_room(jansen.carla)
    for name in ("Gerda Huisman", "Ruben Oosterhof"):
        told = await jansen.carla.wait_for(f"kon ik een bericht van {name}", room=private, seconds=ANSWER_SECONDS)
        assert "in het portaal" in told.body
    assert unread_in_metrics(jansen.circle.hub) == {"no-key": 2}
    assert not [e for e in jansen.circle.show(jansen.gp) if "late sleutel" in e["sentence"]]

    assert await jansen.ruben.release_keys() > 0
    after_all = await jansen.ruben.wait_for("Alsnog gelezen", room=jansen.team, sender=BOT, seconds=ANSWER_SECONDS)
    assert (after_all.body, after_all.in_reply_to) == (READ_AFTER_ALL, held_up)
    await jansen.ruben.wait_for("Vastgelegd als", room=jansen.team, sender=BOT, reply_to=held_up)
    assert [e for e in jansen.circle.show(jansen.gp) if "late sleutel" in e["sentence"]]
    assert unread_in_metrics(jansen.circle.hub) == {"no-key": 1}

    await jansen.gerda.write_to_verified_only(False)
    await jansen.gerda.forget_session(jansen.team)
    answer = await ask(jansen.gerda, jansen.team, "!pijn 7 kort voor het eten")
    assert "Vastgelegd als" in answer.body


def unread_in_metrics(hub: HubProcess) -> dict[str, int]:
    """``kring_inbox_events`` of state unreadable, by code."""
    with urllib.request.urlopen(f"{hub.portal}/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    found = {}
    for line in lines:
        if line.startswith("kring_inbox_events{") and 'state="unreadable"' in line:
            code = line.partition('code="')[2].partition('"')[0]
            found[code] = int(float(line.rpartition(" ")[2]))
    return found

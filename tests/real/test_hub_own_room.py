"""The morning overview comes in a room of one's own, over the real homeserver, in a real Element."""

from __future__ import annotations

from pathlib import Path

import pytest

from .element import ElementProcess
from .hub_circle import ANSWER_SECONDS, BOT, add_person, ask, heard, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real


async def test_the_coach_asks_for_her_day_and_reads_it_in_a_room_of_her_own(
    tmp_path: Path, element_process: ElementProcess
) -> None:
    with HubProcess(tmp_path) as hub:
        hub.start()
        carla = add_person(hub, "coach", "Carla", "Vermeer", "Praktijk De Brug")
        circle = open_circle(hub, element_process, carla)
        element = await circle.arrive(carla, circle.rooms)
        await heard(element, circle.circle_room)
        told = await ask(element, circle.team_room, "!taak apotheek bellen @mij voor over 1 uur")
        assert "Taak 1 is voor uzelf" in told.body
        # The task itself is told in the private room of this circle; that invitation comes first.
        private = await circle.private_room(element)
        await element.wait_for("apotheek bellen", room=private, sender=BOT, readable=True, seconds=ANSWER_SECONDS)
        await element.say(circle.team_room, "!overzicht")
        own = await element.wait_for_invite(seconds=ANSWER_SECONDS)
        await element.join(own)
        day = await element.wait_for("Vandaag voor u", room=own, sender=BOT, readable=True, seconds=ANSWER_SECONDS)
        assert "taak 1" in day.body
        assert "apotheek" not in day.body
        shield = await element.shield(day.event_id)
        assert shield is not None, "encrypted"
        await element.say(own, "!taken")
        listed = await element.wait_for("in al uw kringen", room=own, sender=BOT, readable=True, seconds=ANSWER_SECONDS)
        assert "taak 1" in listed.body
        assert hub.kring("audit", "verify").json["ok"] is True

"""N17: nio renews room keys by the clock on the wall, after seven days or a hundred messages, whatever the room says.

For mevrouw de Wit: a clock that was set back keeps one key in use for months; who steals it once, reads them all.
"""

import time

import pytest

from bots.runtime.crypto import outbound
from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real


async def key_of(bedside: Bedside, text: str) -> str:
    stored = await bedside.stored(await bedside.say(text, bedside.fatima))
    return str(stored["content"]["session_id"])


async def test_n17_after_a_number_of_messages_the_room_gets_a_new_key(
    bedside: Bedside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "MAX_MESSAGES", 3)
    used = [await key_of(bedside, f"Bericht {number}") for number in range(4)]
    assert len(set(used[:3])) == 1
    assert used[3] != used[0]
    assert await bedside.fatima.wait_for("Bericht 3", room=bedside.room)


async def test_n17_after_a_day_the_room_gets_a_new_key_also_when_the_clock_on_the_wall_was_set_back(
    bedside: Bedside, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await key_of(bedside, "Vandaag")
    assert await key_of(bedside, "Nog steeds vandaag") == first
    started = time.monotonic()
    wall = time.time()
    sessions = bedside.bot.client.keeper.machine._outbound
    monkeypatch.setattr(time, "time", lambda: wall - 90 * 24 * 3600)
    monkeypatch.setattr(sessions, "_monotonic", lambda: started + outbound.MAX_AGE.total_seconds() + 60)
    assert await key_of(bedside, "Morgen") != first


def test_n17_a_key_lives_no_longer_than_the_rooms_of_kring_ask_of_everybody() -> None:
    from hub.homeserver.room_templates import ROTATION_MESSAGES, ROTATION_MILLISECONDS

    assert outbound.MAX_MESSAGES <= ROTATION_MESSAGES
    assert outbound.MAX_AGE.total_seconds() * 1000 <= ROTATION_MILLISECONDS

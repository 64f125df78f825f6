"""N9: nio remembers in memory which messages it has seen; after a restart the same one counts again.

For mevrouw de Wit: "10 mg gegeven" stands in her dossier twice.
"""

import copy

import pytest

from bots.runtime.untrusted import JsonObject
from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real


async def test_n09_a_message_that_the_homeserver_repeats_under_another_name_after_a_restart_is_refused(
    bedside: Bedside,
) -> None:
    said = await bedside.fatima.say(bedside.room, "10 mg gegeven")
    assert (await bedside.bot.hears(said)).body == "10 mg gegeven"
    original = await bedside.stored(said)
    await bedside.bot.start_again()
    again = said[:-4] + ("AAAA" if not said.endswith("AAAA") else "BBBB")

    def repeat(answer: JsonObject) -> None:
        joined = answer.setdefault("rooms", {}).setdefault("join", {})
        timeline = joined.setdefault(bedside.room, {}).setdefault("timeline", {"limited": False})
        copied = copy.deepcopy(original) | {"event_id": again}
        copied.pop("room_id")
        timeline.setdefault("events", []).append(copied)

    bedside.bot.lying(repeat)
    assert await bedside.bot.refuses(again) == "replayed"

"""N7: nio believes whoever the homeserver names as the sender of a message.

For mevrouw de Wit: what a relative writes comes in as the word of her GP.
"""

import pytest

from bots.runtime.untrusted import JsonObject
from tests.faults.nio.bedside import Bedside, change_events

pytestmark = pytest.mark.real


async def test_n07_a_message_under_somebody_elses_name_is_not_believed(bedside: Bedside) -> None:
    # Bram is known with his devices, so it is not for lack of these that he is not believed.
    known = await bedside.bram.say(bedside.room, "Goedemorgen")
    await bedside.bot.hears(known)

    def as_the_gp(answer: JsonObject) -> None:
        change_events(answer, bedside.room, lambda event: event.update(sender=bedside.bram.user_id))

    bedside.bot.lying(as_the_gp)
    said = await bedside.fatima.say(bedside.room, "!pijn 2")
    assert await bedside.bot.refuses(said) in {"unknown-device", "key-mismatch"}

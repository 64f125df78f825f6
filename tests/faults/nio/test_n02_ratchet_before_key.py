"""N2: nio stores that the Olm message with a room key was read before it stores the key.

For Fatima: the bot dies between the two, and all that she says with that key stays closed to it for ever.
"""

import pytest
from sqlalchemy.exc import OperationalError

from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real


async def test_n02_a_room_key_that_came_in_as_the_bot_died_is_read_again(bedside: Bedside) -> None:
    await bedside.fatima.forget_session(bedside.room)
    said = [await bedside.fatima.say(bedside.room, f"!pijn {score}") for score in (6, 7)]
    with bedside.bot.failing_once_at("INTO mx_megolm_session"), pytest.raises(OperationalError):
        await bedside.bot.hears(said[0])
    await bedside.bot.start_again()
    assert [(await bedside.bot.hears(one)).body for one in said] == ["!pijn 6", "!pijn 7"]

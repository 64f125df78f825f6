"""N1: nio stores the sync token before it has handled what came with it.

For Fatima: she reports pain 6, the bot dies at that moment, and nobody ever hears of it.
"""

import pytest
from sqlalchemy.exc import OperationalError

from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real


async def test_n01_what_came_in_as_the_bot_died_comes_in_again(bedside: Bedside) -> None:
    said = await bedside.fatima.say(bedside.room, "!pijn 6")
    with bedside.bot.failing_once_at("INSERT INTO mx_inbox"), pytest.raises(OperationalError):
        await bedside.bot.hears(said)
    await bedside.bot.start_again()
    assert (await bedside.bot.hears(said)).body == "!pijn 6"

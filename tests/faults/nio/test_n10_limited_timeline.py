"""N10: nio takes the end of a long timeline for the whole of it.

For Fatima: after a weekend without power the bot has ten of her thirty notes, and nobody misses the rest.
"""

import pytest

from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real


async def test_n10_all_that_was_said_while_the_bot_was_away_comes_in_and_in_order(bedside: Bedside) -> None:
    said = [await bedside.fatima.say(bedside.room, f"!pijn {number % 10}") for number in range(25)]
    await bedside.bot.start_again()
    bedside.bot.client.engine._limit = 5

    async def all_there() -> bool:
        return len(bedside.bot.mailbox._messages) >= len(said)

    await bedside.bot.until(all_there)
    assert [message.event_id for message in bedside.bot.mailbox._messages] == said

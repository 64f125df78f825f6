"""N6: nio has no cross-signing. To a current Element such a bot is a stranger: unread, and without keys.

For Fatima: the bot neither hears her nor answers, and nobody sees why.
"""

import pytest

from tests.faults.nio.bedside import Bedside
from tests.faults.nio.conftest import NewBot

pytestmark = pytest.mark.real


async def test_n06_a_new_device_of_the_bot_is_read_and_heard_by_a_strict_element_without_a_mark(
    bedside: Bedside, new_bot: NewBot
) -> None:
    bot = await new_bot()
    await bedside.enter(bot)
    device = await bedside.fatima.wait_for_device(bot.home.user_id, bot.client.device_id)
    assert device.signed_by_owner
    sent = await bot.client.send_text(bedside.room, "Ik ben er.", recipients=[bedside.fatima.user_id])
    heard = await bedside.fatima.wait_for("Ik ben er.", room=bedside.room)
    shield = await bedside.fatima.shield(sent.event_id)
    assert heard.readable
    assert shield is not None
    assert (shield.colour, shield.reason) == ("NONE", None)
    said = await bedside.fatima.say(bedside.room, "En ik ook.")
    assert (await bot.hears(said)).device_id == bedside.fatima.device_id

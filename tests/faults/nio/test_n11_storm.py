"""N11: nio asks again at once when the homeserver fails: two thousand times in two seconds.

For everybody: a homeserver that just comes back is knocked over by its own bot.
"""

import asyncio
import random
from contextlib import suppress

import pytest

from tests.faults.nio.bedside import Bedside
from tests.faults.proxy import FaultProxy
from tests.faults.road import ServerError

pytestmark = pytest.mark.real
WATCHED_SECONDS = 3.0
MOST = 12


async def test_n11_a_failing_homeserver_is_left_in_peace_and_then_what_was_said_comes_in(bedside: Bedside) -> None:
    said = await bedside.fatima.say(bedside.room, "Hoort u mij?")
    with FaultProxy(bedside.ward.homeserver) as proxy:
        bedside.bot.homeserver = proxy.url
        await bedside.bot.start_again()
        with proxy.playing(ServerError(random.Random(1))):
            began = proxy.now
            bedside.bot.client.start()
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), WATCHED_SECONDS)
            asked = proxy.asked("", since=began)
        assert 1 <= asked <= MOST
        heard = await asyncio.wait_for(bedside.bot.mailbox.take(lambda message: message.event_id == said), 45)
        assert heard.body == "Hoort u mij?"
        await bedside.bot.client.stop()

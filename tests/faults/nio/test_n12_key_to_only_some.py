"""N12: nio holds a room key for shared also when some of the requests that carried it failed.

For Bram: his GP practice sees "message cannot be read" under the one line that was meant for him.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bots.runtime import sender as sending
from hub.domain.errors import DeliveryDelayed
from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real


async def test_n12_nothing_is_said_until_everybody_has_the_key(
    bedside: Bedside, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One device to a request, and the second request fails.
    monkeypatch.setattr(sending, "_TO_DEVICE_CHUNK", 1)
    keys = bedside.bot.client.keys
    give, times = keys.send_to_device, [0]

    async def second_fails(messages: Sequence[Any]) -> None:
        times[0] += 1
        if times[0] == 2:
            raise DeliveryDelayed("weg", timedelta(seconds=1))
        await give(messages)

    keys.send_to_device = second_fails  # type: ignore[method-assign]
    content = {"msgtype": "m.text", "body": "Beiden, graag."}
    everybody = [bedside.fatima.user_id, bedside.bram.user_id]
    failed = False
    try:
        await bedside.bot.client.sender.send(bedside.room, content, everybody, "n12")
    except DeliveryDelayed:
        failed = True
    assert times[0] >= 2
    assert failed
    assert await bedside.said() == []

    sent = await bedside.bot.client.sender.send(bedside.room, content, everybody, "n12")
    for person in (bedside.fatima, bedside.bram):
        heard = await person.wait_for("Beiden, graag.", room=bedside.room)
        assert heard.event_id == sent.event_id

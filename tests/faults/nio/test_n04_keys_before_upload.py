"""N4: nio stores its one-time keys only after the homeserver took them. When the answer is lost, so is the bot.

For whoever comes new to the circle: the homeserver hands out keys that the bot does not have, and what they say stays
closed; every later upload fails.
"""

from datetime import timedelta

import pytest

from bots.runtime.untrusted import JsonObject
from hub.domain.errors import DeliveryDelayed
from tests.faults.nio.bedside import Bedside
from tests.faults.nio.conftest import NewBot

pytestmark = pytest.mark.real


async def test_n04_keys_whose_upload_was_not_answered_are_offered_again_after_a_restart(
    bedside: Bedside, new_bot: NewBot
) -> None:
    bot = await new_bot()
    upload, offered = bot.client.http.upload_keys, list[JsonObject]()

    async def answer_is_lost(body: JsonObject) -> JsonObject:
        offered.append(body)
        await upload(body)
        raise DeliveryDelayed("weg", timedelta(seconds=1))

    bot.client.http.upload_keys = answer_is_lost  # type: ignore[method-assign]
    async with bot.client.keeper.changing() as machine:
        machine.own_keys.note_key_counts({"signed_curve25519": 0}, [])
    with pytest.raises(DeliveryDelayed):
        await bot.client.keys.upload()

    await bot.start_again()
    async with bot.client.keeper.changing() as machine:
        payload = machine.own_keys.upload_payload()
    assert payload["one_time_keys"], "there is something to offer again"
    assert payload["one_time_keys"] == offered[0]["one_time_keys"]
    await bot.client.keys.upload()

    await bedside.enter(bot)
    await bedside.fatima.wait_for_device(bot.home.user_id, bot.client.device_id)
    said = await bedside.fatima.say(bedside.room, "Hoort u mij?")
    assert (await bot.hears(said)).body == "Hoort u mij?"

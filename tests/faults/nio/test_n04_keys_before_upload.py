"""N4: nio stores its one-time keys only after the homeserver took them. When the answer is lost, so is the bot.

For whoever comes new to the circle: the homeserver hands out keys that the bot does not have, and what they say stays
closed; every later upload fails.
"""

from datetime import timedelta

import pytest

from bots.runtime.http import MatrixHttp
from bots.runtime.untrusted import JsonObject
from hub.domain.errors import DeliveryDelayed
from tests.faults.nio.bedside import Bedside
from tests.faults.nio.conftest import NewBot

pytestmark = pytest.mark.real


async def test_n04_keys_whose_upload_was_not_answered_are_offered_again_after_a_restart(
    bedside: Bedside, new_bot: NewBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = await new_bot()
    upload, offered = MatrixHttp.upload_keys, list[JsonObject]()

    async def answer_is_lost(http: MatrixHttp, body: JsonObject) -> JsonObject:
        offered.append(body)
        answer = await upload(http, body)
        if len(offered) == 1:
            raise DeliveryDelayed("weg", timedelta(seconds=1))
        return answer

    monkeypatch.setattr(MatrixHttp, "upload_keys", answer_is_lost)
    async with bot.client.keeper.changing() as machine:
        machine.own_keys.note_key_counts({"signed_curve25519": 0}, [])
    with pytest.raises(DeliveryDelayed):
        await bot.client.keys.upload()
    await bot.start_again()
    await bot.client.sync_once()
    assert offered[0]["one_time_keys"]
    assert [body["one_time_keys"] == offered[0]["one_time_keys"] for body in offered[1:2]] == [True], "the same again"

    await bedside.enter(bot)
    await bedside.fatima.wait_for_device(bot.home.user_id, bot.client.device_id)
    said = await bedside.fatima.say(bedside.room, "Hoort u mij?")
    assert (await bot.hears(said)).body == "Hoort u mij?"

"""N5: nio keeps using the room key after somebody was removed, until it has seen that in a sync.

For mevrouw de Wit: her former neighbour, sent away this minute, reads what is said the next second.
"""

import pytest

from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real


async def test_n05_who_was_removed_cannot_read_what_is_said_before_any_sync(bedside: Bedside) -> None:
    before = await bedside.say("Met Bram erbij", bedside.fatima, bedside.bram)
    assert await bedside.bram.wait_for("Met Bram erbij", room=bedside.room)

    await bedside.ward.remove(bedside.room, bedside.bram.user_id)
    after = await bedside.say("Zonder Bram", bedside.fatima)

    assert await bedside.fatima.wait_for("Zonder Bram", room=bedside.room)
    assert (await bedside.bram.decrypt(await bedside.stored(before))).readable
    assert not (await bedside.bram.decrypt(await bedside.stored(after))).readable, "given to him directly"


async def test_n05_a_key_of_before_a_removal_is_not_used_again_also_when_nobody_fell_out(bedside: Bedside) -> None:
    """While somebody is removed nothing is said, and afterwards not with the key that they may have."""
    before = await bedside.stored(await bedside.say("Voor het vertrek", bedside.fatima))
    async with bedside.bot.client.sender.silence(bedside.room):
        await bedside.ward.remove(bedside.room, bedside.bram.user_id)
    after = await bedside.stored(await bedside.say("Na het vertrek", bedside.fatima))
    assert before["content"]["session_id"] != after["content"]["session_id"]

"""N18: what is too long for one event is refused by the homeserver after encryption, with an error and no message.

For the hospice: the handover of a long illness fails on the evening that she comes.
"""

import pytest

from hub.application import speaking
from hub.domain.errors import DeliveryRefused
from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real
HANDOVER = "\n".join(f"- dag {day}: pijn 4, benauwdheid 2, « rustig » geslapen & gegeten" for day in range(700))


async def test_n18_a_long_handover_arrives_whole_in_parts(bedside: Bedside) -> None:
    assert len(HANDOVER.encode()) > 40_000
    parts = speaking.parts(HANDOVER)
    refused = 0
    for part in parts:
        try:
            await bedside.say(part, bedside.fatima)
        except DeliveryRefused:
            refused += 1
    assert refused == 0
    await bedside.fatima.wait_for("dag 699:", room=bedside.room)
    read = [m.body for m in await bedside.fatima.messages("dag ", room=bedside.room, sender=bedside.bot.home.user_id)]
    assert "\n".join(read) == HANDOVER


async def test_n18_what_is_too_long_is_refused_before_anything_is_shared_or_said(bedside: Bedside) -> None:
    with pytest.raises(DeliveryRefused, match="te lang"):
        await bedside.say(HANDOVER, bedside.fatima)
    assert await bedside.said() == []

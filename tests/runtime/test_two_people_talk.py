"""Two people with real encryption on a real homeserver understand each other, and nobody else does."""

import pytest

from tests.runtime.people import Town

pytestmark = pytest.mark.real


async def test_the_gp_and_the_son_read_each_other(town: Town) -> None:
    marieke, jan = await town.sign_in(), await town.sign_in()
    room = await town.room(marieke, jan)

    sent = await marieke.send_text(room, "Ik kom om vier uur langs.")
    await jan.sync_once()
    heard = await jan.next_message(timeout=60)

    assert (heard.event_id, heard.sender, heard.body) == (
        sent.event_id,
        marieke.user_id,
        "Ik kom om vier uur langs.",
    )
    # The gatekeeper is in the room, but has no device and so can read nothing.
    assert [(user.split(":")[0], code) for user, _device, code in sent.share.withheld] == [
        ("@poortwachter", "no-device")
    ]

    await jan.send_text(room, "Dank u wel.", reply_to=heard.event_id)
    await marieke.sync_once()
    answer = await marieke.next_message(timeout=60)
    assert answer.body == "Dank u wel."
    assert answer.reply_to == sent.event_id
    assert answer.reply_is_sealed


async def test_after_an_absence_sixty_of_sixty_messages_arrive_in_order(town: Town) -> None:
    marieke, jan = await town.sign_in(), await town.sign_in()
    room = await town.room(marieke, jan)
    jan.engine._most = jan.engine._limit = 10
    said = [f"Bericht {number}" for number in range(60)]
    for text in said:
        await marieke.send_text(room, text)

    await jan.sync_once()

    heard = [(await jan.next_message(timeout=60)).body for _ in said]
    assert heard == said
    assert jan.received.refused == []

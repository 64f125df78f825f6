"""N3: nio keeps in memory which rooms are encrypted, and forgets it after one mishap: then it speaks in clear.

For mevrouw de Wit: that she does not want to be resuscitated stands readable on the homeserver.
"""

from contextlib import suppress
from typing import Any

import pytest

from bots.runtime.untrusted import JsonObject
from hub.domain.errors import KringError
from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real


def without_encryption(answer: JsonObject) -> None:
    """The homeserver hides that the room is encrypted."""
    for room in answer.get("rooms", {}).get("join", {}).values():
        for part in ("state", "timeline"):
            events = room.get(part, {}).get("events", [])
            events[:] = [event for event in events if event.get("type") != "m.room.encryption"]


async def test_n03_nothing_is_said_in_clear_when_the_homeserver_hides_that_a_room_is_encrypted(
    bedside: Bedside,
) -> None:
    sent: list[tuple[str, Any]] = []
    await bedside.bot.start_again()
    bedside.bot.lying(without_encryption)
    bedside.bot.client.engine.next_batch = None
    await bedside.bot.client.engine.step()
    await bedside.bot.client.sync_once()
    send = bedside.bot.client.http.send_event

    async def watched(room_id: str, event_type: str, txn_id: str, content: JsonObject) -> str:
        sent.append((event_type, content))
        return await send(room_id, event_type, txn_id, content)

    bedside.bot.client.http.send_event = watched  # type: ignore[method-assign]
    with suppress(KringError):
        await bedside.say("NIET reanimeren", bedside.fatima)

    assert [kind for kind, _content in sent] == ["m.room.encrypted"]
    assert "reanimeren" not in str(sent)
    assert await bedside.fatima.wait_for("NIET reanimeren", room=bedside.room)

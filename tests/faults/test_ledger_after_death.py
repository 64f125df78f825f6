"""The bots die between saying and writing down; the ledger still names the key that the homeserver's copy went with."""

from __future__ import annotations

import asyncio
import json

import pytest

from hub.domain.disclosure import SHARED, KeyShare, readers
from tests.faults.history import ask_homeserver, ask_hub
from tests.faults.stage import Ward
from tests.faults.test_crash_points import die_at

BETWEEN = ("share.delivered", "message.sent", "outbox.said", "outbox.before-commit")


@pytest.mark.real
async def test_after_deaths_between_saying_and_writing_down_the_ledger_names_the_right_key(scene: Ward) -> None:
    scene.bots.kill()
    for label in BETWEEN:

        async def talk(turn: int, label: str = label) -> None:
            await scene.say(scene.gerard, scene.team, f"!pijn {turn % 11} bij {label}", command=True)

        await die_at(scene, label, 1, talk)
    assert await asyncio.to_thread(scene.bots.start) is not None
    await scene.quiet()

    said = ask_hub(scene.hub.data, "SELECT event_id FROM outbox WHERE state = 'sent'")
    assert len(said) >= len(BETWEEN)
    for row in said:
        (sent,) = ask_hub(scene.hub.data, "SELECT * FROM mx_sent WHERE event_id = ?", row["event_id"])
        (stored,) = ask_homeserver(scene.hub.data, "SELECT json FROM event_json WHERE event_id = ?", row["event_id"])
        assert sent["session_id"] == json.loads(stored["json"])["content"]["session_id"]
        if sent["room_id"] != scene.team:
            continue
        lines = ask_hub(
            scene.hub.data,
            "SELECT * FROM mx_key_share WHERE session_id = ? AND room_id = ? ORDER BY id",
            sent["session_id"],
            sent["room_id"],
        )
        shares = [KeyShare(li["user_id"], li["device_id"], li["from_index"], li["outcome"]) for li in lines]
        gerard = next(r for r in readers(shares, sent["message_index"]) if r.user_id == scene.gerard.user_id)
        message = await scene.gerard.message(row["event_id"])
        assert message is not None
        assert message.readable == gerard.can_read
        assert SHARED in {share.outcome for share in shares}

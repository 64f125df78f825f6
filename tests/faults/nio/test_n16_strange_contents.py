"""N16: what decrypts to something of an unusual shape is another kind of event to nio, and no handler ever sees it.

For Fatima: her client says something in a way that the bot does not know, and it disappears without a trace.
"""

from typing import Any

import pytest

from bots.runtime.client import MatrixClient
from tests.faults.nio.bedside import Bedside
from tests.homeserver.world import PASSWORD

pytestmark = pytest.mark.real
STRANGE: tuple[tuple[str, Any], ...] = (
    ("m.room.message", {}),
    ("m.room.message", {"msgtype": "m.text"}),
    ("m.room.message", {"msgtype": 7, "body": ["!pijn 6"]}),
    ("m.room.message", {"msgtype": "m.text", "body": None}),
    ("m.room.message", {"msgtype": "m.file", "body": "x", "file": "nee"}),
    ("m.room.message", {"msgtype": "m.text", "body": "x", "m.mentions": 3}),
    ("m.room.topic", {"topic": "Anna de Wit"}),
    ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation"}}),
    ("nl.kring.onbekend", {"a": {"b": {"c": []}}}),
    ("", {"body": "!pijn 6"}),
)


async def test_n16_whatever_somebody_says_ends_somewhere_and_what_comes_after_it_is_heard(bedside: Bedside) -> None:
    localpart = (await bedside.ward.account("J. (zoon)")).split(":")[0][1:]
    async with await MatrixClient.login(bedside.ward.homeserver, localpart, PASSWORD) as jan:
        await jan.bootstrap_cross_signing()
        await bedside.ward.invite(bedside.room, jan.user_id)
        await jan.join(bedside.room)
        await jan.sync_once()
        said = [
            (await jan.sender.send(bedside.room, content, [bedside.bot.home.user_id], f"n16-{number}", kind)).event_id
            for number, (kind, content) in enumerate(STRANGE)
        ]
        last = (await jan.send_text(bedside.room, "Tot morgen.", recipients=[bedside.bot.home.user_id])).event_id
    assert (await bedside.bot.hears(last)).body == "Tot morgen."
    verdicts = [await bedside.bot.verdict(event_id) for event_id in said]
    assert all(state not in {None, "new", "waiting-for-key"} for state, _code in verdicts), verdicts

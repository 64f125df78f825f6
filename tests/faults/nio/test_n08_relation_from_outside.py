"""N8: nio takes over the relation that stands in clear beside a message.

For Fatima: the homeserver turns her note into a correction of another, or into an answer to a question she never saw.
"""

from typing import Any

import pytest

from bots.runtime.untrusted import JsonObject
from tests.faults.nio.bedside import Bedside, change_events

pytestmark = pytest.mark.real


def adding(room: str, relation: dict[str, Any]) -> Any:
    def lie(answer: JsonObject) -> None:
        change_events(answer, room, lambda event: event["content"].update({"m.relates_to": relation}))

    return lie


async def test_n08_a_reply_that_only_the_envelope_tells_of_is_not_what_she_said(bedside: Bedside) -> None:
    other = await bedside.bram.say(bedside.room, "Mag de morfine omhoog?")
    await bedside.bot.hears(other)
    bedside.bot.lying(adding(bedside.room, {"m.in_reply_to": {"event_id": other}}))
    heard = await bedside.bot.hears(await bedside.fatima.say(bedside.room, "Ja, goed."))
    assert not heard.reply_is_sealed
    assert "m.relates_to" not in heard.content


async def test_n08_an_edit_that_only_the_envelope_tells_of_changes_nothing(bedside: Bedside) -> None:
    first = await bedside.fatima.say(bedside.room, "!pijn 8")
    assert (await bedside.bot.hears(first)).body == "!pijn 8"
    bedside.bot.lying(adding(bedside.room, {"rel_type": "m.replace", "event_id": first}))
    heard = await bedside.bot.hears(await bedside.fatima.say(bedside.room, "!pijn 2"))
    assert heard.is_edit, "an edit is not carried out; so a lie can hide a command and cannot make one"
    assert "m.relates_to" not in heard.content

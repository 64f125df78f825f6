"""An event that was being tried when the process died: most often the process was ended from outside (I1)."""

import pytest

from bots.runtime.inbox import MAX_ATTEMPTS, MAX_DEATHS
from bots.runtime.untrusted import JsonObject
from tests.runtime.test_inbox_worker import Desk, bodies, desk

__all__ = ["desk"]  # a fixture


async def died_with(desk: Desk, event: JsonObject, deaths: int) -> None:
    """So many processes began on this event and were never heard of again; then the next one starts."""
    for _ in range(deaths):
        await desk.storage.count_attempts([str(event["event_id"])])


async def arrive(desk: Desk, *events: JsonObject) -> None:
    """In the inbox, and nothing is tried yet."""
    worker = desk.client.inbox.work_off

    async def asleep() -> int:
        return 0

    desk.client.inbox.work_off = asleep  # type: ignore[method-assign]
    await desk.receive(*events)
    desk.client.inbox.work_off = worker  # type: ignore[method-assign]


async def work(desk: Desk) -> None:
    for _round in range(10):
        if not await desk.client.inbox.work_off():
            return
    raise AssertionError("the inbox does not get empty")


@pytest.mark.parametrize("deaths", [1, MAX_ATTEMPTS, MAX_DEATHS - 1])
async def test_a_command_that_was_being_tried_at_several_kills_is_carried_out_all_the_same(
    desk: Desk, deaths: int
) -> None:
    events = [desk.marieke.say(text, desk.bot) for text in ("eerste", "tweede")]
    await arrive(desk, *events)
    await died_with(desk, events[0], deaths)

    await work(desk)

    assert set((await desk.endings()).values()) == {"done"}
    assert sorted(bodies(desk.mailbox)) == ["eerste", "tweede"]


async def test_a_command_with_many_deaths_waits_until_the_others_are_done(desk: Desk) -> None:
    events = [desk.marieke.say(text, desk.bot) for text in ("verdacht", "tweede", "derde")]
    await arrive(desk, *events)
    await died_with(desk, events[0], MAX_ATTEMPTS)

    await work(desk)

    assert bodies(desk.mailbox) == ["tweede", "derde", "verdacht"]


async def test_a_command_that_every_process_dies_of_is_quarantined_and_said_to_be(desk: Desk) -> None:
    events = [desk.marieke.say(text, desk.bot) for text in ("fataal", "tweede")]
    await arrive(desk, *events)
    await died_with(desk, events[0], MAX_DEATHS)

    await work(desk)

    endings = await desk.endings()
    assert [endings[str(event["event_id"])] for event in events] == ["quarantined:quarantined", "done"]
    assert [refused.code for refused in desk.mailbox.refused] == ["quarantined"]
    assert bodies(desk.mailbox) == ["tweede"]

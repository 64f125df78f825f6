"""What is to be said, handed over and opened: once each, whoever else is busy at the same moment (I2)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from hub.adapters.sql.outbox import LEASE, WAITS_FOR_JOIN
from hub.adapters.sql.tables import outbox as table
from hub.application.ports import ClaimedMessage, OutgoingMessage
from hub.application.use_cases import handovers, portal_links
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.handover import Destination, Handover, HandoverState
from hub.domain.vocabulary import Section
from tests.world import World


def message(world: World, number: int = 1) -> OutgoingMessage:
    return OutgoingMessage(
        circle_id=world.circle_id,
        room_kind=RoomKind.PRIVATE,
        room_id=None,
        person_id=world.id("gerda"),
        sections=frozenset({Section.S5, Section.S3}),
        body=f"# Pijn\n- 8 bij draaien ({number}) — ’s nachts",
        responsible_id=world.id("gerda"),
        correlation_id=f"$vraag-{number}",
        in_reply_to=f"$vraag-{number}",
        mentions=("@kabc:kring.test",),
    )


async def write_down(world: World, *numbers: int) -> None:
    async with world.unit() as unit:
        for number in numbers:
            await unit.outbox.add(message(world, number), world.clock())


async def claim(world: World, limit: int = 10) -> list[ClaimedMessage]:
    async with world.unit() as unit:
        return await unit.outbox.claim(world.clock(), limit)


async def state(world: World) -> list[tuple[str, str | None, int]]:
    async with world.database.reading() as connection:
        rows = await connection.execute(select(table.c.state, table.c.event_id, table.c.attempts).order_by(table.c.id))
        return [(row.state, row.event_id, row.attempts) for row in rows]


async def test_what_was_written_down_is_claimed_to_the_letter_and_in_order(world: World) -> None:
    await write_down(world, 1, 2, 3)
    assert [claimed.message for claimed in await claim(world, 2)] == [message(world, 1), message(world, 2)]
    assert [claimed.message for claimed in await claim(world)] == [message(world, 3)]


async def test_a_claimed_message_is_nobody_elses_until_its_lease_ends(world: World) -> None:
    await write_down(world, 1)
    [first] = await claim(world)
    world.clock.pass_by(seconds=LEASE.total_seconds() - 1)
    assert await claim(world) == []
    world.clock.pass_by(seconds=1)
    [second] = await claim(world)
    assert (second.id, second.fence) == (first.id, first.fence + 1)


async def test_what_a_killed_relay_had_taken_is_said_by_the_next_one_at_once(world: World) -> None:
    await write_down(world, 1)
    [taken] = await claim(world)
    async with world.unit() as unit:
        await unit.outbox.release()
    [again] = await claim(world)
    assert (again.id, again.fence) == (taken.id, taken.fence + 1)
    async with world.unit() as unit:
        await unit.outbox.sent(taken, "$van-de-dode", world.clock())
    assert await state(world) == [("new", None, 0)]


async def test_two_relays_at_once_never_get_the_same_message(world: World) -> None:
    await write_down(world, *range(12))
    shares = await asyncio.gather(*(claim(world, 4) for _relay in range(4)))
    ids = [claimed.id for share in shares for claimed in share]
    assert len(ids) == len(set(ids)) == 12


Late = Callable[[World, ClaimedMessage], Awaitable[None]]


async def late_sent(world: World, claimed: ClaimedMessage) -> None:
    async with world.unit() as unit:
        await unit.outbox.sent(claimed, "$te-laat", world.clock())


async def late_later(world: World, claimed: ClaimedMessage) -> None:
    async with world.unit() as unit:
        await unit.outbox.later(claimed, world.clock(), "delivery-delayed", attempt=True)


async def late_refused(world: World, claimed: ClaimedMessage) -> None:
    async with world.unit() as unit:
        await unit.outbox.refused(claimed, "delivery-refused")


@pytest.mark.parametrize("late", [late_sent, late_later, late_refused])
async def test_a_relay_that_wakes_up_after_its_lease_changes_nothing(world: World, late: Late) -> None:
    await write_down(world, 1)
    [sleeper] = await claim(world)
    world.clock.pass_by(minutes=2)
    [holder] = await claim(world)
    await late(world, sleeper)
    assert await state(world) == [("new", None, 0)]
    assert await claim(world) == [], "the holder's lease was taken away"
    async with world.unit() as unit:
        await unit.outbox.sent(holder, "$gezegd", world.clock())
    await late(world, sleeper)
    assert await state(world) == [("sent", "$gezegd", 1)]


async def test_what_was_sent_or_refused_is_never_claimed_again(world: World) -> None:
    await write_down(world, 1, 2)
    sent, refused = await claim(world)
    async with world.unit() as unit:
        await unit.outbox.sent(sent, "$gezegd", world.clock())
        await unit.outbox.refused(refused, "delivery-refused")
        assert await unit.outbox.pending() == 0
        assert not await unit.outbox.has_due(world.clock() + timedelta(days=1))
    world.clock.pass_by(days=1)
    assert await claim(world) == []


async def test_a_message_that_waits_for_somebody_to_join_is_due_when_they_do(world: World) -> None:
    await write_down(world, 1)
    [claimed] = await claim(world)
    async with world.unit() as unit:
        await unit.outbox.later(claimed, world.clock() + timedelta(hours=1), WAITS_FOR_JOIN, attempt=False)
        assert not await unit.outbox.has_due(world.clock())
        await unit.outbox.hasten(world.clock())
        assert await unit.outbox.has_due(world.clock())
    [again] = await claim(world)
    async with world.unit() as unit:
        await unit.outbox.hasten(world.clock())
    assert await claim(world) == [], "a row that is being sent was given to another relay"
    assert (again.id, again.attempts) == (claimed.id, 0)


async def test_answers_that_wait_for_somebody_who_never_comes_keep_nobody_waiting(world: World) -> None:
    """One member who declines the private room and asks on and on (T10)."""
    await write_down(world, 1, 2, 3)
    for claimed in await claim(world):
        async with world.unit() as unit:
            await unit.outbox.later(claimed, world.clock(), WAITS_FOR_JOIN, attempt=False)
    await write_down(world, 4)
    assert [claimed.message for claimed in await claim(world, 2)] == [message(world, 4), message(world, 1)]


@pytest.mark.parametrize(
    "altered",
    [
        {"circle_id": "cir-0000000000000000"},
        {"room_kind": RoomKind.CIRCLE.value},
        {"room_id": "!kring:kring.test"},
        {"person_id": "per-0000000000000000"},
        {"sections": ""},
        {"sections": "S5"},
        {"responsible_id": "per-0000000000000000"},
        {"correlation_id": "$andere-vraag"},
    ],
)
async def test_a_message_whose_way_was_changed_in_the_table_is_not_said(world: World, altered: dict[str, str]) -> None:
    """Nor does it hold up what comes after it."""
    await write_down(world, 1)
    async with world.database.transaction() as connection:
        await connection.execute(update(table).values(altered))
    await write_down(world, 2)
    assert [claimed.message for claimed in await claim(world)] == [message(world, 2)]
    assert [row[0] for row in await state(world)] == ["refused", "new"]


async def test_two_answers_to_one_question_cannot_change_places(world: World) -> None:
    """The neutral line in the room and the contents for one person come from the same question."""
    neutral = replace(
        message(world), room_kind=RoomKind.CIRCLE, sections=frozenset(), body="Het staat in uw privékamer."
    )
    async with world.unit() as unit:
        for one in (message(world), neutral):
            await unit.outbox.add(one, world.clock())
    async with world.database.transaction() as connection:
        first, second = (await connection.execute(select(table.c.id, table.c.sealed_content))).all()
        for row, other in ((first, second), (second, first)):
            moved = update(table).where(table.c.id == row.id).values(sealed_content=other.sealed_content)
            await connection.execute(moved)
    assert await claim(world) == []


async def test_what_is_undone_is_not_said(world: World) -> None:
    async def half_way() -> None:
        async with world.unit() as unit:
            await unit.outbox.add(message(world), world.clock())
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await half_way()
    assert await state(world) == []


async def hand_over(world: World, who: str, receiver: str | None = None) -> Handover:
    async with world.unit() as unit:
        to = world.id(receiver) if receiver else None
        return await handovers.make_handover(unit, world.guard, await world.context(unit, who), Destination.HOSPICE, to)


async def receive(world: World, who: str, number: int) -> Handover:
    async with world.unit() as unit:
        return await handovers.receive_handover(unit, world.guard, await world.context(unit, who), number)


async def test_handovers_are_numbered_also_when_two_are_made_at_once(world: World) -> None:
    await world.admit("joost")
    made = await asyncio.gather(*(hand_over(world, who) for who in ("carla", "samira", "gerda")))
    assert sorted(one.number for one in made) == [1, 2, 3]
    async with world.unit() as unit:
        stored = await unit.handovers.of_circle(world.circle_id)
        assert await unit.handovers.get(world.circle_id, 4) is None
    assert stored == sorted(made, key=lambda one: one.number)


async def test_a_handover_stays_open_until_its_receiver_says_so(world: World) -> None:
    await world.admit("joost")
    made = await hand_over(world, "carla", "joost")
    with pytest.raises(CommandRejected) as other:
        await receive(world, "samira", made.number)
    assert other.value.code == "other-receiver"
    with pytest.raises(CommandRejected) as own:
        await receive(world, "carla", made.number)
    assert own.value.code == "own-handover"
    world.clock.pass_by(minutes=5)
    await receive(world, "joost", made.number)
    async with world.unit() as unit:
        stored = await unit.handovers.get(world.circle_id, made.number)
    received = {"received_by": world.id("joost"), "received_at": world.clock(), "state": HandoverState.ACCEPTED}
    assert stored == replace(made, **received)


async def test_a_handover_is_received_once_and_logged_once(world: World) -> None:
    """Two nurses press at the same moment: one receives, the other hears that it is done."""
    await world.admit("joost")
    made = await hand_over(world, "carla")
    both = await asyncio.gather(
        receive(world, "joost", made.number), receive(world, "samira", made.number), return_exceptions=True
    )
    refused = [one for one in both if isinstance(one, CommandRejected)]
    assert [error.code for error in refused] == ["no-open-handover"], both
    assert len(await world.logged(AuditEvent.HANDOVER_RECEIVED)) == 1


async def link(world: World, who: str) -> str:
    async with world.unit() as unit:
        return await portal_links.issue_link(unit, await world.context(unit, who))


async def test_a_portal_link_opens_once_also_for_many_browsers_at_once(world: World) -> None:
    secret = await link(world, "pieter")

    async def open_it() -> object:
        async with world.unit() as unit:
            return await portal_links.sign_in(unit, secret, world.clock())

    answers = await asyncio.gather(*(open_it() for _browser in range(5)))
    assert sum(answer is not None for answer in answers) == 1
    assert await open_it() is None


async def test_a_portal_link_lasts_ten_minutes(world: World) -> None:
    early, late = await link(world, "pieter"), await link(world, "pieter")
    async with world.unit() as unit:
        just = world.clock() + portal_links.LINK_LIFETIME - timedelta(microseconds=1)
        assert await unit.portal.link_is_fresh(portal_links.digest(early), just)
        signed_in = await portal_links.sign_in(unit, early, just)
        assert signed_in is not None
        _, session = signed_in
        assert (session.person_id, session.circle_id) == (world.id("pieter"), world.circle_id)
        assert await portal_links.sign_in(unit, late, world.clock() + portal_links.LINK_LIFETIME) is None
        assert await portal_links.sign_in(unit, "geraden", world.clock()) is None


async def test_a_session_ends_when_it_is_ended(world: World) -> None:
    async with world.unit() as unit:
        signed_in = await portal_links.sign_in(
            unit, await portal_links.issue_link(unit, await world.context(unit, "pieter")), world.clock()
        )
        assert signed_in is not None
        cookie, session = signed_in
        world.clock.pass_by(minutes=3)
        await unit.portal.touch_session(session.id_hash, world.clock())
        found = await unit.portal.session(portal_links.digest(cookie))
        assert found == replace(session, last_seen_at=world.clock())
        await unit.portal.end_session(session.id_hash, world.clock())
        assert await unit.portal.session(session.id_hash) is None


async def test_a_setting_is_replaced(world: World) -> None:
    async with world.unit() as unit:
        assert await unit.get_setting("beheerder") is None
        await unit.put_setting("beheerder", "een")
        await unit.put_setting("beheerder", "twee")
        assert await unit.get_setting("beheerder") == "twee"
    async with world.database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(table))).scalar_one() == 0

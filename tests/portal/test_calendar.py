"""The calendar's address: a calendar cannot sign in, so the address is the key, and opens little."""

import re
from http import HTTPStatus
from typing import NoReturn

import pytest
from icalendar import Calendar

from hub.adapters.sql.database import Database
from hub.application.use_cases.calendar_feed import begin_feed, end_feed
from hub.domain.audit import AuditEvent
from hub.domain.vocabulary import Channel
from tests.portal.world import Browser, World


async def test_the_address_gives_a_calendar_and_after_its_end_the_same_404_as_one_that_never_was(
    world: World, browser: Browser
) -> None:
    person, now = world.people["gp"], world.hub.now()
    async with world.hub.transactions() as unit:
        secret = await begin_feed(unit, person, Channel.ROOM, now, "$agenda")
    answer = await browser.get(f"/agenda/{secret}")
    assert (answer.status, answer.content_type) == (HTTPStatus.OK, "text/calendar")
    assert "no-store" in answer.headers["Cache-Control"]
    assert str(Calendar.from_ical(await answer.text())["PRODID"]).startswith("-//Kring//")
    async with world.hub.transactions() as unit:
        await end_feed(unit, person, Channel.ROOM, now, "$agenda")
    ended, unknown = await browser.get(f"/agenda/{secret}"), await browser.get("/agenda/" + "x" * 43)
    assert ended.status == unknown.status == HTTPStatus.NOT_FOUND
    same = [re.sub("web-[0-9a-f]+", "", await answer.text()) for answer in (ended, unknown)]
    assert same[0] == same[1]
    assert secret not in await ended.text()


async def test_who_guesses_addresses_waits_soon_and_never_takes_the_turn_of_who_writes(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_writes(_self: object) -> NoReturn:
        raise AssertionError("a guess opened a transaction that writes")

    monkeypatch.setattr(Database, "transaction", nobody_writes)
    answers = [(await browser.get(f"/agenda/{number}")).status for number in range(61)]
    assert answers == [HTTPStatus.NOT_FOUND] * 60 + [HTTPStatus.TOO_MANY_REQUESTS]


async def test_the_database_keeps_the_hash_of_the_address_and_not_the_address(world: World) -> None:
    async with world.hub.transactions() as unit:
        secret = await begin_feed(unit, world.people["gp"], Channel.ROOM, world.hub.now(), "$agenda")
        rows = (await unit.connection.exec_driver_sql("select token_hash from calendar_feed")).scalars().all()
    assert rows
    assert secret not in rows
    assert AuditEvent.CALENDAR_MADE.action_code == "C"

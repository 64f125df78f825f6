"""The page Berichten: who can read the bot, for professionals; what it could not read, for the coach."""

import re
from collections.abc import Mapping
from http import HTTPStatus

import pytest
from sqlalchemy import insert

from hub.adapters.sql import matrix_inbox
from hub.adapters.sql.disclosures import add_shares
from hub.adapters.sql.matrix_records import InboxEvent, InboxState, MemberChange, SessionShare, Settled, WithheldKey
from hub.adapters.sql.matrix_tables import mx_account
from hub.adapters.sql.unread import add_withheld
from hub.application.ports import RoomPlace
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.disclosure import SHARED, KeyShare, SentMessage, Withheld
from tests.portal.world import Browser, World, read, sign_in

TEAM, CIRCLE, PRIVATE = "!team", "!kring", "!prive-dochter"
ACCOUNT = 1


async def furnish(world: World) -> None:
    """The rooms of the circle, one of them private, and the account that reads along in them."""
    bot = world.hub.settings.dossier_bot
    async with world.hub.transactions() as unit:
        for room, kind in ((CIRCLE, RoomKind.CIRCLE), (TEAM, RoomKind.TEAM)):
            await unit.rooms.add(RoomPlace(room, world.circle_id, kind, None), world.clock())
        own = RoomPlace(PRIVATE, world.circle_id, RoomKind.PRIVATE, world.people["daughter"].id)
        await unit.rooms.add(own, world.clock())
        await unit.connection.execute(
            insert(mx_account).values(
                id=ACCOUNT,
                user_id=bot,
                device_id="BOT",
                pickle=b"",
                shared=True,
                access_token=b"",
                fingerprint="f",
                created_at=0,
            )
        )
        here = [MemberChange(room, user(world, "nurse"), "join", "@p", 0) for room in (TEAM, CIRCLE)]
        await matrix_inbox.update_members(unit.connection, here)


def user(world: World, who: str) -> str:
    return world.people[who].matrix_id or ""


async def said(world: World, room: str, outcomes: Mapping[str, str], event_id: str = "$gezegd") -> None:
    """The bot said something in this room with a key of its own; ``outcomes``: who → shared, or why not."""
    async with world.hub.transactions() as unit:
        lines = [
            SessionShare(room, event_id, KeyShare(user(world, who), "TELEFOON", 0, code))
            for who, code in outcomes.items()
        ]
        own = SessionShare(room, event_id, KeyShare(world.hub.settings.dossier_bot, "KANARIE", 0, SHARED))
        await add_shares(unit.connection, [*lines, own], 0)
        await unit.disclosures.sent(SentMessage(event_id, room, event_id, 0, "kring-1", world.clock()))


async def could_not_read(world: World, who: str, room: str, event_id: str = "$dicht", code: str | None = None) -> None:
    async with world.hub.transactions() as unit:
        bot, now = world.hub.settings.dossier_bot, int(world.clock().timestamp() * 1000)
        event = InboxEvent(event_id, room, user(world, who), "sessie", now, "{}")
        await matrix_inbox.add_events(unit.connection, bot, [event], now)
        await matrix_inbox.settle(unit.connection, bot, [Settled(event_id, InboxState.UNREADABLE, "no-key")])
        if code is not None:
            await add_withheld(unit.connection, ACCOUNT, [WithheldKey(room, "sessie", user(world, who), code)], now)


ALL_BUT_THE_GP = {"coach": SHARED, "gp": Withheld.UNSIGNED_DEVICE, "nurse": SHARED}


async def test_a_nurse_sees_who_can_read_it_who_not_and_what_helps(world: World, browser: Browser) -> None:
    await furnish(world)
    await said(world, TEAM, ALL_BUT_THE_GP)
    await sign_in(world, browser, "nurse")
    status, page = await read(browser, "/berichten")
    assert status == HTTPStatus.OK
    assert "2 van 3 kunnen dit lezen." in page
    assert "<strong>Gerard Huisman (huisarts)</strong> niet: toestel niet geverifieerd." in page
    assert "Dit toestel in Element bevestigen met een ander toestel of met de herstelsleutel." in page
    assert "KANARIE" not in page
    assert "Wat Kring niet kon lezen" not in page
    (entry,) = await world.audited(AuditEvent.READERS_SEEN, "nurse")
    assert entry.entry.detail == "messages=1"


async def test_when_all_can_read_it_nobody_is_named(world: World, browser: Browser) -> None:
    await furnish(world)
    await said(world, TEAM, dict.fromkeys(ALL_BUT_THE_GP, SHARED))
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/berichten")
    assert "alle 3 kunnen dit lezen." in page
    assert "Wat helpt" not in page


async def test_somebody_elses_private_room_does_not_appear(world: World, browser: Browser) -> None:
    await furnish(world)
    await said(world, PRIVATE, {"daughter": Withheld.NO_DEVICE})
    await sign_in(world, browser, "coach")
    _, page = await read(browser, "/berichten")
    assert "Kring heeft in deze kring nog niets gezegd." in page
    assert "Karin" not in page


async def test_the_coach_sees_what_could_not_be_read_who_sent_it_where_since_when_and_why(
    world: World, browser: Browser
) -> None:
    await furnish(world)
    await could_not_read(world, "nurse", TEAM, code="m.unverified")
    await could_not_read(world, "daughter", PRIVATE, "$ook-dicht")
    await sign_in(world, browser, "coach")
    _, page = await read(browser, "/berichten")
    assert "<strong>Fatma Yildiz (thuiszorg)</strong>, Teamkamer" in page
    assert "afzender geeft alleen sleutels aan geverifieerde toestellen." in page
    assert "<strong>Karin de Wit (naaste)</strong>, Privékamer" in page
    assert "de sleutel is niet aangekomen." in page
    assert "3 november 2026, 10:00" in page
    (entry,) = await world.audited(AuditEvent.UNREAD_SEEN, "coach")
    assert entry.entry.detail == "unread=2"


async def test_what_was_read_after_all_is_off_the_list(world: World, browser: Browser) -> None:
    await furnish(world)
    await could_not_read(world, "nurse", TEAM)
    async with world.hub.transactions() as unit:
        bot = world.hub.settings.dossier_bot
        await matrix_inbox.settle(unit.connection, bot, [Settled("$dicht", InboxState.DONE)])
    await sign_in(world, browser, "coach")
    _, page = await read(browser, "/berichten")
    assert "Niets: elk bericht in deze kring is gelezen." in page


@pytest.mark.parametrize("who", ["daughter", "patient"])
async def test_who_is_no_professional_is_refused_and_gets_no_link_to_it(
    world: World, browser: Browser, who: str
) -> None:
    await furnish(world)
    await said(world, CIRCLE, ALL_BUT_THE_GP)
    await could_not_read(world, "nurse", TEAM)
    await sign_in(world, browser, who)
    status, page = await read(browser, "/berichten")
    assert status == HTTPStatus.FORBIDDEN
    assert "Huisman" not in page
    assert "/berichten" not in (await read(browser, "/dossier"))[1]
    assert len(await world.audited(AuditEvent.REFUSED, who)) == 1


async def test_a_professional_finds_it_in_the_menu(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "nurse")
    assert '<a href="/berichten">Berichten</a>' in (await read(browser, "/dossier"))[1]


async def test_after_discharge_the_page_is_closed(world: World, browser: Browser) -> None:
    await furnish(world)
    await said(world, TEAM, ALL_BUT_THE_GP)
    await sign_in(world, browser, "nurse")
    await world.discharge("nurse")
    status, page = await read(browser, "/berichten")
    assert status == HTTPStatus.FORBIDDEN
    assert "Huisman" not in page


async def test_the_page_speaks_english_where_the_reader_does(world: World, browser: Browser) -> None:
    await furnish(world)
    await said(world, TEAM, ALL_BUT_THE_GP)
    await could_not_read(world, "nurse", TEAM, code="m.unverified")
    await sign_in(world, browser, "coach")
    _, page = await read(browser, "/berichten?taal=en")
    assert "<h1>Messages</h1>" in page
    assert "2 of 3 can read this." in page
    assert "<strong>Gerard Huisman (GP)</strong> cannot: device not verified." in page
    assert "the sender gives keys to verified devices only." in page
    assert not re.search(r"\b(niet|kunnen|toestel|sleutel)\b", re.sub(r"<[^>]*>", "", page))


async def test_a_message_of_which_the_key_is_not_known_says_so(world: World, browser: Browser) -> None:
    await furnish(world)
    async with world.hub.transactions() as unit:
        await unit.disclosures.sent(SentMessage("$onzeker", TEAM, "", -1, "kring-2", world.clock()))
    await sign_in(world, browser, "gp")
    _, page = await read(browser, "/berichten")
    assert "met welke sleutel dit bericht ging, is niet zeker." in page

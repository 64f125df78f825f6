"""Somebody's keys change: who hears it, what waits, and the one act of a human that lets it count again (I11)."""

import re

import pytest

from bots.dossier.identities import identity_watch
from bots.runtime.judging import RefusedEvent
from hub.adapters.sql.identities import identities, observe_identity
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.identity_ports import EmojiVerification, VerificationState
from hub.application.ports import OutgoingMessage
from hub.application.use_cases import emoji_verification
from hub.application.use_cases.identities import confirm, standings
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.identity import IdentityEvent, IdentitySeen, PinnedIdentity, Pinning, PinState
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where

OLD, NEW = "Oude" * 10 + "abc", "Vd4kQ9xz0aBc" + "n" * 31
EVERYBODY = ("carla", "gerda", "samira", "ruben", "noor", "pieter", "anna")


async def shows(room: Room, who: str, master: str, pinning: Pinning = Pinning.FIRST_USE) -> list[OutgoingMessage]:
    """The homeserver shows this identity, and the runtime writes it down; what the bot says of it."""
    await room.hears()
    async with room.hub.database.transaction() as connection:
        seen = IdentitySeen(room.user(who), master, "zelf" if master else "")
        event = await observe_identity(connection, seen, int(room.world.clock().timestamp() * 1000), pinning)
        if event is not None:
            await identity_watch(room.hub)(connection, event)
    return await room.hears()


async def settle(room: Room, *people: str) -> None:
    """These people signed in before."""
    for who in people or EVERYBODY:
        await shows(room, who, OLD + who)


async def pin(room: Room, who: str) -> PinnedIdentity:
    async with room.hub.database.reading() as connection:
        return (await identities(connection, [room.user(who)]))[room.user(who)]


async def confirms(room: Room, by: str, whose: str, code: str = NEW, evidence: str | None = None) -> PinnedIdentity:
    async with room.world.unit() as unit:
        context: RequestContext = await room.world.context(unit, by)
        return await confirm(
            unit, room.hub.guard, room.hub.speaker, context, room.world.id(whose), code, evidence=evidence
        )


async def test_the_coach_hears_in_private_who_what_it_may_mean_and_what_to_do(room: Room) -> None:
    await settle(room)
    for who in ("carla", "gerda"):
        await room.private_room(who)
    told = await shows(room, "samira", NEW)
    assert {(message.room_kind, message.person_id) for message in told} == {
        (RoomKind.PRIVATE, room.world.id("carla")),
        (RoomKind.PRIVATE, room.world.id("gerda")),
    }
    body = told[0].body
    assert body.startswith("# Let op: de beveiliging van Samira Bakker (thuiszorg, Thuiszorg Rijnoever) is vernieuwd")
    for part in (
        "nieuwe telefoon",
        "iemand anders",
        "Bel Samira Bakker op een nummer dat u al had",
        "bel de beheerder",
    ):
        assert part in body
    assert "!vertrouw Bakker Vd4k Q9xz 0aBc" in body
    assert (await pin(room, "samira")).state is PinState.CHANGED
    (entry,) = await room.world.logged(AuditEvent.IDENTITY_CHANGED)
    assert (entry.user_id, entry.responsible_id, entry.object_id) == (*[room.world.id("samira")] * 2, NEW)


async def test_who_has_no_private_room_yet_hears_it_in_the_team_room_once(room: Room) -> None:
    await settle(room)
    (told,) = await shows(room, "pieter", NEW)
    assert where(told) == TEAM
    assert "Pieter de Wit" in told.body


async def test_one_typed_line_of_the_coach_lets_it_count_again(room: Room) -> None:
    await settle(room)
    await shows(room, "samira", NEW)
    answered = await room.says("carla", "!vertrouw Bakker Vd4k Q9xz 0aBc", TEAM)
    assert "Opdrachten tellen weer mee" in bodies(answered)
    known = await pin(room, "samira")
    assert (known.state, known.pinned_master, known.by) == (PinState.PINNED, NEW, room.world.id("carla"))
    (entry,) = await room.world.logged(AuditEvent.IDENTITY_CONFIRMED)
    assert (entry.user_id, entry.responsible_id) == (room.world.id("carla"),) * 2
    assert "coach-trust" in entry.policy
    to_samira = [message for message in answered if message.person_id == room.world.id("samira")]
    assert "geef die opnieuw" in bodies(to_samira)


@pytest.mark.parametrize("code", ["AAAA AAAA AAAA", "Oude Oude Oude"])
async def test_another_code_confirms_nothing(room: Room, code: str) -> None:
    await settle(room)
    await shows(room, "samira", NEW)
    (answer,) = await room.says("carla", f"!vertrouw Bakker {code}", TEAM)
    assert "De code klopt niet (meer)" in answer.body
    assert (await pin(room, "samira")).state is PinState.CHANGED


async def test_what_was_named_before_a_second_change_is_not_pinned(room: Room) -> None:
    await settle(room)
    await shows(room, "samira", NEW)
    await shows(room, "samira", "Nog" + NEW)
    with pytest.raises(CommandRejected, match="De code klopt niet"):
        await confirms(room, "carla", "samira", NEW)
    assert (await confirms(room, "carla", "samira", "Nog" + NEW)).state is PinState.PINNED


@pytest.mark.parametrize("who", ["samira", "ruben", "noor", "pieter", "anna"])
async def test_others_may_not_vouch(room: Room, who: str) -> None:
    await settle(room)
    await shows(room, "gerda", NEW)
    with pytest.raises(Refused):
        await confirms(room, who, "gerda")


async def test_nobody_vouches_for_themself(room: Room) -> None:
    await settle(room)
    await shows(room, "carla", NEW)
    with pytest.raises(CommandRejected, match="iemand anders"):
        await confirms(room, "carla", "carla")


async def test_when_the_coach_changes_the_gp_is_told_and_confirms(room: Room) -> None:
    await settle(room)
    await room.private_room("gerda")
    (told,) = await shows(room, "carla", NEW)
    assert told.person_id == room.world.id("gerda")
    assert (await confirms(room, "gerda", "carla")).by == room.world.id("gerda")


async def test_whose_own_identity_waits_cannot_vouch(room: Room) -> None:
    await settle(room)
    await shows(room, "carla", NEW)
    await shows(room, "samira", NEW)
    with pytest.raises(CommandRejected, match="Uw eigen beveiliging"):
        await confirms(room, "carla", "samira")


async def test_the_administrator_vouches_with_evidence_and_only_when_nobody_else_can(room: Room) -> None:
    await settle(room)
    await shows(room, "carla", NEW)
    with pytest.raises(CommandRejected, match="--evidence"):
        await confirms(room, "bea", "carla")
    with pytest.raises(CommandRejected, match="Gerda Huisman"):
        await confirms(room, "bea", "carla", evidence="paspoort gezien op kantoor")
    told = await shows(room, "gerda", NEW)
    assert "Vraag de beheerder" in bodies(told), "now nobody of the circle can"
    await confirms(room, "bea", "carla", evidence="paspoort gezien op kantoor")
    said = bodies(await room.hears())
    assert "paspoort gezien op kantoor" in said, "the team reads on what ground"
    assert (await pin(room, "carla")).way == "administrator"


async def test_with_confirmation_even_the_first_identity_waits(room: Room) -> None:
    await settle(room, "carla")
    (told,) = await shows(room, "samira", NEW, Pinning.CONFIRMED)
    assert told.body.startswith("# Nieuw in Element: Samira Bakker")
    assert (await pin(room, "samira")).state is PinState.AWAITING
    assert len(await room.world.logged(AuditEvent.IDENTITY_SEEN)) == 1
    assert (await confirms(room, "carla", "samira")).state is PinState.PINNED


async def test_an_identity_that_is_gone_freezes_too_and_there_is_nothing_to_confirm(room: Room) -> None:
    await settle(room)
    (told,) = await shows(room, "samira", "")
    assert "is weg" in told.body
    with pytest.raises(CommandRejected, match="geen beveiliging te zien"):
        await confirms(room, "carla", "samira", "")


async def test_whoever_makes_keys_all_day_fills_the_log_and_not_the_room(room: Room) -> None:
    await settle(room)
    told = [await shows(room, "samira", f"{number:02}" + NEW) for number in range(6)]
    assert [len(messages) for messages in told] == [1, 1, 1, 0, 0, 0]
    assert len(await room.world.logged(AuditEvent.IDENTITY_CHANGED)) == 6


async def test_who_is_not_believed_is_told_once_an_hour_however_much_they_say(room: Room) -> None:
    await settle(room)

    async def refused(number: int) -> str:
        event = RefusedEvent(f"$r{number}", room.place(TEAM), room.user("samira"), "identity-changed", 0)
        async with room.hub.database.transaction() as connection:
            await room.bot.on_refused(event, connection)
        return bodies(await room.hears())

    said = [await refused(number) for number in range(3)]
    assert [bool(text) for text in said] == [True, False, False]
    assert "vernieuwd en nog door niemand bevestigd" in said[0]
    assert len(await room.world.logged(AuditEvent.MESSAGE_REFUSED)) == 3
    room.world.clock.pass_by(hours=2)
    assert await refused(9)


async def signs_in(room: Room, who: str, device: str) -> list[OutgoingMessage]:
    """Somebody signs in on this person's name, and nobody signs the device; what the bot says of it."""
    await room.hears()
    async with room.hub.database.transaction() as connection:
        event = IdentityEvent("unsigned-device", room.user(who), device, "first-use")
        await identity_watch(room.hub)(connection, event)
    return await room.hears()


async def test_or_to_the_team_when_the_owner_cannot_read_it_yet(room: Room) -> None:
    await settle(room)
    to_owner, to_team = await signs_in(room, "pieter", "SPOOK")
    assert (where(to_owner), where(to_team)) == ("private", TEAM)
    assert "Op naam van Pieter de Wit (naaste) is een nieuw toestel aangemeld" in to_team.body


async def test_a_new_unsigned_device_is_told_to_its_owner(room: Room) -> None:
    await settle(room)
    await room.private_room("samira")
    (told,) = await signs_in(room, "samira", "SPOOK")
    assert (told.room_kind, told.person_id) == (RoomKind.PRIVATE, room.world.id("samira"))
    assert "SPOOK" in told.body
    assert "Bent u dit niet?" in told.body
    (entry,) = await room.world.logged(AuditEvent.DEVICE_UNSIGNED)
    assert entry.object_id == "SPOOK"


async def test_the_list_shows_everybody_to_who_may_vouch_and_only_themself_to_others(room: Room) -> None:
    await settle(room)
    await shows(room, "samira", NEW)
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "carla")
        everybody, may = await standings(unit, room.hub.guard, context)
        own, may_not = await standings(unit, room.hub.guard, await room.world.context(unit, "pieter"))
    assert (may, may_not) == (True, False)
    assert len(everybody) == len(EVERYBODY)
    assert [one.person.id for one in own] == [room.world.id("pieter")]
    assert {one.identity.state for one in everybody if one.identity and one.person.id == room.world.id("samira")} == {
        PinState.CHANGED
    }


async def compared(room: Room, whose: str, master: str) -> EmojiVerification:
    """The bot and this person see their emoji."""
    private = await room.private_room(whose)
    known = EmojiVerification(
        "$ver",
        room.user(whose),
        room.place(private),
        VerificationState.COMPARING,
        room.world.clock(),
        (1, 2, 3, 4, 5, 6, 7),
        (1000, 2000, 3000),
        master,
    )
    async with room.world.unit() as unit:
        await unit.identities.add_verification(known)
    return known


async def answers(room: Room, who: str, *, same: bool = True) -> None:
    async with room.world.unit() as unit:
        context = await room.world.context(unit, who)
        await emoji_verification.answer(unit, room.hub.guard, context, "$ver", same=same)


async def completes(room: Room) -> bool:
    async with room.world.unit() as unit:
        known = await unit.identities.verification("$ver")
        assert known is not None
        return await emoji_verification.complete(unit, room.hub.guard, room.hub.speaker, known, room.world.clock())


async def test_whose_identity_counts_compares_for_themself_and_it_becomes_stronger(room: Room) -> None:
    await settle(room)
    await compared(room, "pieter", OLD + "pieter")
    await answers(room, "pieter")
    assert await completes(room)
    known = await pin(room, "pieter")
    assert (known.way, known.by, known.state) == ("emoji", room.world.id("pieter"), PinState.PINNED)
    assert await room.hears() == [], "nothing changed for anybody"


async def test_whose_identity_waits_cannot_vouch_for_themself_with_emoji_either(room: Room) -> None:
    await settle(room)
    await shows(room, "samira", NEW)
    await compared(room, "samira", NEW)
    with pytest.raises(Refused):
        await answers(room, "samira")
    await answers(room, "carla")
    with pytest.raises(CommandRejected, match="al beantwoord"):
        await answers(room, "gerda")
    assert await completes(room)
    assert (await pin(room, "samira")).how == f"emoji:{room.world.id('carla')}"


async def test_another_identity_by_the_end_is_not_pinned(room: Room) -> None:
    await settle(room)
    await shows(room, "samira", NEW)
    await compared(room, "samira", NEW)
    await answers(room, "carla")
    await shows(room, "samira", "Nog" + NEW)
    assert not await completes(room)
    assert (await pin(room, "samira")).state is PinState.CHANGED


async def test_a_command_asks_for_the_comparison_in_the_own_room(room: Room) -> None:
    await settle(room)
    (no_room,) = await room.says("pieter", "!vergelijk", CIRCLE)
    assert "nog geen privékamer" in no_room.body
    private = await room.private_room("pieter")
    (answer,) = await room.says("pieter", "!vergelijk", private)
    assert re.search("zeven plaatjes", answer.body)
    async with room.world.unit() as unit:
        (wish,) = await unit.identities.open_verifications()
    assert (wish.state, wish.room_id) == (VerificationState.WANTED, room.place(private))


async def test_the_name_of_a_device_is_no_place_to_write_a_message_in(room: Room) -> None:
    await settle(room)
    told = await signs_in(room, "samira", "Bel 0900-1234 voor hulp")
    assert "0900" not in bodies(told)
    assert [entry.object_id for entry in await room.world.logged(AuditEvent.DEVICE_UNSIGNED)] == ["onbekend"]

"""Somebody new is welcomed once, hears whose circle it is, and gets what the own role may see instead of old keys."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bots.handover.welcome import Greeter
from bots.runtime.sender import NobodyCanRead
from hub.adapters.sql.tables import portal_link
from hub.application.use_cases import own_keys
from hub.application.use_cases.own_keys import OwnKeys
from hub.domain.audit import AuditEvent
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Note
from hub.domain.identifiers import EntryRef
from hub.domain.people import Person, PersonName
from hub.domain.vocabulary import Role, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.stories.room import CIRCLE, TEAM, Room, bodies, where
from tests.world import directive


async def everybody_was_welcomed(room: Room) -> None:
    await room.greets()
    await room.hears()


async def fill(room: Room) -> None:
    await room.world.record("carla", directive())
    await room.world.confirm("gerda", EntryRef(Section.S3, 1))
    await room.world.record("anna", PreferredPlaceOfDeath(Place.HOME))
    await room.world.record("carla", Note("Zoon vertelde iets in vertrouwen."), Section.S10)


async def test_a_newcomer_is_welcomed_once(room: Room) -> None:
    await everybody_was_welcomed(room)
    await room.admit("joost")
    assert await room.greets() == 1
    brief, circle, team = await room.hears()
    assert (where(brief), brief.person_id) == ("private", room.world.id("joost"))
    assert where(circle) == CIRCLE
    assert where(team) == TEAM
    assert await room.greets() == 0
    assert await room.hears() == []


async def test_who_is_still_on_the_way_to_the_team_room_is_greeted_when_they_can_read_it(room: Room) -> None:
    await everybody_was_welcomed(room)
    await room.world.admit("joost")
    await room.joins("joost", CIRCLE)
    await room.greets()
    assert await room.hears() == []
    await room.joins("joost", TEAM)
    await room.greets()
    assert [where(message) for message in await room.hears()] == ["private", CIRCLE, TEAM]


async def test_who_leaves_the_team_room_waiting_is_greeted_after_half_a_minute(room: Room) -> None:
    await everybody_was_welcomed(room)
    await room.world.admit("joost")
    await room.joins("joost", CIRCLE)
    await room.joins("joost", TEAM, membership="invite")
    greeter = Greeter(room.hub, asyncio.Event(), asyncio.Event())
    await greeter.greet()
    room.world.clock.pass_by(seconds=31)
    assert await room.hears() == []
    await greeter.greet()
    assert [where(message) for message in await room.hears()] == ["private", CIRCLE, TEAM]


async def test_the_brief_says_whose_circle_it_is_who_is_who_and_what_counts(room: Room) -> None:
    await fill(room)
    await everybody_was_welcomed(room)
    await room.admit("joost")
    await room.greets()
    brief, *_ = await room.hears()
    assert brief.body.startswith("# Welkom, Joost Linden\nDit is de kring van Anna de Wit, geboren 14-3-1952.")
    assert "Carla Vermeer (palliatieve zorgcoach, Praktijk De Brug) — heeft de regie" in brief.body
    assert "NIET reanimeren" in brief.body
    assert "vertrouwen" not in brief.body


async def test_the_room_hears_inside_the_encryption_whose_circle_it_is_and_who_came(room: Room) -> None:
    await everybody_was_welcomed(room)
    await room.admit("joost")
    await room.greets()
    _, circle, team = await room.hears()
    assert circle.body == (
        "Dit is de kring van Anna de Wit, geboren 14-3-1952. "
        "Nu ook hier: Joost Linden (hospice of verpleeghuis, Hospice De Linde). "
        "Iedereen in deze kamer leest mee, ook de patiënt en naasten. "
        "Bij spoed: bel. Overdag: Gerda Huisman, tel. 026-3210002. 's Avonds en in het weekend de huisartsenpost, "
        "bij levensgevaar 112. Typ !help voor uitleg."
    )
    assert "Wat hier staat, kan de patiënt opvragen (WGBO 7:456)." in team.body


async def test_a_relatives_brief_holds_nothing_that_is_closed(room: Room) -> None:
    await fill(room)
    await everybody_was_welcomed(room)
    await room.admit("wim")
    await room.greets()
    brief, circle, _team = await room.hears()
    assert where(circle) == CIRCLE
    assert "reanimeren" not in brief.body
    assert "# S" not in brief.body
    assert "In het dossier staat nog niets dat voor u open is." in brief.body
    assert not brief.sections


async def test_a_relatives_brief_holds_what_the_patient_opened(room: Room) -> None:
    await fill(room)
    await everybody_was_welcomed(room)
    await room.world.choose(ConsentDecision.PERMIT, "role:relative", "S4")
    await room.admit("wim")
    await room.greets()
    brief, *_ = await room.hears()
    assert brief.sections == {Section.S4}
    assert "# S4 Wensen" in brief.body


async def test_a_spiritual_carer_without_consent_is_welcomed_and_sees_only_who_is_who(room: Room) -> None:
    await fill(room)
    await everybody_was_welcomed(room)
    carer = Person(
        "per-0011223344556677",
        Role.SPIRITUAL_CARER,
        PersonName("Lidewij", "Prins"),
        "@k77:kring.test",
        "Hospice De Linde",
        "diploma getoond",
        room.world.clock(),
    )
    async with room.world.unit() as unit:
        await unit.people.add(carer)
    room.world.people["lidewij"] = carer
    await room.admit("lidewij")
    await room.admit("joost")
    assert await room.greets() == 2
    heard = await room.hears()
    (brief,) = [m for m in heard if m.person_id == carer.id and where(m) == "private"]
    assert "In het dossier staat nog niets dat voor u open is." in brief.body
    assert any(m.person_id == room.world.id("joost") for m in heard)


async def test_the_brief_waits_for_the_private_room_and_goes_to_nobody_else(room: Room) -> None:
    await fill(room)
    await everybody_was_welcomed(room)
    await room.speaks()
    await room.admit("joost")
    await room.greets()
    said = await room.speaks()
    assert not any("NIET reanimeren" in body for _, body, _ in said)
    own = await room.private_room("joost")
    room.world.clock.pass_by(seconds=31)
    await room.greets()
    said = await room.speaks()
    ((_place, body, users),) = [one for one in said if one[0] == room.place(own)]
    assert "NIET reanimeren" in body
    assert users == {room.user("joost")}


# Catching up, and the link.


async def test_bijpraten_gives_an_overview_in_private_and_one_line_in_the_room(room: Room) -> None:
    await fill(room)
    private, told = await room.says("samira", "!bijpraten", TEAM)
    assert (where(private), private.person_id) == ("private", room.world.id("samira"))
    assert private.body.startswith("# Bijpraten: de kring van Anna de Wit, geboren 14-3-1952")
    assert "NIET reanimeren" in private.body
    assert "Welkom" not in private.body
    assert told.body == "U vindt het overzicht in uw privékamer met Kring."
    assert not told.sections


async def test_bijpraten_in_the_private_room_says_it_once(room: Room) -> None:
    own = await room.private_room("samira")
    (answer,) = await room.says("samira", "!bijpraten", own)
    assert answer.body.startswith("# Bijpraten")


async def test_a_portal_link_is_only_ever_given_in_private(room: Room) -> None:
    private, told = await room.says("pieter", "!portaal")
    assert (where(private), private.person_id) == ("private", room.world.id("pieter"))
    assert "/p/" in private.body
    assert "tien minuten" in private.body
    assert where(told) == CIRCLE
    assert "/p/" not in told.body
    assert await room.world.logged(AuditEvent.LINK_ISSUED)


async def test_the_link_is_stored_as_a_hash_and_ends_after_ten_minutes(room: Room) -> None:
    private, _ = await room.says("pieter", "!portaal")
    secret = private.body.partition("/p/")[2].split("\n")[0]
    async with room.hub.database.reading() as connection:
        (row,) = (await connection.execute(select(portal_link))).all()
    assert secret not in str(row)
    assert row.expires_at - row.issued_at == timedelta(minutes=10) / timedelta(microseconds=1)


async def test_in_the_private_room_the_link_comes_without_a_second_line(room: Room) -> None:
    own = await room.private_room("pieter")
    (answer,) = await room.says("pieter", "!portaal", own)
    assert "/p/" in answer.body


async def test_the_link_reaches_only_the_one_who_asked(room: Room) -> None:
    own = await room.private_room("gerda")
    await room.says("gerda", "!portaal", TEAM)
    said = await room.speaks()
    assert [users for _, body, users in said if "/p/" in body] == [{room.user("gerda")}]
    assert bodies(await room.says("gerda", "!wie", own)).count("heeft de regie") == 1


async def test_a_brief_waits_until_the_newcomer_has_a_device_that_can_read_it(room: Room) -> None:
    """Said to nobody it would be lost: nobody gets old keys afterwards."""
    await everybody_was_welcomed(room)
    await room.speaks()
    await room.admit("joost")
    await room.greets()
    await room.private_room("joost")
    room.sender.failing = NobodyCanRead("Niemand hier heeft een bevestigd toestel.", timedelta(seconds=15))
    said = await room.speaks()
    room.world.clock.pass_by(seconds=31)
    said += await room.speaks()
    assert len([body for _, body, _ in said if body.startswith("Welkom, Joost")]) == 1


async def test_the_introduction_of_a_room_tells_how_to_know_the_bot(room: Room) -> None:
    async with room.world.unit() as unit:
        await own_keys.store(unit, OwnKeys("@dossier:kring.test", "KRINGBOT", "Sess" * 10 + "abc", "Iden" * 10 + "abc"))
    await room.greets()
    said = bodies(message for message in await room.hears() if where(message) == CIRCLE)
    assert "@dossier:kring.test, sessie KRINGBOT" in said
    assert "Sess Sess Sess" in said
    assert "Iden Iden Iden" in said

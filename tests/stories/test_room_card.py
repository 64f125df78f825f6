"""The card of each room: pinned, short, edited in place, and never more than everybody there may read."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bots.access.pinning import Pinner
from bots.dossier.card_watch import CardWatch
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.dossier_tables import room_card
from hub.adapters.sql.tables import outbox
from hub.application.use_cases import death
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.audit import AuditEvent
from hub.domain.card import MOST_LINES
from hub.domain.consent import ConsentDecision
from hub.domain.entries import Note
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.bots.rooms import FakeRooms
from tests.stories.room import CIRCLE, SERVER, TEAM, Room
from tests.stories.sealed_room import SealedRoom
from tests.world import directive

GATEKEEPER = f"@poortwachter:{SERVER}"


@pytest.fixture
async def sealed(room: Room) -> AsyncIterator[SealedRoom]:
    opened = SealedRoom(room)
    await opened.open()
    yield opened
    await opened.close()


async def renewed(sealed: SealedRoom, *, after: float = 30) -> list[JsonObject]:
    """Time passes until every card that is due was made again and said; the events."""
    await CardWatch(sealed.room.hub).round()
    sealed.room.world.clock.pass_by(seconds=after)
    await CardWatch(sealed.room.hub).round()
    return await sealed.speaks()


async def first_cards(sealed: SealedRoom) -> dict[str, JsonObject]:
    """The first card of both rooms."""
    async with sealed.room.world.unit() as unit:
        await unit.room_cards.mark_new_rooms(sealed.room.world.clock())
    said = await renewed(sealed)
    assert len(said) == 2
    return {kind: next(e for e in said if e["room_id"] == sealed.room.place(kind)) for kind in (CIRCLE, TEAM)}


def shown(sealed: SealedRoom, event: JsonObject, who: str = "carla") -> str:
    """What this person's Element shows in the place of the card."""
    opened = sealed.of(who).machine.decrypt(event)
    content = getattr(opened, "content", {})
    return str(content.get("m.new_content", content).get("body", ""))


async def agree(sealed: SealedRoom, decision: Decision = Decision.NO) -> None:
    """Gerda proposes, Ruben confirms."""
    entry = await sealed.room.world.record("gerda", directive(Treatment.RESUSCITATION, decision))
    await sealed.room.world.confirm("ruben", entry.ref)


async def only_who_may_read_everything(sealed: SealedRoom) -> None:
    for who in ("pieter", "noor"):
        await sealed.room.discharge(who)
        await sealed.room.leaves(who, CIRCLE, TEAM)


async def the_card(sealed: SealedRoom, kind: str) -> tuple[str | None, str | None]:
    """(the event that carries it, the event that is pinned)"""
    async with sealed.room.hub.database.reading() as connection:
        query = select(room_card.c.event_id, room_card.c.pinned_event_id)
        row = (await connection.execute(query.where(room_card.c.room_id == sealed.room.place(kind)))).one()
    return row.event_id, row.pinned_event_id


async def test_the_card_names_the_six_facts_in_twelve_lines_and_what_is_not_known(sealed: SealedRoom) -> None:
    await only_who_may_read_everything(sealed)
    card = shown(sealed, (await first_cards(sealed))[TEAM])
    assert len(card.splitlines()) <= MOST_LINES
    titles = (
        "Reanimeren",
        "Opname in het ziekenhuis",
        "Plek van overlijden",
        "Vertegenwoordiger",
        "Regie",
        "’s Nachts",
    )
    places = [card.index(title) for title in titles]
    assert places == sorted(places), "in this order"
    assert "Reanimeren: NIET vastgelegd [S3]" in card
    assert "Carla Vermeer (palliatieve zorgcoach, Praktijk De Brug), tel. 026-3210001" in card
    assert "huisartsenpost" in card
    assert "Anna de Wit, geboren 14-3-1952" in card


async def test_a_confirmed_agreement_is_edited_into_the_card_and_a_proposal_is_not(sealed: SealedRoom) -> None:
    await only_who_may_read_everything(sealed)
    first = (await first_cards(sealed))[TEAM]
    entry = await sealed.room.world.record("gerda", directive(Treatment.RESUSCITATION, Decision.NO))
    proposed = [event for event in await renewed(sealed) if event["room_id"] == sealed.room.place(TEAM)]
    assert "nog GEEN afspraak; een voorstel wacht op bevestiging (S3-1)" in shown(sealed, proposed[-1])
    await sealed.room.world.confirm("ruben", entry.ref)
    (edit,) = [event for event in await renewed(sealed) if event["room_id"] == sealed.room.place(TEAM)]
    assert edit["content"]["m.relates_to"] == {"rel_type": "m.replace", "event_id": first["event_id"]}
    assert "NIET reanimeren — besproken op 3-11-2026 met patiënt en zoon; bevestigd door Ruben" in shown(sealed, edit)
    assert await the_card(sealed, TEAM) == (first["event_id"], None)


async def test_nothing_is_said_when_the_card_would_say_the_same(sealed: SealedRoom) -> None:
    await first_cards(sealed)
    await sealed.room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL))
    await sealed.room.world.record("carla", Note("De sleutel ligt bij de buren."), Section.S8)
    assert await renewed(sealed) == []


async def test_in_a_room_with_a_relative_the_card_says_the_same_whatever_is_recorded(sealed: SealedRoom) -> None:
    """Pieter may not read the plan: from the card he cannot tell whether there is one."""
    before = shown(sealed, (await first_cards(sealed))[CIRCLE], "pieter")
    assert "Niet voor iedereen hier; zie !dossier: reanimeren [S3]" in before
    await agree(sealed)
    await sealed.room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    said = await renewed(sealed)
    assert [event for event in said if event["room_id"] == sealed.room.place(CIRCLE)] == []


async def test_what_the_patient_allows_her_son_to_read_appears_and_goes_again(sealed: SealedRoom) -> None:
    await sealed.room.discharge("noor")
    await sealed.room.leaves("noor", CIRCLE, TEAM)
    await agree(sealed)
    await first_cards(sealed)
    pieter = f"person:{sealed.room.world.id('pieter')}"
    await sealed.room.world.choose(ConsentDecision.PERMIT, pieter, "S3")
    (open_now,) = [e for e in await renewed(sealed) if e["room_id"] == sealed.room.place(CIRCLE)]
    assert "NIET reanimeren" in shown(sealed, open_now, "pieter")
    await sealed.room.world.choose(ConsentDecision.DENY, pieter, "S3")
    (closed,) = [e for e in await renewed(sealed) if e["room_id"] == sealed.room.place(CIRCLE)]
    assert "NIET reanimeren" not in shown(sealed, closed, "pieter")


async def test_who_comes_later_gets_a_card_that_they_can_open_and_the_pin_moves(sealed: SealedRoom) -> None:
    await only_who_may_read_everything(sealed)
    rooms, pinner = pinning(sealed)
    first = (await first_cards(sealed))[TEAM]
    await pinner.work_off()
    assert pinned(rooms, sealed, TEAM) == [first["event_id"]]
    await sealed.room.admit("joost")
    sealed.phone("joost")
    (new,) = [event for event in await renewed(sealed) if event["room_id"] == sealed.room.place(TEAM)]
    assert "m.relates_to" not in new["content"], "an edit of what Joost cannot open would tell him nothing"
    assert "Kaart van Anna de Wit" in (sealed.read_by("joost", new) or "")
    assert sealed.read_by("joost", first) is None
    await pinner.work_off()
    assert pinned(rooms, sealed, TEAM) == [new["event_id"]]
    assert await renewed(sealed) == [], "and that is all that is said"


async def test_somebody_without_a_device_does_not_make_every_change_a_new_message(sealed: SealedRoom) -> None:
    await only_who_may_read_everything(sealed)
    await sealed.room.admit("joost")
    first = (await first_cards(sealed))[TEAM]
    await agree(sealed)
    (edit,) = [event for event in await renewed(sealed) if event["room_id"] == sealed.room.place(TEAM)]
    assert edit["content"]["m.relates_to"]["event_id"] == first["event_id"]


async def test_while_somebody_must_leave_the_room_its_card_waits_and_they_cannot_open_the_edit(
    sealed: SealedRoom,
) -> None:
    await only_who_may_read_everything(sealed)
    await first_cards(sealed)
    await agree(sealed)
    await sealed.room.discharge("samira")
    assert await renewed(sealed) == [], "Samira is still in the room"
    await sealed.room.leaves("samira", CIRCLE, TEAM)
    said = await renewed(sealed, after=60)
    in_team = [event for event in said if event["room_id"] == sealed.room.place(TEAM)]
    assert "NIET reanimeren" in shown(sealed, in_team[-1])
    assert sealed.read_by("samira", in_team[-1]) is None


async def test_what_was_written_for_a_smaller_audience_is_not_said_to_a_larger_one(sealed: SealedRoom) -> None:
    await only_who_may_read_everything(sealed)
    await first_cards(sealed)
    await agree(sealed)
    await CardWatch(sealed.room.hub).round()
    await sealed.room.world.admit("wim")
    await sealed.room.joins("wim", CIRCLE)
    sealed.phone("wim")
    said = await sealed.speaks() + await renewed(sealed)
    in_circle = [event for event in said if event["room_id"] == sealed.room.place(CIRCLE)]
    assert in_circle
    for event in in_circle:
        assert "NIET reanimeren" not in shown(sealed, event)
    assert "Niet voor iedereen hier" in (sealed.read_by("wim", in_circle[-1]) or "")


async def test_a_card_is_made_and_told_in_the_name_of_who_changed_something(sealed: SealedRoom) -> None:
    await only_who_may_read_everything(sealed)
    await first_cards(sealed)
    await sealed.room.world.record("gerda", PreferredPlaceOfDeath(Place.HOSPICE))
    await renewed(sealed)
    disclosed = await sealed.room.world.logged(AuditEvent.DISCLOSED)
    last = [entry for entry in disclosed if "room=team" in entry.detail][-1]
    assert last.user_id == last.responsible_id == sealed.room.world.id("gerda")
    assert last.initiator == "bot:dossier"
    assert set(last.sections.split(",")) == {"S1", "S2", "S3", "S4", "S7"}


async def test_after_a_death_the_card_says_no_more_than_that_it_is_not_kept(sealed: SealedRoom) -> None:
    await agree(sealed)
    await only_who_may_read_everything(sealed)
    await first_cards(sealed)
    async with sealed.room.world.unit() as unit:
        world, speaker = sealed.room.world, sealed.room.hub.speaker
        await death.declare_death(unit, world.guard, speaker, await world.context(unit, "gerda"), "Anna de Wit")
        await death.confirm_death(unit, world.guard, speaker, await world.context(unit, "carla"), "Anna de Wit")
    said = [event for event in await renewed(sealed) if event["room_id"] == sealed.room.place(TEAM)]
    card = shown(sealed, said[-1])
    assert "niet meer bijgehouden" in card
    assert "reanimeren" not in card.lower()


async def test_our_own_edit_is_no_command(sealed: SealedRoom) -> None:
    await only_who_may_read_everything(sealed)
    first = (await first_cards(sealed))[TEAM]
    await sealed.room.world.record("carla", PreferredPlaceOfDeath(Place.HOME))
    (edit,) = [event for event in await renewed(sealed) if event["room_id"] == sealed.room.place(TEAM)]
    pending = await pending_rows(sealed)
    await sealed.arrives(first, edit)
    assert await pending_rows(sealed) == pending


async def test_a_crash_between_writing_and_saying_leads_to_one_card(sealed: SealedRoom) -> None:
    await only_who_may_read_everything(sealed)
    async with sealed.room.world.unit() as unit:
        await unit.room_cards.mark_new_rooms(sealed.room.world.clock())
    await CardWatch(sealed.room.hub).round()
    await agree(sealed)
    await CardWatch(sealed.room.hub).round()
    said = [event for event in await sealed.speaks() if event["room_id"] == sealed.room.place(TEAM)]
    assert len(said) == 1, "what was not said yet was replaced, not said beside it"
    assert "NIET reanimeren" in shown(sealed, said[0])
    await sealed.restart()
    assert await renewed(sealed) == []


async def test_the_period_of_a_locum_that_runs_out_is_looked_at_by_itself(sealed: SealedRoom) -> None:
    """The pharmacist is here for a day; she is why the card hides things."""
    await sealed.room.discharge("pieter")
    await sealed.room.leaves("pieter", CIRCLE)
    await sealed.room.discharge("noor")
    await sealed.room.leaves("noor", CIRCLE, TEAM)
    await sealed.room.admit("noor", until=sealed.room.world.clock() + timedelta(days=1))
    hidden = shown(sealed, (await first_cards(sealed))[TEAM])
    assert "Niet voor iedereen hier" in hidden
    sealed.room.world.clock.pass_by(days=1)
    await sealed.room.leaves("noor", CIRCLE, TEAM)
    (edit,) = [event for event in await renewed(sealed) if event["room_id"] == sealed.room.place(TEAM)]
    assert "Niet voor iedereen hier" not in shown(sealed, edit)


async def pending_rows(sealed: SealedRoom) -> int:
    async with sealed.room.hub.database.reading() as connection:
        return len((await connection.execute(select(outbox.c.id))).all())


def pinning(sealed: SealedRoom) -> tuple[FakeRooms, Pinner]:
    """What of the gatekeeper pins, and a homeserver with the two rooms of the circle."""
    rooms = FakeRooms(GATEKEEPER)
    for kind in (CIRCLE, TEAM):
        rooms.rooms[sealed.room.place(kind)] = {}
    return rooms, Pinner(sealed.room.hub, rooms)


def pinned(rooms: FakeRooms, sealed: SealedRoom, kind: str) -> list[str]:
    return list(rooms.rooms[sealed.room.place(kind)][("m.room.pinned_events", "")]["content"]["pinned"])

"""``!wie`` tells who can read the bot, and what helps who cannot; each answer is what the devices really can."""

from collections.abc import AsyncIterator

import pytest

from hub.domain.audit import AuditEvent
from hub.domain.observations import PainScore, Reporter
from tests.stories.room import CIRCLE, TEAM, Room
from tests.stories.sealed_room import SealedRoom


@pytest.fixture
async def sealed(room: Room) -> AsyncIterator[SealedRoom]:
    opened = SealedRoom(room)
    await opened.open()
    yield opened
    await opened.close()


async def asks(sealed: SealedRoom, who: str, kind: str = CIRCLE, reply_to: str | None = None) -> str:
    more = {"m.relates_to": {"m.in_reply_to": {"event_id": reply_to}}} if reply_to else {}
    await sealed.says(who, "!wie", kind, **more)
    (answer,) = await sealed.speaks()
    return sealed.read_by(who, answer) or "?"


def about_reading(answer: str) -> list[str]:
    """The part below the roster."""
    lines = answer.split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("Wie") and line.endswith("kan lezen"))
    return lines[start + 1 :]


async def test_when_everybody_can_read_it_says_so(sealed: SealedRoom) -> None:
    await sealed.says("samira", "!pijn 4")
    (said,) = await sealed.speaks()
    assert all(sealed.read_by(who, said) for who in ("anna", "carla", "gerda", "samira", "ruben", "noor", "pieter"))
    assert about_reading(await asks(sealed, "pieter")) == ["Alle 7 kunnen dit lezen."]


async def test_before_the_bot_said_anything_wie_tells_only_who_is_there(sealed: SealedRoom) -> None:
    assert "kan lezen" not in await asks(sealed, "carla")


async def test_a_doctor_whose_device_is_not_verified_is_named_with_what_helps(sealed: SealedRoom) -> None:
    sealed.devices.remove(sealed.of("ruben"))
    sealed.office.shown["device_keys"][sealed.room.user("ruben")].clear()
    sealed.phone("ruben", "NIEUW", signed=False)
    await sealed.says("gerda", "!pijn 4", TEAM)
    (said,) = await sealed.speaks()
    assert sealed.read_by("ruben", said, "NIEUW") is None

    assert about_reading(await asks(sealed, "gerda", TEAM)) == [
        "4 van 5 kunnen dit lezen.",
        "- Ruben Oosterhof (medisch specialist) niet: toestel niet geverifieerd. Wat helpt: "
        "Dit toestel in Element bevestigen met een ander toestel of met de herstelsleutel.",
    ]


async def test_an_extra_device_that_nobody_signed_is_named_beside_the_one_that_reads(sealed: SealedRoom) -> None:
    sealed.phone("gerda", "TABLET", signed=False)
    await sealed.says("samira", "!pijn 4", TEAM)
    (said,) = await sealed.speaks()
    assert sealed.read_by("gerda", said)
    assert sealed.read_by("gerda", said, "TABLET") is None
    answer = about_reading(await asks(sealed, "samira", TEAM))
    assert answer[0] == "Alle 5 kunnen dit lezen."
    assert answer[1].startswith("- Gerda Huisman (huisarts) wel, maar niet op elk toestel: toestel niet geverifieerd.")


async def test_who_is_invited_and_who_has_no_device_are_named(sealed: SealedRoom) -> None:
    await sealed.room.joins("pieter", CIRCLE, membership="invite")
    sealed.devices.remove(sealed.of("noor"))
    sealed.office.shown["device_keys"][sealed.room.user("noor")].clear()
    sealed._changed("noor")
    await sealed.says("samira", "!pijn 4")
    await sealed.speaks()
    answer = about_reading(await asks(sealed, "samira"))
    assert answer[0] == "5 van 7 kunnen dit lezen."
    assert "Pieter de Wit (naaste) niet: uitgenodigd, maar nog niet in deze kamer." in "\n".join(answer)
    assert "Noor Kamphuis (apotheker) niet: nog nergens aangemeld." in "\n".join(answer)


async def test_who_reset_their_encryption_waits_and_is_named(sealed: SealedRoom) -> None:
    await sealed.says("samira", "!pijn 4", TEAM)
    await sealed.speaks()
    sealed.devices.remove(sealed.of("ruben"))
    sealed.office.shown["device_keys"][sealed.room.user("ruben")].clear()
    sealed.phone("ruben", "NIEUW")
    await sealed.says("samira", "!pijn 5", TEAM)
    *_, said = await sealed.speaks()
    assert sealed.read_by("ruben", said, "NIEUW") is None
    answer = about_reading(await asks(sealed, "samira", TEAM))
    assert answer[0] == "4 van 5 kunnen dit lezen."
    assert "beveiliging vernieuwd, nog niet bevestigd" in answer[1]


async def test_a_device_that_gives_no_one_time_key_is_named(sealed: SealedRoom) -> None:
    sealed.out_of_keys.add((sealed.room.user("ruben"), "TELEFOON"))
    await sealed.says("samira", "!pijn 4", TEAM)
    (said,) = await sealed.speaks()
    assert sealed.read_by("ruben", said) is None
    answer = about_reading(await asks(sealed, "samira", TEAM))
    assert "Ruben Oosterhof (medisch specialist) niet: toestel nam geen sleutel aan." in answer[1]


async def test_a_newcomer_reads_from_the_next_message_on_and_the_ledger_says_from_which(sealed: SealedRoom) -> None:
    await sealed.room.joins("pieter", CIRCLE, membership="invite")
    await sealed.says("samira", "!pijn 4")
    (before,) = await sealed.speaks()
    await sealed.room.joins("pieter", CIRCLE)
    await sealed.says("samira", "!pijn 5")
    (after,) = await sealed.speaks()
    assert before["content"]["session_id"] == after["content"]["session_id"]
    assert (sealed.read_by("pieter", before), sealed.read_by("pieter", after)) == (None, "Vastgelegd als S5-2.")

    earlier = about_reading(await asks(sealed, "samira", reply_to=str(before["event_id"])))
    later = about_reading(await asks(sealed, "samira", reply_to=str(after["event_id"])))
    assert (earlier[0], later) == ("6 van 7 kunnen dit lezen.", ["Alle 7 kunnen dit lezen."])


async def test_what_stands_in_another_room_is_as_if_it_did_not_exist(sealed: SealedRoom) -> None:
    await sealed.says("samira", "!pijn 4", TEAM)
    (in_team,) = await sealed.speaks()
    for event_id in (str(in_team["event_id"]), "$nooit-gezegd"):
        answer = await asks(sealed, "pieter", CIRCLE, reply_to=event_id)
        assert answer == (
            "Dat is geen bericht van mij in deze kamer. Antwoord met !wie op een bericht van mij, of typ !wie los."
        )


async def test_who_has_left_the_circle_is_counted_and_not_named(sealed: SealedRoom) -> None:
    sealed.devices.remove(sealed.of("pieter"))
    sealed.office.shown["device_keys"][sealed.room.user("pieter")].clear()
    sealed._changed("pieter")
    await sealed.says("samira", "!pijn 4")
    (said,) = await sealed.speaks()
    await sealed.room.discharge("pieter")
    await sealed.room.leaves("pieter", CIRCLE)
    answer = about_reading(await asks(sealed, "samira", reply_to=str(said["event_id"])))
    assert answer[0] == "6 van 7 kunnen dit lezen."
    assert answer[1].startswith("- Iemand die niet meer in de kring is niet: nog nergens aangemeld.")
    assert "Pieter" not in "\n".join(answer)


async def test_the_look_is_in_the_log(sealed: SealedRoom) -> None:
    await sealed.says("samira", "!pijn 4")
    (said,) = await sealed.speaks()
    await asks(sealed, "gerda", reply_to=str(said["event_id"]))
    (entry,) = await sealed.room.world.logged(AuditEvent.READERS_SEEN)
    assert (entry.user_id, entry.object_id, entry.detail) == (
        sealed.room.world.id("gerda"), said["event_id"], "reading=7;people=7",
    )  # fmt: skip


async def test_the_ledger_grows_with_what_changes_and_not_with_what_is_said(sealed: SealedRoom) -> None:
    async with sealed.room.world.unit() as unit:
        assert await unit.disclosures.latest([sealed.room.place(TEAM)], 9) == []
    for score in range(6):
        await sealed.says("samira", f"!pijn {score}", TEAM)
        await sealed.speaks()
    async with sealed.room.world.unit() as unit:
        said = await unit.disclosures.latest([sealed.room.place(TEAM)], 9)
        assert [message.message_index for message in said] == [5, 4, 3, 2, 1, 0]
        assert len(await unit.disclosures.shares(said[0])) == 5


# A crash, or an answer that got lost, between saying and writing down.


async def test_after_a_crash_the_ledger_names_the_key_with_which_it_was_really_said(sealed: SealedRoom) -> None:
    """The homeserver kept the first copy, under the first key; Ruben's device came only after that."""
    sealed.out_of_keys.add((sealed.room.user("ruben"), "TELEFOON"))
    await sealed.says("samira", "!pijn 4", TEAM)
    sealed.http.lost_answers = 1
    (said,) = await sealed.speaks()
    await sealed.restart()
    sealed.out_of_keys.clear()
    sealed.room.world.clock.pass_by(seconds=120)
    assert await sealed.speaks() == []

    assert sealed.read_by("ruben", said) is None
    async with sealed.room.world.unit() as unit:
        (written,) = await unit.disclosures.latest([sealed.room.place(TEAM)], 9)
    assert (written.event_id, written.session_id) == (said["event_id"], said["content"]["session_id"])
    answer = about_reading(await asks(sealed, "samira", TEAM, reply_to=str(said["event_id"])))
    assert answer[0] == "4 van 5 kunnen dit lezen."


async def test_what_is_logged_as_disclosed_is_the_copy_that_was_really_said(sealed: SealedRoom) -> None:
    """Contents of the dossier, in the room where all may read them: Ruben's device got no key of that copy."""
    for who in ("pieter", "noor"):
        await sealed.room.discharge(who)
        await sealed.room.leaves(who, CIRCLE, TEAM)
    await sealed.room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, "botpijn"))
    sealed.out_of_keys.add((sealed.room.user("ruben"), "TELEFOON"))
    await sealed.says("gerda", "!dossier klachten", TEAM)
    sealed.http.lost_answers = 1
    await sealed.speaks()
    await sealed.restart()
    sealed.out_of_keys.clear()
    sealed.room.world.clock.pass_by(seconds=120)
    await sealed.speaks()
    (entry,) = await sealed.room.world.logged(AuditEvent.DISCLOSED)
    assert entry.detail == "room=team;people=3;withheld=1;mode=gericht"


async def test_a_homeserver_that_shows_another_key_than_it_kept_is_not_believed(sealed: SealedRoom) -> None:
    await sealed.says("samira", "!pijn 4", TEAM)
    sealed.http.lost_answers = 1
    (said,) = await sealed.speaks()
    said["content"]["session_id"] = "verzonnen"
    sealed.room.world.clock.pass_by(seconds=120)
    await sealed.speaks()
    answer = about_reading(await asks(sealed, "samira", TEAM, reply_to=str(said["event_id"])))
    assert answer == ["Met welke sleutel dit bericht ging, weet ik niet zeker; wie het kan lezen, dus ook niet."]


# What Element is told.


async def test_a_device_without_the_key_hears_why_once_for_each_session(sealed: SealedRoom) -> None:
    sealed.phone("gerda", "TABLET", signed=False)
    sealed.out_of_keys.add((sealed.room.user("ruben"), "TELEFOON"))
    for score in range(3):
        await sealed.says("samira", f"!pijn {score}", TEAM)
        (said,) = await sealed.speaks()
    told = {(user, device, content["code"]) for user, device, content in sealed.http.withheld}
    assert told == {
        (sealed.room.user("gerda"), "TABLET", "m.unverified"),
        (sealed.room.user("ruben"), "TELEFOON", "m.no_olm"),
    }
    assert len(sealed.http.withheld) == 2
    assert {content["session_id"] for *_, content in sealed.http.withheld} == {said["content"]["session_id"]}


async def test_a_reason_that_did_not_arrive_is_told_with_the_next_message_and_holds_nothing_up(
    sealed: SealedRoom,
) -> None:
    sealed.phone("gerda", "TABLET", signed=False)
    sealed.http.shut.add("m.room_key.withheld")
    await sealed.says("samira", "!pijn 4", TEAM)
    assert len(await sealed.speaks()) == 1
    assert sealed.http.withheld == []
    sealed.http.shut.clear()
    await sealed.says("samira", "!pijn 5", TEAM)
    await sealed.speaks()
    assert [(device, content["code"]) for _, device, content in sealed.http.withheld] == [("TABLET", "m.unverified")]

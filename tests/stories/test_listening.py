"""What the bot takes for a command, and what it leaves alone."""

from dataclasses import replace

import pytest

from bots.dossier import handover_commands
from bots.dossier.handler import DossierBot
from bots.runtime.inbox import RefusedEvent
from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.outbox import SqlOutbox
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected, KringError
from tests.stories.room import SERVER, TEAM, Room, bodies
from tests.world import MORNING


async def nothing_happens(room: Room, who: str, body: str = "", **more: object) -> None:
    before = len(await room.world.log())
    assert await room.receive(room.message(who, body, TEAM, **more)) is InboxState.DONE
    assert await room.hears() == []
    assert len(await room.world.log()) == before


@pytest.mark.parametrize(
    "body",
    [
        "Goedemorgen allemaal",
        "Kring is handig, zeg",
        "Pijn 8 vannacht",
        "dossier is bij!",
        "> !dossier",
        "> !dossier\n> !pijn 8\n\nja, dat bedoel ik",
        "",
        "   ",
        "！dossier",
        "\u200b!dossier",
    ],
)
async def test_ordinary_talk_is_left_alone(room: Room, body: str) -> None:
    await nothing_happens(room, "gerda", body)


async def test_a_quoted_command_in_a_reply_does_not_run(room: Room) -> None:
    body = "> <@k1:kring.test> !pijn 9\n\nZo erg was het toch niet?"
    await nothing_happens(room, "samira", body, reply_to="$eerder")


async def test_a_command_below_a_quote_in_a_reply_does_run(room: Room) -> None:
    body = "> <@k1:kring.test> ze heeft pijn\n\n!pijn 6"
    assert bodies(await room.says("samira", body, TEAM, reply_to="$eerder")) == "Vastgelegd als S5-1."


async def test_an_edit_never_runs(room: Room) -> None:
    edited = {"msgtype": "m.text", "body": "* !pijn 6", "m.new_content": {"msgtype": "m.text", "body": "!pijn 6"}}
    await nothing_happens(room, "samira", content=edited, is_edit=True)


async def test_what_only_the_homeserver_calls_an_edit_is_refused_and_its_sender_hears_of_it(room: Room) -> None:
    (answer,) = await room.says("samira", "!pijn 6", TEAM, is_edit=True)
    assert "doet dit bericht voor als een wijziging" in answer.body


@pytest.mark.parametrize("msgtype", ["m.notice", "m.emote", "m.file", "m.image", "m.location", "", 7, None, ["m.text"]])
async def test_only_text_can_be_a_command(room: Room, msgtype: object) -> None:
    await nothing_happens(room, "samira", content={"msgtype": msgtype, "body": "!pijn 6", "filename": "!pijn 6"})


@pytest.mark.parametrize("body", [None, {}, [], 7, ""])
async def test_a_command_only_in_the_formatted_body_does_not_run(room: Room, body: object) -> None:
    content = {"msgtype": "m.text", "body": body, "format": "org.matrix.custom.html", "formatted_body": "!pijn 6"}
    await nothing_happens(room, "samira", content=content)


async def test_what_is_no_message_does_not_run(room: Room) -> None:
    await nothing_happens(room, "samira", "!pijn 6", type="m.sticker")


@pytest.mark.parametrize("who", ["@dossier", "@poortwachter"])
async def test_the_bots_never_answer_themselves_or_each_other(room: Room, who: str) -> None:
    message = room.message(f"{who}:{SERVER}", "!dossier", TEAM)
    assert await room.receive(message) is InboxState.DONE
    assert await room.hears() == []


@pytest.mark.parametrize(
    "body",
    [
        "!pijn 6",
        "! pijn 6",
        "!PIJN 6",
        "!Pijn: 6",
        "!pijn\u00a06",
        "!pijn\t6",
        "!pijn\n6",
        "  !pijn 6  ",
        "@dossier pijn 6",
        f"@dossier:{SERVER} !pijn 6",
        "Kring: pijn 6",
        "Kring: !pijn 6",
        "kring, pijn 6",
    ],
)
async def test_people_may_type_it_in_many_ways(room: Room, body: str) -> None:
    assert bodies(await room.says("samira", body, TEAM)) == "Vastgelegd als S5-1."


async def test_a_mention_may_stand_without_a_colon(room: Room) -> None:
    content = {"msgtype": "m.text", "body": "Kring pijn 6", "m.mentions": {"user_ids": [f"@dossier:{SERVER}"]}}
    assert bodies(await room.says("samira", "", TEAM, content=content)) == "Vastgelegd als S5-1."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("!dosier", "dossier"), ("!bevestg S3-1", "bevestig"), ("!overdragt", "overdracht"), ("!piin 8", "pijn")],
)
async def test_a_misspelt_word_gets_a_suggestion(room: Room, typed: str, meant: str) -> None:
    (answer,) = await room.says("samira", typed, TEAM)
    assert answer.body == f"Die opdracht ken ik niet. Bedoelt u !{meant}? Typ !help om te zien wat er kan."


@pytest.mark.parametrize("typed", ["!", "!!!", "!xyzzy", "@dossier"])
async def test_a_word_like_no_other_gets_the_way_to_help(room: Room, typed: str) -> None:
    (answer,) = await room.says("samira", typed, TEAM)
    assert answer.body == "Die opdracht ken ik niet. Typ !help om te zien wat er kan."


async def test_a_misspelt_section_gets_a_suggestion_and_the_list(room: Room) -> None:
    (answer,) = await room.says("samira", "!noteer klagten: jeuk", TEAM)
    assert answer.body.startswith("Dat onderdeel ken ik niet. Bedoelt u klachten? De onderdelen zijn: S1 ")


async def test_a_command_that_is_too_long_says_so_and_files_nothing(room: Room) -> None:
    (answer,) = await room.says("samira", "!noteer zorgplan: " + "a" * 65_536, TEAM)
    assert answer.body == ("Dit bericht is te lang voor een opdracht (hoogstens 8000 tekens). Er is niets vastgelegd.")
    assert not await room.world.logged(AuditEvent.ENTRY_RECORDED)


async def test_help_names_every_command_and_what_to_do_in_an_emergency(room: Room) -> None:
    (answer,) = await room.says("pieter", "!help")
    assert "- !pijn <0-10> [toelichting] — een pijnscore vastleggen" in answer.body
    assert answer.body.endswith("Bij spoed: bel. Kring is geen noodnummer.")


async def test_wie_names_everybody_and_who_leads(room: Room) -> None:
    (answer,) = await room.says("pieter", "!wie")
    assert answer.body.split("\n")[:3] == [
        "# Wie er in deze kring zitten",
        "- Anna de Wit (patiënt)",
        "- Carla Vermeer (palliatieve zorgcoach, Praktijk De Brug) — heeft de regie",
    ]


# What could not be believed.


def refused_event(room: Room, who: str, code: str) -> RefusedEvent:
    sender = room.user(who) if who in room.world.people else who
    return RefusedEvent("$geweigerd", room.place(TEAM), sender, code, int(MORNING.timestamp() * 1000))


async def report(room: Room, event: RefusedEvent) -> str:
    async with room.hub.database.transaction() as connection:
        await room.bot.on_refused(event, connection)
    return bodies(await room.hears())


@pytest.mark.parametrize("code", ["not-encrypted", "replayed", "malformed"])
async def test_a_homeserver_that_repeats_itself_does_not_make_the_bot_fill_the_room(room: Room, code: str) -> None:
    event = refused_event(room, "samira", code)
    told = [await report(room, replace(event, event_id=f"$weer{number}")) for number in range(40)]
    assert [bool(said) for said in told] == [True] * 3 + [False] * 37
    assert len(await room.world.logged(AuditEvent.MESSAGE_REFUSED)) == 40, "each is in the log"


async def test_a_message_from_an_unconfirmed_device_is_told_and_logged(room: Room) -> None:
    said = await report(room, refused_event(room, "samira", "unsigned-device"))
    assert said == (
        "Met dit bericht heb ik niets gedaan. Dit bericht komt van een apparaat dat de afzender niet heeft bevestigd. "
        "Komt u er niet uit? Vraag de coach om hulp."
    )
    (entry,) = await room.world.logged(AuditEvent.MESSAGE_REFUSED)
    assert (entry.detail, entry.object_id) == ("unsigned-device", "$geweigerd")


@pytest.mark.parametrize("code", ["no-key", "too-early", "undecryptable"])
async def test_a_message_that_could_not_be_read_is_asked_for_again(room: Room, code: str) -> None:
    said = await report(room, refused_event(room, "samira", code))
    assert said.startswith("Ik kon dit bericht niet lezen. ")
    assert "opnieuw" in said


@pytest.mark.parametrize("who", ["@vreemd:elders", f"@dossier:{SERVER}"])
async def test_strangers_and_the_bots_own_get_no_answer_to_what_was_not_believed(room: Room, who: str) -> None:
    assert await report(room, refused_event(room, who, "unsigned-device")) == ""


# One transaction.


async def test_a_command_that_breaks_down_leaves_nothing_behind(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> int:
        raise KringError("kapot")

    monkeypatch.setattr(SqlOutbox, "add", broken)
    with pytest.raises(KringError):
        await room.receive(room.message("samira", "!pijn 8", TEAM))
    monkeypatch.undo()
    assert await room.world.read("samira") == []
    assert not await room.world.logged(AuditEvent.ENTRY_RECORDED)
    assert await room.hears() == []


async def test_of_two_commands_in_one_batch_the_refused_one_undoes_only_itself(room: Room) -> None:
    async with room.hub.database.transaction() as connection:
        first = await room.bot.on_message(room.message("samira", "!pijn 8", TEAM), connection)
        second = await room.bot.on_message(room.message("samira", "!bevestig S3-1", TEAM), connection)
        third = await room.bot.on_message(room.message("samira", "!pijn elf", TEAM), connection)
        fourth = await room.bot.on_message(room.message("samira", "!pijn 6", TEAM), connection)
    assert [first, second, third, fourth] == [
        InboxState.DONE,
        InboxState.REFUSED,
        InboxState.REFUSED,
        InboxState.DONE,
    ]
    answers = [message.body for message in await room.hears()]
    assert answers[0] == "Vastgelegd als S5-1."
    assert answers[-1] == "Vastgelegd als S5-2."
    assert len(answers) == 4
    assert len(await room.world.logged(AuditEvent.ENTRY_RECORDED)) == 2


async def test_what_is_refused_half_way_is_undone_whole(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handover was stored and its summary written when the answer to the room is refused."""

    async def half_way(*_: object) -> None:
        raise CommandRejected("no", "Nee.")

    monkeypatch.setattr(handover_commands, "deliver_handover", half_way)
    assert bodies(await room.says("gerda", "!overdracht naar thuis", TEAM)) == "Nee."
    assert not await room.world.logged(AuditEvent.HANDOVER_MADE)
    async with room.world.unit() as unit:
        assert isinstance(unit, SqlUnitOfWork)
        assert await unit.handovers.of_circle(room.world.circle_id) == []


async def test_the_bot_refuses_to_work_without_the_hubs_database(room: Room) -> None:
    with pytest.raises(ValueError, match="database"):
        await DossierBot(room.hub, lambda: None).on_message(room.message("samira", "!pijn 8", TEAM), None)

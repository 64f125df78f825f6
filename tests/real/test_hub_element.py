"""The whole hub and Element in strict mode: each reads the other, without a mark beside any message."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

import pytest

from .element import Element, ElementProcess
from .element_views import Message
from .hub_circle import ANSWER_SECONDS, BOT, PatientsCircle, Somebody, add_person, ask, heard, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real


@dataclass(frozen=True, slots=True)
class DeWit:
    """The circle of mevrouw De Wit: Carla coaches, Gerda is her GP, Pieter her son. All three are at Element."""

    circle: PatientsCircle
    gp: Somebody
    carla: Element
    gerda: Element
    pieter: Element

    @property
    def team(self) -> str:
        return self.circle.team_room


@pytest.fixture(scope="module")
def de_wit(running_hub: HubProcess, element_process: ElementProcess) -> DeWit:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer", "Netwerk Palliatieve Zorg")
    gp = add_person(running_hub, "gp", "Gerda", "Huisman", "Praktijk De Brug")
    son = add_person(running_hub, "relative", "Pieter", "de Wit")
    circle = open_circle(running_hub, element_process, coach)

    async def gather() -> DeWit:
        carla = await circle.arrive(coach, circle.rooms)
        gerda = await circle.arrive(gp, circle.admit(gp))
        pieter = await circle.arrive(son, circle.admit(son))
        await heard(carla, circle.team_room)
        await heard(gerda, circle.team_room)
        await heard(pieter, circle.circle_room)
        return DeWit(circle, gp, carla, gerda, pieter)

    return asyncio.run(gather())


async def without_mark(reader: Element, event_id: str) -> bool:
    shield = await reader.shield(event_id)
    return shield is not None and (shield.colour, shield.reason) == ("NONE", None)


async def test_the_bot_reads_the_doctor_and_the_doctor_reads_the_bot_without_a_shield(de_wit: DeWit) -> None:
    answer = await ask(de_wit.gerda, de_wit.team, "!pijn 8 botpijn vannacht")

    (entry,) = (e for e in de_wit.circle.show(de_wit.gp, "--section", "S5") if "botpijn vannacht" in e["sentence"])
    assert entry["ref"] in answer.body
    assert (entry["author_id"], entry["author_role"]) == (de_wit.gp.id, "gp")
    assert answer.encrypted
    assert await without_mark(de_wit.gerda, answer.event_id)
    seen_by_the_coach = await de_wit.carla.wait_for(entry["ref"], room=de_wit.team, sender=BOT)
    assert seen_by_the_coach.event_id == answer.event_id
    assert await without_mark(de_wit.carla, answer.event_id)


async def test_everything_that_the_bot_said_is_readable_and_without_a_shield(de_wit: DeWit) -> None:
    await ask(de_wit.gerda, de_wit.team, "!wie")
    said = [message for message in await de_wit.gerda.messages(sender=BOT) if message.type == "m.room.message"]

    assert len(said) >= 2
    assert all(message.readable and message.encrypted for message in said)
    assert all([await without_mark(de_wit.gerda, message.event_id) for message in said])
    trust = await de_wit.gerda.trust(BOT)
    assert [device.signed_by_owner for device in trust.devices] == [True]


async def test_a_command_in_a_reply_is_carried_out_and_what_it_quotes_is_not(de_wit: DeWit) -> None:
    before = len(de_wit.circle.show(de_wit.gp, "--section", "S5"))
    talk = await de_wit.carla.say(de_wit.team, "Hoe was de nacht?")
    await de_wit.gerda.wait_for("Hoe was de nacht?", room=de_wit.team)

    reply = await de_wit.gerda.say(de_wit.team, "> <@k> !pijn 10\n\n!pijn 4 na de pleister", reply_to=talk)
    answer = await de_wit.gerda.wait_for(room=de_wit.team, sender=BOT, reply_to=reply, seconds=ANSWER_SECONDS)

    entries = de_wit.circle.show(de_wit.gp, "--section", "S5")
    assert len(entries) == before + 1
    assert "na de pleister" in entries[-1]["sentence"]
    assert entries[-1]["ref"] in answer.body


async def test_an_edit_of_a_command_is_not_run_again(de_wit: DeWit) -> None:
    asked = await de_wit.gerda.say(de_wit.team, "!pijn 3 bij het wassen")
    await de_wit.gerda.wait_for(room=de_wit.team, sender=BOT, reply_to=asked, seconds=ANSWER_SECONDS)
    before = de_wit.circle.show(de_wit.gp, "--section", "S5")

    edit = await de_wit.gerda.edit(de_wit.team, asked, "!pijn 9 bij het wassen")
    await ask(de_wit.gerda, de_wit.team, "!wie")

    assert de_wit.circle.show(de_wit.gp, "--section", "S5") == before
    answers = [message.in_reply_to for message in await de_wit.gerda.messages(room=de_wit.team, sender=BOT)]
    assert (answers.count(asked), answers.count(edit)) == (1, 0)


async def test_a_command_in_a_thread_is_carried_out_once_and_answered(de_wit: DeWit) -> None:
    root = await de_wit.gerda.say(de_wit.team, "Over de pijn van vannacht:")
    asked = await de_wit.gerda.say(de_wit.team, "!pijn 6 in de draad", thread=root)
    answer = await de_wit.gerda.wait_for(room=de_wit.team, sender=BOT, reply_to=asked, seconds=ANSWER_SECONDS)

    found = [e for e in de_wit.circle.show(de_wit.gp, "--section", "S5") if "in de draad" in e["sentence"]]
    assert len(found) == 1
    assert found[0]["ref"] in answer.body


async def test_an_encrypted_file_of_the_doctor_is_taken_in_by_the_bot_and_leaves_the_talk_alone(
    de_wit: DeWit,
) -> None:
    """The bot does nothing with files in this version; it must open the event and go on.

    That the runtime downloads and decrypts the bytes, and that a file of the bot's opens in Element, is proven in
    ``test_runtime_and_element.py``.
    """
    before = de_wit.circle.show(de_wit.gp)
    letter = secrets.token_bytes(30_000)
    sent = await de_wit.gerda.send_file(de_wit.team, "brief.pdf", letter, mimetype="application/pdf")
    await de_wit.carla.wait_for("brief.pdf", room=de_wit.team)
    assert await de_wit.carla.read_file(sent) == letter

    await ask(de_wit.gerda, de_wit.team, "!wie")

    assert de_wit.circle.show(de_wit.gp) == before
    answers = [message.in_reply_to for message in await de_wit.gerda.messages(room=de_wit.team, sender=BOT)]
    assert sent not in answers, "a file that could not be opened is answered with 'Ik kon dit bericht niet lezen'"


async def test_what_a_relative_may_not_read_goes_to_nobody_in_the_shared_room(de_wit: DeWit) -> None:
    """The audience of a reply is the room: Pieter is there, so Gerda reads it in her private room."""
    await ask(de_wit.gerda, de_wit.team, "!pijn 7 alleen voor de zorgverleners")
    point = await de_wit.gerda.mark()
    answer = await ask(de_wit.gerda, de_wit.circle.circle_room, "!dossier klachten")
    room = await de_wit.circle.private_room(de_wit.gerda)
    private = await de_wit.gerda.wait_for("alleen voor de zorgverleners", room=room, sender=BOT, after=point)

    assert "privékamer" in answer.body
    assert await without_mark(de_wit.gerda, private.event_id)
    assert await de_wit.pieter.messages("alleen voor de zorgverleners") == []


async def test_the_bot_asks_for_scores_in_private_and_files_them_at_the_last_word(de_wit: DeWit) -> None:
    """Plain messages only: what Element X can do too."""

    async def answered(room: str, text: str, expected: str) -> Message:
        point = await de_wit.gerda.mark()
        await de_wit.gerda.say(room, text)
        return await de_wit.gerda.wait_for(
            expected, room=room, sender=BOT, after=point, readable=True, seconds=ANSWER_SECONDS
        )

    before = len(de_wit.circle.show(de_wit.gp, "--section", "S5"))
    told = await ask(de_wit.gerda, de_wit.team, "!usd")
    room = await de_wit.circle.private_room(de_wit.gerda)
    question = await de_wit.gerda.wait_for("De klachten: pijn, slapen", room=room, sender=BOT, seconds=ANSWER_SECONDS)
    assert "klachten" not in told.body
    assert question.encrypted
    assert await without_mark(de_wit.gerda, question.event_id)

    await answered(room, "6 pijn, 3 benauwd", "Welke klacht moet als eerste")
    summary = await answered(room, "benauwd", "Samenvatting")
    assert "pijn 6, benauwdheid 3. Als eerste aanpakken: benauwdheid." in summary.body
    assert len(de_wit.circle.show(de_wit.gp, "--section", "S5")) == before
    filed = await answered(room, "vastleggen", "Vastgelegd als S5-")
    entries = de_wit.circle.show(de_wit.gp, "--section", "S5")
    assert len(entries) == before + 1
    assert entries[-1]["ref"] in filed.body
    assert await de_wit.pieter.messages("benauwdheid 3") == []


async def test_the_members_of_a_circle_are_refused_all_that_the_gatekeeper_keeps(de_wit: DeWit) -> None:
    room, base = de_wit.circle.circle_room, f"/_matrix/client/v3/rooms/{de_wit.circle.circle_room}"
    stranger = add_person(de_wit.circle.hub, "relative", "Kees", "Blok")
    attempts = {
        "a message in clear": ("PUT", f"{base}/send/m.room.message/1", {"msgtype": "m.text", "body": "open en bloot"}),
        "inviting": ("POST", f"{base}/invite", {"user_id": stranger.matrix_id}),
        "changing power": ("PUT", f"{base}/state/m.room.power_levels/", {"users": {de_wit.gerda.user_id: 100}}),
        "sharing history": (
            "PUT",
            f"{base}/state/m.room.history_visibility/",
            {"history_visibility": "shared"},
        ),
        "upgrading the room": ("POST", f"{base}/upgrade", {"new_version": "12"}),
        "making a room": ("POST", "/_matrix/client/v3/createRoom", {"preset": "private_chat"}),
    }  # fmt: skip
    before = {event["event_id"] for event in await de_wit.gerda.state(room)}

    for member in (de_wit.gerda, de_wit.carla, de_wit.pieter):
        answers = {what: await member.request(*attempt) for what, attempt in attempts.items()}
        assert {what: (answer.status, answer.code) for what, answer in answers.items()} == dict.fromkeys(
            attempts, (403, "M_FORBIDDEN")
        ), member.name

    assert {event["event_id"] for event in await de_wit.gerda.state(room)} == before

"""What may be said in a room, tried by plain HTTP clients on a real Synapse: nothing in clear, by anybody."""

import secrets
from typing import Any
from urllib.parse import quote

import pytest

from tests.homeserver.world import (
    CIPHERTEXT,
    EVERYBODY,
    MEMBERS,
    Account,
    CircleOnServer,
    account,
    refused,
    transaction,
)

pytestmark = pytest.mark.real


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("m.room.message", {"msgtype": "m.text", "body": "Mevrouw De Wit heeft pijn 8"}),
        ("m.room.message", {"msgtype": "m.image", "body": "recept.jpg", "url": "mxc://kring.localhost/recept"}),
        ("m.sticker", {"body": "bloemen", "url": "mxc://kring.localhost/bloem", "info": {}}),
        ("m.poll.start", {"m.poll": {"question": {"m.text": [{"body": "thuis?"}]}, "answers": []}}),
        (
            "m.call.invite",
            {"call_id": "1", "version": "1", "lifetime": 60000, "offer": {"type": "offer", "sdp": "v=0"}},
        ),
        ("nl.kring.notitie", {"tekst": "mevrouw De Wit"}),
        ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "body": "mevrouw De Wit"}),
        ("m.room.encrypted", CIPHERTEXT | {"body": "mevrouw De Wit"}),
        ("m.room.encrypted", CIPHERTEXT | {"ciphertext": "mevrouw De Wit"}),
        ("m.room.encrypted", CIPHERTEXT | {"m.relates_to": {"rel_type": "m.thread", "titel": "De Wit"}}),
    ],
)
async def test_nobody_says_anything_in_clear(
    circle: CircleOnServer, who: str, kind: str, content: dict[str, Any]
) -> None:
    assert refused(await account(circle, who).send(circle.room, kind, content, transaction=transaction()))


@pytest.mark.parametrize("who", MEMBERS)
async def test_members_and_dossier_bot_talk_encrypted(circle: CircleOnServer, who: str) -> None:
    somebody = account(circle, who)

    status, sent = await somebody.send(circle.room, "m.room.encrypted", CIPHERTEXT, transaction=transaction())
    relation = {
        "rel_type": "m.thread",
        "event_id": sent["event_id"],
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": sent["event_id"]},
    }
    answer = await somebody.send(
        circle.room, "m.room.encrypted", CIPHERTEXT | {"m.relates_to": relation}, transaction=transaction()
    )

    assert (status, answer[0]) == (200, 200)


async def _message(circle: CircleOnServer, by: Account) -> str:
    _, sent = await by.send(circle.room, "m.room.encrypted", CIPHERTEXT, transaction=transaction())
    return str(sent["event_id"])


def _reaction(event_id: str, key: str) -> dict[str, Any]:
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": event_id, "key": key}}


@pytest.mark.parametrize("sign", ["📌", "✅", "👍", "👍️", "❤", "❤️", "🙏"])
async def test_an_agreed_sign_is_a_reaction(circle: CircleOnServer, sign: str) -> None:
    event_id = await _message(circle, circle.jan)

    status, _ = await circle.marieke.send(
        circle.room, "m.reaction", _reaction(event_id, sign), transaction=transaction()
    )

    assert status == 200


@pytest.mark.parametrize("text", ["pijn 8", "👍👍", "🎉", "", "mevrouw De Wit"])
@pytest.mark.parametrize("who", ["marieke", "dossier", "gatekeeper"])
async def test_a_reaction_is_no_way_to_write_in_clear(circle: CircleOnServer, who: str, text: str) -> None:
    event_id = await _message(circle, circle.jan)
    somebody = account(circle, who)
    key = _reaction(event_id, text)
    smuggled = _reaction(event_id, "👍") | {"tekst": "mevrouw De Wit"}

    assert refused(await somebody.send(circle.room, "m.reaction", key, transaction=transaction()))
    assert refused(await somebody.send(circle.room, "m.reaction", smuggled, transaction=transaction()))


async def test_people_take_back_their_own_words_but_not_those_of_others(circle: CircleOnServer) -> None:
    of_jan = await _message(circle, circle.jan)
    path = f"/rooms/{quote(circle.room)}/redact/{quote(of_jan)}"

    assert (await circle.marieke.call("PUT", f"{path}/{transaction()}", {}))[0] == 403
    assert refused(await circle.jan.call("PUT", f"{path}/{transaction()}", {"reason": "stond pijn 8 in"}))
    assert (await circle.jan.call("PUT", f"{path}/{transaction()}", {}))[0] == 200


async def test_the_rules_of_a_room_cannot_be_taken_back(circle: CircleOnServer) -> None:
    path = f"/rooms/{quote(circle.room)}/messages?dir=f&limit=50"
    first = (await circle.gatekeeper.must("GET", path))["chunk"]
    encryption = next(event["event_id"] for event in first if event["type"] == "m.room.encryption")
    redact = f"/rooms/{quote(circle.room)}/redact/{quote(encryption)}/{transaction()}"

    assert refused(await circle.gatekeeper.call("PUT", redact, {}))
    assert (await circle.jan.state(circle.room, "m.room.encryption"))["algorithm"] == "m.megolm.v1.aes-sha2"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (secrets.token_bytes(5000), 200),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), 400),
        (b"%PDF-1.7 brief van de specialist", 400),
        ("Mevrouw De Wit, pijn 8, cliënte thuis".encode(), 400),
    ],
    ids=["encrypted", "picture", "letter", "text"],
)
async def test_a_file_goes_up_only_encrypted(circle: CircleOnServer, content: bytes, status: int) -> None:
    answer = await circle.jan.upload(content)

    assert answer == status

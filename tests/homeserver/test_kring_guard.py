"""What the homeserver itself refuses, tried by plain HTTP clients on a real Synapse."""

from typing import Any
from urllib.parse import quote

import pytest

from hub.homeserver.guard_rules import CANARY_ROOM, REMOVAL_REASON
from hub.homeserver.room_templates import power_levels, room_body, space_body
from tests.homeserver.world import (
    CIPHERTEXT,
    EVERYBODY,
    MEMBERS,
    PASSWORD,
    Account,
    CircleOnServer,
    account,
    refused,
    transaction,
)

pytestmark = pytest.mark.real

STATE_CHANGES: dict[str, dict[str, Any]] = {
    "m.room.name": {"name": "Kamer van mevrouw De Wit"},
    "m.room.topic": {"topic": "pijn 8"},
    "m.room.avatar": {"url": "mxc://kring.localhost/foto"},
    "m.room.power_levels": power_levels() | {"users_default": 100},
    "m.room.join_rules": {"join_rule": "public"},
    "m.room.history_visibility": {"history_visibility": "shared"},
    "m.room.guest_access": {"guest_access": "can_join"},
    "m.room.encryption": {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_msgs": 1000000},
    "m.room.tombstone": {"body": "verhuisd", "replacement_room": "!x"},
    "m.room.server_acl": {"allow": ["*"]},
    "m.room.canonical_alias": {"alias": "#dewit:kring.localhost"},
    "m.room.pinned_events": {"pinned": ["$een", "$twee"]},
    "m.space.child": {"via": ["elders.example"]},
    "m.widget": {"url": "https://elders.example", "type": "m.custom"},
    "nl.kring.notitie": {"tekst": "mevrouw De Wit"},
}


@pytest.mark.parametrize("kind", STATE_CHANGES)
@pytest.mark.parametrize("who", MEMBERS)
async def test_a_member_changes_nothing_about_a_room(circle: CircleOnServer, who: str, kind: str) -> None:
    assert refused(await account(circle, who).set_state(circle.room, kind, STATE_CHANGES[kind]))


@pytest.mark.parametrize("kind", [kind for kind in STATE_CHANGES if kind not in ("m.room.name", "m.space.child")])
async def test_even_the_gatekeeper_cannot_make_a_room_less_safe(circle: CircleOnServer, kind: str) -> None:
    # The same answer for a stolen password of the gatekeeper as for a mistake in our own reconciler.
    assert refused(await circle.gatekeeper.set_state(circle.room, kind, STATE_CHANGES[kind]))


async def test_the_gatekeeper_renames_a_room_and_takes_a_room_out_of_a_space(circle: CircleOnServer) -> None:
    extra = await circle.gatekeeper.make_room(
        room_body("Kring 7F3K · extra", space_id=circle.space, via="kring.localhost")
    )

    assert (await circle.gatekeeper.set_state(extra, "m.room.name", {"name": "Kring 7F3K · nazorg"}))[0] == 200
    assert (await circle.gatekeeper.set_state(circle.space, "m.space.child", {}, extra))[0] == 200


@pytest.mark.parametrize("who", ["dossier", "marieke", "jan", "kees", "administrator"])
@pytest.mark.parametrize(
    "body", [{}, room_body("Onze eigen kamer"), space_body("Onze ruimte")], ids=["bare", "room", "space"]
)
async def test_only_the_gatekeeper_makes_rooms(circle: CircleOnServer, who: str, body: dict[str, Any]) -> None:
    assert refused(await account(circle, who).call("POST", "/createRoom", body))


@pytest.mark.parametrize(
    "change",
    [
        {"initial_state": []},
        {"preset": "trusted_private_chat"},
        {"preset": "public_chat"},
        {"visibility": "public"},
        {"room_version": "11"},
        {"room_alias_name": "dewit"},
        {"topic": "pijn 8"},
        {"creation_content": {"additional_creators": ["@k1a2b3c42:kring.localhost"]}},
        {"power_level_content_override": {"users_default": 100}},
    ],
    ids=lambda change: next(iter(change)) if isinstance(change, dict) else None,
)
async def test_the_gatekeeper_makes_no_room_outside_the_template(
    circle: CircleOnServer, change: dict[str, Any]
) -> None:
    before = (await circle.gatekeeper.must("GET", "/joined_rooms"))["joined_rooms"]

    assert refused(await circle.gatekeeper.call("POST", "/createRoom", room_body("Kring 7F3K · fout") | change))

    after = (await circle.gatekeeper.must("GET", "/joined_rooms"))["joined_rooms"]
    assert sorted(after) == sorted(before), "a refused room leaves nothing behind"


@pytest.mark.parametrize("who", ["dossier", "marieke", "jan", "administrator"])
async def test_only_the_gatekeeper_invites_removes_and_bans(circle: CircleOnServer, who: str) -> None:
    somebody, room = account(circle, who), quote(circle.room)
    by_state = {"membership": "invite"}

    assert refused(await somebody.call("POST", f"/rooms/{room}/invite", {"user_id": circle.kees.user_id}))
    assert (await somebody.call("POST", f"/rooms/{room}/kick", {"user_id": circle.gatekeeper.user_id}))[0] == 403
    assert (await somebody.call("POST", f"/rooms/{room}/ban", {"user_id": circle.kees.user_id}))[0] == 403
    assert refused(await somebody.set_state(circle.room, "m.room.member", by_state, circle.kees.user_id))


async def test_an_administrator_of_the_server_brings_nobody_in(circle: CircleOnServer) -> None:
    brought = {"user_id": circle.kees.user_id}
    power = {"user_id": circle.jan.user_id}
    admin = circle.administrator

    assert (await admin.call("POST", f"/_synapse/admin/v1/join/{quote(circle.room)}", brought))[0] == 403
    assert (await admin.call("POST", f"/_synapse/admin/v1/rooms/{quote(circle.room)}/make_room_admin", power))[0] != 200
    assert (await circle.jan.state(circle.room, "m.room.power_levels"))["users"] == {}


async def test_the_neighbour_stays_outside_until_he_is_invited_and_is_out_when_removed(circle: CircleOnServer) -> None:
    room = await circle.gatekeeper.make_room(room_body("Kring 9Q2M · kring"))
    path = f"/rooms/{quote(room)}"

    assert (await circle.kees.call("POST", f"{path}/join", {}))[0] == 403
    assert (await circle.kees.call("POST", f"/knock/{quote(room)}", {}))[0] == 403
    await circle.gatekeeper.admit(room, circle.kees)
    removed = await circle.gatekeeper.call("POST", f"{path}/kick", {"user_id": circle.kees.user_id})
    assert removed[0] == 200
    assert (await circle.kees.call("POST", f"{path}/join", {}))[0] == 403


async def test_who_is_removed_reads_one_fixed_reason_and_no_other_words_pass(circle: CircleOnServer) -> None:
    room = await circle.gatekeeper.make_room(room_body("Kring 5D4V · kring"))
    kick = f"/rooms/{quote(room)}/kick"
    await circle.gatekeeper.admit(room, circle.kees)

    body = {"user_id": circle.kees.user_id}
    assert refused(await circle.gatekeeper.call("POST", kick, body | {"reason": "zijn vrouw is overleden"}))
    assert (await circle.gatekeeper.call("POST", kick, body | {"reason": REMOVAL_REASON}))[0] == 200


async def test_people_decline_and_leave_as_they_wish_but_not_with_words_in_clear(circle: CircleOnServer) -> None:
    room = await circle.gatekeeper.make_room(room_body("Kring 7F3K · proef"))
    path = f"/rooms/{quote(room)}"
    await circle.gatekeeper.must("POST", f"{path}/invite", {"user_id": circle.kees.user_id})

    assert refused(await circle.kees.call("POST", f"{path}/leave", {"reason": "moeder is overleden"}))
    assert (await circle.kees.call("POST", f"{path}/leave", {}))[0] == 200
    await circle.gatekeeper.admit(room, circle.jan)
    assert (await circle.jan.call("POST", f"{path}/leave", {}))[0] == 200


@pytest.mark.parametrize("who", EVERYBODY)
async def test_nobody_upgrades_names_or_publishes_a_room(circle: CircleOnServer, who: str) -> None:
    somebody, room = account(circle, who), quote(circle.room)
    alias = {"room_id": circle.room}

    assert refused(await somebody.call("POST", f"/rooms/{room}/upgrade", {"new_version": "12"}))
    assert refused(await somebody.call("POST", f"/rooms/{room}/upgrade", {"new_version": "11"}))
    assert (await somebody.call("PUT", f"/directory/room/{quote('#dewit:kring.localhost')}", alias))[0] == 403
    assert refused(await somebody.call("PUT", f"/directory/list/room/{room}", {"visibility": "public"}))


async def test_nobody_calls_himself_a_doctor(circle: CircleOnServer) -> None:
    jan = circle.jan
    profile = f"/profile/{quote(jan.user_id)}"
    as_doctor = {"membership": "join", "displayname": "Dr. Jansen"}

    assert (await jan.call("PUT", f"{profile}/displayname", {"displayname": "Dr. Jansen"}))[0] == 403
    assert (await jan.call("PUT", f"{profile}/avatar_url", {"avatar_url": "mxc://kring.localhost/arts"}))[0] == 403
    await jan.set_state(circle.room, "m.room.member", as_doctor, jan.user_id)
    assert (await circle.marieke.state(circle.room, "m.room.member", jan.user_id))["displayname"] == "Naaste 7F3K-1"


async def test_a_name_that_the_hub_sets_reaches_the_rooms(circle: CircleOnServer) -> None:
    since = (await circle.marieke.must("GET", "/sync"))["next_batch"]
    async with circle.provisioning() as provisioning:
        await provisioning.set_display_name(circle.dossier.user_id, "Dossier van Kring (bot)")

    names: set[str] = set()
    for _ in range(5):  # Synapse tells the rooms one after another; each answer waits for news
        news = await circle.marieke.must("GET", f"/sync?since={since}&timeout=10000")
        since = news["next_batch"]
        timeline = news.get("rooms", {}).get("join", {}).get(circle.room, {}).get("timeline", {}).get("events", [])
        names |= {event["content"].get("displayname") for event in timeline if event["type"] == "m.room.member"}
        if names:
            break
    assert names == {"Dossier van Kring (bot)"}


async def test_the_space_and_its_rooms_are_as_the_template_says(circle: CircleOnServer) -> None:
    jan, room, space = circle.jan, circle.room, circle.space
    created = await jan.state(room, "m.room.create")

    assert created["room_version"] == "12"
    assert created["m.federate"] is False
    assert "additional_creators" not in created
    assert (await jan.state(space, "m.room.create"))["type"] == "m.space"
    assert (await jan.state(room, "m.room.power_levels")) == power_levels()
    assert (await jan.state(space, "m.room.power_levels")) == power_levels(speaking=False)
    for place in (room, space):
        assert (await jan.state(place, "m.room.join_rules")) == {"join_rule": "invite"}
        assert (await jan.state(place, "m.room.history_visibility")) == {"history_visibility": "joined"}
        assert (await jan.state(place, "m.room.guest_access")) == {"guest_access": "forbidden"}
        assert (await jan.state(place, "m.room.encryption"))["rotation_period_msgs"] == 100
    assert (await jan.state(room, "m.space.parent", space))["canonical"] is True
    hierarchy = await jan.must("GET", f"/_matrix/client/v1/rooms/{quote(space)}/hierarchy")
    assert [place["room_id"] for place in hierarchy["rooms"]] == [space, room]


async def test_in_the_space_itself_nobody_speaks(circle: CircleOnServer) -> None:
    answer = await circle.jan.send(circle.space, "m.room.encrypted", CIPHERTEXT, transaction=transaction())

    assert answer[0] == 403


async def test_the_world_outside_finds_nothing(circle: CircleOnServer) -> None:
    nobody = circle.nobody()
    registration = {"auth": {"type": "m.login.dummy"}, "username": "vreemde", "password": "wachtwoord-van-vreemde"}

    assert (await nobody.call("GET", "/_matrix/federation/v1/version"))[0] == 404
    assert (await nobody.call("GET", "/_matrix/key/v2/server"))[0] == 404
    assert (await nobody.call("POST", "/register", registration))[0] == 403
    assert (await nobody.call("POST", "/register?kind=guest", {}))[0] == 403
    assert (await nobody.call("GET", "/publicRooms"))[0] == 401
    assert (await nobody.call("GET", f"/profile/{quote(circle.jan.user_id)}"))[0] == 401
    assert (await circle.kees.call("GET", f"/profile/{quote(circle.marieke.user_id)}"))[0] in (403, 404)
    assert (await circle.jan.must("POST", "/user_directory/search", {"search_term": "Naaste"}))["results"] == []
    assert (await circle.jan.must("GET", "/publicRooms"))["chunk"] == []


async def test_a_widget_can_prove_who_opened_it(circle: CircleOnServer) -> None:
    token = await circle.marieke.must("POST", f"/user/{quote(circle.marieke.user_id)}/openid/request_token", {})
    path = f"/_matrix/federation/v1/openid/userinfo?access_token={token['access_token']}"

    assert (await circle.nobody().must("GET", path))["sub"] == circle.marieke.user_id


async def test_guessing_a_password_ends_soon(circle: CircleOnServer) -> None:
    attempt = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": "k1a2b3c43"},
        "password": "raden",
    }
    statuses = [(await circle.nobody().call("POST", "/login", attempt))[0] for _ in range(7)]

    assert statuses[:5] == [403] * 5
    assert statuses[5:] == [429] * 2


async def test_the_canary_gets_its_own_room_and_no_other(circle: CircleOnServer) -> None:
    async with circle.provisioning() as provisioning:
        user_id = await provisioning.ensure_account("kanarie", PASSWORD, "Kring · kanarie")
        token = await provisioning.login("kanarie", PASSWORD, "DEVICEKANARIE", "test")
    canary = Account(circle.homeserver.base_url, user_id, token)
    cage = await circle.gatekeeper.make_room(room_body(CANARY_ROOM))
    for bird in (canary, circle.dossier):
        await circle.gatekeeper.admit(cage, bird)

    for nosy in (circle.jan, circle.marieke):
        assert refused(await circle.gatekeeper.call("POST", f"/rooms/{cage}/invite", {"user_id": nosy.user_id}))
    for room in (circle.room, circle.space):
        assert refused(await circle.gatekeeper.call("POST", f"/rooms/{room}/invite", {"user_id": canary.user_id}))
        assert refused(await circle.gatekeeper.set_state(room, "m.room.name", {"name": CANARY_ROOM}))
    assert refused(await circle.gatekeeper.set_state(cage, "m.room.name", {"name": "Kring 7F3K · team"}))
    # For the rest it is an account like any other: it makes nothing, asks nobody in and says nothing in clear.
    assert refused(await canary.call("POST", "/createRoom", room_body(CANARY_ROOM)))
    assert refused(await canary.call("POST", f"/rooms/{cage}/invite", {"user_id": circle.jan.user_id}))
    assert refused(await canary.set_state(cage, "m.room.name", {"name": "Onze kamer"}))
    clear = {"msgtype": "m.text", "body": "pijn 8"}
    assert refused(await canary.send(cage, "m.room.message", clear, transaction=transaction()))
    assert (await canary.send(cage, "m.room.encrypted", CIPHERTEXT, transaction=transaction()))[0] == 200

"""Access that ends, ends everywhere: rooms, keys, portal and account, with Element's own crypto (E1, E8, T5, F19)."""

from __future__ import annotations

import asyncio

import pytest

from .element import ElementProcess
from .hub_circle import BOT, GATEKEEPER, add_person, ask, heard, open_circle
from .hub_process import HubProcess
from .test_hub_discharge import open_dossier, portal_cookie
from .test_hub_removal import after_leaving, of_the_bot, operator, readable, second_device, stored

pytestmark = pytest.mark.real


async def test_a_patients_no_to_one_provider_ends_rooms_keys_and_portal_at_once(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer")
    other = add_person(running_hub, "specialist", "Sam", "Oudkerk", "Rijnstate")
    circle = open_circle(running_hub, element_process, coach, given="Truus")
    carla = await circle.arrive(coach, circle.rooms)
    sam = await circle.arrive(other, circle.admit(other))
    for person in (carla, sam):
        await heard(person, circle.team_room)
    tablet = await second_device(running_hub, element_process, other, sam)
    before = await ask(carla, circle.team_room, "!pijn 4 toen Sam er nog was")
    await tablet.wait_for(before.body, room=circle.team_room, sender=BOT, readable=True)
    cookie = await portal_cookie(circle, sam)
    assert (await open_dossier(circle, cookie))[0] == 200

    said = await asyncio.to_thread(circle.consent, "deny", f"person:{other.id}", "all")
    assert said.status == 0, said.output

    refused = running_hub.kring("policy", "explain", "--person", other.id, "--patient", circle.patient,
                                "--action", "read", "--section", "S5").json  # fmt: skip
    assert refused["decision"] == "deny"
    status, page = await open_dossier(circle, cookie)
    assert status != 200
    assert "Wit" not in page
    for room in circle.rooms:
        await sam.wait_for_membership("leave", room)
    answer = await ask(carla, circle.team_room, "!pijn 5 nu Sam weg is")
    everything = await stored(await operator(running_hub, GATEKEEPER), circle.team_room)
    later = of_the_bot(after_leaving(everything, other.matrix_id))
    assert answer.event_id in {event["event_id"] for event in later}
    assert await readable(sam, later) == await readable(tablet, later) == 0
    assert await readable(carla, later) == len(later)
    logged = running_hub.kring("audit", "list", circle.patient).json["entries"]
    assert any(e["event"] == "circle.member-discharged" and e["detail"] == "patient-withdrawal" for e in logged)
    again = running_hub.kring("dossier", "show", circle.patient, "--as", other.id)
    assert again.error["code"] == "access-denied"


async def test_who_leaves_for_good_is_out_of_every_circle_and_signed_out_everywhere(
    running_hub: HubProcess, element_process: ElementProcess
) -> None:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer")
    other = add_person(running_hub, "specialist", "Sam", "Oudkerk", "Rijnstate")
    circles = [open_circle(running_hub, element_process, coach, given=given) for given in ("Mies", "Trijn")]
    carla = await circles[0].arrive(coach, circles[0].rooms)
    sam = await circles[0].arrive(other, circles[0].admit(other))
    circles[1].admit(other)
    for person in (carla, sam):
        await heard(person, circles[0].team_room)

    answer = await asyncio.to_thread(running_hub.kring, "person", "leave", other.id, "--reason", "left-organisation")

    left = answer.json
    assert left["account"] == "closed"
    assert len(left["circles"]) == 2
    whoami = await sam.request("GET", "/_matrix/client/v3/account/whoami")
    assert whoami.status == 401, "no device of this person gets anything from the server any more"
    gatekeeper = await operator(running_hub, GATEKEEPER)
    for circle in circles:
        for room in circle.rooms:
            member = await gatekeeper.state(room, "m.room.member", other.matrix_id)
            assert member["membership"] == "leave"
    later = await ask(carla, circles[0].team_room, "!pijn 5 nu Sam weg is")
    everything = of_the_bot(await stored(gatekeeper, circles[0].team_room))
    (event,) = [event for event in everything if event["event_id"] == later.event_id]
    assert not (await sam.decrypt(event)).readable
    assert running_hub.kring("circle", "admit", circles[0].patient, other.id).error["code"] == "has-left"
    again = running_hub.kring("person", "leave", other.id, "--reason", "left-organisation")
    assert again.error["code"] == "left-before"
    assert "without_owner" in running_hub.kring("circle", "show", circles[0].patient).json

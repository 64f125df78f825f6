"""From a decision that ends access to its last effect, while other circles talk: decision, portal session, rooms (E6).

The moments are the homeserver's and the hub's own: when the relation ended, as the database has it, and when the
removal stands in the room. Circles are made in one go with the real use cases; the gatekeeper makes rooms and invites.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

import aiohttp

from bots.runtime.client import MatrixClient
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.context import RequestContext
from hub.application.identify import identify
from hub.application.use_cases import circles, portal_links
from hub.bootstrap import Hub, open_hub
from hub.domain.circle import RoomKind
from hub.domain.errors import KringError
from hub.domain.people import Person
from hub.domain.vocabulary import Channel
from tests.bench.figures import Figure, quantile
from tests.bench.installation import Installation, until_joined

_READY = 400.0
_BETWEEN = 0.3
"""Seconds between two removals: faster than any ward works."""
_TALK = 0.1
"""Seconds between two messages in the other circles, each of them a command that is filed and answered."""


@dataclass(frozen=True, slots=True)
class Ward:
    """All circles: circle id → room ids of space, circle and team."""

    patients: tuple[str, ...]
    rooms: dict[str, list[str]]


async def measure(installation: Installation, circle_count: int, removals: int) -> list[Figure]:
    """``removals`` people sent from a circle one by one; then one employee who is in all circles leaves for good."""
    hub = await open_hub(installation.settings)
    try:
        coach, *_ = await installation.person("coach", "Vermeer")
        employee = await installation.person("specialist", "Oudkerk")
        nurse = await installation.person("home_care", "Bakker")
        ward = await _open(installation, hub, circle_count, coach, (employee[0], nurse[0]))
        async with installation.provisioning() as provisioning:
            token = await provisioning.login(employee[1], employee[2], "METING", "Meting")
        talker = await _talking_circle(installation, coach)
        talking = asyncio.create_task(_talk(*talker))
        try:
            decided, dead = await _one_in_detail(installation, hub, ward.patients[0], nurse[0])
            gone = [
                await _removed(installation, hub, patient, nurse[0], ward, _account(installation, nurse))
                for patient in ward.patients[1 : removals + 1]
            ]
            whole = await _leaves(installation, hub, ward, employee[0], _account(installation, employee), token)
        finally:
            talking.cancel()
            with suppress(asyncio.CancelledError):
                await talking
            await talker[0].stop()
        return _figures(decided, dead, [1000 * took for took in gone], whole, circle_count)
    finally:
        await hub.close()


def _account(installation: Installation, person: tuple[str, str, str]) -> str:
    return f"@{person[1]}:{installation.settings.server_name}"


def _figures(
    decided: float, dead: float, gone: list[float], whole: tuple[float, float, float], circle_count: int
) -> list[Figure]:
    locked, rooms, done = whole
    others = f"{len(gone)} removals while another circle talks"
    last_room = f"out of the last of {2 * circle_count} rooms and {circle_count} spaces"
    late, note = quantile(gone, 0.99), f"slowest {max(gone):.0f} ms"
    place, leaver = "end of a place →", "leaving for good →"
    return [
        Figure("revoke", f"{place} the last permit", decided, "ms", aim="≤ 100 ms", met=decided <= 100),
        Figure("revoke", f"{place} the last page of the portal", dead, "ms", aim="≤ 1 s", met=dead <= 1000),
        Figure("revoke", f"{place} out of the rooms, median of {others}", quantile(gone, 0.5), "ms"),
        Figure("revoke", f"{place} out of the rooms, p99", late, "ms", aim="≤ 2 s", met=late <= 2000, note=note),
        Figure("revoke", f"{leaver} the account is closed", locked, "s"),
        Figure("revoke", f"{leaver} {last_room}", rooms, "s", aim="≤ 60 s", met=rooms <= 60),
        Figure("revoke", f"{leaver} the command returns, every room compared with its roster", done, "s"),
    ]  # fmt: skip


async def _open(installation: Installation, hub: Hub, count: int, coach: str, members: tuple[str, ...]) -> Ward:
    patients = [await installation.patient(f"Bed {number}") for number in range(count)]
    opened = []
    async with hub.transactions() as unit:
        administrator = await unit.people.get(str(await unit.get_setting("administrator")))
        for patient in patients:
            context = await _context(unit, hub, administrator, patient)
            circle = await circles.open_circle(unit, hub.guard, context, coach_id=coach, lead_id=None, discussed=True)
            opened.append(circle.id)
            inside = await _context(unit, hub, administrator, patient)
            for person in members:
                await circles.admit(unit, hub.guard, inside, person_id=person, role=None, until=None)
    deadline = time.monotonic() + _READY
    waiting = list(opened)
    while waiting and time.monotonic() < deadline:
        async with hub.transactions.reading() as unit:
            while waiting and await unit.circles.is_reconciled(waiting[-1]):
                waiting.pop()
        await asyncio.sleep(0.1)
    if waiting:
        raise SystemExit(f"{len(waiting)} of {count} circles were not opened in time")
    rooms = {}
    async with hub.transactions.reading() as unit:
        for circle_id in opened:
            places = await unit.rooms.of_circle(circle_id)
            rooms[circle_id] = [place.room_id for place in places if place.kind is not RoomKind.PRIVATE]
    return Ward(tuple(patients), rooms)


async def _context(unit: SqlUnitOfWork, hub: Hub, person: Person, patient: str) -> RequestContext:
    return await identify(
        unit,
        person,
        await unit.circles.open_of(patient),
        channel=Channel.CLI,
        initiator="person",
        correlation_id="bench",
        now=hub.now(),
        patient_id=patient,
    )


async def _talking_circle(installation: Installation, coach: str) -> tuple[MatrixClient, str]:
    gp, user, password = await installation.person("gp", "Huisman")
    patient = await installation.patient("van Dijk")
    opened = await installation.ask("circle.open", patient=patient, coach=coach)
    await installation.ask("circle.admit", patient=patient, person=gp)
    client = await MatrixClient.login(installation.settings.homeserver_url, user, password)
    await client.bootstrap_cross_signing(password=password)
    client.start()
    team = str(opened["rooms"]["team"])
    await until_joined(client, team, installation.settings.dossier_bot)
    return client, team


async def _talk(client: MatrixClient, room_id: str) -> None:
    number = 0
    while True:
        await client.send_text(room_id, f"!pijn {number % 11} bij de ronde")
        number += 1
        await asyncio.sleep(_TALK)


async def _one_in_detail(installation: Installation, hub: Hub, patient: str, person: str) -> tuple[float, float]:
    """Milliseconds from the end of a place to when the last question that was still permitted, and the last page that
    was still shown, were asked."""
    cookie = await _portal_cookie(installation, hub, patient, person)
    permitted, shown = [0.0], [0.0]
    ended = asyncio.Event()

    async def ask() -> None:
        while not ended.is_set():
            at = time.time()
            with suppress(KringError):
                answer = await installation.ask(
                    "policy.explain", person=person, patient=patient, action="read", section="S5"
                )
                if answer["decision"] == "permit":
                    permitted.append(at)

    async def look() -> None:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
            while not ended.is_set():
                at = time.time()
                async with browser.get(
                    f"{installation.settings.portal_base}/berichten",
                    headers={"Cookie": cookie},
                    allow_redirects=False,
                ) as answer:
                    if answer.status == 200:
                        shown.append(at)
                # A person reads sixty pages a minute at most, or the portal asks for patience.
                await asyncio.sleep(0.1)

    tasks = [asyncio.create_task(work()) for work in (ask, look)]
    deadline = time.monotonic() + 60.0
    while min(len(permitted), len(shown)) < 4 and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    await installation.ask("circle.discharge", patient=patient, person=person, reason="patient-withdrawal")
    await asyncio.sleep(1.0)
    ended.set()
    await asyncio.gather(*tasks)
    until = (await _ended_at(hub, patient, person)).timestamp()
    if len(permitted) < 3 or len(shown) < 3:
        raise SystemExit("nothing was open before the place ended: the figure would mean nothing")
    return max(0.0, 1000 * (permitted[-1] - until)), max(0.0, 1000 * (shown[-1] - until))


async def _portal_cookie(installation: Installation, hub: Hub, patient: str, person: str) -> str:
    async with hub.transactions() as unit:
        link = await portal_links.issue_link(unit, await _context(unit, hub, await unit.people.get(person), patient))
    base = installation.settings.portal_base
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser,
        browser.post(f"{base}/p/{link}", headers={"Origin": base}, allow_redirects=False) as answer,
    ):
        if answer.status not in {302, 303}:
            raise SystemExit(f"The portal did not let anybody in: {answer.status}")
        return "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())


async def _removed(installation: Installation, hub: Hub, patient: str, person: str, ward: Ward, user_id: str) -> float:
    """Seconds from the end of the place to the removal from the last room."""
    await installation.ask("circle.discharge", patient=patient, person=person, reason="patient-withdrawal")
    async with hub.transactions.reading() as unit:
        circle = await unit.circles.open_of(patient)
    assert circle is not None
    until = (await _ended_at(hub, patient, person)).timestamp()
    out = await _out_of(installation, ward.rooms[circle.id], user_id)
    await asyncio.sleep(_BETWEEN)
    return max(out) - until


async def _leaves(
    installation: Installation, hub: Hub, ward: Ward, person: str, user_id: str, token: str
) -> tuple[float, float, float]:
    """Seconds until the account is closed, the last room is left, and the command returned."""
    closed = [0.0]

    async def until_locked() -> None:
        while True:
            async with (
                aiohttp.ClientSession() as session,
                session.get(
                    f"{installation.settings.homeserver_url}/_matrix/client/v3/account/whoami",
                    headers={"Authorization": f"Bearer {token}"},
                ) as answer,
            ):
                if answer.status == 401:
                    closed[0] = time.time()
                    return
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(until_locked())
    await installation.ask("person.leave", person=person, reason="left-organisation")
    returned = time.time()
    await asyncio.wait_for(watching, 30)
    until = (await _ended_at(hub, ward.patients[-1], person)).timestamp()
    last = 0.0
    for rooms in ward.rooms.values():
        last = max(last, *(await _out_of(installation, rooms, user_id)))
    return closed[0] - until, last - until, returned - until


async def _ended_at(hub: Hub, patient: str, person: str) -> datetime:
    async with hub.transactions.reading() as unit:
        circle = await unit.circles.open_of(patient)
        assert circle is not None
        (relation,) = [r for r in await unit.circles.relations(circle.id) if r.person_id == person]
    assert relation.until is not None
    return relation.until.astimezone(UTC)


async def _out_of(installation: Installation, rooms: list[str], user_id: str) -> list[float]:
    """When this person was removed from each, in seconds since 1970, by the homeserver's clock."""
    async with installation.provisioning() as provisioning:
        found = []
        for room_id in rooms:
            answer = await provisioning._admin("GET", f"/v1/rooms/{quote(room_id)}/state")
            (member,) = [
                event for event in answer["state"]
                if event["type"] == "m.room.member" and event["state_key"] == user_id
            ]  # fmt: skip
            if member["content"]["membership"] != "leave":
                raise SystemExit(f"still {member['content']['membership']} in a room")
            found.append(member["origin_server_ts"] / 1000)
    return found

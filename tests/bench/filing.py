"""📌 → proposal → filed: how long the bot takes, on a running installation with real encryption.

Two people of one circle, cross-signed ``MatrixClient`` in memory. Measured between what the homeserver stamped: when it
took the reaction (or the answer) of the asker, and when it took what the bot said to it.
"""

import asyncio
import time

from bots.runtime.client import MatrixClient
from bots.runtime.trust import TrustedMessage
from tests.bench.figures import Figure, quantile
from tests.bench.installation import Installation, until_joined

_WARM_UP = 3
_PATIENCE = 30.0


async def _arrive(installation: Installation, role: str, family: str) -> tuple[str, MatrixClient]:
    person, user, password = await installation.person(role, family)
    client = await MatrixClient.login(installation.settings.homeserver_url, user, password)
    await client.bootstrap_cross_signing(password=password)
    return person, client


async def _said(client: MatrixClient, bot: str, words: str) -> TrustedMessage:
    return await client.next_message(lambda m: m.sender == bot and words in m.body, timeout=_PATIENCE)


async def _heard(client: MatrixClient, event_id: str) -> None:
    await client.next_message(lambda m: m.event_id == event_id, timeout=_PATIENCE)


async def measure(installation: Installation, *, rounds: int) -> list[Figure]:
    bot = installation.settings.dossier_bot
    coach, _, _ = await installation.person("coach", "Bergsma")
    nurse, samira = await _arrive(installation, "home_care", "Postma")
    colleague, gerda = await _arrive(installation, "gp", "Wiersma")
    patient = await installation.patient("Terpstra")
    opened = await installation.ask("circle.open", patient=patient, coach=coach)
    for person in (nurse, colleague):
        await installation.ask("circle.admit", patient=patient, person=person)
    team = opened["rooms"]["team"]
    proposed: list[float] = []
    filed: list[float] = []
    whole: list[float] = []
    try:
        for client in (samira, gerda):
            client.start()
            await until_joined(client, opened["space"], installation.settings.gatekeeper)
            await until_joined(client, opened["rooms"]["circle"], bot)
            await until_joined(client, team, bot)
        await until_joined(gerda, team, samira.user_id)
        private = await _private_room(samira, team, bot)
        for number in range(-_WARM_UP, rounds):
            words = f"pijn {number % 11}, bericht {number}"
            sent = await gerda.send_text(team, words)
            await _heard(samira, sent.event_id)
            began = time.time() * 1000
            content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": sent.event_id, "key": "📌"}}
            await samira.http.send_event(team, "m.reaction", f"speld-{number}", content)
            pointed = time.time() * 1000
            question = await _said(samira, bot, f"bericht {number}")
            answered = time.time() * 1000
            await samira.send_text(private, "1")
            done = await _said(samira, bot, "Vastgelegd als S5-")
            if number >= 0:
                # The homeserver stamps the reaction between the two moments around the call; the later is the milder.
                proposed.append(question.origin_server_ts - (began + pointed) / 2)
                filed.append(done.origin_server_ts - answered)
                whole.append(time.time() * 1000 - began)
    finally:
        await samira.stop()
        await gerda.stop()
    middle, late = quantile(proposed, 0.5), quantile(proposed, 0.95)
    return [
        Figure("filing", f"📌 → proposal, median of {rounds}", middle, "ms", aim="≤ 1000 ms", met=middle <= 1000),
        Figure("filing", "📌 → proposal, p95", late, "ms"),
        Figure("filing", "number → filed, median", quantile(filed, 0.5), "ms"),
        Figure(
            "filing", "📌 → filed, whole (2 messages of the user, read at once), median", quantile(whole, 0.5), "ms"
        ),
    ]


async def _private_room(client: MatrixClient, team: str, bot: str) -> str:
    """The room of this person and the bot: made when the bot has something to say there."""
    await client.send_text(team, "!portaal")
    deadline, offered = time.monotonic() + _PATIENCE, set[str]()
    while time.monotonic() < deadline:
        for room_id in list(client.invites):
            await until_joined(client, room_id)
            offered.add(room_id)
        # Space, circle and team were joined before; what is offered after a word in private is the room for it.
        for room_id in offered:
            if (await client.members(room_id)).get(bot) == "join":
                return room_id
        await asyncio.sleep(0.05)
    raise SystemExit("No private room came in time")

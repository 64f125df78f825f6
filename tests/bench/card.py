"""A changed limit → the new out-of-hours page, decrypted at the post: how long it takes, on a running installation.

Coach, GP and post are cross-signed ``MatrixClient`` in memory. Measured from before the GP types the confirmation until
the words are readable at the post: filing, making the set, its audit, the outbox, the encryption and the way there.
"""

import asyncio
import re
import time
from collections.abc import Callable

from bots.runtime.client import MatrixClient
from bots.runtime.trust import TrustedMessage
from tests.bench.figures import Figure, quantile
from tests.bench.installation import Installation, until_joined

_WARM_UP = 1
_PATIENCE = 60.0
_AIM = 60.0
_REF = re.compile(r"\bS3-\d+")


async def _arrive(installation: Installation, role: str, family: str) -> tuple[str, MatrixClient]:
    person, user, password = await installation.person(role, family)
    client = await MatrixClient.login(installation.settings.homeserver_url, user, password)
    await client.bootstrap_cross_signing(password=password)
    return person, client


async def measure(installation: Installation, *, rounds: int) -> list[Figure]:
    bot = installation.settings.dossier_bot
    coach, carla = await _arrive(installation, "coach", "Dijkstra")
    gp, gerda = await _arrive(installation, "gp", "Hoekstra")
    post, hap = await _arrive(installation, "locum", "Huisartsenpost")
    patient = await installation.patient("Sijbrandij")
    opened = await installation.ask("circle.open", patient=patient, coach=coach)
    for person in (gp, post):
        await installation.ask("circle.admit", patient=patient, person=person)
    team, took = opened["rooms"]["team"], []
    entering = asyncio.create_task(_enter_all(hap))
    try:
        for client in (carla, gerda, hap):
            client.start()
            await until_joined(client, team, bot)
        for number in range(-_WARM_UP, rounds):
            decision, words = ("ja", "WEL reanimeren") if number % 2 else ("nee", "NIET reanimeren")
            asked = await carla.send_text(team, f"!behandelgrens reanimatie {decision}, besproken met patiënt")
            proposed = await _answer(carla, bot, asked.event_id)
            ref = _REF.search(proposed.body)
            if ref is None:
                raise SystemExit(f"Unexpected answer: {proposed.body}")
            began = time.perf_counter()
            await gerda.send_text(team, f"!bevestig {ref[0]}")
            await hap.next_message(_page(bot, team, words), timeout=_PATIENCE)
            if number >= 0:
                took.append(time.perf_counter() - began)
    finally:
        entering.cancel()
        await asyncio.gather(entering, return_exceptions=True)
        for client in (carla, gerda, hap):
            await client.stop()
    worst = max(took)
    return [
        Figure("card", f"limit confirmed → decrypted at the post, median of {rounds}", quantile(took, 0.5), "s"),
        Figure("card", "limit confirmed → decrypted at the post, slowest", worst, "s", aim="≤ 60 s", met=worst <= _AIM),
    ]


def _page(bot: str, team: str, words: str) -> Callable[[TrustedMessage], bool]:
    def fits(message: TrustedMessage) -> bool:
        page = message.body.startswith("Spoedset, versie") and words in message.body
        return message.sender == bot and message.room_id != team and page

    return fits


async def _answer(client: MatrixClient, bot: str, event_id: str) -> TrustedMessage:
    return await client.next_message(lambda m: m.sender == bot and m.reply_to == event_id, timeout=_PATIENCE)


async def _enter_all(client: MatrixClient) -> None:
    """Until cancelled: joins whatever this person is invited to, the private room too."""
    while True:
        for room_id in list(client.invites):
            await until_joined(client, room_id)
        await asyncio.sleep(0.05)

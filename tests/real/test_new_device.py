"""The bot comes with a new device, and Element has not yet been told of it: its very first words are readable."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bots.runtime.client import MatrixClient
from bots.runtime.crypto import to_device
from bots.runtime.crypto.cross_signing import CrossSigningSeeds
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.matrix_records import DeviceRecord
from tests.faults.proxy import Answered, Asked, FaultProxy, Go, Trick
from tests.homeserver.world import PASSWORD

from .element import Element
from .world import Ward

pytestmark = pytest.mark.real

WAIT_SECONDS = 60.0


class HoldDevices(Trick):
    """No answer to who asks for this person's devices; everything else goes on."""

    name = "devices held back"

    def __init__(self, of: str) -> None:
        self._of = of
        self.released = threading.Event()

    def fits(self, asked: Asked) -> bool:
        return asked.path.endswith("/keys/query") and self._of.encode() in asked.body

    async def play(self, asked: Asked, go: Go) -> Answered:
        self.did(asked.path)
        await asyncio.to_thread(self.released.wait)
        return await go(asked)


@dataclass(frozen=True, slots=True)
class Bedside:
    """Fatima, whose Element goes by way of ``proxy``, and a bot that she knows, in a room."""

    ward: Ward
    proxy: FaultProxy
    fatima: Element
    bot: MatrixClient
    seeds: CrossSigningSeeds
    room: str

    @contextlib.contextmanager
    def devices_held_back(self) -> Iterator[None]:
        held = HoldDevices(self.bot.user_id)
        with self.proxy.playing(held):
            try:
                yield
            finally:
                held.released.set()

    async def first_words(self, of: MatrixClient, text: str) -> str:
        """Said with a device of the bot that has just come, once Element has asked for it in vain; the event id."""
        await of.bootstrap_cross_signing(self.seeds)
        await self._has_seen_her(of)
        async with asyncio.timeout(WAIT_SECONDS):
            while not self.proxy.did(HoldDevices.name):
                await of.sync_once(timedelta(seconds=1))
        return (await of.send_text(self.room, text)).event_id

    async def _has_seen_her(self, client: MatrixClient) -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            while (await client.members(self.room)).get(self.fatima.user_id) != "join":
                await client.sync_once(timedelta(seconds=1))

    async def greet(self) -> None:
        await self._has_seen_her(self.bot)
        await self.bot.send_text(self.room, "Goedemorgen.")
        await self.fatima.wait_for("Goedemorgen.", room=self.room, seconds=WAIT_SECONDS)


@pytest.fixture(scope="module")
def road(ward: Ward) -> Iterator[tuple[FaultProxy, Element]]:
    """Fatima's way to the homeserver, and she; logging in is rationed."""

    async def arrive(homeserver: str) -> Element:
        fatima = await ward.account("F. (wijkverpleegkundige)")
        return await Element.log_in(ward.process, f"{fatima}#road", homeserver, fatima, PASSWORD)

    with FaultProxy(ward.homeserver) as proxy:
        fatima = asyncio.run(arrive(proxy.url))
        yield proxy, fatima
        asyncio.run(fatima.stop())


@pytest.fixture
async def bedside(ward: Ward, road: tuple[FaultProxy, Element]) -> AsyncIterator[Bedside]:
    proxy, fatima = road
    proxy.actions.clear()
    room = await ward.room(fatima)
    seeds = CrossSigningSeeds.fresh()
    user_id = await ward.account("Dossier van Kring")
    async with await MatrixClient.login(ward.homeserver, user_id, PASSWORD) as bot:
        await bot.bootstrap_cross_signing(seeds)
        await ward.invite(room, user_id)
        await bot.join(room)
        await fatima.wait_for_device(user_id, bot.device_id)
        here = Bedside(ward, proxy, fatima, bot, seeds, room)
        await here.greet()
        yield here


async def test_the_first_words_of_a_new_device_are_read_before_the_homeserver_says_whose_it_is(
    bedside: Bedside,
) -> None:
    with bedside.devices_held_back():
        async with await MatrixClient.login(bedside.ward.homeserver, bedside.bot.user_id, PASSWORD) as new:
            event_id = await bedside.first_words(new, "Kring heeft een nieuw toestel.")
            read = await bedside.fatima.wait_for("nieuw toestel", room=bedside.room, seconds=WAIT_SECONDS)
    assert read.event_id == event_id
    shield = await bedside.fatima.shield(event_id)
    assert shield is not None
    assert (shield.colour, shield.reason) == ("NONE", None), "the identity is the one that she knows"


async def test_without_the_devices_own_keys_beside_the_room_key_they_are_not(
    bedside: Bedside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it was, and so it is with other clients: what the test above proves is not the doing of Element alone."""

    def bare(own: JsonObject, device: DeviceRecord, event_type: str, content: JsonObject) -> JsonObject:
        whole = payload(own, device, event_type, content)
        return {name: value for name, value in whole.items() if name != to_device.CLAIM}

    payload = to_device.payload
    monkeypatch.setattr(to_device, "payload", bare)
    with bedside.devices_held_back():
        async with await MatrixClient.login(bedside.ward.homeserver, bedside.bot.user_id, PASSWORD) as new:
            event_id = await bedside.first_words(new, "Kring heeft een nieuw toestel.")
            unread = await bedside.fatima.wait_for(
                room=bedside.room, sender=new.user_id, failure="UNKNOWN_SENDER_DEVICE", seconds=WAIT_SECONDS
            )
    assert unread.event_id == event_id

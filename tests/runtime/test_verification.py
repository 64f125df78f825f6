"""Comparing emoji with the real client at a scripted homeserver: strangers get no answer, and junk harms nobody.

Fictional: Marieke Bos (GP) asks; Kees Blok (neighbour) is on no roster. What Element itself does: ``tests/real``.
"""

import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bots.runtime.crypto.cross_signing import CrossSigningIdentity, CrossSigningSeeds
from bots.runtime.crypto.sas import HASH, KEY_AGREEMENT, MAC, REASONS, SasExchange, Side, Symbols, _commitment
from bots.runtime.untrusted import JsonObject
from bots.runtime.verification import LONGEST, Verifications, Wanted
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from tests.runtime.post_office import Person, pin_of
from tests.runtime.scripted import BOT, ScriptedBot, scripted_bot

ROOM = "!kamer"
NOW = 1_790_000_000_000


@dataclass
class Desk:
    """The application's part, on paper. ``roster``: who may."""

    roster: set[str] = field(default_factory=lambda: {"@marieke:kring.test"})
    open: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    said: dict[str, bool] = field(default_factory=dict)

    async def begin(self) -> None:
        return None

    async def may_verify(self, room_id: str, user_id: str) -> bool:
        return room_id == ROOM and user_id in self.roster

    async def wanted(self) -> Sequence[Wanted]:
        return ()

    async def opened(self, transaction_id: str, user_id: str, room_id: str, ticket: str | None) -> None:
        self.open.append(transaction_id)

    async def show(self, transaction_id: str, symbols: Symbols, master_key: str) -> None:
        return None

    async def answers(self, transaction_ids: Sequence[str]) -> dict[str, bool]:
        return {name: self.said[name] for name in transaction_ids if name in self.said}

    async def verified(self, transaction_id: str) -> bool:
        self.pinned.append(transaction_id)
        return True

    async def ended(self, transaction_id: str, code: str) -> None:
        self.ends.append(code)


@dataclass
class Stage:
    bot: ScriptedBot
    desk: Desk
    verifications: Verifications
    sent: list[str]
    """Paths of the events that the bot put into rooms."""
    seconds: float = 0.0

    async def asks(self, who: Person, **more: Any) -> str:
        """A request as Element makes it; its id."""
        content = {
            "msgtype": "m.key.verification.request",
            "to": BOT,
            "from_device": who.machine.device_id,
            "methods": ["m.sas.v1"],
            **more,
        }
        event = self.bot.hears(who, "verzoek", ROOM, **content)
        await self.works()
        return str(event["event_id"])

    async def works(self) -> None:
        await self.bot.client.sync_once()
        await self.verifications.step()

    async def step_in_clear(self, kind: str, content: JsonObject, sender: str = "@marieke:kring.test") -> None:
        event = {
            "type": f"m.key.verification.{kind}",
            "event_id": f"$stap{random.getrandbits(64)}",
            "sender": sender,
            "origin_server_ts": NOW,
            "content": content,
        }
        self.bot.server.put(ROOM, event)
        await self.works()


@pytest.fixture
async def stage(database: Database, vault: KeyVault) -> AsyncIterator[Stage]:
    async with scripted_bot(database, vault) as bot:
        client, desk, sent = bot.client, Desk(), []
        identity = CrossSigningIdentity(BOT, CrossSigningSeeds.fresh())
        made: Stage
        verifications = Verifications(
            client.keeper,
            client.keys,
            client.sender,
            client.storage,
            identity,
            desk,
            monotonic=lambda: made.seconds,
            clock_ms=lambda: NOW,
        )
        client.inbox.on_verification = verifications.receive

        def serve(request: web.Request) -> web.StreamResponse | None:
            if request.path.endswith("/keys/claim"):
                devices = client.keeper.machine.devices.active_of("@marieke:kring.test")
                return web.json_response(bot.server.office.show_key(devices[0]))
            if "/send/" in request.path:
                sent.append(request.path)
                return web.json_response({"event_id": f"$gezegd{len(sent)}"})
            return None

        bot.server.misbehave = serve
        made = Stage(bot, desk, verifications, sent)
        yield made


async def test_somebody_on_the_roster_is_answered(stage: Stage) -> None:
    transaction = await stage.asks(stage.bot.marieke)
    assert stage.desk.open == [transaction]
    assert len(stage.sent) == 1
    assert re.search("/send/m.room.encrypted/", stage.sent[0])


@pytest.mark.parametrize(
    "more",
    [{"to": "@ander:kring.test"}, {"from_device": "SPOOK"}, {"methods": ["m.qr_code.show.v1"]}, {"methods": None}],
)
async def test_a_request_that_is_not_for_us_or_cannot_be_is_left_alone(stage: Stage, more: JsonObject) -> None:
    await stage.asks(stage.bot.marieke, **more)
    assert (stage.desk.open, stage.sent) == ([], [])


async def test_who_is_on_no_roster_gets_no_answer(stage: Stage) -> None:
    kees = stage.bot.server.office.arrive("@kees:kring.test")
    await stage.asks(kees)
    assert (stage.desk.open, stage.sent) == ([], [])


async def test_ten_minutes_is_the_end_of_it(stage: Stage) -> None:
    await stage.asks(stage.bot.marieke)
    stage.seconds = LONGEST + 1
    await stage.works()
    assert stage.desk.ends == ["m.timeout"]


async def test_a_second_request_ends_the_first(stage: Stage) -> None:
    await stage.asks(stage.bot.marieke)
    second = await stage.asks(stage.bot.marieke)
    assert stage.desk.ends == ["m.accepted"]
    assert stage.desk.open[-1] == second


async def test_somebody_else_cannot_cancel_or_take_part(stage: Stage) -> None:
    transaction = await stage.asks(stage.bot.marieke)
    about = {"m.relates_to": {"rel_type": "m.reference", "event_id": transaction}}
    await stage.step_in_clear("cancel", {"code": "m.user", **about}, "@kees:kring.test")
    await stage.step_in_clear("mac", {"mac": {}, "keys": "x", **about}, "@kees:kring.test")
    assert stage.desk.ends == []


JUNK: tuple[Any, ...] = (
    None,
    1,
    "",
    "x" * 5000,
    [],
    {},
    [[]],
    {"a": {"b": []}},
    "\x00",
    "A" * 43,
    True,
    -1,
    2**70,
    ["m.sas.v1"],
)
FIELDS = ("key", "mac", "keys", "commitment", "method", "methods", "from_device", "hash", "hashes", "code", "reason")
KINDS = ("ready", "start", "accept", "key", "mac", "done", "cancel", "nonsense")


async def test_two_hundred_junk_steps_end_comparisons_and_nothing_else(stage: Stage) -> None:
    dice = random.Random(7)
    transaction = ""
    for number in range(200):
        if number % 10 == 0:
            transaction = await stage.asks(stage.bot.marieke)
        content = {name: dice.choice(JUNK) for name in dice.sample(FIELDS, dice.randint(0, 5))}
        about: object = dice.choice([{"rel_type": "m.reference", "event_id": transaction}, {"event_id": 7}, [], None])
        await stage.step_in_clear(dice.choice(KINDS), {**content, "m.relates_to": about})
    assert stage.desk.pinned == []
    assert stage.desk.ends
    assert set(stage.desk.ends) <= {*REASONS, "undelivered"}, "nothing that somebody wrote"
    stage.bot.hears(stage.bot.marieke, "!pijn 3", ROOM)
    await stage.works()
    assert stage.bot.bodies[-1] == "!pijn 3", "what people say is heard as before"


async def compare_with(stage: Stage, phone: Person, proves: dict[str, str]) -> None:
    """The whole comparison with ``phone``, humans included. The steps go in clear, as they may."""
    machine = phone.machine
    transaction = await stage.asks(phone)
    about: JsonObject = {"m.relates_to": {"rel_type": "m.reference", "event_id": transaction}}
    talk = stage.verifications._talks.get(transaction)
    if talk is None or talk.exchange is None:
        return
    ours, bot = Side(phone.user_id, machine.device_id), Side(BOT, stage.bot.client.device_id)
    sas = SasExchange(ours, bot, transaction, about)
    start = sas.start()
    await stage.step_in_clear("start", start)
    # What the phone reads in the encrypted steps of the bot is taken from the bot itself.
    accept = {
        "key_agreement_protocol": KEY_AGREEMENT,
        "hash": HASH,
        "message_authentication_code": MAC,
        "short_authentication_string": ["decimal"],
        "commitment": _commitment(talk.exchange._public, start),
    }
    await stage.step_in_clear("key", sas.receive_accept(accept))
    sas.receive_key(talk.exchange._key())
    stage.desk.said[transaction] = True
    await stage.step_in_clear("mac", sas.mac(proves))


async def test_a_phone_that_proves_its_master_key_makes_it_count(stage: Stage) -> None:
    phone = stage.bot.marieke
    master = pin_of(phone).seen_master
    device = {f"ed25519:{phone.machine.device_id}": phone.machine.fingerprint}
    await compare_with(stage, phone, {**device, f"ed25519:{master}": master})
    assert stage.desk.pinned == stage.desk.open
    assert len(stage.desk.pinned) == 1


async def test_a_device_that_the_homeserver_named_after_a_master_key_of_its_own_proves_nothing(stage: Stage) -> None:
    """The humans see the same emoji, for nobody sits between them; the key that would be pinned is the homeserver's."""
    office = stage.bot.server.office
    fake, real = (CrossSigningIdentity("@marieke:kring.test", CrossSigningSeeds.fresh()) for _ in range(2))
    office.shown["device_keys"].pop("@marieke:kring.test")
    phone = office.arrive("@marieke:kring.test", device_id=fake.master_key, signed=False)
    phone.publish(fake)
    device = {f"ed25519:{phone.machine.device_id}": phone.machine.fingerprint}
    await compare_with(stage, phone, {**device, f"ed25519:{real.master_key}": real.master_key})
    assert stage.desk.pinned == []

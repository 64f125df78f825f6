"""Ten thousand chats by chance: people talk, point, edit, withdraw and answer, and a homeserver forges what it can.

After every single step the dossier is counted. An entry may come only from one thing: an encrypted word in their own
private room, by the person who was asked, that is a number of the list (with ``bevestig`` for what weighs most) or the
name of a section after that was asked for.
"""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.dossier.filing_worker import FilingWorker
from bots.dossier.handler import DossierBot
from bots.runtime.judging import Reaction, RefusedEvent, Withdrawal
from bots.runtime.rereading import GONE, Reread
from bots.runtime.trust import TrustedMessage
from hub.adapters.sql.dossier_tables import filed_message
from hub.adapters.sql.tables import entry as entry_table
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.domain.filing import HIGH_RISK_SECTIONS
from tests.stories.room import CIRCLE, TEAM, Room

PEOPLE = ("samira", "pieter", "gerda", "carla")
TALK = (
    "mama had vannacht veel pijn, een 8",
    "mevrouw wil niet meer gereanimeerd worden",
    "ze kreeg 10 mg morfine",
    "niet verder vertellen: ik houd het niet meer vol",
    "complexiteit is nu hoog",
    "benauwdheid 6 en moe 7",
    "'s nachts is de wijkverpleging te bellen op 026-3210003",
    "ze wil het liefst thuis sterven",
    "ze geeft toestemming dat de dominee meeleest",
    "tot morgen!",
    "1",
    "bevestig 1",
    "🙏",
)
ANSWERS = ("1", "2", "3", "4", "0", "bevestig 1", "bevestig 2", "zorgplan", "bevestig medicatie", "nee", "1.")
NO_ANSWERS = ("dank je", "👍", "📌", "1 graag", "ja", "bevestig", "-1", "１", "99", "bevestig alles", "een")
_CONFIRMS = re.compile(r"^(bevestig )?([1-9]\.?|zorgplan|medicatie)$")


@dataclass
class OneTransaction:
    """Every unit of work on one connection: what is measured is what is decided, not how fast a disk is."""

    connection: AsyncConnection
    vault: Any

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[SqlUnitOfWork]:
        yield SqlUnitOfWork(self.connection, self.vault)

    reading = __call__

    @asynccontextmanager
    async def settling(self) -> AsyncIterator["OneTransaction"]:
        yield self


@dataclass
class Said:
    """What the trust gate would say of a message that is read again."""

    messages: dict[str, TrustedMessage] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)

    async def fetch(self, room_id: str, event_id: str, own_user: str) -> Reread:
        return Reread(None, event_id)

    async def judge(self, found: Reread, transaction: Any) -> TrustedMessage | str:
        event_id = found.code or ""
        if event_id in self.withdrawn or event_id not in self.messages:
            return "redacted" if event_id in self.withdrawn else GONE
        return self.messages[event_id]

    async def judge_edit(self, found: Reread, transaction: Any) -> TrustedMessage | None:
        return None


class Chat:
    """One conversation by chance on one connection."""

    def __init__(self, room: Room, connection: AsyncConnection, chance: random.Random) -> None:
        self.room, self.connection, self.chance = room, connection, chance
        transactions = OneTransaction(connection, room.hub.vault)
        hub = replace(room.hub, transactions=transactions)  # type: ignore[arg-type]
        self.bot = DossierBot(hub, lambda: None)
        self.said = Said()
        self.worker = FilingWorker(hub, self.said, transactions, None, lambda: None)  # type: ignore[arg-type]
        self.busy = chance.choice(PEOPLE)
        self.last = ""
        self.written: set[str] = set()
        self.entries = 0
        self.confirmed = 0

    def message(self, who: str, body: str, place: str, **more: Any) -> TrustedMessage:
        at = int(self.room.world.clock().timestamp() * 1000)
        self.last = f"{who} in {place}: {body}"
        message = self.room.message(who, body, place, origin_server_ts=at, **more)
        self.written.add(message.event_id)
        return message

    async def step(self) -> None:
        # One of them is busy with the dossier, the others talk in between.
        who = self.busy if self.chance.random() < 0.7 else self.chance.choice(PEOPLE)
        act = self.chance.choices(
            (self.talks, self.points, self.asks, self.answers, self.forges, self.edits, self.withdraws),
            (4, 5, 2, 7, 2, 1, 1),
        )[0]
        confirmation = await act(who)
        if act in (self.points, self.asks):
            await self.worker.work_off()
        await self.count(who, confirmation)

    async def talks(self, who: str) -> None:
        place = self.chance.choice((CIRCLE, CIRCLE, TEAM, f"private-{who}"))
        if place == TEAM and who == "pieter":
            place = CIRCLE
        # In a private room a number is an answer, and that is another act.
        talk = TALK[:-3] if place.startswith("private") else TALK
        message = self.message(who, self.chance.choice(talk), place)
        self.said.messages[message.event_id] = message
        await self.bot.on_message(message, self.connection)

    def any_event(self) -> str:
        known = list(self.said.messages)
        return self.chance.choice(known[-3:]) if known and self.chance.random() < 0.9 else "$nergens"

    async def points(self, who: str) -> None:
        """Of any reaction only the homeserver says whose it is: this may as well be forged."""
        named = self.chance.choice((who, who, who, who, "wim", "anna"))
        key = self.chance.choice(("📌", "📌", "📌", "👍", "✅"))
        place = self.chance.choice((CIRCLE, CIRCLE, CIRCLE, TEAM, f"private-{who}"))
        asked = self.message(named, "", place)
        reaction = Reaction(asked.event_id, asked.room_id, asked.sender, self.any_event(), key)
        await self.bot.on_reaction(reaction, self.connection)

    async def asks(self, who: str) -> None:
        word = self.chance.choice(("!bewaar", "!bewaar klachten", "!bewaar medicatie", "!bewaar pzp"))
        await self.bot.on_message(self.message(who, word, CIRCLE, reply_to=self.any_event()), self.connection)

    async def answers(self, who: str) -> TrustedMessage | None:
        likely = ("1", "bevestig 1") if self.chance.random() < 0.5 else (*ANSWERS, *NO_ANSWERS)
        body = self.chance.choice(likely)
        own = self.chance.random() < 0.8
        place = f"private-{who}" if own else self.chance.choice((CIRCLE, f"private-{self.chance.choice(PEOPLE)}"))
        message = self.message(who, body, place)
        await self.bot.on_message(message, self.connection)
        return message if place == f"private-{who}" and _CONFIRMS.match(body) else None

    async def forges(self, who: str) -> None:
        """What a homeserver can send in somebody's name: in clear, or as an edit of something else."""
        body, place = self.chance.choice(ANSWERS), f"private-{who}"
        message = self.message(who, body, place, is_edit=True, replaces=self.any_event())
        if self.chance.random() < 0.5:
            await self.bot.on_message(message, self.connection)
            return
        code = self.chance.choice(("not-encrypted", "replayed", "unsigned-device", "unknown-device"))
        refused = RefusedEvent(message.event_id, message.room_id, message.sender, code, message.origin_server_ts)
        await self.bot.on_refused(refused, self.connection)

    async def edits(self, who: str) -> None:
        new = self.chance.choice(TALK)
        content = {"msgtype": "m.text", "body": f"* {new}", "m.new_content": {"msgtype": "m.text", "body": new}}
        edit = self.message(who, new, CIRCLE, content=content, is_edit=True, replaces=self.any_event())
        await self.bot.on_message(edit, self.connection)

    async def withdraws(self, who: str) -> None:
        target = self.any_event()
        if target in self.said.messages:
            self.said.withdrawn.add(target)
        gone = self.message(who, "", CIRCLE)
        await self.bot.on_withdrawn(Withdrawal(gone.event_id, gone.room_id, gone.sender, target), self.connection)

    async def count(self, who: str, confirmation: TrustedMessage | None) -> None:
        now = (await self.connection.execute(select(func.count()).select_from(entry_table))).scalar_one()
        if now == self.entries:
            return
        assert now == self.entries + 1
        assert confirmation is not None, f"an entry without the word of who was asked: {self.last}"
        newest = (
            await self.connection.execute(select(entry_table).order_by(entry_table.c.recorded_at.desc()).limit(1))
        ).one()
        assert newest.author_id == self.room.world.id(who)
        if newest.section in {section.value for section in HIGH_RISK_SECTIONS}:
            assert confirmation.body.startswith("bevestig "), "a bare number for what weighs most"
        sources = (
            await self.connection.execute(
                select(filed_message.c.event_id).where(
                    filed_message.c.section == newest.section,
                    filed_message.c.number == newest.number,
                    filed_message.c.version == newest.version,
                )
            )
        ).scalars()
        # Every entry knows its message; one that lapses rests on none.
        assert set(sources) & self.written or newest.status == "withdrawn"
        self.entries, self.confirmed = now, self.confirmed + 1


class Undone(Exception):
    """Each chat begins in the same dossier."""


async def chats(room: Room, how_many: int) -> int:
    for who in PEOPLE:
        await room.private_room(who)
    confirmed = 0
    for seed in range(how_many):
        chance = random.Random(seed)
        try:
            async with room.hub.database.transaction() as connection:
                chat = Chat(room, connection, chance)
                await chat.talks(chance.choice(PEOPLE))
                for _ in range(chance.randint(3, 7)):
                    room.world.clock.pass_by(seconds=chance.choice((1, 5, 90)))
                    await chat.step()
                confirmed += chat.confirmed
                raise Undone
        except Undone:
            continue
        finally:
            room.world.clock.pass_by(hours=2)
    return confirmed


async def test_in_five_hundred_chats_nothing_is_filed_without_the_word_of_who_was_asked(room: Room) -> None:
    assert await chats(room, 500) > 20


@pytest.mark.slow
async def test_nor_in_ten_thousand(room: Room) -> None:
    assert await chats(room, 10_000) > 400

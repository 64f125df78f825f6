"""Two circles that differ only in what one person may not see; everything that this person gets to see in each (T38).

World A holds a dossier by chance. World B is the same without what the oracle keeps from this person. If any answer
differs by a byte, where it goes, its number or its size tells of what is hidden.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hub.application.use_cases import dossier as dossiers
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.care_network import ContactPerson
from hub.domain.dossier import Source, SourceKind
from hub.domain.entries import Kind, Note, Value, kind_of
from hub.domain.observations import Complexity, Level, PainScore, Reporter
from hub.domain.vocabulary import Action, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from tests.access import oracle
from tests.canaries import exits
from tests.canaries.story import Planted, Situation, Story, gather
from tests.databases import sqlite_url
from tests.stories.room import Room, open_room
from tests.world import World, directive

_TREATMENTS = tuple(Treatment)[:5]
_ASKS = (
    "!dossier",
    *(f"!dossier {section.value}" for section in Section),
    "!zoek regel",
    "!zoek zoon",
    "!zoek vertrouwelijk: regel",
    "!bijpraten",
    "!wie",
    "!inzage",
    "!spoed",
    "!noteer S5: vandaag een gewone dag",
    "!noteer S10: in vertrouwen",
    "!noteer S6: thuis gaat het",
    "!pijn 3",
    "!bevestig S3-1",
    "!bevestig S10-1",
    "!verklaring S10-1: zo is het niet",
    "!herstel S10-1 anders, reden: klopt niet",
    "!waarom",
)
_OTHERS_ASK = (
    "!dossier",
    "!dossier S10",
    "!dossier S2",
    "!bijpraten",
    "!overdracht naar hospice",
    "!spoed",
    "!noteer S10: gehoord",
)
_BY_CHANCE = (
    # What is drawn anew for each page and says nothing: tokens, nonces, marks for questions, one-time links.
    re.compile(r'name="csrf" value="[^"]+"'),
    re.compile(r"nonce-[A-Za-z0-9+/=_-]+"),
    re.compile(r'nonce="[^"]+"'),
    re.compile(r"web-[0-9a-f]{16}"),
    re.compile(r"'Date': '[^']*'"),
    re.compile(r"'Set-Cookie': '[^']*'"),
    re.compile(r"(?:test|cmd)-[0-9a-f]{16}"),
    # The hash of a line of the log: over a random mark, and over every line before it.
    re.compile(r'"valueString": "[0-9a-f]{64}"'),
    # The mark of a question, as FHIR's AuditEvent carries it: in base64.
    re.compile(r'"query": "[A-Za-z0-9+/=]+"'),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry to be: who writes what where. ``number`` makes its text and its source the same in both worlds."""

    number: int
    who: str
    section: Section
    kind: Kind
    value: Value

    @property
    def word(self) -> str:
        return f"regel {self.number}"


def dossier_by_chance(chance: random.Random) -> list[Line]:
    """Six to sixteen entries of several kinds, by several hands, in several sections."""
    lines = []
    for number in range(chance.randint(6, 16)):
        kind = chance.choice((Kind.NOTE, Kind.NOTE, Kind.NOTE, *_MAKERS))
        who = "gerda" if kind is not Kind.NOTE else chance.choice(("gerda", "gerda", "carla", "pieter", "samira"))
        if kind is Kind.NOTE:
            value: Value = Note(f"regel {number} staat hier")
            section = chance.choice(_MAY_NOTE[who])
        else:
            value, section = _MAKERS[kind](f"regel {number}", chance)
        lines.append(Line(number, who, section, kind, value))
    return lines


_ALL = tuple(section for section in Section if section is not Section.S11)
_MAY_NOTE = {
    "gerda": _ALL,
    "carla": tuple(section for section in _ALL if section is not Section.S7),
    "pieter": (Section.S5, Section.S6, Section.S10),
    "samira": (Section.S5, Section.S6, Section.S8, Section.S9),
}
_MAKERS: dict[Kind, Any] = {
    Kind.PAIN_SCORE: lambda word, chance: (PainScore(chance.randint(0, 10), Reporter.PROFESSIONAL, word), Section.S5),
    Kind.COMPLEXITY: lambda word, chance: (Complexity(chance.choice(list(Level)), word), Section.S2),
    Kind.CONTACT_PERSON: lambda word, _chance: (ContactPerson(f"Zoon {word}"), Section.S1),
    Kind.PREFERRED_PLACE_OF_DEATH: lambda word, chance: (
        PreferredPlaceOfDeath(chance.choice((Place.HOME, Place.HOSPICE)), comment=word),
        Section.S4,
    ),
    Kind.TREATMENT_DIRECTIVE: lambda word, chance: (
        directive(chance.choice(_TREATMENTS), Decision.YES_BUT, restriction=word),
        Section.S3,
    ),
}


@dataclass(frozen=True, slots=True)
class Base:
    """A circle with everybody in it and an empty dossier, to start both worlds from."""

    world: World
    database: Path
    situation: Situation

    @asynccontextmanager
    async def copy(self, folder: Path) -> AsyncIterator[Story]:
        async with open_room(self.world, self.database, folder) as room:
            room.world.clock.pass_by(minutes=1)
            room._heard = 10**9
            yield Story(room, self.situation)


async def base(opened: tuple[World, Path], folder: Path, situation: Situation) -> Base:
    """Gather everybody once."""
    async with open_room(*opened, folder) as room:
        await gather(room, situation)
        while await room.relay().work_off():
            continue
        world = room.world
        async with room.hub.database.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = folder / "gathered.db"
    shutil.copyfile(folder / "kring.db", path)
    assert sqlite_url(path)
    return Base(world, path, situation)


async def fill(story: Story, lines: list[Line]) -> None:
    """Write these lines, one a minute by their number, so that the same line has the same time in both worlds."""
    start = story.room.world.clock.at
    for line in lines:
        story.room.world.clock.at = start.replace(minute=line.number + 1)
        world = story.room.world
        async with world.unit() as unit:
            context = replace(await world.context(unit, line.who), correlation_id=f"$line{line.number}")
            new = dossiers.NewEntry(kind_of(line.value), line.value, line.section)
            source = Source(SourceKind.ROOM, f"$line{line.number}")
            entry = await dossiers.record_entry(unit, world.guard, context, new, source)
        story.planted.append(Planted(line.word, line.section, line.kind, line.who, entry))
    story.room.world.clock.at = start.replace(minute=40)


async def everything_for(story: Story, who: str) -> list[tuple[str, str, str]]:
    """What this person gets to see: (asked, where it came, the bytes)."""
    room = story.room
    seen: list[tuple[str, str, str]] = []
    await _flush(room)
    inside = who not in {"wim", "frits", "fenna", "bea"}
    for body in _ASKS if inside else ("!dossier", "!dossier S3", "!wie"):
        await _ask(room, seen, who, who, body, f"private-{who}" if inside else "circle")
    if inside:
        for body in ("!dossier", "!dossier S3"):
            await _ask(room, seen, who, who, body, "circle")
        kinds = ("circle", "team") if room.world.people[who].role.is_professional else ("circle",)
        for kind in kinds:
            for body in _OTHERS_ASK:
                await _ask(room, seen, who, "gerda", body, kind)
    for one in [*await exits.portal(story, (who,), press_buttons=False), *await exits.admin(story, (who,))]:
        if not (one.exit.startswith("portal GET /metrics") or (who in OVERSEERS and one.exit.startswith(OVERSIGHT))):
            seen.append((one.exit, "", _plain(one.text)))
    numbers = _numbers_of_parts(story, who)
    return [(asked, where, numbers.sub(r"\1-#", text)) for asked, where, text in seen]


OVERSEERS = frozenset({"fenna", "bea"})
OVERSIGHT = ("kring audit.", "kring privacy.", "kring breach.")
"""The log itself is what the privacy officer and the administrator are there for: all lines, and no contents in them.
``/metrics`` is for the operator of the machine, and counts answers, not entries."""


def _numbers_of_parts(story: Story, who: str) -> re.Pattern[str]:
    """References in sections that this person reads in part only.

    Entries are numbered within their section (``S5-12``), so who sees the second and the ninth knows that there are
    others. That person was told so already: "u ziet een deel van dit onderdeel". Sections that are closed altogether
    are not left out here, and neither are order, size or where an answer goes.
    """
    parts = [
        section.value
        for section in Section
        if oracle.judge(story.question(who, Action.READ, section)).limits
        or (
            who in {"anna", "pieter"}
            and section.value in {one.section.value for one in story.planted if one.word in story.held_back}
        )
    ]
    return re.compile(rf"\b({'|'.join(parts) or 'S0'})-\d+\b")


async def _ask(room: Room, seen: list[tuple[str, str, str]], who: str, asker: str, body: str, kind: str) -> None:
    event = f"$asks{len(seen)}-{body}"
    await room.receive(replace(room.message(asker, body, kind), event_id=event))
    user = room.user(who)
    for place, said, users in await room.speaks():
        if user in users:
            seen.append((f"{asker} {body} in {kind}", place, _plain(said)))


async def _flush(room: Room) -> None:
    while await room.relay().work_off():
        continue


def _plain(text: str) -> str:
    for pattern in _BY_CHANCE:
        text = pattern.sub("…", text)
    return text


def hidden_from(story: Story, who: str, lines: list[Line]) -> set[int]:
    """The numbers of the lines that the oracle keeps from this person."""
    open_to = story.may_see(who, emergency_set=True)
    return {line.number for line in lines if line.word not in open_to}


def differences(one: list[tuple[str, str, str]], other: list[tuple[str, str, str]]) -> list[str]:
    """Where the two differ, in words."""
    found = []
    places, other_places = [(asked, where) for asked, where, _ in one], [(asked, where) for asked, where, _ in other]
    if places != other_places:
        found.append(f"asked and where: {sorted(set(places) ^ set(other_places))}")
    for (asked, _, first), (_, _, second) in zip(one, other, strict=False):
        if first != second:
            pairs = enumerate(zip(first, second, strict=False))
            place = next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))
            here = slice(max(0, place - 60), place + 60)
            found.append(f"{asked}: …{first[here]!r} / {second[here]!r}")
    return found


async def compare(base_: Base, folder: Path, who: str, lines: list[Line]) -> tuple[int, list[str]]:
    """How much was hidden, and what told of it."""
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    async with base_.copy(folder / "a") as story:
        await fill(story, lines)
        hidden = hidden_from(story, who, lines)
        with_it = await everything_for(story, who)
    async with base_.copy(folder / "b") as story:
        await fill(story, [line for line in lines if line.number not in hidden])
        without = await everything_for(story, who)
    return len(hidden), differences(with_it, without)

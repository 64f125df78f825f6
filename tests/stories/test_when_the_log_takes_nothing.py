"""The log takes nothing: then nothing is shown and nothing changes, whatever is asked and wherever (I4, HAZ-08, F25).

Only the out-of-hours set may still be read, and only when that is written down elsewhere.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from bots.dossier.commands import COMMANDS
from hub.adapters.sql.tables import care_relation, consent, entry, handover, outbox, portal_link
from hub.admin.server import build_admin, commands
from hub.domain.audit import AuditEvent
from hub.domain.entries import Note
from hub.domain.errors import AuditUnavailable
from hub.domain.observations import PainScore, Reporter
from hub.domain.vocabulary import Section
from tests.adapters.audit_harm import log_takes_nothing
from tests.stories.room import TEAM, Room, bodies
from tests.stories.test_operator import NamedAccounts
from tests.world import NAMES, directive

CANARY = "KOKMEEUW"
ASKED = {
    "noteer": "!noteer klachten: misselijk",
    "pijn": "!pijn 4",
    "usd": "!usd pijn=6",
    "behandelgrens": "!behandelgrens reanimatie nee",
    "bevestig": "!bevestig S3-1",
    "plaats": "!plaats thuis",
    "complexiteit": "!complexiteit hoog",
    "herstel": "!herstel S5-1 3, reden: typefout",
    "verklaring": "!verklaring S5-1: zo was het niet",
    "overdracht": "!overdracht naar hospice",
    "ontvangen": "!ontvangen 1",
    "stervensfase": "!stervensfase",
    "overleden": "!overleden Anna de Wit",
    "toestemming": "!toestemming",
}
READS = ("dossier", "bijpraten")
CHANGES = (entry, consent, care_relation, handover, portal_link, outbox)


async def filed(room: Room) -> None:
    """What mevrouw de Wit's circle wrote down while the log still worked."""
    await room.world.record("samira", PainScore(8, Reporter.PROFESSIONAL, CANARY))
    await room.world.record("carla", Note(f"{CANARY} en zorgen"), Section.S6)
    await room.world.record("carla", directive())
    await room.private_room("gerda")


async def rows(room: Room) -> list[int]:
    async with room.hub.database.reading() as connection:
        return [(await connection.execute(select(func.count()).select_from(table))).scalar_one() for table in CHANGES]


@pytest.mark.parametrize("name", [*COMMANDS, "zomaar iets"])
async def test_a_command_in_a_room_shows_nothing_and_changes_nothing(room: Room, name: str) -> None:
    await filed(room)
    before = await rows(room)
    message = room.message("gerda", ASKED.get(name, f"!{name}"), TEAM)
    async with log_takes_nothing(room.hub.database):
        try:
            await room.receive(message)
        except AuditUnavailable:
            assert await rows(room) == before, "undone as a whole; the message waits for the log"
        said = bodies(await room.hears())
        if CANARY in said:
            assert name == "spoed"
            assert room.hub.deferred.waiting()
        assert (await rows(room))[:-1] == before[:-1]
        assert not any(known in said for known in NAMES) or name in {"help", "spoed"}
    if name in READS:
        await room.receive(message)
        assert CANARY in bodies(await room.hears()), "and when the log is back, the message is answered"
        assert await room.world.logged(AuditEvent.ENTRY_READ)


@pytest.fixture
async def socket(room: Room) -> AsyncIterator[TestClient[Any, Any]]:
    async def status() -> dict[str, Any]:
        return {}

    app = build_admin(room.hub, commands(room.hub, NamedAccounts(), status))
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize("actor", ["gerda", "bea"])
async def test_no_command_of_the_operator_answers_or_changes_anything(
    room: Room, socket: TestClient[Any, Any], actor: str
) -> None:
    await filed(room)
    world = room.world
    arguments = {
        "patient": world.patient_id, "person": world.id("wim"), "as": world.id("gerda"), "role": "relative",
        "given_name": "Kees", "family_name": "Jansen", "birth_date": "1950-01-01", "coach": world.id("carla"),
        "reason": "care-ended", "decision": "permit", "to": "role:gp", "sections": "all", "given_by": world.id("anna"),
        "how": "mondeling", "action": "read", "section": "S5", "documents": ["{}"], "ref": "S5-1", "kind": "complaint",
        "fingerprint": "0", "case": "cas-1", "period": "2026-11", "seq": 1, "verdict": "fine", "at": "2026-11-03T10:00",
        "message": "$x", "entry": "S5-1", "format": "balp",
    }  # fmt: skip

    async def status() -> dict[str, Any]:
        return {}

    before = await rows(room)
    async with log_takes_nothing(room.hub.database):
        for name in commands(room.hub, NamedAccounts(), status):
            if name == "status":
                continue
            body = {"command": name, "arguments": arguments, "actor": world.id(actor)}
            response = await socket.post("/command", json=body)
            answer = await response.text()
            assert response.status >= 400, (name, answer)
            assert CANARY not in answer, name
            assert not any(known in answer for known in NAMES), name
            assert "error" in await response.json(), name
        body = {"command": "dossier.show", "arguments": arguments, "actor": world.id("gerda")}
        response = await socket.post("/command", json=body)
        assert (response.status, (await response.json())["error"]["code"]) == (503, "audit-unavailable")
    assert await rows(room) == before
    answer = await (await socket.post("/command", json=body)).text()
    assert CANARY in answer, "and when the log is back it is answered"


async def test_when_the_second_place_takes_nothing_either_the_set_is_refused_too(room: Room) -> None:
    await filed(room)
    (room.hub.settings.data / "audit-deferred").write_text("geen map")
    async with log_takes_nothing(room.hub.database):
        for who, place in (("gerda", TEAM), ("samira", TEAM)):
            with pytest.raises(AuditUnavailable):
                await room.receive(room.message(who, "!spoed", place))
            assert await room.hears() == []

"""What a thief of the disk finds: no name, birth date, BSN, diagnosis or word of the talk, nowhere in clear (I3)."""

from __future__ import annotations

import base64
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from .element import ElementProcess
from .hub_circle import ANSWER_SECONDS, BOT, add_person, ask, heard, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real

_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")
CANARIES = {
    "given name of the patient": "Wilhelmiena",
    "family name of the patient": "Kwartelberg",
    "birth date": "1949-07-23",
    "birth date as it is said": "23-7-1949",
    "BSN": "999990019",
    "name of a relative": "Zevenhuizer",
    "diagnosis": "mesothelioom",
    "a message to the bot": "brandende pijn tussen de schouderbladen",
    "a message among people": "zullen wij haar zondag samen bellen",
    "a message in the private room": "vertelde het mij in vertrouwen",
    "a file": "proefbrief-zonder-omslag",
    "name of the file": "ontslagbrief-kwartel.pdf",
}


@pytest.fixture
def hub_of_its_own(tmp_path: Path) -> Iterator[HubProcess]:
    with HubProcess(tmp_path) as hub:
        hub.start()
        yield hub


def cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of every table of a SQLite database, as ``table.column`` and bytes."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert tables
        for table in tables:
            rows = database.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in rows.description]
            for row in rows:
                for column, value in zip(columns, row, strict=True):
                    if value is not None:
                        yield f"{table}.{column}", value if isinstance(value, bytes) else str(value).encode()


def readings(value: bytes) -> Iterator[bytes]:
    """The value, and what a curious person would make of it: JSON escapes, base64, compression."""
    yield value
    if b"\\u" in value:
        yield _ESCAPE.sub(lambda found: chr(int(found[1], 16)).encode(errors="replace"), value)
    if 8 <= len(value) <= 100_000 and len(value.strip(b"=")) % 4 != 1:
        with suppress(ValueError):  # not base64
            yield base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    with suppress(zlib.error):  # not compressed
        yield zlib.decompress(value)


def hits(value: bytes) -> set[str]:
    """Which canaries are in it, in any case."""
    found: set[str] = set()
    for reading in readings(value):
        lower = reading.lower()
        found |= {what for what, canary in CANARIES.items() if canary.lower().encode() in lower}
    return found


async def a_conversation(hub: HubProcess, process: ElementProcess) -> int:
    """Everything that the canaries are in, said and recorded; returns how many entries the dossier has."""
    coach = add_person(hub, "coach", "Carla", "Vermeer", "Netwerk Palliatieve Zorg")
    gp = add_person(hub, "gp", "Gerda", "Huisman", "Praktijk De Brug")
    niece = add_person(hub, "relative", "Roos", "Zevenhuizer")
    circle = open_circle(
        hub, process, coach, given="Wilhelmiena", family="Kwartelberg", birth_date="1949-07-23", bsn="999990019"
    )
    carla = await circle.arrive(coach, circle.rooms)
    gerda = await circle.arrive(gp, circle.admit(gp))
    roos = await circle.arrive(niece, circle.admit(niece))
    for person, room in ((carla, circle.team_room), (gerda, circle.team_room), (roos, circle.circle_room)):
        await heard(person, room)
    assert "Kwartelberg" in (await ask(gerda, circle.circle_room, "!wie")).body
    await ask(gerda, circle.team_room, "!pijn 8 brandende pijn tussen de schouderbladen")
    await ask(gerda, circle.team_room, "!noteer ziekte: mesothelioom, uitgezaaid")
    await ask(gerda, circle.team_room, "!complexiteit hoog mesothelioom met benauwdheid")
    await gerda.say(circle.team_room, "Carla, zullen wij haar zondag samen bellen?")
    await carla.wait_for("zondag samen bellen", room=circle.team_room)
    await carla.send_file(circle.team_room, "ontslagbrief-kwartel.pdf", b"proefbrief-zonder-omslag " * 400)
    await gerda.wait_for("ontslagbrief-kwartel.pdf", room=circle.team_room)
    await ask(gerda, circle.circle_room, "!dossier ziekte")
    private = await circle.private_room(gerda)
    await gerda.wait_for("mesothelioom", room=private, sender=BOT, seconds=ANSWER_SECONDS)
    await gerda.say(private, "!noteer psychosociaal: zij vertelde het mij in vertrouwen")
    await gerda.wait_for("S6-1", room=private, sender=BOT, seconds=ANSWER_SECONDS)
    await ask(gerda, circle.team_room, "!overdracht naar hospice")
    await ask(gerda, circle.team_room, "!mesothelioom")
    await ask(roos, circle.circle_room, "!dossier ziekte")
    return len(circle.show(gp))


async def test_nothing_of_a_conversation_is_on_the_disk_in_clear(
    hub_of_its_own: HubProcess, element_process: ElementProcess
) -> None:
    hub = hub_of_its_own
    assert await a_conversation(hub, element_process) >= 4
    assert hub.terminate() == 0

    databases = sorted(hub.data.rglob("*.db"))
    assert {path.name for path in databases} >= {"kring.db", "homeserver.db"}
    found: dict[str, set[str]] = {}
    looked_at = 0
    for path in databases:
        for where, value in cells(path):
            looked_at += 1
            if named := hits(value):
                found.setdefault(f"{path.name} {where}", set()).update(named)
    files = [path for path in hub.data.rglob("*") if path.is_file()]
    for path in files:
        # Databases and their journals once more as bytes: deleted rows leave their traces in free pages.
        if named := hits(path.read_bytes()):
            found.setdefault(str(path.relative_to(hub.data)), set()).update(named)
    if named := hits(hub.errors.encode()):
        found["standard error of kring up"] = named
    assert found == {}
    assert looked_at > 1000
    assert any("media" in str(path) for path in files), "the file was there to be looked at"
    assert any(path.suffix == ".log" for path in files), "and so were the logs"


def test_the_search_finds_what_lies_there_in_clear_or_hardly_hidden() -> None:
    name = b"mevrouw Kwartelberg"
    for hidden in (name, name.upper(), base64.b64encode(name), zlib.compress(name), b'{"a": "Kw\\u0061rtelberg"}'):
        assert hits(hidden) == {"family name of the patient"}
    assert hits(b"mevrouw K.") == set()

"""``kring audit verify`` on a data directory that was tampered with: exit 1, and the number of the first bad entry."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.audit_log import SqlAuditTrail
from hub.adapters.sql.database import Database
from tests.adapters.audit_harm import UNLOCK_SQLITE
from tests.databases import sqlite_url
from tests.domain.test_audit import entry

KRING = Path(sys.executable).with_name("kring")
ENTRIES = 6


@pytest.fixture
async def data(tmp_path: Path, sqlite_template: Path) -> Path:
    """A data directory of a hub that was stopped, with six entries in its log."""
    (tmp_path / "secrets").mkdir(mode=0o700)
    KeyVault.create_file(tmp_path / "secrets" / "kek")
    shutil.copyfile(sqlite_template, tmp_path / "kring.db")
    database = Database(sqlite_url(tmp_path / "kring.db"))
    for minute in range(ENTRIES):
        async with database.transaction() as connection:
            await SqlAuditTrail(connection).add(entry(minute, detail=f"RELIGHALTE-{minute + 1}"))
    await database.close()
    return tmp_path


def verify(data: Path) -> tuple[int, dict[str, Any], str]:
    """Exit status, the JSON on stdout, and stderr."""
    done = subprocess.run(
        [KRING, "audit", "verify", "--data", data, "--json"], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def flip_a_byte(data: Path, place: bytes, at: int, mask: int) -> None:
    """In the file itself, without the database noticing."""
    path = data / "kring.db"
    content = bytearray(path.read_bytes())
    assert content.count(place) == 1
    content[content.index(place) + at] ^= mask
    path.write_bytes(content)


def in_the_database(*statements: str) -> Callable[[Path], None]:
    def change(data: Path) -> None:
        with sqlite3.connect(data / "kring.db") as direct:
            for statement in (*UNLOCK_SQLITE, *statements):
                direct.execute(statement)
        direct.close()

    return change


def one_flipped_byte(data: Path) -> None:
    flip_a_byte(data, b"RELIGHALTE-3", 2, 0x01)


def one_flipped_byte_that_is_no_text_any_more(data: Path) -> None:
    flip_a_byte(data, b"RELIGHALTE-3", 2, 0x80)


DELETED = in_the_database("DELETE FROM audit WHERE seq = 4")
CUT = in_the_database("DELETE FROM audit WHERE seq = 6")
SWAPPED = in_the_database(
    "UPDATE audit SET seq = -1 WHERE seq = 2",
    "UPDATE audit SET seq = 2 WHERE seq = 5",
    "UPDATE audit SET seq = 5 WHERE seq = -1",
)


def test_a_log_that_nobody_touched_is_ok_while_the_hub_is_not_running(data: Path) -> None:
    assert verify(data) == (0, {"ok": True, "entries": ENTRIES}, "")


@pytest.mark.parametrize(
    ("harm", "first_bad"),
    [
        (one_flipped_byte, 3),
        (one_flipped_byte_that_is_no_text_any_more, 3),
        (DELETED, 4),
        (CUT, 6),
        (SWAPPED, 2),
    ],
    ids=["flipped byte", "flipped to no text", "deleted row", "cut tail", "swapped pair"],
)
def test_harm_done_to_the_log_is_named(data: Path, harm: Callable[[Path], None], first_bad: int) -> None:
    harm(data)
    status, answer, _ = verify(data)
    assert (status, answer["ok"], answer["first_bad"]) == (1, False, first_bad)
    assert answer["reason"]


def test_a_table_that_cannot_be_read_is_one_clear_sentence(data: Path) -> None:
    path = data / "kring.db"
    content = bytearray(path.read_bytes())
    page = content.index(b"RELIGHALTE-3") // 4096 * 4096
    content[page : page + 4096] = bytes(4096)
    path.write_bytes(content)
    status, answer, errors = verify(data)
    assert status == 1
    assert answer["error"]["code"] == "integrity-broken"
    assert len(errors.splitlines()) == 1

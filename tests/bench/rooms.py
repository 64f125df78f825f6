"""Starting again with many encrypted rooms, and what that takes in memory: the real bots process on a filled database.

Rooms, members, devices, identities, Olm sessions and room keys are written with the real store, and with real keys.
The homeserver does not know these rooms (making them takes minutes); with a stored token it would have nothing to say
about them either: no full state is asked for.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count

import psutil
import vodozemac
from nio.crypto import InboundGroupSession, OlmAccount, OutboundSession

from bots.runtime.storage import SqlStorage, now_ms
from hub.adapters.encryption import KeyVault
from hub.adapters.sql import matrix_inbox
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_records import (
    CryptoChanges,
    DeviceRecord,
    IdentitySeen,
    MegolmSessionRecord,
    MemberChange,
    OlmSessionRecord,
)
from tests.bench.figures import Figure
from tests.bench.installation import Installation

_MEMBERS = 7
_SPEAKERS = 3
_ROOMS_PER_CIRCLE = 2
_PATIENCE = 30.0
_TIMES = 3


async def measure(installation: Installation, rooms: int) -> list[Figure]:
    """Ends with the installation stopped."""
    await installation.stop()
    await installation.start("serve")
    few, small = await _starts(installation)
    devices = await _fill(installation, rooms)
    many, large = await _starts(installation)
    await installation.stop()
    what = f"{rooms} encrypted rooms, {devices} devices, {rooms * _SPEAKERS} room keys"
    return [
        Figure(
            "rooms", f"bots process: start → ready, {what}", many, "s", few, "with one circle", "≤ 2 s", many <= 2.0
        ),
        Figure("rooms", "its memory after that", large, "MB", small, "with one circle", "≤ 150 MB", large <= 150),
    ]


async def _starts(installation: Installation) -> tuple[float, float]:
    """The middle one of some starts; (seconds, resident MB)."""
    found = sorted([await _start(installation) for _ in range(_TIMES)])
    return found[_TIMES // 2]


async def _start(installation: Installation) -> tuple[float, float]:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bots", "--data", str(installation.data)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("KRING_")},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_PATIENCE):
            async for line in process.stdout:
                if line.startswith(b"ready"):
                    break
        took = time.perf_counter() - began
        await asyncio.sleep(2.0)
        return took, psutil.Process(process.pid).memory_info().rss / 1e6
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _fill(installation: Installation, rooms: int) -> int:
    """How many devices there are then."""
    settings = installation.settings
    database, vault = Database(settings.database_url()), KeyVault.from_file(settings.kek_file)
    storage = SqlStorage(database, vault, settings.dossier_bot)
    try:
        login = await storage.load_login()
        assert login is not None
        people = _people(rooms, settings.server_name)
        room_ids = [f"!kamer{number:05d}" for number in range(rooms)]
        passphrase = storage.pickle_passphrase
        sessions, devices = _devices(people, passphrase)
        await storage.save_crypto(
            CryptoChanges(
                olm_sessions=tuple(sessions),
                megolm_sessions=tuple(_room_keys(room_ids, devices, passphrase)),
                devices=tuple(devices),
                tracked=tuple((person, False) for person in people),
                identities=tuple(IdentitySeen(person, f"meester {person}", f"zelf {person}") for person in people),
            )
        )
        async with database.transaction() as connection:
            await matrix_inbox.update_members(
                connection,
                [
                    MemberChange(room_id, user, "join", settings.gatekeeper, now_ms())
                    for number, room_id in enumerate(room_ids)
                    for user in (settings.dossier_bot, *_members(people, number // _ROOMS_PER_CIRCLE))
                ],
            )
        return len(devices)
    finally:
        await database.close()


def _people(rooms: int, server_name: str) -> list[str]:
    """A patient and two relatives in each circle; a professional has about ten circles."""
    circles = -(-rooms // _ROOMS_PER_CIRCLE)
    return [f"@vol{number:05d}:{server_name}" for number in range(3 * circles + circles * 4 // 10 + 4)]


def _members(people: list[str], circle: int) -> Iterator[str]:
    yield from people[3 * circle : 3 * circle + 3]
    professionals = people[-(len(people) // 8) :]
    for number in range(_MEMBERS - 3):
        yield professionals[(circle + number) % len(professionals)]


def _devices(people: list[str], passphrase: str) -> tuple[list[OlmSessionRecord], list[DeviceRecord]]:
    ours, numbers = OlmAccount(), count()
    sessions: list[OlmSessionRecord] = []
    devices: list[DeviceRecord] = []
    for person in people:
        for _ in range(2):
            account = vodozemac.Account()
            account.generate_one_time_keys(1)
            (one_time_key,) = account.one_time_keys.values()
            curve, ed = account.curve25519_key.to_base64(), account.ed25519_key.to_base64()
            session = OutboundSession(ours, curve, one_time_key.to_base64())
            sessions.append(OlmSessionRecord(curve, session.id, session.pickle(passphrase), now_ms(), now_ms()))
            name = f"TOESTEL{next(numbers):05d}"
            devices.append(DeviceRecord(person, name, ed, curve, False, f"meester {person}"))
    return sessions, devices


def _room_keys(room_ids: list[str], devices: list[DeviceRecord], passphrase: str) -> Iterator[MegolmSessionRecord]:
    for number, room_id in enumerate(room_ids):
        for speaker in range(_SPEAKERS):
            device = devices[(number * _SPEAKERS + speaker) % len(devices)]
            group = vodozemac.GroupSession()
            session = InboundGroupSession(group.session_key.to_base64(), device.ed25519, device.curve25519, room_id)
            pickle = session.pickle(passphrase)
            yield MegolmSessionRecord(room_id, session.id, device.curve25519, device.ed25519, 0, False, pickle)

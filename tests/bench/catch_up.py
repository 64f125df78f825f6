"""Catching up after an absence: one sync response with many messages, without network, for Kring and for stock nio.

Both get the same conversation in the same form. Kring: parsed, stored, decrypted, its sender judged, marked against
replay and settled; on disk (as the bot does it) and in memory (as people in the demo do). Nio: parsed, decrypted and
handed to a callback; it keeps no message, and a crash half-way loses what is left.
"""

import json
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from nio import AsyncClient, RoomMessageText, SyncResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.runtime.client import MatrixClient
from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.http import MatrixHttp
from bots.runtime.inbox import Reaction, RefusedEvent, Withdrawal
from bots.runtime.memory import MemoryStorage
from bots.runtime.storage import SqlStorage, Storage
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import JsonObject
from hub.adapters.encryption import KeyVault
from hub.adapters.sql import matrix_tables
from hub.adapters.sql.database import Database, metadata
from hub.adapters.sql.matrix_records import CryptoState, DeviceRecord, InboxState
from tests.bench.figures import Figure
from tests.runtime.post_office import Person, PostOffice

MESSAGES = 1500
_ROOM = "!kamer:kring.localhost"
_MARIEKE, _READER = "@k00000001:kring.localhost", "@k00000002:kring.localhost"
_ECHO = "@k00000003:kring.localhost"


class _Counter:
    def __init__(self) -> None:
        self.heard = 0

    async def on_message(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        self.heard += 1
        return InboxState.DONE

    async def on_refused(self, refused: RefusedEvent, connection: AsyncConnection | None) -> None:
        raise SystemExit(f"Refused in the benchmark: {refused.code}")

    async def on_reaction(self, reaction: Reaction, connection: AsyncConnection | None) -> InboxState:
        return InboxState.DONE

    async def on_withdrawn(self, withdrawal: Withdrawal, connection: AsyncConnection | None) -> InboxState:
        return InboxState.DONE


class _Canned(MatrixHttp):
    """A homeserver that says one thing."""

    def __init__(self, office: PostOffice) -> None:
        super().__init__("http://127.0.0.1:9", "token")
        self._office = office
        self.raw = b""

    async def sync(self, since: str | None, poll: timedelta, sync_filter: JsonObject) -> JsonObject:
        return dict(json.loads(self.raw))

    async def query_keys(self, user_ids: Iterable[str]) -> JsonObject:
        return self._office.shown

    async def upload_keys(self, body: JsonObject) -> JsonObject:
        return {"one_time_key_counts": {"signed_curve25519": 50}}


async def measure(directory: Path) -> list[Figure]:
    database = Database(f"sqlite:///{directory / 'catch_up.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    assert matrix_tables.mx_inbox is not None
    vault = KeyVault(bytes(range(32)))
    try:
        durable = await _kring(SqlStorage(database, vault, _READER))
    finally:
        await database.close()
    in_memory = await _kring(MemoryStorage())
    stock = await _nio(directory)
    return [
        Figure(
            "catch-up",
            f"{MESSAGES} messages in one sync: stored, decrypted, judged, settled",
            durable,
            "msg/s",
            stock,
            "stock nio, decrypts only",
            aim="≥ 5 000/s",
            met=durable >= 5000,
        ),
        Figure("catch-up", "the same in memory", in_memory, "msg/s", stock, "stock nio, decrypts only"),
    ]


async def _kring(storage: Storage) -> float:
    office = PostOffice()
    marieke = office.arrive(_MARIEKE)
    machine = CryptoMachine(_READER, "LEZER", CryptoState(), storage.pickle_passphrase)
    login = await storage.create_login(_READER, "LEZER", "token", machine.account_record())
    payload = machine.own_keys.upload_payload()
    _register(office, _READER, "LEZER", payload)
    http, counter = _Canned(office), _Counter()
    client = MatrixClient(http, storage, login, machine, counter)
    # Position in the stream, our keys there, and the sender's identity known: as after an absence.
    http.raw = _response("s1", [], [])
    await client.sync_once()
    await client.keys.follow([_MARIEKE])
    await client.keys.refresh([_MARIEKE])
    http.raw = _conversation(office, marieke, _READER, "LEZER")
    began = time.perf_counter()
    await client.sync_once()
    lasted = time.perf_counter() - began
    if counter.heard != MESSAGES:
        raise SystemExit(f"Kring heard {counter.heard} of {MESSAGES}")
    await client.stop()
    return MESSAGES / lasted


async def _nio(directory: Path) -> float:
    office = PostOffice()
    marieke = office.arrive(_MARIEKE)
    client = AsyncClient("http://127.0.0.1:9", _ECHO, "ECHO", store_path=str(directory))
    client.restore_login(_ECHO, "ECHO", "token")
    assert client.olm is not None
    _register(office, _ECHO, "ECHO", client.olm.share_keys())
    await client.receive_response(_parsed(_response("s1", [], [])))
    heard = 0

    def count(_room: object, _event: object) -> None:
        nonlocal heard
        heard += 1

    client.add_event_callback(count, RoomMessageText)
    raw = _conversation(office, marieke, _ECHO, "ECHO")
    began = time.perf_counter()
    await client.receive_response(_parsed(raw))
    lasted = time.perf_counter() - began
    if heard != MESSAGES:
        raise SystemExit(f"nio heard {heard} of {MESSAGES}")
    await client.close()
    return MESSAGES / lasted


def _parsed(raw: bytes) -> SyncResponse:
    response = SyncResponse.from_dict(json.loads(raw))
    assert isinstance(response, SyncResponse)
    return response


def _register(office: PostOffice, user_id: str, device_id: str, payload: dict[str, Any]) -> None:
    office.shown["device_keys"][user_id] = {device_id: payload["device_keys"]}
    office._one_time[(user_id, device_id)] = dict(payload["one_time_keys"])


def _conversation(office: PostOffice, sender: Person, reader: str, device_id: str) -> bytes:
    """The room key as a to-device message, and everything that was said."""
    sender.look_up(reader)
    device: DeviceRecord = next(d for d in sender.machine.devices.active_of(reader) if d.device_id == device_id)
    sender.machine.receive_claimed_keys(office.claim(device))
    to_device: list[JsonObject] = []
    events: list[JsonObject] = []
    for number in range(MESSAGES):
        to_device += _room_key_when_due(sender, device)
        text = f"Bericht {number}: mevrouw sliep vannacht onrustig, pijn NRS {number % 11}."
        content: JsonObject = {"msgtype": "m.text", "body": text}
        events.append(
            {
                "type": "m.room.encrypted",
                "event_id": f"$gebeurtenis{number:05d}",
                "sender": sender.user_id,
                "origin_server_ts": 1_790_000_000_000 + number,
                "content": sender.machine.encrypt(_ROOM, "m.room.message", content),
            }
        )
    return _response("s2", to_device, events)


def _room_key_when_due(sender: Person, device: DeviceRecord) -> list[JsonObject]:
    """The sender's key changes every hundred messages, as in use."""
    machine = sender.machine
    messages, _ = machine.share_room_key(_ROOM, machine.devices_without_key(_ROOM, [device]))
    machine.note_delivered(
        _ROOM,
        machine.outbound_session_id(_ROOM) or "",
        [(to.user_id, to.device_id, to.curve25519) for to, _ in messages],
    )
    return [{"type": "m.room.encrypted", "sender": sender.user_id, "content": content} for _, content in messages]


def _response(token: str, to_device: list[JsonObject], events: list[JsonObject]) -> bytes:
    members = [
        {
            "type": "m.room.member",
            "event_id": f"$lid{number}",
            "sender": user,
            "state_key": user,
            "origin_server_ts": 1_790_000_000_000,
            "content": {"membership": "join"},
        }
        for number, user in enumerate((_MARIEKE, _READER, _ECHO))
    ]
    encryption = {
        "type": "m.room.encryption",
        "event_id": "$versleuteling",
        "sender": _MARIEKE,
        "state_key": "",
        "origin_server_ts": 1_790_000_000_000,
        "content": {"algorithm": "m.megolm.v1.aes-sha2"},
    }
    room = {
        "state": {"events": [encryption, *members] if not events else []},
        "timeline": {"events": events, "limited": False, "prev_batch": "p1"},
        "ephemeral": {"events": []},
        "account_data": {"events": []},
        "summary": {},
        "unread_notifications": {},
    }
    return json.dumps(
        {
            "next_batch": token,
            "to_device": {"events": to_device},
            "device_lists": {"changed": [], "left": []},
            "device_one_time_keys_count": {"signed_curve25519": 50},
            "device_unused_fallback_key_types": ["signed_curve25519"],
            "rooms": {"join": {_ROOM: room}, "invite": {}, "leave": {}},
            "presence": {"events": []},
        }
    ).encode()

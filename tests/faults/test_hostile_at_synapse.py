"""The hostile inputs that a real Synapse passes on, from a member and a stranger who use no client (T8, D3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from bots.runtime.client import Mailbox, MatrixClient
from bots.runtime.http import MatrixHttp, MatrixRefused
from bots.runtime.storage import SqlStorage
from bots.runtime.untrusted import JsonObject
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database
from hub.adapters.sql.matrix_gaps import refused_counts
from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.matrix_tables import mx_inbox
from hub.domain.errors import DeliveryFailed
from tests.faults.hostile_inputs import WRONG
from tests.runtime.conftest import database, runtime_homeserver, town, vault
from tests.runtime.people import PASSWORD, Town

__all__ = ["database", "runtime_homeserver", "town", "vault"]  # fixtures
pytestmark = pytest.mark.real
_V3 = "/_matrix/client/v3"
_OLM = "m.olm.v1.curve25519-aes-sha2"
_MEGOLM: JsonObject = {"algorithm": "m.megolm.v1.aes-sha2", "session_id": "s", "ciphertext": "AwgA", "device_id": "D"}


def nested(levels: int) -> Any:
    value: Any = "bodem"
    for _ in range(levels):
        value = [value]
    return value


def contents() -> list[tuple[str, JsonObject]]:
    """(type, content) of room events."""
    found: list[tuple[str, JsonObject]] = [("m.room.encrypted", {}), ("m.reaction", {})]
    for field in _MEGOLM:
        found += [("m.room.encrypted", {**_MEGOLM, field: value}) for value in WRONG.values()]
        found.append(("m.room.encrypted", {name: value for name, value in _MEGOLM.items() if name != field}))
    for value in WRONG.values():
        found.append(("m.reaction", {"m.relates_to": value}))
        found.append(("m.room.encrypted", {**_MEGOLM, "m.relates_to": value}))
    found += [
        ("m.room.encrypted", {**_MEGOLM, "deep": nested(levels)}) for levels in (20, 100, 300, 500, 800, 950, 2000)
    ]
    found.append(("m.room.encrypted", {**_MEGOLM, "wide": {f"k{number}": 0 for number in range(5000)}}))
    found.append(("m.room.encrypted", {**_MEGOLM, "ciphertext": "A" * 60_000}))
    return found


def messages(ours: str) -> list[tuple[str, object]]:
    """(type, content) of to-device events."""
    found: list[tuple[str, object]] = [
        (kind, {"algorithm": "m.megolm.v1.aes-sha2", "room_id": "!x", "session_id": "s", "session_key": "x"})
        for kind in (
            "m.room_key",
            "m.forwarded_room_key",
            "m.secret.send",
            "m.room_key_request",
            "m.dummy",
            "nl.elders",
        )
    ]
    for value in WRONG.values():
        found.append(("m.room.encrypted", value))
        found.append(("m.room_key.withheld", value))
        for kind in (0, 1):
            ciphertext = {ours: {"type": kind, "body": value}}
            found.append(("m.room.encrypted", {"algorithm": _OLM, "sender_key": "A" * 43, "ciphertext": ciphertext}))
    for levels in (100, 500, 900):
        found.append(("m.room.encrypted", {"algorithm": _OLM, "deep": nested(levels)}))
    for body in ("!!!", "AwogAAAA", "A" * 50_000, "é"):
        ciphertext = {ours: {"type": 0, "body": body}}
        found.append(("m.room.encrypted", {"algorithm": _OLM, "sender_key": "A" * 43, "ciphertext": ciphertext}))
    return found


async def passes(http: MatrixHttp, method: str, path: str, body: JsonObject) -> bool:
    """Whether the homeserver takes it."""
    try:
        await http.request(method, path, body=body, seconds=60)
    except (MatrixRefused, DeliveryFailed, RecursionError):
        return False
    return True


@pytest.fixture
async def bot(town: Town, database: Database, vault: KeyVault) -> AsyncIterator[MatrixClient]:
    localpart = await town.account()
    storage = SqlStorage(database, vault, f"@{localpart}:kring.localhost")
    client = await MatrixClient.login(town.base_url, localpart, PASSWORD, store=storage, handler=Mailbox())
    async with client:
        await client.bootstrap_cross_signing()
        yield client


async def test_what_a_real_homeserver_passes_on_is_refused_and_counted(
    town: Town, bot: MatrixClient, database: Database
) -> None:
    marieke, kees = await town.sign_in(), await town.sign_in()
    room = await town.room(bot, marieke, kees)
    stranger = MatrixHttp(town.base_url, retry_for=kees.http._retry_for * 0)
    kees.http._retry_for *= 0
    await stranger.login(await town.account(), PASSWORD, "Elders")
    sent = Counter[str]()
    for number, (kind, content) in enumerate(contents()):
        path = f"{_V3}/rooms/{quote(room)}/send/{quote(kind)}/v{number}"
        sent["events" if await passes(kees.http, "PUT", path, content) else "events refused by Synapse"] += 1
    for number, (kind, inside) in enumerate(messages(bot.keeper.machine.curve25519)):
        path = f"{_V3}/sendToDevice/{quote(kind)}/v{number}"
        body = {"messages": {bot.user_id: {bot.device_id: inside}}}
        sent["to-device" if await passes(stranger, "PUT", path, body) else "to-device refused by Synapse"] += 1
    for number, value in enumerate(WRONG.values()):
        keys = {"user_id": kees.user_id, "device_id": kees.device_id, "algorithms": [_OLM], "signatures": {}}
        body = {
            "device_keys": {**keys, "keys": {f"ed25519:{kees.device_id}": value, f"curve25519:{kees.device_id}": value}}
        }
        sent["keys" if await passes(kees.http, "POST", f"{_V3}/keys/upload", body) else "keys refused by Synapse"] += 1
        await kees.http.request("PUT", f"{_V3}/rooms/{quote(room)}/send/m.room.encrypted/k{number}", body=_MEGOLM)
        sent["events"] += 1
    await stranger.close()
    await marieke.send_text(room, "Pijn 6")

    mailbox = bot.inbox._handler
    assert isinstance(mailbox, Mailbox)
    for _ in range(20):
        await bot.sync_once()
        if mailbox._messages:
            break
    assert [message.body for message in mailbox._messages] == ["Pijn 6"]
    async with database.reading() as connection:
        counted = Counter(await refused_counts(connection))
        waits = select(func.count()).where(mx_inbox.c.state == InboxState.WAITING_FOR_KEY.value)
        waiting = (await connection.execute(waits)).scalar_one()
    print(dict(sent), dict(counted), f"waiting for a key: {waiting}")
    to_device = {code: n for code, n in counted.items() if code.startswith(("olm-", "to-device-", "withheld-"))}
    assert sum(to_device.values()) == sent["to-device"]
    assert sum(counted.values()) - sum(to_device.values()) + waiting == sent["events"]
    assert sent["events"] + sent["to-device"] + sent["keys"] >= 50

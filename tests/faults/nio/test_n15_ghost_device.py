"""N15: nio gives the room key to every device that the homeserver names, and every example turns the check off.

For mevrouw de Wit: the operator of the homeserver adds a device to Bram's account and reads all that the bot says.
"""

from typing import Any

import pytest

from bots.runtime.crypto.machine import CryptoMachine
from bots.runtime.untrusted import JsonObject
from hub.adapters.sql.matrix_records import CryptoState
from tests.faults.nio.bedside import Bedside

pytestmark = pytest.mark.real


async def test_n15_a_device_that_the_homeserver_adds_to_somebody_gets_no_key_and_is_reported(
    bedside: Bedside,
) -> None:
    owner = bedside.bram.user_id
    ghost = CryptoMachine(owner, "SPOOK", CryptoState(), "een-wachtzin-voor-de-proef")
    keys = ghost.own_keys.upload_payload()
    http = bedside.bot.client.http
    query, claim, give, given = http.query_keys, http.claim_keys, http.send_to_device, list[tuple[str, str]]()

    async def with_ghost(user_ids: Any) -> JsonObject:
        answer = await query(user_ids)
        answer.setdefault("device_keys", {}).setdefault(owner, {})["SPOOK"] = keys["device_keys"]
        return answer

    async def ghosts_key(wanted: dict[str, list[str]]) -> JsonObject:
        answer = await claim({user: [d for d in ids if d != "SPOOK"] for user, ids in wanted.items()})
        if "SPOOK" in wanted.get(owner, []):
            name, key = next(iter(keys["one_time_keys"].items()))
            answer.setdefault("one_time_keys", {}).setdefault(owner, {})["SPOOK"] = {name: key}
        return answer

    async def watched(event_type: str, txn_id: str, messages: dict[str, dict[str, JsonObject]]) -> None:
        if event_type == "m.room.encrypted":
            given.extend((user, device) for user, devices in messages.items() for device in devices)
        await give(event_type, txn_id, messages)

    http.query_keys, http.claim_keys, http.send_to_device = with_ghost, ghosts_key, watched  # type: ignore[method-assign]
    await bedside.bot.client.keys.follow([owner])
    await bedside.bot.client.keys.refresh([owner], force=True)
    assert "SPOOK" in {d.device_id for d in bedside.bot.client.keeper.machine.devices.active_of(owner)}

    sent = await bedside.bot.client.send_text(
        bedside.room, "NIET reanimeren", recipients=[bedside.fatima.user_id, owner]
    )
    assert (owner, "SPOOK") not in given
    assert (owner, bedside.bram.device_id) in sent.share.got
    assert {(user, device): code for user, device, code in sent.share.withheld} == {(owner, "SPOOK"): "unsigned-device"}
    assert await bedside.bram.wait_for("NIET reanimeren", room=bedside.room)

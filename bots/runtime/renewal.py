"""A new device when the keys of the old one are gone or outdated (F23, N4, N14; ADR 0020).

A bot whose database was put back to an older state must not go on with that device: its one-time keys and Olm sessions
were used since, and never a second set of keys may appear under the same device id. The cross-signing seeds are kept
apart, so the new device has the same identity and nobody is warned.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from bots.runtime.client import MatrixClient
from bots.runtime.crypto.outdated import DeviceOutdated
from bots.runtime.http import MatrixHttp, MatrixRefused, SignedOut
from bots.runtime.untrusted import JsonObject, list_at, text_at
from hub.domain.errors import DeliveryFailed

_V3 = "/_matrix/client/v3"
_log = logging.getLogger("kring.matrix")
# Synapse notes when it last saw a device once in two minutes; clocks of two machines differ.
_MARGIN = timedelta(minutes=10)


async def check_not_older(http: MatrixHttp, device_id: str, last_alive: datetime | None) -> None:
    """Compare what the database last knew of itself with when the homeserver last saw this device.

    :raises DeviceOutdated: the device was in use after ``last_alive``, or is signed out: an older database was put back
    """
    try:
        answer = await http.request("GET", f"{_V3}/devices/{quote(device_id, safe='')}")
    except SignedOut as gone:
        raise DeviceOutdated("Het toestel van de bot is op de server afgemeld.") from gone
    except MatrixRefused as refused:
        if refused.status != 404:
            raise
        raise DeviceOutdated("De server kent het toestel van de bot niet meer.") from refused
    seen = answer.get("last_seen_ts")
    if last_alive is None or not isinstance(seen, int) or not 0 <= seen < 2**53:
        return
    if datetime.fromtimestamp(seen / 1000, UTC) - last_alive > _MARGIN:
        raise DeviceOutdated("Het toestel van de bot is nog gebruikt na de laatste stand in deze database.")


async def retire_others(client: MatrixClient, device_name: str, password: str) -> int:
    """Sign earlier devices of this name out, with their keys; how many. What fails now is done at the next start."""
    try:
        shown = await client.http.request("GET", f"{_V3}/devices")
        old = [
            device_id
            for device in list_at(shown, "devices")
            if text_at(device, "display_name") == device_name
            and (device_id := text_at(device, "device_id")) not in (None, client.device_id)
        ]
        if old:
            await _delete(client, {"devices": old}, password)
    except DeliveryFailed as failed:
        _log.warning("old devices stay", extra={"reason": type(failed).__name__})
        return 0
    return len(old)


async def _delete(client: MatrixClient, body: JsonObject, password: str) -> None:
    try:
        await client.http.request("POST", f"{_V3}/delete_devices", body=body)
    except MatrixRefused as refused:
        session = text_at(refused.answer, "session")
        if refused.status != 401 or session is None:
            raise
        auth = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": client.user_id},
            "password": password,
            "session": session,
        }
        await client.http.request("POST", f"{_V3}/delete_devices", body={**body, "auth": auth})


async def with_a_new_device_if_need_be(
    run: Callable[[], Awaitable[None]], retire: Callable[[], Awaitable[None]]
) -> None:
    """``run``, and when it ends because its device is outdated: retire that one, and once more."""
    try:
        await run()
    except BaseException as error:
        if not _is_outdated(error):
            raise
        _log.warning("device outdated")
    else:
        return
    await retire()
    await run()


def _is_outdated(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(_is_outdated(part) for part in error.exceptions)
    return isinstance(error, DeviceOutdated)

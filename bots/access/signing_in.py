"""The gatekeeper signs in: one device without keys, always the same."""

import base64

from bots.runtime.http import MatrixHttp
from bots.runtime.transport import SignedOut
from hub.adapters.encryption import seal, unseal
from hub.bootstrap import Hub
from hub.domain.errors import IntegrityBroken
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from hub.settings import read_secret

LOCALPART = "poortwachter"
_DEVICE = "POORTWACHTER"
_SETTING = "poortwachter.token"
_PLACE = b"setting/poortwachter.token"


async def sign_in(hub: Hub, http: MatrixHttp) -> None:
    """With the token of the last time while that is valid, else with the password.

    Signing in is rationed (ten times, then once in ten seconds): bots that die and start again and again would wait for
    it at each start. The token is stored sealed, beside that of the dossier bot.

    :raises DeliveryFailed: the homeserver is away or refuses
    """
    http.access_token = await _kept_token(hub)
    if http.access_token is not None:
        try:
            await http.whoami()
        except SignedOut:
            http.access_token = None
        else:
            return
    settings = hub.settings
    password = read_secret(settings.secrets / f"{LOCALPART}.password")
    credentials = AdminCredentials(settings.secrets)
    async with Provisioning(settings.homeserver_url, settings.server_name, credentials) as provisioning:
        token = await provisioning.login(LOCALPART, password, _DEVICE, "Poortwachter")
    sealed = seal(hub.vault.purpose_key(LOCALPART), token.encode(), _PLACE)
    async with hub.transactions() as unit:
        await unit.put_setting(_SETTING, base64.b64encode(sealed).decode())
    http.access_token = token


async def _kept_token(hub: Hub) -> str | None:
    async with hub.transactions.reading() as unit:
        kept = await unit.get_setting(_SETTING)
    if kept is None:
        return None
    try:
        return unseal(hub.vault.purpose_key(LOCALPART), base64.b64decode(kept), _PLACE).decode()
    except (IntegrityBroken, ValueError):
        return None  # sealed with another key, or altered: then the password says who we are

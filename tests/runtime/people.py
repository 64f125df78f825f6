"""People with real encryption on a real homeserver, and the gatekeeper who lets them in.

Fictional: Marieke Bos (GP), Jan de Wit (son of the patient), Fatima Haddou (home care), Kees Blok (neighbour).
"""

import itertools
from contextlib import AsyncExitStack

from bots.runtime.client import MatrixClient
from bots.runtime.http import MatrixHttp
from bots.runtime.inbox import MessageHandler
from bots.runtime.storage import Storage
from hub.homeserver.embedded import EmbeddedHomeserver
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from hub.homeserver.room_templates import room_body, space_body

PASSWORD = "een-heel-lang-wachtwoord"
_NUMBERS = itertools.count(1)


class Town:
    """A homeserver to live on for one test. Every person gets an account of their own."""

    def __init__(self, homeserver: EmbeddedHomeserver, leaving: AsyncExitStack) -> None:
        self.homeserver = homeserver
        self._leaving = leaving
        self._gatekeeper: MatrixHttp | None = None

    @property
    def base_url(self) -> str:
        return self.homeserver.base_url

    def provisioning(self) -> Provisioning:
        secrets = self.homeserver.options.secrets.folder
        credentials = AdminCredentials(secrets, registration_secret=self.homeserver.registration_shared_secret)
        return Provisioning(self.base_url, self.homeserver.options.server_name, credentials)

    async def account(self) -> str:
        """A new account with ``PASSWORD``; its localpart."""
        localpart = f"k{next(_NUMBERS):08x}"
        async with self.provisioning() as provisioning:
            user_id = await provisioning.ensure_account(localpart, PASSWORD, "Naaste 7F3K")
            await provisioning.override_ratelimit(user_id)
        return localpart

    async def sign_in(
        self,
        localpart: str | None = None,
        *,
        signed: bool = True,
        store: Storage | None = None,
        handler: MessageHandler | None = None,
    ) -> MatrixClient:
        """A person with a new device: cross-signed, or (``signed`` False) as somebody who never set that up."""
        localpart = localpart or await self.account()
        client = await MatrixClient.login(self.base_url, localpart, PASSWORD, store=store, handler=handler)
        await self._leaving.enter_async_context(client)
        if signed:
            await client.bootstrap_cross_signing()
        else:
            await client.engine.step()
        return client

    async def gatekeeper(self) -> MatrixHttp:
        """The only account that makes rooms and invites; it has no device keys."""
        if self._gatekeeper is None:
            async with self.provisioning() as provisioning:
                user_id = await provisioning.ensure_account("poortwachter", PASSWORD, "Poortwachter van Kring")
                await provisioning.override_ratelimit(user_id)
            http = MatrixHttp(self.base_url)
            await http.login("poortwachter", PASSWORD, "poortwachter")
            self._leaving.push_async_callback(http.close)
            self._gatekeeper = http
        return self._gatekeeper

    async def room(self, *people: MatrixClient) -> str:
        """A circle room with these people in it."""
        gatekeeper = await self.gatekeeper()
        server = self.homeserver.options.server_name
        space = await gatekeeper.request("POST", "/_matrix/client/v3/createRoom", body=space_body("Kring 7F3K"))
        body = room_body("Kring 7F3K · kring", space_id=str(space["room_id"]), via=server)
        room_id = str((await gatekeeper.request("POST", "/_matrix/client/v3/createRoom", body=body))["room_id"])
        for person in people:
            await self.admit(room_id, person)
        for person in people:
            await person.sync_once()
        return room_id

    async def admit(self, room_id: str, person: MatrixClient) -> None:
        gatekeeper = await self.gatekeeper()
        path = f"/_matrix/client/v3/rooms/{room_id}/invite"
        await gatekeeper.request("POST", path, body={"user_id": person.user_id})
        await person.join(room_id)

    async def remove(self, room_id: str, person: MatrixClient) -> None:
        gatekeeper = await self.gatekeeper()
        path = f"/_matrix/client/v3/rooms/{room_id}/kick"
        await gatekeeper.request("POST", path, body={"user_id": person.user_id})

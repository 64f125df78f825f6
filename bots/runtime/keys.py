"""Keeping keys in order between us and the homeserver: ours uploaded, others' known, Olm sessions there.

Each change is stored before what depends on it is sent (:class:`CryptoKeeper`).
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterable, Sequence

from bots.runtime.crash_points import reached
from bots.runtime.crypto.cross_signing import CrossSigningIdentity
from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.crypto.outdated import DeviceOutdated
from bots.runtime.http import MatrixHttp, MatrixRefused
from bots.runtime.untrusted import JsonObject, text_at
from hub.adapters.sql.matrix_records import DeviceRecord
from hub.domain.errors import DeliveryFailed, DeliveryRefused, StartRefused

_log = logging.getLogger("kring.matrix")
_QUERY_CHUNK = 100
_UPLOAD_PAUSE = 10.0
_RECLAIM_PAUSE = 60.0


class KeyMaintenance:
    """The HTTP side of the crypto machine. Seconds on the monotonic clock."""

    def __init__(
        self,
        http: MatrixHttp,
        keeper: CryptoKeeper,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._keeper = keeper
        self._monotonic = monotonic
        self._uploaded_at = float("-inf")
        self._no_session_until: dict[tuple[str, str], float] = {}
        self._queried_at: dict[str, float] = {}

    async def maintain(self) -> None:
        """After a sync: upload keys when short, ask for changed device lists, repair broken Olm sessions."""
        machine = self._keeper.machine
        if machine.own_keys.wants_upload and self._monotonic() - self._uploaded_at >= _UPLOAD_PAUSE:
            await self.upload()
        await self.refresh()
        wedged = machine.wedged()
        if wedged:
            await self.ensure_sessions(wedged)

    async def upload(self) -> None:
        """Upload our keys: stored first, so that a lost answer never leaves keys on the server that we do not have.

        :raises DeviceOutdated: the server holds other keys under the same ids
        """
        async with self._keeper.changing() as machine:
            payload = machine.own_keys.upload_payload()
        reached("keys.stored")
        self._uploaded_at = self._monotonic()
        try:
            answer = await self._http.upload_keys(payload)
        except MatrixRefused as error:
            if error.status == 400 and "already exists" in (text_at(error.answer, "error") or ""):
                raise DeviceOutdated(
                    "De server heeft andere sleutels voor dit apparaat (oude back-up?). Meld de bot opnieuw aan."
                ) from error
            raise
        reached("keys.uploaded")
        async with self._keeper.changing() as machine:
            machine.own_keys.note_uploaded(answer)
        reached("keys.noted")

    async def follow(self, user_ids: Iterable[str]) -> None:
        """From now on keep up with the devices of these people."""
        new = [user for user in user_ids if not self._keeper.machine.follows(user)]
        if new:
            async with self._keeper.changing() as machine:
                machine.follow(new)

    async def refresh(self, among: Iterable[str] | None = None, *, force: bool = False) -> None:
        """Ask for the devices of people whose list may have changed; ``force`` asks for ``among`` anyway."""
        machine = self._keeper.machine
        query = machine.query_for(among or ()) if force else machine.outdated(among)
        users = sorted(query.users)
        for start in range(0, len(users), _QUERY_CHUNK):
            chunk = users[start : start + _QUERY_CHUNK]
            part = machine.query_for(chunk)
            answer = await self._http.query_keys(chunk)
            reached("devices.answered")
            async with self._keeper.changing() as current:
                current.receive_keys_query(part, answer)
            for user in chunk:
                self._queried_at[user] = self._monotonic()

    def is_older(self, user_id: str, seconds: float) -> bool:
        """Whether we asked about this person longer than ``seconds`` ago, or never since we started."""
        return self._monotonic() - self._queried_at.get(user_id, float("-inf")) >= seconds

    async def refresh_if_older(self, user_ids: Iterable[str], seconds: float) -> bool:
        """Ask again for people whom we asked about longer than ``seconds`` ago; whether any was asked."""
        stale = {user for user in user_ids if self.is_older(user, seconds)}
        if stale:
            await self.refresh(stale, force=True)
        return bool(stale)

    async def ensure_sessions(self, devices: Sequence[DeviceRecord]) -> None:
        """Claim one-time keys for devices without an Olm session.

        Who has none to give is asked again a minute later.
        """
        now = self._monotonic()
        missing = [
            device
            for device in self._keeper.machine.missing_sessions(devices)
            if self._no_session_until.get((device.user_id, device.device_id), 0.0) <= now
        ]
        if not missing:
            return
        wanted: dict[str, list[str]] = {}
        for device in missing:
            wanted.setdefault(device.user_id, []).append(device.device_id)
            self._no_session_until[(device.user_id, device.device_id)] = now + _RECLAIM_PAUSE
        answer = await self._http.claim_keys(wanted)
        reached("sessions.answered")
        async with self._keeper.changing() as machine:
            machine.receive_claimed_keys(answer)
            dummies = machine.take_dummies()
        for device in missing:
            if not self._keeper.machine.missing_sessions([device]):
                self._no_session_until.pop((device.user_id, device.device_id), None)
        if dummies:
            await self.send_to_device(dummies)

    async def send_to_device(self, messages: Sequence[tuple[DeviceRecord, JsonObject]]) -> None:
        """One ``m.room.encrypted`` to-device request.

        :raises DeliveryFailed: the server did not take it
        """
        body: dict[str, dict[str, JsonObject]] = {}
        for device, content in messages:
            body.setdefault(device.user_id, {})[device.device_id] = content
        await self._http.send_to_device("m.room.encrypted", secrets.token_urlsafe(12), body)

    async def publish_identity(self, identity: CrossSigningIdentity, password: str | None = None) -> None:
        """Put our cross-signing identity on the server and sign this device with it; does nothing that is done already.

        :raises StartRefused: the account has another identity, or the server wants a password and there is none
        """
        machine = self._keeper.machine
        query = machine.query_for([identity.user_id])
        shown = await self._http.query_keys([identity.user_id])
        if not identity.is_published(shown):
            await self._upload_identity(identity, password)
            reached("identity.published")
            shown = await self._http.query_keys([identity.user_id])
        signature = identity.device_signature(shown, machine.device_id, machine.fingerprint)
        if signature is not None:
            answer = await self._http.upload_signatures(signature)
            reached("identity.signed")
            if answer.get("failures"):
                raise StartRefused("De server weigert de handtekening onder het apparaat van de bot.")
            shown = await self._http.query_keys([identity.user_id])
        async with self._keeper.changing() as current:
            current.receive_keys_query(query, shown)

    async def vouch_for(self, identity: CrossSigningIdentity, user_id: str, master_key: str) -> bool:
        """Sign somebody's master key with ours, so that our other devices know it too (specification, "user-signing").

        False, and nothing signed, when the server shows another identity than ``master_key``.

        :raises DeliveryFailed: the server is away, or does not take the signature
        """
        query = self._keeper.machine.query_for([user_id])
        shown = await self._http.query_keys([user_id])
        async with self._keeper.changing() as current:
            current.receive_keys_query(query, shown)
        signature = identity.person_signature(shown, user_id, master_key)
        if signature is None:
            return False
        answer = await self._http.upload_signatures(signature)
        if answer.get("failures"):
            raise DeliveryRefused("De server neemt de handtekening onder deze identiteit niet aan.")
        return True

    async def _upload_identity(self, identity: CrossSigningIdentity, password: str | None) -> None:
        body = identity.upload_body()
        try:
            await self._http.upload_cross_signing(body)
        except MatrixRefused as error:
            session = text_at(error.answer, "session")
            if error.status != 401 or session is None or password is None:
                raise StartRefused("De server neemt de identiteit van de bot niet aan.") from error
            auth: JsonObject = {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": identity.user_id},
                "password": password,
                "session": session,
            }
            try:
                await self._http.upload_cross_signing({**body, "auth": auth})
            except DeliveryFailed as refused:
                raise StartRefused("De server neemt de identiteit van de bot niet aan.") from refused

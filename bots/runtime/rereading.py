"""Reading one message again: fetched from the homeserver, opened with the stored room key, judged like a live one.

It is no replay that a message is read twice; it is one when *another* event uses its place in the session. So the
ledger against replays is asked with the id of the event itself: the same event passes, and a message that the
homeserver shows under the id of another one does not.
"""

from dataclasses import dataclass

from bots.runtime.crypto.keeper import CryptoKeeper
from bots.runtime.http import MatrixHttp, MatrixRefused
from bots.runtime.judging import Judge, Opened
from bots.runtime.keys import KeyMaintenance
from bots.runtime.media import Attachment, download_attachment
from bots.runtime.storage import InboxTransaction, Storage
from bots.runtime.sync_response import inbox_event
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import JsonObject, object_at, text_at
from hub.adapters.sql.matrix_records import InboxRow

GONE = "gone"
"""Code: not there, or not for the bot to see."""
OTHER_EVENT = "other-event"
"""Code: the homeserver answered with another event, or with one of another room."""
REDACTED = "redacted"
"""Code: withdrawn by somebody; its content is gone."""
NO_MESSAGE = "no-message"
"""Code: a step of a verification, a reaction, the state of a room: nothing that somebody said."""


@dataclass(frozen=True, slots=True)
class Reread:
    """What the homeserver gave: an event to be judged, with its newest edit; or the code of why there is none."""

    opened: Opened | None
    code: str | None = None
    edit: Opened | None = None


class Rereader:
    """For one account. :meth:`fetch` talks to the homeserver, outside any transaction; :meth:`judge` is for within."""

    def __init__(
        self, http: MatrixHttp, storage: Storage, keeper: CryptoKeeper, keys: KeyMaintenance, own_server: str
    ) -> None:
        self._http = http
        self._own_server = own_server
        self._storage = storage
        self._judge = Judge(storage, keeper, keys)

    async def fetch(self, room_id: str, event_id: str, own_user: str) -> Reread:
        """:raises DeliveryDelayed: the homeserver is away; try again later"""
        try:
            raw = await self._http.event(room_id, event_id)
        except MatrixRefused as refused:
            if refused.status not in (400, 403, 404):
                raise
            return Reread(None, GONE)
        if raw.get("event_id") != event_id or raw.get("room_id", room_id) != room_id:
            return Reread(None, OTHER_EVENT)
        if object_at(raw, "unsigned").get("redacted_because") is not None or raw.get("content") == {}:
            return Reread(None, REDACTED)
        row = _row(room_id, raw, own_user)
        if row is None:
            return Reread(None, NO_MESSAGE)
        rows = [row]
        newest = _row(room_id, object_at(raw, "unsigned", "m.relations", "m.replace"), own_user)
        if newest is not None and newest.event.sender == row.event.sender:
            rows.append(newest)
        opened = await self._judge.complete(await self._judge.open(rows, self._storage.room_keys))
        return Reread(opened[0], None, opened[1] if len(opened) > 1 else None)

    async def judge(self, found: Reread, transaction: InboxTransaction) -> TrustedMessage | str:
        """The message as trusted as it would be had it come just now, or the code of why it is not."""
        return found.code or GONE if found.opened is None else await self._verdict(found.opened, transaction)

    async def attachment(self, message: TrustedMessage) -> Attachment:
        """The file that a trusted message carries, decrypted; outside any transaction.

        :raises IntegrityBroken: no encrypted file of our own server, too large, or altered
        :raises DeliveryFailed: the homeserver does not give it now
        """
        return await download_attachment(self._http, message.content, self._own_server)

    async def judge_edit(self, found: Reread, transaction: InboxTransaction) -> TrustedMessage | None:
        """The newest edit, when it is one and comes from a device that counts."""
        if found.edit is None:
            return None
        verdict = await self._verdict(found.edit, transaction)
        if not isinstance(verdict, TrustedMessage) or not verdict.is_edit or verdict.is_edit_from_outside:
            return None
        return verdict if found.opened is not None and verdict.replaces == found.opened.event.event_id else None

    async def _verdict(self, opened: Opened, transaction: InboxTransaction) -> TrustedMessage | str:
        pins = await transaction.identities({opened.event.sender})
        (verdict,) = await self._judge.judge([opened], pins, transaction)
        if isinstance(verdict, TrustedMessage):
            return verdict
        return getattr(verdict, "code", None) or NO_MESSAGE


def _row(room_id: str, raw: JsonObject, own_user: str) -> InboxRow | None:
    event = inbox_event(room_id, raw, own_user)
    return None if event is None or text_at(raw, "type") is None else InboxRow(0, event, 0, 0)

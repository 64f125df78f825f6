"""The store that nio's machine sees: it starts from what was loaded and only collects what changes.

Nothing is pickled before :meth:`CollectingStore.take_changes`. nio saves the account just before it uses up a one-time
key; a pickle made at that moment would still hold the key.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from nio.crypto import InboundGroupSession, OlmAccount, Session, SessionStore

from bots.runtime.crypto.devices import DeviceDirectory
from hub.adapters.sql.matrix_records import (
    AccountRecord,
    CryptoChanges,
    CryptoState,
    DeviceRecord,
    IdentitySeen,
    MegolmSessionRecord,
    OlmSessionRecord,
)

MOST_ROOM_KEYS = 2000
"""Room keys kept at hand, about 1.2 kB each. More than a batch of the inbox can ask for, or it would fetch in vain."""


class _Copies(dict[str, Any]):
    """The copies of one session by the Curve25519 key of who gave it. ``whole``: storage was asked for all of them."""

    whole = False


class RoomKeys:
    """Inbound Megolm sessions, in the shape that nio expects: those that were used last, the others are in storage.

    Of two copies of a session the one that starts first stays; storage keeps to the same rule, so that a copy which
    comes after its elder was put away does not replace it there.
    """

    def __init__(self, most: int = MOST_ROOM_KEYS) -> None:
        self._most = most
        self._sessions: OrderedDict[tuple[str, str], _Copies] = OrderedDict()

    def __iter__(self) -> Iterator[Any]:
        for copies in self._sessions.values():
            yield from copies.values()

    def add(self, session: Any) -> bool:
        copies = self._used((session.room_id, session.id))
        known = copies.get(session.sender_key)
        if known is not None and known.first_known_index <= session.first_known_index:
            return False
        if not copies:
            self._sessions[(session.room_id, session.id)] = copies
            if len(self._sessions) > self._most:
                self._sessions.popitem(last=False)
        copies[session.sender_key] = session
        return True

    def get(self, room_id: str, sender_key: str, session_id: str) -> Any:
        return self._used((room_id, session_id)).get(sender_key)

    def copies(self, room_id: str, session_id: str) -> list[Any]:
        """The same session as several devices claim to own it (normally one)."""
        return list(self._used((room_id, session_id)).values())

    def is_whole(self, room_id: str, session_id: str) -> bool:
        """Whether storage has no further copies of this session."""
        return self._used((room_id, session_id)).whole

    def note_whole(self, room_id: str, session_id: str) -> None:
        """All copies that storage has were added."""
        self._used((room_id, session_id)).whole = True

    def _used(self, place: tuple[str, str]) -> _Copies:
        copies = self._sessions.get(place)
        if copies is None:
            return _Copies()
        self._sessions.move_to_end(place)
        return copies


class CollectingStore:
    """Duck-typed for ``nio.crypto.Olm``; never does I/O."""

    def __init__(self, state: CryptoState, pickle_passphrase: str, devices: DeviceDirectory) -> None:
        self._device_directory = devices
        self._state = state
        self._passphrase = pickle_passphrase
        self._room_keys = RoomKeys()
        self._forget()

    def _forget(self) -> None:
        self._account: Any = None
        self._sessions: dict[tuple[str, str], Any] = {}
        self._new_room_keys: dict[tuple[str, str, str], Any] = {}
        self._devices: dict[tuple[str, str], DeviceRecord] = {}
        self._tracked: dict[str, bool] = {}
        self._identities: dict[str, IdentitySeen] = {}

    # What nio calls.

    def load_account(self) -> Any:
        record = self._state.account
        return None if record is None else OlmAccount.from_pickle(record.pickle, self._passphrase, record.shared)

    def save_account(self, account: Any) -> None:
        self._account = account

    def load_sessions(self) -> Any:
        sessions = SessionStore()
        for record in self._state.olm_sessions:
            session = Session.from_pickle(
                record.pickle, _naive(record.created_at), self._passphrase, _naive(record.used_at)
            )
            sessions.add(record.sender_key, session)
        return sessions

    def save_session(self, curve_key: str, session: Any) -> None:
        self._sessions[(curve_key, session.id)] = session

    def load_inbound_group_sessions(self) -> RoomKeys:
        return self._room_keys

    def save_inbound_group_session(self, session: Any) -> None:
        # nio saves every copy that it gets; only the one that we kept is news.
        if self._room_keys.get(session.room_id, session.sender_key, session.id) is session:
            self._new_room_keys[(session.room_id, session.sender_key, session.id)] = session

    def load_device_keys(self) -> DeviceDirectory:
        # nio only looks devices up here, to mark a broken Olm session.
        return self._device_directory

    def load_outgoing_key_requests(self) -> dict[str, Any]:
        # We never ask others to forward keys, so that no forwarded key can be an expected one.
        return {}

    # What our machine calls.

    def release(self) -> None:
        """The machine has been made: what it was made from need not stay in memory."""
        self._state = CryptoState()

    def collect_device(self, device: DeviceRecord) -> None:
        self._devices[(device.user_id, device.device_id)] = device

    def collect_tracked(self, user_id: str, outdated: bool) -> None:
        self._tracked[user_id] = outdated

    def collect_identity(self, seen: IdentitySeen) -> None:
        self._identities[seen.user_id] = seen

    def add_room_keys(self, records: Iterable[MegolmSessionRecord]) -> None:
        """Room keys from storage. One that does not open is left out: its messages then wait, visibly.

        :raises ValueError: the pickle passphrase is another one
        """
        found = list(records)
        for record in found:
            session = InboundGroupSession.from_pickle(
                record.pickle,
                record.ed25519,
                record.sender_key,
                record.room_id,
                self._passphrase,
                ["forwarded"] if record.forwarded else [],
            )
            self._room_keys.add(session)
        for record in found:
            self._room_keys.note_whole(record.room_id, record.session_id)

    def account_record(self, account: Any) -> AccountRecord:
        return AccountRecord(account.pickle(self._passphrase), account.shared, account.identity_keys["ed25519"])

    def take_changes(self) -> CryptoChanges:
        """What changed since the last call, pickled now."""
        changes = CryptoChanges(
            account=None if self._account is None else self.account_record(self._account),
            olm_sessions=tuple(
                OlmSessionRecord(
                    curve_key,
                    session_id,
                    session.pickle(self._passphrase),
                    _epoch_ms(session.creation_time),
                    _epoch_ms(session.use_time),
                )
                for (curve_key, session_id), session in self._sessions.items()
            ),
            megolm_sessions=tuple(self._room_key_record(session) for session in self._new_room_keys.values()),
            devices=tuple(self._devices.values()),
            tracked=tuple(self._tracked.items()),
            identities=tuple(self._identities.values()),
        )
        self._forget()
        return changes

    def _room_key_record(self, session: Any) -> MegolmSessionRecord:
        return MegolmSessionRecord(
            session.room_id,
            session.id,
            session.sender_key,
            session.ed25519,
            session.first_known_index,
            bool(session.forwarding_chain),
            session.pickle(self._passphrase),
        )


def _epoch_ms(naive_local: datetime) -> int:
    return int(naive_local.timestamp() * 1000)


def _naive(epoch_ms: int) -> datetime:
    # nio compares session times with datetime.now() without a zone.
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).astimezone().replace(tzinfo=None)

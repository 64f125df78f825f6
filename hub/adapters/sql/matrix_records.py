"""What the Matrix runtime stores, as plain records. Pickles are in clear here and sealed on their way into a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.domain import identity
from hub.domain.disclosure import KeyShare

IdentityEvent = identity.IdentityEvent
IdentitySeen = identity.IdentitySeen
PinnedIdentity = identity.PinnedIdentity
PinState = identity.PinState


class InboxState(StrEnum):
    """Toestand van een ontvangen bericht. Every accepted event ends in one of the last four, visibly.

    ``held``: something in its room that came before it is still being fetched.
    """

    HELD = "held"
    NEW = "new"
    WAITING_FOR_KEY = "waiting_for_key"
    DONE = "done"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    UNREADABLE = "unreadable"


LATE = "late"
"""Code of an event that is open again after its sender heard that it could not be read."""


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Our own Olm account. ``fingerprint`` is its Ed25519 key in unpadded base64."""

    pickle: bytes = field(repr=False)
    shared: bool
    fingerprint: str


@dataclass(frozen=True, slots=True)
class OlmSessionRecord:
    sender_key: str
    session_id: str
    pickle: bytes = field(repr=False)
    created_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class MegolmSessionRecord:
    """An inbound room key. ``ed25519`` is what its sender claimed; the trust gate compares it with the device."""

    room_id: str
    session_id: str
    sender_key: str
    ed25519: str
    first_index: int
    forwarded: bool
    pickle: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A device as the last key query showed it; its self-signature verified.

    ``signed_by`` is the master key whose self-signing key signed this device (the chain verified), None when unsigned.
    """

    user_id: str
    device_id: str
    ed25519: str
    curve25519: str
    deleted: bool = False
    signed_by: str | None = None


@dataclass(frozen=True, slots=True)
class CryptoChanges:
    """What changed in the crypto state since the last time; written as one batch."""

    account: AccountRecord | None = None
    olm_sessions: tuple[OlmSessionRecord, ...] = ()
    megolm_sessions: tuple[MegolmSessionRecord, ...] = ()
    devices: tuple[DeviceRecord, ...] = ()
    tracked: tuple[tuple[str, bool], ...] = ()
    """(user id, outdated)"""
    identities: tuple[IdentitySeen, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.account or self.olm_sessions or self.megolm_sessions or self.devices or self.tracked or self.identities
        )


@dataclass(frozen=True, slots=True)
class CryptoState:
    """What a machine starts from. Room keys are left out where they can be fetched when an event needs them."""

    account: AccountRecord | None = None
    olm_sessions: tuple[OlmSessionRecord, ...] = ()
    megolm_sessions: tuple[MegolmSessionRecord, ...] = ()
    devices: tuple[DeviceRecord, ...] = ()
    tracked: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """One device of one of our accounts. ``account_id`` numbers it in the database."""

    account_id: int
    user_id: str
    device_id: str
    access_token: str = field(repr=False)
    next_batch: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class MemberChange:
    room_id: str
    user_id: str
    membership: str
    sender: str
    event_ts: int


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """An event as it came, still encrypted. ``raw`` is its JSON; for an event in clear the content is left out."""

    event_id: str
    room_id: str
    sender: str
    session_id: str | None
    origin_server_ts: int
    raw: str
    state: InboxState = InboxState.NEW
    code: str | None = None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An inbox event with its place in the queue. ``received_at`` in ms, ``attempts`` counts this one."""

    seq: int
    event: InboxEvent
    attempts: int
    received_at: int


@dataclass(frozen=True, slots=True)
class MessageMark:
    """The place of one message in its Megolm session: may be used by one event only."""

    sender_key: str
    session_id: str
    message_index: int
    event_id: str


@dataclass(frozen=True, slots=True)
class Settled:
    """How an inbox event ended. ``code`` says why, without content."""

    event_id: str
    state: InboxState
    code: str | None = None


@dataclass(frozen=True, slots=True)
class WithheldKey:
    """Somebody's client gives us no key. ``room_id`` and ``session_id`` are empty for ``m.no_olm``."""

    room_id: str
    session_id: str
    sender: str
    code: str


@dataclass(frozen=True, slots=True)
class SessionShare:
    """A line of the disclosure ledger with the session that it is about."""

    room_id: str
    session_id: str
    share: KeyShare


class GapState(StrEnum):
    """``stuck``: the server does not give what is missing; tried again now and then, and nothing waits for it."""

    OPEN = "open"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class NewGap:
    """A stretch of a room's timeline that ``/sync`` left out. ``begins`` names it; ``position`` and ``ends`` are tokens
    for ``/messages``, None when there is none: from the last event that we have, up to now.
    """

    room_id: str
    begins: str
    position: str | None
    ends: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Gat: berichten die nog gehaald worden. What is left of a stretch. ``attempts``: failures in a row."""

    id: int
    room_id: str
    position: str | None
    ends: str | None
    after_seq: int
    state: GapState
    pages: int
    attempts: int
    found_at: int


@dataclass(frozen=True, slots=True)
class SyncBatch:
    """All that one sync response changes; committed in one transaction, the token last."""

    next_batch: str
    events: tuple[InboxEvent, ...] = ()
    members: tuple[MemberChange, ...] = ()
    crypto: CryptoChanges = CryptoChanges()
    withheld: tuple[WithheldKey, ...] = ()
    gaps: tuple[NewGap, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    """What was not even taken in: code → how often."""

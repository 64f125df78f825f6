"""Wie een bericht kan lezen: the disclosure ledger, and what it answers about one message.

Encryption works per session: a device that has the key of a session from message *n* on reads every later message of
that session. So the ledger has one line when something changes for a device, not one for each message; who can read
message *m* is the last line of each device that starts at or before *m*.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SHARED = "shared"
GONE = "gone"
"""The person or device does not belong here any more, and never got this session's key."""


class Withheld(StrEnum):
    """Waarom een toestel of mens de sleutel van een bericht niet kreeg."""

    NO_DEVICE = "no-device"
    INVITED = "invited"
    NOT_JOINED = "not-joined"
    UNSIGNED_DEVICE = "unsigned-device"
    NO_IDENTITY = "no-identity"
    IDENTITY_CHANGED = "identity-changed"
    IDENTITY_AWAITING = "identity-awaiting"
    DELETED_DEVICE = "deleted-device"
    NO_ONE_TIME_KEY = "no-one-time-key"


@dataclass(frozen=True, slots=True)
class Mending:
    """What is wrong and how to mend it, each one sentence in Dutch (B1)."""

    problem: str
    remedy: str


MENDING: dict[str, Mending] = {
    Withheld.NO_DEVICE: Mending(
        "nog nergens aangemeld",
        "Inloggen bij Element en daar de sleutelopslag instellen.",
    ),
    Withheld.INVITED: Mending(
        "uitgenodigd, maar nog niet in deze kamer",
        "In Element de uitnodiging voor deze kamer aannemen.",
    ),
    Withheld.NOT_JOINED: Mending(
        "niet in deze kamer",
        "De beheerder vragen om een nieuwe uitnodiging voor deze kamer.",
    ),
    Withheld.UNSIGNED_DEVICE: Mending(
        "toestel niet geverifieerd",
        "Dit toestel in Element bevestigen met een ander toestel of met de herstelsleutel.",
    ),
    Withheld.NO_IDENTITY: Mending(
        "nog geen sleutelopslag",
        "In Element bij Instellingen, Beveiliging de sleutelopslag instellen.",
    ),
    Withheld.IDENTITY_CHANGED: Mending(
        "beveiliging vernieuwd, nog niet bevestigd",
        "De coach bellen; die bevestigt de nieuwe beveiliging.",
    ),
    Withheld.IDENTITY_AWAITING: Mending(
        "beveiliging nog niet bevestigd",
        "De coach vragen om te bevestigen van wie dit account is.",
    ),
    Withheld.DELETED_DEVICE: Mending(
        "toestel afgemeld",
        "Opnieuw inloggen bij Element.",
    ),
    Withheld.NO_ONE_TIME_KEY: Mending(
        "toestel nam geen sleutel aan",
        "Element op dit toestel openen en wachten tot het bij is; het volgende bericht lukt dan.",
    ),
}
_OTHER = Mending("geen sleutel gekregen", "De coach om hulp vragen.")


def spoken_mendings() -> list[str]:
    """Every sentence of this file that people read, for translators."""
    found = [part for mending in (*MENDING.values(), _OTHER) for part in (mending.problem, mending.remedy)]
    return list(dict.fromkeys(found))


def mending_of(code: str) -> Mending:
    """What people hear about ``code``; never nothing, also for a code of a later version."""
    return MENDING.get(code, _OTHER)


@dataclass(frozen=True, slots=True)
class KeyShare:
    """Eén regel: from message ``from_index`` of the session on this device can read it, or not and why.

    ``device_id`` is empty for a person as a whole (no device, not in the room). ``outcome``: ``shared``, ``gone`` or a
    code of :class:`Withheld`.
    """

    user_id: str
    device_id: str
    from_index: int
    outcome: str


@dataclass(frozen=True, slots=True)
class SentMessage:
    """Verstuurd bericht van de bot. ``session_id`` is empty when it is not known with which key it went."""

    event_id: str
    room_id: str
    session_id: str
    message_index: int
    txn_id: str
    at: datetime

    @property
    def is_known(self) -> bool:
        """Whether the ledger can say who could read it."""
        return bool(self.session_id)


@dataclass(frozen=True, slots=True)
class Reader:
    """Eén mens en één bericht. ``missing``: the codes of this person's devices that cannot read it, each once."""

    user_id: str
    reading: int
    """How many devices can."""
    missing: tuple[str, ...]

    @property
    def can_read(self) -> bool:
        """One device is enough."""
        return self.reading > 0


def standing(shares: Iterable[KeyShare], message_index: int) -> list[KeyShare]:
    """How each device stands for message ``message_index``: its last line at or before it. Who is gone is left out.

    :param shares: all lines of that session, in the order in which they were written
    """
    last: dict[tuple[str, str], KeyShare] = {}
    for share in shares:
        known = last.get((share.user_id, share.device_id))
        if share.from_index <= message_index and (known is None or share.from_index >= known.from_index):
            last[(share.user_id, share.device_id)] = share
    return [share for _place, share in sorted(last.items()) if share.outcome != GONE]


def readers(shares: Iterable[KeyShare], message_index: int) -> list[Reader]:
    """Who can read message ``message_index`` of a session, by user id; ``shares`` as in :func:`standing`."""
    found: dict[str, list[str]] = {}
    for share in standing(shares, message_index):
        found.setdefault(share.user_id, []).append(share.outcome)
    return [
        Reader(user_id, outcomes.count(SHARED), tuple(dict.fromkeys(code for code in outcomes if code != SHARED)))
        for user_id, outcomes in sorted(found.items())
    ]

"""Cryptographic identities of people: seen, pinned, changed (I11, ADR 0012). Pure; tables and keys are elsewhere.

Only a human act takes somebody out of ``AWAITING`` or ``CHANGED``: what the homeserver shows afterwards, also the old
key again, never does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

NOTHING = ""
"""In place of a master key: the homeserver shows none."""
FIRST_USE = "first-use"
SHORT_CODE = 12
"""Characters of a fingerprint that a person types: 72 bits, so that nobody finds another key that begins so."""


class Pinning(StrEnum):
    """Wanneer een identiteit meetelt: at once when first seen, or after a human said so."""

    FIRST_USE = "first-use"
    CONFIRMED = "confirmed"


PinningOf = Callable[[str], Pinning]
"""Matrix id → when this account's identity counts. The hub's own accounts need nobody to vouch for them."""


def at_first_use(_user_id: str) -> Pinning:
    return Pinning.FIRST_USE


class PinState(StrEnum):
    """Toestand van een identiteit.

    ``awaiting``: seen, never confirmed. ``changed``: the master key is not the pinned one any more. In both no device
    of this person counts: no commands, no keys.
    """

    PINNED = "pinned"
    AWAITING = "awaiting"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class IdentitySeen:
    """A person's cross-signing keys as the server showed them, the self-signing key signed by the master key.

    Both keys are :data:`NOTHING` when the server shows no (valid) identity.
    """

    user_id: str
    master_key: str
    self_signing_key: str


@dataclass(frozen=True, slots=True)
class PinnedIdentity:
    """Vastgelegde identiteit. ``pinned_master`` is :data:`NOTHING` before anything was pinned.

    ``how``: on whose word, ``first-use``, or ``confirmed:``, ``emoji:`` or ``administrator:`` and a person id.
    ``changed_at``: ms, when the identity began to wait.
    """

    user_id: str
    pinned_master: str
    pinned_at: int
    how: str
    state: PinState
    seen_master: str
    changed_at: int | None = None

    @property
    def way(self) -> str:
        """``first-use``, ``confirmed``, ``emoji`` or ``administrator``."""
        return self.how.partition(":")[0]

    @property
    def by(self) -> str | None:
        """Person id of who said that this identity is this person's; None when nobody did."""
        return self.how.partition(":")[2] or None


@dataclass(frozen=True, slots=True)
class IdentityEvent:
    """Something to audit and perhaps to tell.

    ``kind``: ``pinned``, ``awaiting``, ``changed``, or ``unsigned-device`` (``master_key`` is then the device id).
    """

    kind: str
    user_id: str
    master_key: str
    how: str


def observe(
    known: PinnedIdentity | None, seen: IdentitySeen, now_ms: int, pinning: Pinning
) -> tuple[PinnedIdentity | None, IdentityEvent | None]:
    """What is on record after the server showed ``seen``, and what is new about it."""
    master = seen.master_key
    if known is None:
        if master == NOTHING:
            return None, None
        if pinning is Pinning.FIRST_USE:
            pinned = PinnedIdentity(seen.user_id, master, now_ms, FIRST_USE, PinState.PINNED, master)
            return pinned, IdentityEvent("pinned", seen.user_id, master, FIRST_USE)
        waits = PinnedIdentity(seen.user_id, NOTHING, now_ms, NOTHING, PinState.AWAITING, master, now_ms)
        return waits, IdentityEvent("awaiting", seen.user_id, master, NOTHING)
    after = replace(known, seen_master=master)
    another = master != known.seen_master
    if known.state is PinState.AWAITING:
        news = another and master != NOTHING
        return after, IdentityEvent("awaiting", seen.user_id, master, known.how) if news else None
    if known.state is PinState.PINNED and master != known.pinned_master:
        after = replace(after, state=PinState.CHANGED, changed_at=now_ms)
        return after, IdentityEvent("changed", seen.user_id, master, known.how)
    news = known.state is PinState.CHANGED and another and master != known.pinned_master
    return after, IdentityEvent("changed", seen.user_id, master, known.how) if news else None


def pinned(seen_master: str, user_id: str, how: str, now_ms: int) -> PinnedIdentity:
    """What is on record after a human said that ``seen_master`` is this person's."""
    return PinnedIdentity(user_id, seen_master, now_ms, how, PinState.PINNED, seen_master)


def in_fours(key: str) -> str:
    """``"Vd4k Q9xz …"``: a key as people compare it."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def short_code(key: str) -> str:
    """``"Vd4k Q9xz 0aBc"``: the beginning of a key, enough to say which one is meant."""
    return in_fours(key[:SHORT_CODE])


def fits(code: str, key: str) -> bool:
    """Whether ``code`` (as a person typed it, with or without spaces) is the beginning of ``key``, and long enough."""
    typed = "".join(code.split())
    return key != NOTHING and len(typed) >= SHORT_CODE and key.startswith(typed)

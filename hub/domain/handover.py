"""Handover (overdracht): a signed summary by SBAR that somebody must receive; until then its sender is responsible."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.domain.spoken import N_, Spoken, joined, phrase

_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: nothing in it is read as something else
_CODE_BYTES = 5
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CANONICAL = "kring-overdracht 1"


class Destination(StrEnum):
    """Waar de zorg naartoe gaat."""

    HOME = "thuis"
    HOSPICE = "hospice"
    NURSING_HOME = "verpleeghuis"
    HOSPITAL = "ziekenhuis"
    OTHER = "anders"


class HandoverReason(StrEnum):
    """Moment van overdracht (law-and-care F7)."""

    PLACE = "place"
    ADMISSION = "admission"
    DISCHARGE = "discharge"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"

    @property
    def moves(self) -> bool:
        """The patient goes to another place; else other people care for them where they are."""
        return self not in {HandoverReason.WEEKEND, HandoverReason.HOLIDAY}


class HandoverState(StrEnum):
    """Stand van een overdracht."""

    DRAFT = "draft"
    """Concept: nothing was signed and nobody but the sender has it."""
    PREVIEW = "preview"
    """Signed; the patient reads it first, for a while."""
    OFFERED = "offered"
    ASKED = "asked"
    """The receiver asked back; the answer is the sender's."""
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


OPEN = frozenset({HandoverState.OFFERED, HandoverState.ASKED})
UNSETTLED = OPEN | {HandoverState.DRAFT, HandoverState.PREVIEW}
"""Stands in which something still has to be done by somebody."""


@dataclass(frozen=True, slots=True)
class HandoverTerms:
    """Hoe lang: until the receiver said yes, at a transfer (IND-15) and else; and for the patient to read it first."""

    transfer: timedelta = timedelta(hours=4)
    other: timedelta = timedelta(hours=24)
    preview: timedelta = timedelta(hours=2)

    def of(self, reason: HandoverReason) -> timedelta:
        return self.transfer if reason.moves else self.other


@dataclass(frozen=True, slots=True)
class Handover:
    """Overdracht met een nummer; open until somebody says that they received it.

    ``digest``: SHA-256 of what the sender signed, ``delivered_digest``: of what the receiver got, which their role may
    make narrower (hexadecimal). ``due_at``: when somebody is told that it waits. ``told_at``: when they were.
    ``access_ends_at``: the agreed end of the sender's own access. ``seconds``: of work, from draft to signature.
    """

    circle_id: str
    number: int
    destination: Destination | None
    made_by: str
    made_at: datetime
    receiver_id: str | None
    received_by: str | None = None
    received_at: datetime | None = None
    reason: HandoverReason = HandoverReason.PLACE
    state: HandoverState = HandoverState.OFFERED
    patient_id: str | None = None
    digest: str | None = None
    delivered_digest: str | None = None
    signed_at: datetime | None = None
    due_at: datetime | None = None
    told_at: datetime | None = None
    access_ends_at: datetime | None = None
    seconds: int | None = None

    @property
    def open(self) -> bool:
        """Offered, and nobody received it yet."""
        return self.state in OPEN and self.received_at is None

    @property
    def at(self) -> datetime:
        """When it was handed over: signed, or made where nothing had to be signed apart."""
        return self.signed_at or self.made_at

    @property
    def about(self) -> str:
        """Under which its reminder is found."""
        return f"{self.circle_id}:{self.number}"

    @property
    def moment(self) -> Spoken:
        """``naar hospice``, ``bij ontslag naar thuis``, ``voor het weekend``."""
        when = (phrase(_MOMENTS[self.reason]),) if self.reason in _MOMENTS else ()
        to = (phrase("naar %(place)s", place=phrase(self.destination.value)),) if self.destination is not None else ()
        return joined((*when, *to), " ")

    @property
    def took(self) -> timedelta | None:
        """From signature to receipt; None: not received (IND-15 counts those within four hours)."""
        return None if self.received_at is None else self.received_at - self.at


_MOMENTS = {
    HandoverReason.ADMISSION: N_("bij opname"),
    HandoverReason.DISCHARGE: N_("bij ontslag"),
    HandoverReason.WEEKEND: N_("voor het weekend"),
    HandoverReason.HOLIDAY: N_("voor de feestdagen"),
}


def responsible(handover: Handover, here: Collection[str], acting_lead: str) -> str | None:
    """Wie verantwoordelijk is: the sender until it is received; who leads when the sender is gone. None: cancelled."""
    if handover.state is HandoverState.CANCELLED:
        return None
    if handover.received_by is not None:
        return handover.received_by
    return handover.made_by if handover.made_by in here else acting_lead


@dataclass(frozen=True, slots=True)
class Letter:
    """De inhoud van een overdracht, stored sealed. ``text`` is what was signed, ``theirs`` what the receiver gets."""

    text: str = field(default="", repr=False)
    sections: tuple[str, ...] = ()
    theirs: str = field(default="", repr=False)
    their_sections: tuple[str, ...] = ()
    advice: str = field(default="", repr=False)
    worry: str = field(default="", repr=False)
    own_words: str = field(default="", repr=False)
    """What the patient added after reading it."""
    question: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)
    urgent: bool = False
    minutes: int = 240
    """Until somebody is told that nobody received it."""

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Letter":
        lists = {name: tuple(stored[name]) for name in ("sections", "their_sections")}
        return cls(**{**stored, **lists})


def canonical(text: str) -> str:
    """The text as it is hashed: composed characters, no white space at the ends of lines, one kind of line end."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def digest_of(handover: Handover, text: str) -> str:
    """SHA-256 (64 hexadecimal digits) of the text with all that the signature is about: whose, which, to whom."""
    head = (
        _CANONICAL,
        handover.circle_id,
        str(handover.number),
        handover.made_by,
        handover.reason.value,
        handover.destination.value if handover.destination else "-",
        handover.receiver_id or "-",
        handover.access_ends_at.isoformat() if handover.access_ends_at else "-",
    )
    return hashlib.sha256("\n".join((*head, canonical(text))).encode()).hexdigest()


def code_of(digest: str) -> str:
    """Eight characters of a digest (40 bits) in two groups, to be typed: ``7F3K-Q2XM``.

    :param digest: 64 hexadecimal digits
    """
    number = int.from_bytes(bytes.fromhex(digest)[:_CODE_BYTES])
    signs = [_CODE_ALPHABET[(number >> shift) & 31] for shift in range(_CODE_BYTES * 8 - 5, -1, -5)]
    return "".join(signs[:4]) + "-" + "".join(signs[4:])


def code_fits(typed: str, digest: str) -> bool:
    """Whether somebody typed the code of this digest; case, hyphen and what looks alike do not matter."""
    plain = re.sub(r"[\s-]", "", typed).upper().translate(_MISREAD)
    return plain == code_of(digest).replace("-", "")

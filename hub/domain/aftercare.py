"""Nazorg en terugkijken: of the relatives and of the team, no part of the dossier of who died (law-and-care §3.11)."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.values import check_text


class AftercareKind(StrEnum):
    """Soort regel."""

    CONTACT = "contact"
    """Contact met een naaste, of een poging."""
    EVALUATION = "evaluation"
    """Wat het team er samen van vond (ADA)."""
    MARKING = "marking"
    """Was de markering terecht? (IND-12)"""


class Outcome(StrEnum):
    """Wat ervan kwam."""

    SPOKEN = "spoken"
    NOT_REACHED = "not-reached"
    NOT_WANTED = "not-wanted"
    RIGHT = "right"
    NOT_RIGHT = "not-right"
    UNKNOWN = "unknown"
    NONE = "none"

    @property
    def nl(self) -> str:
        return _OUTCOMES[self]


@dataclass(frozen=True, slots=True)
class AftercareRecord:
    """Eén regel nazorg. ``person_id``: the relative, or None. ``text``: sealed; the words of who noted it."""

    id: str
    circle_id: str
    patient_id: str
    kind: AftercareKind
    outcome: Outcome
    noted_by: str
    noted_at: datetime
    person_id: str | None = None
    text: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.text:
            check_text(self.text, 4000)

    @property
    def settles_contact(self) -> bool:
        """There was contact, or the relative did not want it; an attempt alone settles nothing."""
        return self.kind is AftercareKind.CONTACT and self.outcome in {Outcome.SPOKEN, Outcome.NOT_WANTED}


_CONTACT = re.compile(
    r"^(?P<who>.+?) (?P<outcome>gesproken|niet bereikt|wil niet)(?: ?[:,] ?(?P<text>.+))?$", re.IGNORECASE
)
_MARKING = re.compile(r"^markering (?P<outcome>niet terecht|terecht|onbekend)\.?$")
_OF_CONTACT = {
    "gesproken": Outcome.SPOKEN,
    "niet bereikt": Outcome.NOT_REACHED,
    "wil niet": Outcome.NOT_WANTED,
}
_OF_MARKING = {"terecht": Outcome.RIGHT, "niet terecht": Outcome.NOT_RIGHT, "onbekend": Outcome.UNKNOWN}


def parse_contact(text: str) -> tuple[str, Outcome, str]:
    """``Pieter de Wit gesproken: slaapt slecht`` → who, what came of it, the words.

    :raises CommandRejected: ``bad-contact``
    """
    words = " ".join(text.split())
    match = _CONTACT.match(words)
    if match is None:
        raise CommandRejected(
            "bad-contact", "Schrijf: !nazorg contact <naaste> gesproken, of niet bereikt, of wil niet."
        )
    return match["who"], _OF_CONTACT[match["outcome"].casefold()], (match["text"] or "").strip()


def parse_marking(text: str) -> Outcome | None:
    """``markering terecht`` → the answer to the question of IND-12; None: it is no such answer."""
    match = _MARKING.match(plain(text))
    return _OF_MARKING[match["outcome"]] if match else None


_OUTCOMES = {
    Outcome.SPOKEN: "gesproken",
    Outcome.NOT_REACHED: "niet bereikt",
    Outcome.NOT_WANTED: "wil geen contact",
    Outcome.RIGHT: "terecht",
    Outcome.NOT_RIGHT: "niet terecht",
    Outcome.UNKNOWN: "weet niet",
    Outcome.NONE: "geen uitkomst",
}

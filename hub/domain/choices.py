"""What a patient chose, as people read it: what is open to whom, and what nobody asked yet (law-and-care 0.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.consent import Consent, ConsentContext, SharingMode
from hub.domain.people import Person
from hub.domain.vocabulary import Purpose, Role, Section


class DisclosureMode(StrEnum):
    """Wijze waarop gegevens iemand bereikten; in the log of every disclosure (LAW-02)."""

    DIRECTED = "gericht"
    """To who is directly involved, on presumed consent (BW 7:457 lid 2)."""
    LOOKED_UP = "raadplegen"
    """Looked up, on explicit consent or the configured default (Wabvpz 15a)."""
    PATIENT = "patient"
    """To the patient, or at the patient's wish to who is close (BW 7:456; 7:457 lid 1)."""
    EMERGENCY = "spoed"
    OVERSIGHT = "toezicht"
    """To the privacy officer within a case, or to who runs the system (AVG 32, 38)."""


def disclosure_mode(role: Role | None, purpose: Purpose, *, looked_up: bool = False) -> DisclosureMode:
    """By which road this request gets what it gets."""
    if purpose is Purpose.ETREAT:
        return DisclosureMode.EMERGENCY
    if role is None or not role.joins_circles:
        return DisclosureMode.OVERSIGHT
    if not role.is_professional:
        return DisclosureMode.PATIENT
    return DisclosureMode.LOOKED_UP if looked_up else DisclosureMode.DIRECTED


GROUPS: tuple[tuple[str, tuple[Section, ...]], ...] = (
    ("wensen", (Section.S4,)),
    ("behandelafspraken", (Section.S3,)),
    ("ziekte", (Section.S2,)),
    ("klachten", (Section.S5,)),
    ("medicatie", (Section.S7,)),
    ("zorgplan", (Section.S8,)),
    ("stervensfase", (Section.S9,)),
    ("gezin", (Section.S6,)),
)
"""How the portal offers the sections to a patient: what somebody close may read, the gentlest first."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """Nog te vragen bij het begin: emergency access, access after death, and which relatives may read."""

    emergency: bool
    after_death: bool
    relatives: tuple[Person, ...]

    def __bool__(self) -> bool:
        return self.emergency or self.after_death or bool(self.relatives)


def unasked(consents: Iterable[Consent], members: Iterable[tuple[Person, Role]]) -> Unasked:
    """What the coach still has to ask. A choice about all relatives answers for each of them."""
    records = [one for one in consents if one.mode is not SharingMode.PRESUMED]
    ordinary = [one for one in records if one.context is None]
    return Unasked(
        emergency=not any(one.context is ConsentContext.EMERGENCY for one in records),
        after_death=not any(one.context is ConsentContext.AFTER_DEATH for one in records),
        relatives=tuple(
            person
            for person, role in members
            if role is Role.RELATIVE and not any(one.target.matches(person, role) for one in ordinary)
        ),
    )

"""Regie: exactly one who leads, one deputy at most, who holds the medical part, and who stands in during an absence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.circle import Circle
from hub.domain.vocabulary import Role

_ORDER = (Role.COACH, Role.GP, Role.SPECIALIST, Role.FACILITY)
MAY_LEAD = frozenset(_ORDER)
"""Who may have a part of the lead; a patient or relative never, whoever asks it."""
MAY_STAND_IN = MAY_LEAD | {Role.LOCUM}
"""A waarnemer replaces during an absence (BW 7:457 lid 2); leading for good is not theirs."""
MAY_LEAD_MEDICALLY = MAY_LEAD - {Role.COACH}
"""The medical part is a doctor's; the coach has the coordination."""
REMIND_AFTER = timedelta(hours=24)
"""An offer that nobody answered: both hear it."""
LAPSE_AFTER = timedelta(hours=72)
"""After this an offer is over, and who offered still has the part."""
ASK_DEPUTY_AFTER = timedelta(hours=24)
"""After a circle opens: by then it has people who could."""
LONGEST_ABSENCE = timedelta(days=366)


class LeadPart(StrEnum):
    """Deel van de regie, each with one holder at most; the lead itself always has one (I10)."""

    LEAD = "lead"
    MEDICAL = "medical"
    """De medische regie, beside the coordination."""
    DEPUTY = "deputy"

    @property
    def title_nl(self) -> str:
        return _TITLES[self]


_TITLES = {
    LeadPart.LEAD: "de regie",
    LeadPart.MEDICAL: "de medische regie",
    LeadPart.DEPUTY: "plaatsvervanger",
}


class OfferState(StrEnum):
    """Hoe het met een aanbod staat. Only OPEN can still be answered."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class LeadOffer:
    """Aanbod van een deel van de regie, numbered within its circle. Nothing changes until it is accepted.

    ``from_id`` offers; ``holder_id`` had the part at that moment (None: nobody), and must still have it at acceptance.
    """

    circle_id: str
    number: int
    part: LeadPart
    from_id: str
    holder_id: str | None
    to_id: str
    offered_at: datetime
    state: OfferState = OfferState.OPEN
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.state is OfferState.OPEN

    @property
    def about_reminder(self) -> str:
        return f"{self.circle_id}:{self.number}"


@dataclass(frozen=True, slots=True)
class Absence:
    """Afwezigheid van één persoon, in every circle: from ``since`` (inclusive) until ``until`` (exclusive)."""

    id: str
    person_id: str
    locum_id: str | None
    since: datetime
    until: datetime
    said_at: datetime
    ended_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        return self.ended_at is None and self.since <= now < self.until


def holder(circle: Circle, part: LeadPart) -> str | None:
    """Who has this part now."""
    return {
        LeadPart.LEAD: circle.lead_id,
        LeadPart.MEDICAL: circle.medical_lead_id,
        LeadPart.DEPUTY: circle.deputy_id,
    }[part]


def in_order(here: Mapping[str, Role]) -> list[str]:
    """Who may lead, in the order in which the lead falls to them: coach, GP, specialist, facility."""
    able = [person_id for person_id, role in here.items() if role in MAY_LEAD]
    return sorted(able, key=lambda person_id: (_ORDER.index(here[person_id]), person_id))


def heirs(circle: Circle, here: Mapping[str, Role], away: Mapping[str, Absence]) -> list[str]:
    """To whom the lead falls when its holder is gone: the deputy, else :func:`in_order`; who is away comes last."""
    able = [one for one in _unique((circle.deputy_id, *in_order(here))) if one != circle.lead_id]
    return sorted((one for one in able if here.get(one) in MAY_LEAD), key=lambda one: one in away)


def who_acts(circle: Circle, here: Mapping[str, Role], away: Mapping[str, Absence]) -> str | None:
    """Wie nu de regie uitvoert: who leads; when away the locum, else the deputy, else by :func:`in_order`.

    ``here``: who is in the circle now, in which role. ``away``: who of them is absent. When all are away it is still
    somebody who is in the circle. None: nobody here may lead, which is for the alarm (HAZ-10).
    """
    lead = circle.lead_id
    locum = away[lead].locum_id if lead in here and lead in away else None
    replacing = [one for one in (locum,) if one is not None and here.get(one) in MAY_STAND_IN]
    by_order = _unique((circle.deputy_id, *in_order(here)))
    able = [one for one in by_order if one in here and here[one] in MAY_LEAD]
    leading = [lead] if lead in here else []
    candidates = [*leading, *replacing, *able]
    return next((one for one in candidates if one not in away), next(iter(candidates), None))


def who_stands_in(circle: Circle, person_id: str, here: Mapping[str, Role], away: Mapping[str, Absence]) -> str | None:
    """Wie het werk van deze persoon nu krijgt: themselves, their locum when here, else who acts as lead."""
    if person_id in here and person_id not in away:
        return person_id
    locum = away[person_id].locum_id if person_id in here and person_id in away else None
    if locum is not None and locum in here and locum not in away and here[locum].is_professional:
        return locum
    return who_acts(circle, here, away)


def _unique(found: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(one for one in found if one is not None))

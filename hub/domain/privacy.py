"""The work of the privacy officer (functionaris gegevensbescherming): cases, and lines of the log to be judged."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain.errors import CommandRejected

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_PERIOD = re.compile(r"^(20[0-9]{2})-(0[1-9]|1[0-2])$", re.ASCII)
_FEWEST, _MOST, _SHARE = 20, 200, 100


class CaseKind(StrEnum):
    """Soort zaak: why the privacy officer may look at contents (AVG 38 and 39)."""

    COMPLAINT = "complaint"
    INCIDENT = "incident"
    REQUEST = "request"
    SAMPLE = "sample"

    @property
    def title_nl(self) -> str:
        return _KIND_TITLES[self]


class Judgement(StrEnum):
    """Oordeel over een regel uit de steekproef."""

    LAWFUL = "lawful"
    QUESTION = "question"
    """Somebody has to be asked; counts as reviewed once the next judgement is there."""
    UNLAWFUL = "unlawful"

    @property
    def title_nl(self) -> str:
        return _JUDGEMENT_TITLES[self]


_KIND_TITLES = {
    CaseKind.COMPLAINT: "klacht",
    CaseKind.INCIDENT: "incident",
    CaseKind.REQUEST: "verzoek",
    CaseKind.SAMPLE: "steekproef",
}
_JUDGEMENT_TITLES = {
    Judgement.LAWFUL: "in orde",
    Judgement.QUESTION: "navragen",
    Judgement.UNLAWFUL: "niet in orde",
}


@dataclass(frozen=True, slots=True)
class PrivacyCase:
    """Een zaak van de functionaris over één patiënt. Open from ``opened_at`` until ``closed_at``."""

    id: str
    patient_id: str
    kind: CaseKind
    opened_by: str
    opened_at: datetime
    reason: str = field(repr=False)
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SampledLine:
    """Een regel uit de steekproef. ``pattern``: why it was chosen, see :mod:`hub.domain.patterns`."""

    period: str
    seq: int
    pattern: str
    drawn_by: str
    drawn_at: datetime
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    verdict: Judgement | None = None

    @property
    def open(self) -> bool:
        """Nobody judged it yet, or somebody still has to be asked."""
        return self.verdict is None or self.verdict is Judgement.QUESTION


@dataclass(frozen=True, slots=True)
class EmergencyReview:
    """Een noodtoegang die de functionaris nog moet beoordelen; ``due_at``: three working days later."""

    id: str
    patient_id: str
    person_id: str
    opened_at: datetime
    due_at: datetime


def month(period: str) -> tuple[datetime, datetime]:
    """``"2026-11"`` → the first moment of that month and of the next one, in Dutch time, as UTC.

    :raises CommandRejected: not a month
    """
    match = _PERIOD.match(period)
    if match is None:
        raise CommandRejected("bad-period", "Schrijf de maand als JJJJ-MM, bijvoorbeeld 2026-11.")
    first = datetime(int(match[1]), int(match[2]), 1, tzinfo=_AMSTERDAM)
    following = (first + timedelta(days=32)).replace(day=1)
    return first.astimezone(UTC), following.astimezone(UTC)


def sample_size(lines: int) -> int:
    """How many of so many lines are drawn by chance: one in a hundred, at least 20 and at most 200."""
    return min(lines, max(_FEWEST, min(_MOST, lines // _SHARE)))


def draw(seed: str, seqs: Iterable[int], size: int) -> list[int]:
    """Trek een steekproef: ``size`` of the line numbers, in order; the same for everybody who has the seed.

    The seed is the hash of the last line of the period. It is fixed by then, and before nobody knows it: not even who
    writes lines can choose which of them will be drawn.
    """
    ranked = sorted(set(seqs), key=lambda seq: hashlib.sha256(f"{seed}/{seq}".encode()).digest())
    return sorted(ranked[:size])

"""Building blocks of what a dossier entry says: dates as precise as the source, codes with their words, safe text."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from hub.domain.working_days import AMSTERDAM

_MOMENT = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:T((?:[01]\d|2[0-3]):[0-5]\d))?$", re.ASCII)
_PARTIAL_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", re.ASCII)
# These reorder what the eye reads: "NIET" could appear in another sentence than it was written in (Unicode UAX #9).
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SEPARATORS = "\u2028\u2029"
# Control characters but for new lines and tabs, halves of a pair, and the two kinds above.
_WRONG = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{''.join(_REORDERING)}{_SEPARATORS}]")
MAX_TEXT = 4000


@dataclass(frozen=True, slots=True)
class PartialDate:
    """Datum, zo precies als de bron hem geeft: ``2026``, ``2026-11`` of ``2026-11-03`` (FHIR ``date``).

    :raises ValueError: not a date of the calendar between 1850 and 2199
    """

    text: str

    def __post_init__(self) -> None:
        match = _PARTIAL_DATE.fullmatch(self.text)
        if match is None or not 1850 <= int(match[1]) <= 2199:
            raise ValueError("geen datum")
        if match[2] and not 1 <= int(match[2]) <= 12:
            raise ValueError("geen datum")
        if match[3] and not 1 <= int(match[3]) <= monthrange(int(match[1]), int(match[2]))[1]:
            raise ValueError("geen datum")

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        """The exact day."""
        return cls(day.isoformat())

    @property
    def exact(self) -> date | None:
        """The day, or None when only the month or the year is known."""
        return date.fromisoformat(self.text) if len(self.text) == 10 else None

    @property
    def nl(self) -> str:
        """As people read it: ``3-11-2026``, ``11-2026`` or ``2026``."""
        return "-".join(str(int(part)) for part in reversed(self.text.split("-")))

    @property
    def first_day(self) -> date:
        """The earliest day that it can mean."""
        return date.fromisoformat((self.text + "-01-01")[:10])

    @property
    def last_day(self) -> date:
        """The latest day that it can mean."""
        year, month, *_ = (*(int(part) for part in self.text.split("-")), 12)
        return self.exact or date(year, month, monthrange(year, month)[1])

    def certainly_after(self, other: "PartialDate") -> bool:
        """True when every day that it can mean is later than every day that ``other`` can mean."""
        return self.first_day > other.last_day


@dataclass(frozen=True, slots=True)
class Moment:
    """Tijdstip in Nederlandse tijd, zo precies als bekend: ``2026-11-03`` of ``2026-11-03T14:05``.

    :raises ValueError: not a day of the calendar between 1850 and 2199, or not a time of the clock
    """

    text: str

    def __post_init__(self) -> None:
        match = _MOMENT.fullmatch(self.text)
        if match is None:
            raise ValueError("geen tijdstip")
        PartialDate(match[1])

    @classmethod
    def of(cls, at: datetime) -> "Moment":
        """The minute of an aware datetime."""
        return cls(at.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M"))

    @property
    def day(self) -> date:
        return date.fromisoformat(self.text[:10])

    @property
    def nl(self) -> str:
        """As people read it: ``3-11-2026`` or ``3-11-2026 om 14:05``."""
        _, _, clock = self.text.partition("T")
        return PartialDate(self.text[:10]).nl + (f" om {clock}" if clock else "")

    @property
    def earliest(self) -> datetime:
        """The earliest moment that it can mean, aware: what is a copy is then never taken for fresher than it is."""
        _, _, clock = self.text.partition("T")
        return datetime.combine(self.day, time.fromisoformat(clock) if clock else time(0), AMSTERDAM)


@dataclass(frozen=True, slots=True)
class Coded:
    """Code met de woorden uit de bron. The same code carries other words in form and value set (PZP), so both are kept.

    ``ig`` is the implementation guide and, where the source says so, its version: ``pzp-stu3|1.0.0-rc2``.
    """

    code: str
    system: str
    text: str | None
    ig: str

    def __post_init__(self) -> None:
        for part in (self.code, self.ig):
            check_text(part, 200)
        if self.system:
            check_text(self.system, 300)
        check_optional_text(self.text)


def check_text(text: str, limit: int = MAX_TEXT) -> None:
    """Refuse what cannot be read as it was meant.

    :raises ValueError: empty, too long, control characters, or characters that reorder the line
    """
    if not text.strip():
        raise ValueError("lege tekst")
    if len(text) > limit:
        raise ValueError(f"tekst langer dan {limit} tekens")
    wrong = _WRONG.search(text)
    if wrong is None:
        return
    if wrong[0] in _REORDERING or wrong[0] in _SEPARATORS:
        raise ValueError("teken in de tekst dat de leesvolgorde verandert")
    raise ValueError("onleesbaar teken in de tekst")


def check_optional_text(text: str | None, limit: int = MAX_TEXT) -> None:
    """Like :func:`check_text`; None is fine."""
    if text is not None:
        check_text(text, limit)


def one_line(text: str) -> str:
    """Free text inside a sentence: one line, no final full stop, so that it cannot pose as a sentence of its own."""
    return " ".join(text.split()).rstrip(" .;")


def quoted(text: str) -> str:
    """Words of the source as such: ``‘Nog niet besproken’``."""
    return f"‘{one_line(text)}’"


def join_nl(parts: Sequence[str]) -> str:
    """``patiënt, dochter en huisarts``."""
    return " en ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def with_comment(sentence: str, comment: str | None) -> str:
    """Add the source's own explanation behind a finished sentence."""
    return f"{sentence} Toelichting: {quoted(comment)}." if comment else sentence

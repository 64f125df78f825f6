"""People: professionals, patients and those close to them."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn
from hub.domain.spoken import Spoken, phrase, verbatim
from hub.domain.vocabulary import AgeBand, PatientState, Role

_MAX_NAME = 100
_MAX_ORGANISATION = 120
_DECIDES_TOO, _DECIDES_ALONE = 12, 16
_PHONE = re.compile(r"^\+?[0-9][0-9 ()-]{4,24}$", re.ASCII)


@dataclass(frozen=True, slots=True)
class PersonName:
    """Naam van een mens. Does not print itself; say :attr:`full` where a name is meant to be read."""

    given: str = field(repr=False)
    family: str = field(repr=False)

    def __post_init__(self) -> None:
        for part in (self.given, self.family):
            if not part.strip() or len(part) > _MAX_NAME or any(ord(c) < 32 or ord(c) == 127 for c in part):
                raise CommandRejected("bad-name", "Een naam is 1 tot 100 tekens, zonder regeleinden.")

    @property
    def full(self) -> str:
        """``"Anna de Wit"``."""
        return f"{self.given} {self.family}"

    @property
    def formal(self) -> str:
        """``"Wit, A. de"`` is not attempted: Dutch prefixes differ by family. ``"de Wit, A."``."""
        return f"{self.family}, {self.given[0].upper()}."

    def __str__(self) -> str:
        return "•••"


@dataclass(frozen=True, slots=True)
class Person:
    """Een mens met een account. ``role`` is what they are by profession or relation; a circle may give another role."""

    id: str
    role: Role
    name: PersonName
    matrix_id: str | None
    organisation: str | None
    evidence: str | None
    """How the role was proved (BIG, AGB, UZI, ID shown); needed for professionals before go-live (NEN 7510-2 9.2.1)."""
    created_at: datetime
    language: str = "nl"
    phone: str | None = field(default=None, repr=False)
    left_at: datetime | None = None
    """When this person left for good (E8): from then on nothing is open to them anywhere."""

    def __post_init__(self) -> None:
        if self.organisation is not None and not 0 < len(self.organisation.strip()) <= _MAX_ORGANISATION:
            raise CommandRejected("bad-organisation", "De naam van de organisatie is 1 tot 120 tekens.")
        if self.phone is not None and not _PHONE.fullmatch(self.phone):
            raise CommandRejected("bad-phone", "Een telefoonnummer bestaat uit cijfers, spaties, + en -.")

    def has_left(self, now: datetime) -> bool:
        return self.left_at is not None and self.left_at <= now

    def place_in(self, role: Role | None, organisation: str | None = None) -> str | None:
        """For which organisation this person is somewhere in this role: a relative is there for none.

        ``organisation``: that of the hat, when it is known; otherwise a carer is there for the first employer.
        """
        if role is not None and not role.is_professional and role is not self.role:
            return None
        return organisation or self.organisation

    def described(self, role: Role | None = None, organisation: str | None = None) -> str:
        """``"G. Huisman (huisarts, Praktijk De Brug)"`` for use inside the encryption and the portal."""
        place = self.place_in(role, organisation)
        return f"{self.name.full} ({(role or self.role).title_nl}{f', {place}' if place else ''})"

    def introduced(self, role: Role | None = None) -> Spoken:
        """As :meth:`described`, in the language of who reads it."""
        place = self.place_in(role, None)
        title = phrase((role or self.role).title_nl)
        return verbatim(
            "%(name)s (%(title)s%(place)s)", name=self.name.full, title=title, place=f", {place}" if place else ""
        )


@dataclass(frozen=True, slots=True)
class Hat:
    """Een rol die iemand kan dragen, for one organisation and a period. Which one counts, the care relation says."""

    id: str
    person_id: str
    role: Role
    organisation: str | None
    evidence: str = field(repr=False)
    """How the role was proved (BIG, AGB, UZI); as :attr:`Person.evidence`."""
    since: datetime
    until: datetime | None = None
    recorded_by: str = ""

    def active(self, now: datetime) -> bool:
        """True from ``since`` (inclusive) until ``until`` (exclusive)."""
        return self.since <= now and (self.until is None or now < self.until)


def same_organisation(one: str | None, other: str | None) -> bool:
    """Case and spaces do not matter; no organisation is only the same as none."""
    if one is None or other is None:
        return one is other
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


@dataclass(frozen=True, slots=True)
class Patient:
    """Patiënt met een eigen dossier. ``pseudonym`` is what Matrix may see."""

    id: str
    person_id: str
    name: PersonName
    birth_date: date = field(repr=False)
    bsn: Bsn | None
    pseudonym: str
    state: PatientState
    state_at: datetime | None = None
    """Since when, for every state but alive."""

    def age_band(self, on: date) -> AgeBand:
        """The age group on this day; somebody born on 29 February has a birthday on 1 March in other years."""
        had_birthday = (on.month, on.day) >= (self.birth_date.month, self.birth_date.day)
        years = on.year - self.birth_date.year - (0 if had_birthday else 1)
        if years < _DECIDES_TOO:
            return AgeBand.UNDER_12
        return AgeBand.FROM_12_TO_15 if years < _DECIDES_ALONE else AgeBand.FROM_16

    def birthday(self, years: int) -> date:
        """The day on which the patient becomes so many years old."""
        born = self.birth_date
        try:
            return born.replace(year=born.year + years)
        except ValueError:
            return date(born.year + years, 3, 1)

    def described(self) -> str:
        """``"Anna de Wit, geboren 14-3-1952"``: name and birth date together, against mixing up two patients."""
        born = self.birth_date
        return f"{self.name.full}, geboren {born.day}-{born.month}-{born.year}"

    def introduced(self) -> Spoken:
        """As :meth:`described`, in the language of who reads it."""
        born = self.birth_date
        return phrase("%(name)s, geboren %(day)s", name=self.name.full, day=f"{born.day}-{born.month}-{born.year}")

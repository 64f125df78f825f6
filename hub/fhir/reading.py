"""What an import yields: values with their provenance, and honestly what was left behind."""

from dataclasses import dataclass, field
from datetime import date

from hub.domain.entries import Kind, Value, sentence_nl
from hub.domain.identifiers import Bsn
from hub.domain.values import PartialDate


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Wie de patiënt is volgens de bron. Compare it with the dossier; never match on the name alone.

    ``family`` includes the prefix ("de Wit"). Nothing of it prints itself.
    """

    family: str = field(repr=False)
    given: str = field(repr=False)
    birth_date: PartialDate | None = field(repr=False)
    bsn: Bsn | None = field(repr=False)
    gender: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportedItem:
    """Eén gegeven uit de bron. ``recorded_on`` is None when the source knows only a month or a year."""

    kind: Kind
    value: Value = field(repr=False)
    source_reference: str
    """``Consent/abc`` or ``QuestionnaireResponse/abc#587``."""
    recorded_on: date | None
    author: str | None

    @property
    def sentence_nl(self) -> str:
        """The value as one full sentence."""
        return sentence_nl(self.value)


@dataclass(frozen=True, slots=True)
class PzpReading:
    """Wat er in een PZP-document staat.

    ``review``: Dutch sentences that a human must see before confirming anything: contradictions, older versions that
    said something else, differing identity data. ``not_carried``: what stays behind on purpose. ``withdrawn``:
    references that the source calls entered in error. ``source_digest``: the same set in any order, the same digest.
    """

    patient: PatientIdentity
    items: tuple[ImportedItem, ...]
    review: tuple[str, ...]
    not_carried: tuple[str, ...]
    withdrawn: tuple[str, ...]
    standard: str
    """``pzp-stu3`` or ``pzp-r4``."""
    source_digest: str

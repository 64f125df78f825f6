"""Which treatment and which decision a code and its words mean; used for resources and for the form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.advance_care_plan import SNOMED, Decision, Treatment
from hub.domain.values import one_line
from hub.fhir.catalogue import SPECIFIED_UNKNOWNS, TREATMENTS
from hub.fhir.elements import Concept, lookup, refuse

_SNOMED_IN_TEXT = re.compile(r"\s*\(?\s*SNOMED[ -]?CT\s*[-:]?\s*(\d{6,18})\s*\)?", re.IGNORECASE | re.ASCII)
_YES_BUT = re.compile(r"^ja\s*,?\s*(?:maar|mits)\b[\s,:]*(?P<limit>.*)$", re.IGNORECASE | re.DOTALL)

# Against a display that names another treatment than its code: the screen and the code would tell different stories.
_STEMS: Mapping[Treatment, tuple[str, ...]] = {
    Treatment.RESUSCITATION: ("reanim", "resus"),
    Treatment.VENTILATION: ("beadem", "respirat", "ventilat"),
    Treatment.INTENSIVE_CARE: ("intensive", "itu", "icu"),
    Treatment.HOSPITAL_ADMISSION: ("ziekenhuis", "hospital"),
    Treatment.ANTIBIOTICS: ("antibiot",),
    Treatment.BLOOD_PRODUCTS: ("bloed", "blood"),
    Treatment.ICD_OFF: ("cardioverter", "icd", "defibrillator"),
}


@dataclass(frozen=True, slots=True)
class NamedTreatment:
    """A treatment with, when it is not in the list, its own name."""

    treatment: Treatment
    other: str | None


def treatment_of(treated: Concept, where: str) -> NamedTreatment:
    """The treatment, by code; for OTH by the SNOMED code that the guides put into the text.

    :raises ImportRefused: no treatment can be made of it, or code and words name different treatments
    """
    treatment = lookup(treated, TREATMENTS, where)
    words = treated.words or ""
    if treatment is None and any(part.system != SNOMED for part in treated.codings):
        raise refuse(where, "noemt een behandeling uit een codestelsel dat Kring niet kent", "unknown-code-system")
    if treatment is None or treatment is Treatment.OTHER:
        coded = _SNOMED_IN_TEXT.search(treated.text or "")
        named = TREATMENTS.get((SNOMED, coded[1])) if coded else None
        if named is None:
            own = _own_name(treated)
            if treatment is None and own is None:
                raise refuse(where, "noemt een behandeling zonder naam", "treatment-missing")
            return NamedTreatment(Treatment.OTHER, own)
        treatment = named
    heard = {other for other, stems in _STEMS.items() if any(_says(words, stem) for stem in stems)}
    if heard and treatment not in heard:
        raise refuse(where, "de code en de naam van de behandeling zijn niet dezelfde", "wrong-display")
    return NamedTreatment(treatment, None)


def _says(words: str, stem: str) -> bool:
    return any(part.startswith(stem) for part in re.split(r"\W+", words.casefold()))


def _own_name(treated: Concept) -> str | None:
    """The words for a treatment outside the list; "Overige behandelingen" and the like name nothing."""
    if treated.text is not None:
        return one_line(_SNOMED_IN_TEXT.sub("", treated.text)) or None
    named = [part.display for part in treated.codings if part.display]
    return next((name for name in named if one_line(name).casefold() not in _NAMELESS), None)


_NAMELESS = frozenset(
    {"other", "anders", "overig", "overige", "overige behandelingen", "andere behandeling", "overige behandelgrenzen"}
)


def decision_of(said: Concept, table: Mapping[tuple[str, str], Decision], where: str) -> Decision:
    """The decision of a code.

    :raises ImportRefused: a code that is not known, or a display that says the opposite
    """
    decision = lookup(said, table, where)
    if decision is None:
        raise refuse(where, "heeft een besluit met een code die Kring niet kent", "unknown-decision")
    first = re.split(r"\W+", (said.words or "").casefold().strip())[0]
    opposite = {
        Decision.YES: {"nee", "niet", "no"},
        Decision.YES_BUT: {"nee", "niet", "no"},
        Decision.NO: {"ja", "wel", "yes"},
    }
    if first in opposite.get(decision, set()):
        raise refuse(where, "de code en de tekst van het besluit zeggen het tegenovergestelde", "wrong-display")
    return decision


def specified(words: str) -> tuple[Decision, str | None]:
    """The words of SpecificationOther (R4) or SpecificatieAnders (R4 form) as decision and restriction.

    Only words that say so become *ja, maar*; other words stay what they are: an agreement in the source's own words.
    """
    unknown = SPECIFIED_UNKNOWNS.get(one_line(words).casefold())
    if unknown is not None:
        return unknown, None
    limited = _YES_BUT.match(words.strip())
    if limited and one_line(limited["limit"]):
        limit = limited["limit"].strip()
        bare = one_line(limit).casefold() in ("met beperkingen", "beperkingen")
        return Decision.YES_BUT, None if bare else limit
    return Decision.OTHER, words

"""The words people type: section names and who they mean, case and accents ignored."""

import difflib
from collections.abc import Iterable

from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.vocabulary import Role, Section
from hub.texts import N_

_SECTION_WORDS = {
    Section.S1: ("identiteit", "netwerk", "wie", "contact", "contactpersonen"),
    Section.S2: ("ziekte", "markering", "complexiteit", "diagnose"),
    Section.S3: ("pzp", "zorgplanning", "behandelgrenzen", "behandelgrens", "afspraken"),
    Section.S4: ("wensen", "wens", "plaats", "plek"),
    Section.S5: ("klachten", "symptomen", "pijn", "functioneren", "usd"),
    Section.S6: ("psychosociaal", "mantelzorg", "mantelzorger", "thuissituatie"),
    Section.S7: ("medicatie", "medicijnen", "noodpakket"),
    Section.S8: ("zorgplan", "taken", "plan"),
    Section.S9: ("stervensfase", "sterven"),
    Section.S10: ("vertrouwelijk", "derden"),
    Section.S11: ("toestemming", "inzage", "toegang"),
}
_WORK_NOTES = frozenset({"werkaantekening", "werkaantekeningen", "prive", "persoonlijk", "kladblok"})
"""What people call notes for themselves (law-and-care E3): there is no drawer for those."""
_ROLE_WORDS = {
    "patient": Role.PATIENT,
    "vertegenwoordiger": Role.REPRESENTATIVE,
    "naaste": Role.RELATIVE,
    "coach": Role.COACH,
    "huisarts": Role.GP,
    "waarnemer": Role.LOCUM,
    "hap": Role.LOCUM,
    "specialist": Role.SPECIALIST,
    "thuiszorg": Role.HOME_CARE,
    "wijkverpleging": Role.HOME_CARE,
    "hospice": Role.FACILITY,
    "verpleeghuis": Role.FACILITY,
    "apotheker": Role.PHARMACIST,
    "apotheek": Role.PHARMACIST,
    "geestelijkverzorger": Role.SPIRITUAL_CARER,
}


def section_named(word: str) -> Section:
    """``S5``, ``klachten`` or ``Klachten en functioneren``.

    :raises CommandRejected: no such section; says which there are
    """
    wanted = plain(word)
    for section in Section:
        if wanted in {section.value.casefold(), plain(section.title_nl), *_SECTION_WORDS[section]}:
            return section
    if wanted.replace(" ", "") in _WORK_NOTES:
        raise CommandRejected(
            "no-work-notes",
            "Kring bewaart geen persoonlijke werkaantekeningen. Wat u hier opschrijft, hoort bij het dossier, "
            "en de patiënt kan het vragen (BW 7:456). Houd een geheugensteun voor uzelf buiten Kring.",
        )
    known = [name for names in _SECTION_WORDS.values() for name in names]
    close = difflib.get_close_matches(wanted, known, 1)
    hint = N_(" Bedoelt u %(name)s?") % {"name": close[0]} if close else ""
    listed = ", ".join(f"{section.value} {section.title_nl}" for section in Section)
    raise CommandRejected(
        "unknown-section",
        "Dat onderdeel ken ik niet.%(hint)s De onderdelen zijn: %(listed)s.",
        {"hint": hint, "listed": listed},
    )


def role_named(word: str) -> Role | None:
    """``@hospice`` → facility; None when the word is not a role."""
    return _ROLE_WORDS.get(plain(word.lstrip("@")).replace(" ", ""))


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one is closest to."""
    close = difflib.get_close_matches(plain(word), list(known), 1, cutoff=0.6)
    return close[0] if close else None

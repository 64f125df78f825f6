"""How the portal says times, purposes and places, in the language of the reader."""

from collections.abc import Sequence

from babel.dates import format_date

from hub.domain.dossier import SourceKind
from hub.domain.people import Patient
from hub.domain.vocabulary import Channel, Purpose, Section
from hub.texts import DUTCH, N_, SAY_DUTCH, Words
from hub.texts.moments import AMSTERDAM, LOCALES, clock, day, moment, weekday

__all__ = ["AMSTERDAM", "clock", "day", "described", "moment", "sections", "weekday"]

PURPOSES = {
    Purpose.TREAT: N_("Voor de behandeling en zorg."),
    Purpose.ETREAT: N_("Voor spoedzorg."),
    Purpose.PATRQT: N_("Op verzoek van de patiënt of iemand die dicht bij de patiënt staat."),
    Purpose.HOPERAT: N_("Voor beheer en controle."),
}
CHANNELS = {
    Channel.ROOM: N_("In een kamer van de kring"),
    Channel.PORTAL: N_("In het portaal"),
    Channel.CLI: N_("Door de beheerder, op de server"),
    Channel.API: N_("Door een ander systeem"),
}
SOURCES = {
    SourceKind.ROOM: N_("vanuit een kamer van de kring"),
    SourceKind.PORTAL: N_("in het portaal"),
    SourceKind.CLI: N_("op de server"),
    SourceKind.IMPORT: N_("ingelezen uit een ander systeem"),
}
NO_ROLE = N_("zonder rol in deze kring")
UNKNOWN_PERSON = N_("onbekende persoon")


def described(patient: Patient, words: Words) -> str:
    """Name and birth date. In English the month is a word: 4-3 is another day there than here."""
    if words.language == DUTCH:
        return patient.described()
    born = format_date(patient.birth_date, "d MMMM y", locale=LOCALES[words.language])
    return words("%(name)s, geboren op %(day)s") % {"name": patient.name.full, "day": born}


def sections(named: Sequence[Section], words: Words = SAY_DUTCH) -> str:
    """``alle onderdelen`` or ``Wensen (S4), Medicatie (S7)``."""
    if set(named) == set(Section):
        return words("alle onderdelen")
    return ", ".join(f"{words(section.title_nl)} ({section})" for section in named)

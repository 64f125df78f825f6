"""How the portal says times, purposes and places in Dutch."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from hub.domain.dossier import SourceKind
from hub.domain.vocabulary import Channel, Purpose, Section

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

PURPOSES = {
    Purpose.TREAT: "Voor de behandeling en zorg.",
    Purpose.ETREAT: "Voor spoedzorg.",
    Purpose.PATRQT: "Op verzoek van de patiënt of iemand die dicht bij de patiënt staat.",
    Purpose.HOPERAT: "Voor beheer en controle.",
}
CHANNELS = {
    Channel.ROOM: "In een kamer van de kring",
    Channel.PORTAL: "In het portaal",
    Channel.CLI: "Door de beheerder, op de server",
    Channel.API: "Door een ander systeem",
}
SOURCES = {
    SourceKind.ROOM: "vanuit een kamer van de kring",
    SourceKind.PORTAL: "in het portaal",
    SourceKind.CLI: "op de server",
    SourceKind.IMPORT: "ingelezen uit een ander systeem",
}
NO_ROLE = "zonder rol in deze kring"
UNKNOWN_PERSON = "onbekende persoon"


def day(at: datetime) -> str:
    """``3 november 2026``, in Dutch local time."""
    return format_date(at.astimezone(AMSTERDAM).date(), "d MMMM y", locale="nl")


def weekday(at: datetime) -> str:
    """``dinsdag 3 november 2026``."""
    return format_date(at.astimezone(AMSTERDAM).date(), "EEEE d MMMM y", locale="nl")


def clock(at: datetime) -> str:
    """``14:05``."""
    return format_time(at, "HH:mm", tzinfo=AMSTERDAM, locale="nl")


def moment(at: datetime) -> str:
    """``3 november 2026, 14:05``."""
    return f"{day(at)}, {clock(at)}"


def sections(named: Sequence[Section]) -> str:
    """``alle onderdelen`` or ``Wensen (S4), Medicatie (S7)``."""
    if set(named) == set(Section):
        return "alle onderdelen"
    return ", ".join(f"{section.title_nl} ({section})" for section in named)

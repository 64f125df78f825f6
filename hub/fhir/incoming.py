"""Van wat gelezen is naar wat wordt overgenomen: the same for the command line and for another system."""

from hub.application.use_cases.dossier import NewEntry
from hub.application.use_cases.imports import Incoming, IncomingIdentity
from hub.domain.vocabulary import Section
from hub.fhir.reading import PzpReading


def incoming_of(reading: PzpReading) -> list[Incoming]:
    """Every value with the section of its kind and its place in the source."""
    return [
        Incoming(NewEntry(item.kind, item.value, item.kind.section or Section.S3), item.source_reference)
        for item in reading.items
    ]


def identity_of(reading: PzpReading) -> IncomingIdentity:
    """Whom the source is about, to compare with the dossier."""
    born = reading.patient.birth_date
    return IncomingIdentity(born.exact if born is not None else None, reading.patient.bsn, reading.patient.family)

"""A dossier on the desk: values as entries of mevrouw De Wit (or meneer Hartman), exported and read back."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from hub.application.use_cases.exporting import ExportView
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.entries import kind_of, topic
from hub.domain.identifiers import Bsn, EntryRef
from hub.domain.people import Patient, Person, PersonName
from hub.domain.vocabulary import PatientState, Role, Section
from hub.fhir.catalogue import Release
from hub.fhir.export import bundle_of, resources_of
from hub.fhir.pzp_import import read_pzp
from hub.fhir.reading import PzpReading

AT = datetime(2026, 11, 3, 13, 0, tzinfo=UTC)
ANNA = Patient(
    "pat-anna",
    "per-anna",
    PersonName("Anna", "de Wit"),
    date(1952, 3, 14),
    Bsn("999990019"),
    "7F3K",
    PatientState.ALIVE,
)
GERDA = Person("per-gerda", Role.GP, PersonName("Gerda", "Huisman"), None, "Praktijk De Brug", None, AT)
COACH = Person("per-coach", Role.COACH, PersonName("Samira", "Bakker"), None, "Zorggroep", None, AT)
PEOPLE = {GERDA.id: GERDA, COACH.id: COACH}
WHOLE = (Section.S1, Section.S3, Section.S4)


def entry_of(value: Any, number: int, **more: Any) -> Entry:
    """The value as an entry in force that the coach wrote and the GP confirmed."""
    kind = kind_of(value)
    fields: dict[str, Any] = {
        "patient_id": ANNA.id,
        "ref": EntryRef(kind.section or Section.S3, number),
        "version": 1,
        "kind": kind,
        "topic": topic(value),
        "status": Status.ACTIVE,
        "value": value,
        "author_id": COACH.id,
        "author_role": Role.COACH,
        "responsible_id": COACH.id,
        "organisation": "Zorggroep",
        "source": Source(SourceKind.ROOM, "$event"),
        "recorded_at": AT,
        "confirmed_by": GERDA.id,
    }
    return Entry(**(fields | more))


def entries_of(values: Sequence[Any]) -> list[Entry]:
    return [entry_of(value, number) for number, value in enumerate(values, 1)]


def view_of(
    entries: Sequence[Entry],
    sections: tuple[Section, ...] = WHOLE,
    limited: frozenset[Section] = frozenset(),
    **more: Any,
) -> ExportView:
    return ExportView(tuple(entries), sections, limited, AT, **more)


def export(values: Sequence[Any], release: Release, patient: Patient = ANNA, **more: Any) -> list[dict[str, Any]]:
    """The resources of these values (or entries)."""
    entries = [v if isinstance(v, Entry) else entry_of(v, n) for n, v in enumerate(values, 1)]
    return resources_of(view_of(entries, **more), patient, PEOPLE, release)


def there_and_back(values: Sequence[Any], release: Release, *, form: bool = True, loose: bool = True) -> PzpReading:
    """Exported as a Bundle and read again; only the form, or only the loose resources, where asked."""
    made = export(values, release)
    kept = [
        one
        for one in made
        if one["resourceType"] == "Patient" or (form if one["resourceType"] == "QuestionnaireResponse" else loose)
    ]
    return read_pzp([bundle_of(kept, view_of(entries_of(values)))])


def of_type(resources: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in resources if one["resourceType"] == kind]

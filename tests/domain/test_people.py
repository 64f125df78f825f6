"""People: what is asked of a name and a number, and that nobody is printed by accident."""

import traceback
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.consent import Consent, ConsentDecision, ConsentTarget
from hub.domain.dossier import Entry, Source, SourceKind, Status
from hub.domain.entries import Kind, Note
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn, EntryRef
from hub.domain.people import Patient, Person, PersonName
from hub.domain.vocabulary import PatientState, Role, Section

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ANNA = PersonName("Anna", "de Wit")
GERDA = Person(
    "per-gerda", Role.GP, PersonName("Gerda", "Huisman"), "@k1:kring.test", "Praktijk De Brug", "BIG getoond", NOON,
    phone="026-3210002",
)  # fmt: skip
PATIENT = Patient("pat-anna", "per-anna", ANNA, date(1952, 3, 14), Bsn("999990019"), "7F3K", PatientState.ALIVE)
ENTRY = Entry(
    "pat-anna", EntryRef(Section.S10, 1), 1, Kind.NOTE, "zeepaard", Status.ACTIVE,
    Note("Anna de Wit weet niets van KOKMEEUW."), "per-gerda", Role.GP, "per-gerda",
    "Praktijk De Brug", Source(SourceKind.ROOM, "$1"), NOON,
)  # fmt: skip
CONSENT = Consent(
    "con-1", "pat-anna", ConsentDecision.PERMIT, ConsentTarget.parse("person:per-pieter"), frozenset(Section),
    "per-anna", how="thuis bij Anna de Wit",
)  # fmt: skip


@pytest.mark.parametrize("thing", [ANNA, GERDA, PATIENT, ENTRY, CONSENT], ids=lambda thing: type(thing).__name__)
def test_nobody_is_printed_by_accident(thing: object) -> None:
    """In a log line, an error or a list: no name, number, phone or word of a dossier."""
    for shown in (repr(thing), str(thing), f"{thing}", repr([thing]), repr({"x": thing})):
        for canary in ("Anna", "de Wit", "Gerda", "Huisman", "99999", "3210002", "1952", "KOKMEEUW", "zeepaard"):
            assert canary not in shown


def test_an_error_that_carries_a_person_shows_nobody() -> None:
    try:
        raise KeyError(GERDA, PATIENT)
    except KeyError:
        shown = traceback.format_exc().split("KeyError")[-1]
    assert "Huisman" not in shown
    assert "Wit" not in shown


def test_a_name_is_said_where_it_is_meant_to_be_read() -> None:
    assert ANNA.full == "Anna de Wit"
    assert PersonName("gerda", "Huisman").formal == "Huisman, G."
    assert GERDA.described() == "Gerda Huisman (huisarts, Praktijk De Brug)"
    assert GERDA.described(Role.LOCUM) == "Gerda Huisman (waarnemend huisarts, Praktijk De Brug)"


def test_a_patient_is_named_with_the_birth_date() -> None:
    """Against mixing up two patients of one name."""
    assert PATIENT.described() == "Anna de Wit, geboren 14-3-1952"


@pytest.mark.parametrize("wrong", ["", "   ", "A" * 101, "Anna\nLees dit", "Anna\x00", "Anna\x7f", "\t"])
def test_a_name_is_one_line_of_a_hundred_characters_at_most(wrong: str) -> None:
    for given_name, family in ((wrong, "de Wit"), ("Anna", wrong)):
        with pytest.raises(CommandRejected) as refused:
            PersonName(given_name, family)
        assert refused.value.code == "bad-name"


@pytest.mark.parametrize("name", ["Noor", "José-María", "Ünal", "李", "A" * 100, "van ’t Hof"])
def test_names_of_all_kinds_are_taken(name: str) -> None:
    assert PersonName(name, name).family == name


@given(st.text(max_size=30))
def test_a_phone_number_is_a_phone_number_or_refused(text: str) -> None:
    digits = set("+0123456789 ()-")
    try:
        person = Person("per-1", Role.GP, ANNA, None, None, None, NOON, phone=text)
    except CommandRejected:
        return
    assert person.phone is not None
    assert set(person.phone) <= digits


def test_a_phone_number_is_one_line() -> None:
    """Or a number could continue as another line of the out-of-hours card."""
    with pytest.raises(CommandRejected):
        Person("per-1", Role.GP, ANNA, None, None, None, NOON, phone="0263210002\n")
    assert GERDA.phone == "026-3210002"

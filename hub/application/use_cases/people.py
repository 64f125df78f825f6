"""Add people and patients. Their Matrix ids and display names tell nothing about patients and relatives."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.ports import Transactions, UnitOfWork
from hub.domain.access import Decision
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn, new_id, new_matrix_localpart, new_pseudonym
from hub.domain.people import Patient, Person, PersonName
from hub.domain.vocabulary import PatientState, Role


@dataclass(frozen=True, slots=True)
class Account:
    """A Matrix account; ``password`` only when this hub made it (embedded homeserver)."""

    matrix_id: str
    user: str
    password: str | None


class Accounts(Protocol):
    """Makes Matrix accounts and names them; the homeserver refuses people to rename themselves."""

    async def create(self, localpart: str, display_name: str) -> Account: ...
    async def rename(self, matrix_id: str, display_name: str) -> None: ...
    async def close(self, matrix_id: str) -> None:
        """Nothing works any more with this account, on any device."""
        ...


def display_name(person: Person) -> str:
    """What Matrix shows. Professionals by name and place of work; patients and relatives never by name (MSG-01)."""
    if person.role is Role.PATIENT:
        return "Patiënt"
    if person.role in {Role.RELATIVE, Role.REPRESENTATIVE}:
        return "Naaste"
    place = f" · {person.organisation}" if person.organisation else ""
    return f"{person.name.formal}{place} ({person.role.title_nl})"


def require_administrator(context: RequestContext) -> None:
    """Registering people is the administrator's work (law-and-care §5.3: account after proof).

    :raises Refused: anybody else
    """
    if context.role is not Role.ADMINISTRATOR:
        raise Refused(context, None, Decision(permitted=False, rules=()), "not-an-administrator")


async def add_person(
    transactions: Transactions,
    accounts: Accounts,
    context: RequestContext,
    *,
    role: Role,
    name: PersonName,
    organisation: str | None,
    evidence: str | None,
    language: str = "nl",
    phone: str | None = None,
) -> tuple[Person, Account]:
    """Register a person with a Matrix account."""
    require_administrator(context)
    if role is Role.PATIENT:
        raise CommandRejected("use-patient-add", "Voeg een patiënt toe met: kring patient add.")
    person = Person(new_id("per"), role, name, None, organisation, evidence, context.now, language, phone)
    account = await accounts.create(new_matrix_localpart(), display_name(person))
    person = replace(person, matrix_id=account.matrix_id)
    async with transactions() as unit:
        await _store(unit, context, person)
    return person, account


async def add_patient(
    transactions: Transactions,
    accounts: Accounts,
    context: RequestContext,
    *,
    name: PersonName,
    birth_date: date,
    bsn: Bsn | None,
    another: bool = False,
    ask_first: bool = True,
) -> tuple[Patient, Person, Account]:
    """Register a patient: a person, and a dossier with a key of its own.

    :param another: somebody looked, and this is another person than who has the same name and birth date (HAZ-15)
    :param ask_first: refuse who may be registered already; False: register, and leave it to :func:`alike` to warn
    :raises CommandRejected: ``same-bsn``: that number is a patient's already; ``same-person``: perhaps this is one
    """
    require_administrator(context)
    if not date(1890, 1, 1) <= birth_date <= context.now.date():
        raise CommandRejected("bad-birth-date", "De geboortedatum kan niet kloppen.")
    async with transactions() as unit:
        if ask_first:
            await _require_new(unit, name, birth_date, bsn, another=another)
        pseudonym = new_pseudonym()
        while await unit.patients.pseudonym_taken(pseudonym):
            pseudonym = new_pseudonym()
    person = Person(new_id("per"), Role.PATIENT, name, None, None, None, context.now)
    account = await accounts.create(new_matrix_localpart(), f"Patiënt {pseudonym}")
    person = replace(person, matrix_id=account.matrix_id)
    patient = Patient(new_id("pat"), person.id, name, birth_date, bsn, pseudonym, PatientState.ALIVE)
    async with transactions() as unit:
        await _store(unit, context, person)
        await unit.patients.add(patient, context.now)
        await unit.audit.add(
            auditing.entry(
                replace(context, patient_id=patient.id),
                AuditEvent.PATIENT_ADDED,
                object_type="patient",
                object_id=patient.id,
            )
        )
    return patient, person, account


async def alike(unit: UnitOfWork, patient: Patient) -> list[Patient]:
    """Who else has this number, or this name and birth date: perhaps one person with two dossiers (HAZ-15)."""
    known = await unit.patients.alike(patient.name, patient.birth_date, patient.bsn)
    return [one for one in known if one.id != patient.id]


async def _require_new(unit: UnitOfWork, name: PersonName, birth_date: date, bsn: Bsn | None, *, another: bool) -> None:
    """Two dossiers of one person, or two people in one, cost lives: a human says which it is, never the name alone."""
    for known in await unit.patients.alike(name, birth_date, bsn):
        circle = f"Kring {known.pseudonym}"
        if bsn is not None and known.bsn == bsn:
            raise CommandRejected(
                "same-bsn", "Dit BSN is al van een patiënt (%(circle)s). Een BSN is van één mens.", {"circle": circle}
            )
        if not another:
            raise CommandRejected(
                "same-person",
                "Er is al een patiënt met deze naam en geboortedatum (%(circle)s). Controleer met het BSN of een "
                "legitimatiebewijs of dit dezelfde is. Is het echt een ander mens? Herhaal met --another-person.",
                {"circle": circle},
            )


async def _store(unit: UnitOfWork, context: RequestContext, person: Person) -> None:
    await unit.people.add(person)
    await unit.audit.add(
        auditing.entry(
            context, AuditEvent.PERSON_ADDED, object_type="person", object_id=person.id, detail=person.role.value
        )
    )

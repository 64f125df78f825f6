"""People, their roles, and patients: a part of :mod:`hub.application.ports` in a file of its own."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Protocol

from hub.domain.identifiers import Bsn
from hub.domain.people import Hat, Patient, Person, PersonName


class People(Protocol):
    """Mensen: everybody with a Matrix account, and the first administrator. Names come out opened."""

    async def add(self, person: Person) -> None: ...
    async def get(self, person_id: str) -> Person:
        """:raises NotFound:"""
        ...

    async def by_matrix_id(self, matrix_id: str) -> Person | None: ...
    async def all_of(self, person_ids: Iterable[str]) -> dict[str, Person]:
        """Person id → person, all at once.

        :raises NotFound: one of them does not exist
        """

    async def by_matrix_ids(self, matrix_ids: Collection[str]) -> dict[str, Person]:
        """Matrix id → person, for those whom the hub knows."""

    async def matrix_ids(self, person_ids: Collection[str]) -> dict[str, str]:
        """Person id → Matrix id, of those who have one; opens nobody's name."""

    async def leaves(self, person_id: str, at: datetime) -> None:
        """From then on this person has left for good, and their Matrix account must be closed."""

    async def accounts_to_close(self) -> list[Person]:
        """Who left, while their Matrix account was not closed yet."""
        ...

    async def account_closed(self, person_id: str, at: datetime) -> bool:
        """True for the one who writes it down first."""
        ...


class Hats(Protocol):
    """De rollen die iemand kan dragen, besides the first one."""

    async def add(self, hat: Hat) -> None: ...
    async def of_person(self, person_id: str) -> list[Hat]:
        """Ended ones included, oldest first."""
        ...

    async def end(self, hat_id: str, at: datetime) -> None: ...


class Patients(Protocol):
    """Patiënten: each with a dossier key of their own."""

    async def add(self, patient: Patient, created_at: datetime) -> None:
        """Stores the patient with a data key of their own."""
        ...

    async def get(self, patient_id: str) -> Patient:
        """:raises NotFound:"""
        ...

    async def pseudonym_taken(self, pseudonym: str) -> bool: ...
    async def alike(self, name: PersonName, birth_date: date, bsn: Bsn | None) -> list[Patient]:
        """Patients with this BSN, or with this name and birth date; spelling of case and accents does not matter."""
        ...

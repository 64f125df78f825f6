"""People and patients; names are sealed, because a stolen database must not tell who is ill."""

import json
from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Row, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import KeyVault, seal, unseal
from hub.adapters.sql.tables import patient as patient_table
from hub.adapters.sql.tables import person as person_table
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from hub.domain.errors import NotFound
from hub.domain.identifiers import Bsn
from hub.domain.people import Patient, Person, PersonName
from hub.domain.spelling import plain
from hub.domain.vocabulary import PatientState, Role

# Statements are built once: building one takes longer than running it, and SQLAlchemy keeps what it compiled.
_PERSON = select(person_table).where(person_table.c.id == bindparam("person_id"))
_PERSON_OF_ACCOUNT = select(person_table).where(person_table.c.matrix_id == bindparam("matrix_id"))
_PEOPLE = select(person_table).where(person_table.c.id.in_(bindparam("ids", expanding=True)))
_PEOPLE_OF_ACCOUNTS = select(person_table).where(person_table.c.matrix_id.in_(bindparam("ids", expanding=True)))
_ACCOUNTS = select(person_table.c.id, person_table.c.matrix_id).where(
    person_table.c.id.in_(bindparam("ids", expanding=True))
)
_WRAPPED_KEY = select(patient_table.c.wrapped_key).where(patient_table.c.id == bindparam("patient_id"))
_PATIENT = select(patient_table).where(patient_table.c.id == bindparam("patient_id"))


class SqlPeople:
    def __init__(self, connection: AsyncConnection, vault: KeyVault) -> None:
        self._connection = connection
        self._key = vault.purpose_key("person")
        self._known: dict[str, Person] = {}
        """People read in this transaction: one message asks for the same few again and again."""

    async def add(self, person: Person) -> None:
        name = json.dumps([person.name.given, person.name.family]).encode()
        details = json.dumps([person.organisation, person.evidence, person.phone]).encode()
        await self._connection.execute(
            insert(person_table).values(
                id=person.id,
                role=person.role.value,
                sealed_name=seal(self._key, name, f"person/name/{person.id}".encode()),
                sealed_details=seal(self._key, details, f"person/details/{person.id}".encode()),
                matrix_id=person.matrix_id,
                language=person.language,
                created_at=to_micros(person.created_at),
            )
        )

    async def get(self, person_id: str) -> Person:
        if person_id in self._known:
            return self._known[person_id]
        row = (await self._connection.execute(_PERSON, {"person_id": person_id})).first()
        if row is None:
            raise NotFound("Deze persoon bestaat niet.")
        return self._person(row)

    async def by_matrix_id(self, matrix_id: str) -> Person | None:
        row = (await self._connection.execute(_PERSON_OF_ACCOUNT, {"matrix_id": matrix_id})).first()
        return None if row is None else self._person(row)

    async def all_of(self, person_ids: Iterable[str]) -> dict[str, Person]:
        wanted = set(person_ids)
        missing = wanted - self._known.keys()
        if missing:
            rows = await self._connection.execute(_PEOPLE, {"ids": sorted(missing)})
            missing -= {self._person(row).id for row in rows}
        if missing:
            raise NotFound("Deze persoon bestaat niet.")
        return {person_id: self._known[person_id] for person_id in wanted}

    async def by_matrix_ids(self, matrix_ids: Collection[str]) -> dict[str, Person]:
        if not matrix_ids:
            return {}
        rows = await self._connection.execute(_PEOPLE_OF_ACCOUNTS, {"ids": sorted(matrix_ids)})
        return {row.matrix_id: self._person(row) for row in rows}

    async def matrix_ids(self, person_ids: Collection[str]) -> dict[str, str]:
        if not person_ids:
            return {}
        rows = await self._connection.execute(_ACCOUNTS, {"ids": sorted(person_ids)})
        return {row.id: row.matrix_id for row in rows if row.matrix_id is not None}

    async def leaves(self, person_id: str, at: datetime) -> None:
        self.forget()
        gone = person_table.c.left_at.is_(None) & (person_table.c.id == person_id)
        await self._connection.execute(
            update(person_table).where(gone).values(left_at=to_micros(at), account_closed_at=None)
        )

    async def accounts_to_close(self) -> list[Person]:
        still_open = person_table.c.left_at.is_not(None) & person_table.c.account_closed_at.is_(None)
        query = select(person_table).where(still_open, person_table.c.matrix_id.is_not(None))
        return [self._person(row) for row in await self._connection.execute(query.order_by(person_table.c.left_at))]

    async def account_closed(self, person_id: str, at: datetime) -> bool:
        changed = await self._connection.execute(
            update(person_table)
            .where(person_table.c.id == person_id, person_table.c.account_closed_at.is_(None))
            .values(account_closed_at=to_micros(at))
        )
        return changed.rowcount == 1

    def forget(self) -> None:
        """A savepoint was undone: what was read since may never have been."""
        self._known.clear()

    def _person(self, row: Row[tuple[object, ...]]) -> Person:
        found = row._mapping
        if found["id"] not in self._known:
            self._known[found["id"]] = self._opened(found)
        return self._known[found["id"]]

    def _opened(self, found: RowMapping) -> Person:
        given, family = json.loads(unseal(self._key, found["sealed_name"], f"person/name/{found['id']}".encode()))
        details = unseal(self._key, found["sealed_details"], f"person/details/{found['id']}".encode())
        organisation, evidence, phone = json.loads(details)
        return Person(
            id=found["id"],
            role=Role(found["role"]),
            name=PersonName(given, family),
            matrix_id=found["matrix_id"],
            organisation=organisation,
            evidence=evidence,
            created_at=from_micros(found["created_at"]),
            language=found["language"],
            phone=phone,
            left_at=from_micros_or_none(found["left_at"]),
        )


class PatientKeys:
    """Data keys of patients, unwrapped once per transaction."""

    def __init__(self, connection: AsyncConnection, vault: KeyVault) -> None:
        self._connection = connection
        self._vault = vault
        self._unwrapped: dict[str, bytes] = {}

    async def of(self, patient_id: str) -> bytes:
        """The 256-bit data key of a patient.

        :raises NotFound: no such patient, or the dossier was destroyed with its key
        """
        if patient_id not in self._unwrapped:
            wrapped = (await self._connection.execute(_WRAPPED_KEY, {"patient_id": patient_id})).scalar()
            self.found(patient_id, wrapped)
        return self._unwrapped[patient_id]

    def found(self, patient_id: str, wrapped: bytes | None) -> bytes:
        """The same for who read (or made) the row already."""
        if patient_id not in self._unwrapped:
            if not wrapped or patient_id in self._vault.destroyed:
                raise NotFound("Deze patiënt bestaat niet.")
            self._unwrapped[patient_id] = self._vault.unwrap(wrapped)
        return self._unwrapped[patient_id]

    def forget(self) -> None:
        self._unwrapped.clear()


class SqlPatients:
    def __init__(self, connection: AsyncConnection, vault: KeyVault, keys: PatientKeys) -> None:
        self._connection = connection
        self._vault = vault
        self._keys = keys
        self._known: dict[str, Patient] = {}

    def forget(self) -> None:
        self._known.clear()

    async def add(self, patient: Patient, created_at: datetime) -> None:
        wrapped = self._vault.new_wrapped_key()
        key = self._keys.found(patient.id, wrapped)
        bsn = patient.bsn.digits if patient.bsn else None
        identity = json.dumps([patient.name.given, patient.name.family, patient.birth_date.isoformat(), bsn]).encode()
        await self._connection.execute(
            insert(patient_table).values(
                id=patient.id,
                person_id=patient.person_id,
                pseudonym=patient.pseudonym,
                state=patient.state.value,
                wrapped_key=wrapped,
                sealed_identity=seal(key, identity, f"patient/identity/{patient.id}".encode()),
                created_at=to_micros(created_at),
                state_at=to_micros_or_none(patient.state_at),
            )
        )

    async def get(self, patient_id: str) -> Patient:
        if patient_id in self._known:
            return self._known[patient_id]
        row = (await self._connection.execute(_PATIENT, {"patient_id": patient_id})).first()
        if row is None:
            raise NotFound("Deze patiënt bestaat niet.")
        found = row._mapping
        key = self._keys.found(patient_id, found["wrapped_key"])
        identity = unseal(key, found["sealed_identity"], f"patient/identity/{patient_id}".encode())
        given, family, born, bsn = json.loads(identity)
        self._known[patient_id] = Patient(
            id=patient_id,
            person_id=found["person_id"],
            name=PersonName(given, family),
            birth_date=date.fromisoformat(born),
            bsn=Bsn(bsn) if bsn else None,
            pseudonym=found["pseudonym"],
            state=PatientState(found["state"]),
            state_at=from_micros_or_none(found["state_at"]),
        )
        return self._known[patient_id]

    async def pseudonym_taken(self, pseudonym: str) -> bool:
        query = select(patient_table.c.id).where(patient_table.c.pseudonym == pseudonym)
        return (await self._connection.execute(query)).first() is not None

    async def alike(self, name: PersonName, birth_date: date, bsn: Bsn | None) -> list[Patient]:
        # Names are sealed, so that every patient is opened for the comparison: a registration is worth that.
        query = select(patient_table.c.id).where(patient_table.c.destroyed_at.is_(None)).order_by(patient_table.c.id)
        found = [await self.get(patient_id) for patient_id in (await self._connection.execute(query)).scalars().all()]
        wanted = plain(name.full)
        return [
            one
            for one in found
            if (bsn is not None and one.bsn == bsn) or (plain(one.name.full) == wanted and one.birth_date == birth_date)
        ]

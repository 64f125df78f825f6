"""Circles and care relations, and which circles the gatekeeper still has to follow."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, exists, insert, literal, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Select

from hub.adapters.sql import tables as t
from hub.adapters.sql.emergency_marks import mark_due
from hub.adapters.sql.lead_terms import leads_of, note_lead
from hub.adapters.sql.room_cards import mark_cards
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from hub.adapters.sql.work_tables import personal_room_wish
from hub.domain.circle import CareRelation, Circle, DischargeReason, Ground
from hub.domain.errors import NotFound
from hub.domain.lead import LeadPart
from hub.domain.timeline import LeadTerm
from hub.domain.vocabulary import Role

_CIRCLE = select(t.circle, t.patient.c.pseudonym).join(t.patient, t.patient.c.id == t.circle.c.patient_id)
# Built once: building a statement takes longer than running it.
_ONE_CIRCLE = _CIRCLE.where(t.circle.c.id == bindparam("circle_id"))
_RELATIONS = (
    select(t.care_relation)
    .where(t.care_relation.c.circle_id == bindparam("circle_id"))
    .order_by(t.care_relation.c.since, t.care_relation.c.id)
)
# A closed circle too: its rooms must become empty, once.
_BEHIND = _CIRCLE.where(
    t.circle.c.reconciled_at.is_(None) | (t.circle.c.reconciled_at < t.circle.c.wanted_at)
).order_by(t.circle.c.opened_at)
_ANY_WAITING = select(
    or_(
        exists(literal(1)).where(
            t.circle.c.reconciled_at.is_(None) | (t.circle.c.reconciled_at < t.circle.c.wanted_at),
        ),
        exists(literal(1)).select_from(t.private_room_wish),
        exists(literal(1)).select_from(personal_room_wish),
    )
)
_other = t.care_relation.alias("other")
_REMOVALS = (
    select(t.care_relation.c.circle_id, t.care_relation.c.until, t.person.c.matrix_id)
    .join(t.person, t.person.c.id == t.care_relation.c.person_id)
    .where(
        t.care_relation.c.until <= bindparam("moment"),
        t.care_relation.c.until > bindparam("after"),
        t.person.c.matrix_id.is_not(None),
        ~exists(literal(1)).where(
            _other.c.circle_id == t.care_relation.c.circle_id,
            _other.c.person_id == t.care_relation.c.person_id,
            _other.c.since <= bindparam("moment"),
            _other.c.until.is_(None) | (_other.c.until > bindparam("moment")),
        ),
    )
    .order_by(t.care_relation.c.until, t.care_relation.c.circle_id)
)
_PARTS = {
    LeadPart.LEAD: t.circle.c.lead_id,
    LeadPart.MEDICAL: t.circle.c.medical_lead_id,
    LeadPart.DEPUTY: t.circle.c.deputy_id,
}


def _circle(row: Row[tuple[object, ...]]) -> Circle:
    found = row._mapping
    return Circle(
        id=found["id"],
        patient_id=found["patient_id"],
        pseudonym=found["pseudonym"],
        lead_id=found["lead_id"],
        opened_at=from_micros(found["opened_at"]),
        closed_at=from_micros_or_none(found["closed_at"]),
        discussed_at=from_micros_or_none(found["discussed_at"]),
        aftercare_at=from_micros_or_none(found["aftercare_at"]),
        deputy_id=found["deputy_id"],
        medical_lead_id=found["medical_lead_id"],
    )


def _relation(row: Row[tuple[object, ...]]) -> CareRelation:
    found = row._mapping
    return CareRelation(
        id=found["id"],
        circle_id=found["circle_id"],
        person_id=found["person_id"],
        role=Role(found["role"]),
        ground=Ground(found["ground"]),
        since=from_micros(found["since"]),
        until=from_micros_or_none(found["until"]),
        ended_reason=DischargeReason(found["ended_reason"]) if found["ended_reason"] else None,
        organisation=found["organisation"],
    )


circle_in, relation_in = _circle, _relation


@dataclass(frozen=True, slots=True)
class Removal:
    """Somebody whose place in a circle ended. ``until``: when, in microseconds, which tells two stays apart."""

    circle_id: str
    matrix_id: str
    until: int


class SqlCircles:
    """Circles and relations that were read in this transaction are kept until it ends or writes any: one message asks
    for the same few again and again, for each person in the room."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._known: dict[str, Circle] = {}
        self._relations: dict[str, list[CareRelation]] = {}

    def forget(self) -> None:
        """Something changed, or a savepoint was undone."""
        self._known.clear()
        self._relations.clear()

    async def add(self, circle: Circle) -> None:
        self.forget()
        await self._connection.execute(
            insert(t.circle).values(
                id=circle.id,
                patient_id=circle.patient_id,
                lead_id=circle.lead_id,
                opened_at=to_micros(circle.opened_at),
                closed_at=to_micros_or_none(circle.closed_at),
                discussed_at=to_micros_or_none(circle.discussed_at),
                wanted_at=to_micros(circle.opened_at),
            )
        )
        await note_lead(self._connection, circle.id, circle.lead_id, circle.opened_at)

    async def get(self, circle_id: str) -> Circle:
        if circle_id not in self._known:
            row = (await self._connection.execute(_ONE_CIRCLE, {"circle_id": circle_id})).first()
            if row is None:
                raise NotFound("Deze kring bestaat niet.")
            self._known[circle_id] = _circle(row)
        return self._known[circle_id]

    async def open_of(self, patient_id: str) -> Circle | None:
        query = _CIRCLE.where(t.circle.c.patient_id == patient_id, t.circle.c.closed_at.is_(None))
        row = (await self._connection.execute(query)).first()
        return None if row is None else _circle(row)

    async def last_of(self, patient_id: str) -> Circle | None:
        query = _CIRCLE.where(t.circle.c.patient_id == patient_id)
        newest = query.order_by(t.circle.c.closed_at.is_(None).desc(), t.circle.c.closed_at.desc())
        row = (await self._connection.execute(newest.limit(1))).first()
        return None if row is None else _circle(row)

    async def all_open(self) -> list[Circle]:
        return await self._circles(_CIRCLE.where(t.circle.c.closed_at.is_(None)))

    async def open_with(self, person_id: str, now: datetime) -> list[Circle]:
        moment = to_micros(now)
        inside = select(t.care_relation.c.circle_id).where(
            t.care_relation.c.person_id == person_id,
            t.care_relation.c.since <= moment,
            t.care_relation.c.until.is_(None) | (t.care_relation.c.until > moment),
        )
        return await self._circles(_CIRCLE.where(t.circle.c.closed_at.is_(None), t.circle.c.id.in_(inside)))

    async def ended_between(self, after: datetime, until: datetime) -> list[Circle]:
        relation = t.care_relation
        ended = select(relation.c.circle_id).where(
            relation.c.until > to_micros(after), relation.c.until <= to_micros(until)
        )
        return await self._circles(_CIRCLE.where(t.circle.c.closed_at.is_(None), t.circle.c.id.in_(ended)))

    async def places_of(self, person_id: str, now: datetime) -> list[tuple[Circle, CareRelation]]:
        moment = to_micros(now)
        query = select(t.care_relation).where(
            t.care_relation.c.person_id == person_id,
            t.care_relation.c.since <= moment,
            t.care_relation.c.until.is_(None) | (t.care_relation.c.until > moment),
        )
        relations = [_relation(row) for row in await self._connection.execute(query.order_by(t.care_relation.c.since))]
        circles = _CIRCLE.where(t.circle.c.id.in_({relation.circle_id for relation in relations}))
        known = {circle.id: circle for circle in await self._circles(circles)} if relations else {}
        return [(known[relation.circle_id], relation) for relation in relations]

    async def removals(self, after: datetime, now: datetime) -> list[Removal]:
        """Whose last place in a circle ended after ``after``, until and with ``now``, oldest first."""
        rows = await self._connection.execute(_REMOVALS, {"after": to_micros(after), "moment": to_micros(now)})
        return [Removal(row.circle_id, row.matrix_id, row.until) for row in rows]

    async def waiting_for_reconciliation(self) -> list[Circle]:
        return [_circle(row) for row in await self._connection.execute(_BEHIND)]

    async def any_waiting(self) -> bool:
        """Whether a circle or somebody's private room waits for the gatekeeper; cheap enough to ask often."""
        return bool((await self._connection.execute(_ANY_WAITING)).scalar_one())

    async def want_reconciled(self, circle_id: str, at: datetime) -> None:
        # Always later than before: a clock that stands still or steps back must not leave a removed person in a room.
        moment, known = to_micros(at), t.circle.c.wanted_at
        later = case((known >= moment, known + 1), else_=moment)
        await self._connection.execute(update(t.circle).where(t.circle.c.id == circle_id).values(wanted_at=later))
        await self._set_is_due(circle_id, at)

    async def wanted_at(self, circle_id: str) -> datetime:
        query = select(t.circle.c.wanted_at).where(t.circle.c.id == circle_id)
        return from_micros((await self._connection.execute(query)).scalar_one())

    async def reconciled(self, circle_id: str, wanted_at: datetime) -> None:
        await self._connection.execute(
            update(t.circle).where(t.circle.c.id == circle_id).values(reconciled_at=to_micros(wanted_at))
        )

    async def is_reconciled(self, circle_id: str) -> bool:
        query = select(t.circle.c.wanted_at, t.circle.c.reconciled_at).where(t.circle.c.id == circle_id)
        row = (await self._connection.execute(query)).one()
        return row.reconciled_at is not None and row.reconciled_at >= row.wanted_at

    async def relations(self, circle_id: str) -> list[CareRelation]:
        if circle_id not in self._relations:
            rows = await self._connection.execute(_RELATIONS, {"circle_id": circle_id})
            self._relations[circle_id] = [_relation(row) for row in rows]
        return list(self._relations[circle_id])

    async def relation(self, circle_id: str, person_id: str, now: datetime) -> CareRelation | None:
        active = [r for r in await self.relations(circle_id) if r.person_id == person_id and r.active(now)]
        return max(active, key=lambda relation: relation.since, default=None)

    async def latest_relation(self, circle_id: str, person_id: str, now: datetime) -> CareRelation | None:
        own = [r for r in await self.relations(circle_id) if r.person_id == person_id]
        active = [relation for relation in own if relation.active(now)]
        if active:
            return max(active, key=lambda relation: relation.since)
        return max(own, key=lambda relation: (to_micros_or_none(relation.until) or 0, relation.since), default=None)

    async def admit(self, relation: CareRelation) -> None:
        self.forget()
        await self._connection.execute(
            insert(t.care_relation).values(
                id=relation.id,
                circle_id=relation.circle_id,
                person_id=relation.person_id,
                role=relation.role.value,
                ground=relation.ground.value,
                since=to_micros(relation.since),
                until=to_micros_or_none(relation.until),
                organisation=relation.organisation,
            )
        )
        await self._set_is_due(relation.circle_id, relation.since)

    async def end(self, relation_id: str, at: datetime, reason: DischargeReason) -> None:
        self.forget()
        await self._connection.execute(
            update(t.care_relation)
            .where(t.care_relation.c.id == relation_id)
            .values(until=to_micros(at), ended_reason=reason.value)
        )
        where = select(t.care_relation.c.circle_id).where(t.care_relation.c.id == relation_id)
        await mark_cards(self._connection, t.room.c.circle_id.in_(where), "", at)

    async def change_lead(
        self, circle_id: str, part: LeadPart, from_id: str | None, to_id: str | None, at: datetime
    ) -> bool:
        self.forget()
        column = _PARTS[part]
        still = update(t.circle).where(t.circle.c.id == circle_id, column.is_not_distinct_from(from_id))
        if (await self._connection.execute(still.values({column.name: to_id}))).rowcount != 1:
            return False
        if part is LeadPart.LEAD and to_id is not None:
            await note_lead(self._connection, circle_id, to_id, at)
        await self._set_is_due(circle_id, at)
        return True

    async def leads(self, circle_id: str) -> list[LeadTerm]:
        found = await leads_of(self._connection, circle_id)
        # Opened before this was written down: who leads is known, since when is not.
        return found or [LeadTerm((await self.get(circle_id)).lead_id, None)]

    async def set_discussed(self, circle_id: str, at: datetime) -> None:
        self.forget()
        await self._connection.execute(
            update(t.circle).where(t.circle.c.id == circle_id).values(discussed_at=to_micros(at))
        )

    async def open_aftercare(self, circle_id: str, at: datetime) -> None:
        self.forget()
        await self._connection.execute(
            update(t.circle).where(t.circle.c.id == circle_id).values(aftercare_at=to_micros(at))
        )

    async def close(self, circle_id: str, at: datetime) -> None:
        self.forget()
        await self._connection.execute(
            update(t.circle).where(t.circle.c.id == circle_id).values(closed_at=to_micros(at))
        )

    async def _set_is_due(self, circle_id: str, at: datetime) -> None:
        """Who is to be called, and who must have the out-of-hours set, may have changed."""
        await mark_due(self._connection, (await self.get(circle_id)).patient_id, "", at)

    async def _circles(self, query: Select[tuple[object, ...]]) -> list[Circle]:
        return [_circle(row) for row in await self._connection.execute(query.order_by(t.circle.c.opened_at))]

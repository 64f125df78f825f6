"""The monthly sample of the log: which lines were drawn, why, and what came of it (NEN 7513, control)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.access_tables import break_glass
from hub.adapters.sql.access_tables import log_sample as table
from hub.adapters.sql.tables import audit
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.domain.privacy import EmergencyReview, Judgement, SampledLine


class SqlSamples:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, lines: Sequence[SampledLine]) -> int:
        known = {(line.period, line.seq, line.pattern) for period in {line.period for line in lines}
                 for line in await self.of_period(period)}  # fmt: skip
        new = [line for line in dict.fromkeys(lines) if (line.period, line.seq, line.pattern) not in known]
        if new:
            await self._connection.execute(
                insert(table),
                [
                    {
                        "period": line.period,
                        "seq": line.seq,
                        "pattern": line.pattern,
                        "drawn_by": line.drawn_by,
                        "drawn_at": to_micros(line.drawn_at),
                    }
                    for line in new
                ],
            )
        return len(new)

    async def of_period(self, period: str) -> list[SampledLine]:
        query = select(table).where(table.c.period == period).order_by(table.c.seq, table.c.pattern)
        return [_line(row) for row in await self._connection.execute(query)]

    async def open(self) -> list[SampledLine]:
        waiting = table.c.verdict.is_(None) | (table.c.verdict == Judgement.QUESTION.value)
        query = select(table).where(waiting).order_by(table.c.period, table.c.seq, table.c.pattern)
        return [_line(row) for row in await self._connection.execute(query)]

    async def is_judged(self, seq: int) -> bool:
        settled = (Judgement.LAWFUL.value, Judgement.UNLAWFUL.value)
        query = select(table.c.seq).where(table.c.seq == seq, table.c.verdict.in_(settled)).limit(1)
        return (await self._connection.execute(query)).first() is not None

    async def judge(self, period: str, seq: int, verdict: Judgement, by: str, at: datetime) -> int:
        changed = await self._connection.execute(
            update(table)
            .where(table.c.period == period, table.c.seq == seq)
            .values(verdict=verdict.value, reviewed_by=by, reviewed_at=to_micros(at))
        )
        return int(changed.rowcount)

    async def emergencies_to_review(self) -> list[EmergencyReview]:
        query = select(break_glass).where(break_glass.c.reviewed_at.is_(None)).order_by(break_glass.c.review_due_at)
        return [
            EmergencyReview(
                row.id,
                row.patient_id,
                row.person_id,
                from_micros(row.opened_at),
                from_micros(row.review_due_at),
            )
            for row in await self._connection.execute(query)
        ]

    async def emergency_lines(self, since: datetime, until: datetime) -> list[int]:
        query = (
            select(audit.c.seq)
            .where(audit.c.break_glass, audit.c.recorded_at >= to_micros(since), audit.c.recorded_at < to_micros(until))
            .order_by(audit.c.seq)
        )
        return [int(seq) for seq in (await self._connection.execute(query)).scalars()]


def _line(row: Row[tuple[object, ...]]) -> SampledLine:
    found = row._mapping
    return SampledLine(
        period=found["period"],
        seq=found["seq"],
        pattern=found["pattern"],
        drawn_by=found["drawn_by"],
        drawn_at=from_micros(found["drawn_at"]),
        reviewed_by=found["reviewed_by"],
        reviewed_at=from_micros_or_none(found["reviewed_at"]),
        verdict=Judgement(found["verdict"]) if found["verdict"] else None,
    )

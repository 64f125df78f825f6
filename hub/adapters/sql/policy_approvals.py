"""Which policies a privacy officer approved, by whom and when; an approval counts for one version."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.access_tables import policy_approval as table
from hub.adapters.sql.times import from_micros, to_micros
from hub.domain.access import PolicyApproval

_LAST = select(table).order_by(table.c.approved_at.desc(), table.c.version).limit(1)


class SqlPolicyApprovals:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, approval: PolicyApproval) -> None:
        await self._connection.execute(delete(table).where(table.c.version == approval.version))
        await self._connection.execute(
            insert(table).values(version=approval.version, approved_by=approval.by, approved_at=to_micros(approval.at))
        )

    async def last(self) -> PolicyApproval | None:
        row = (await self._connection.execute(_LAST)).first()
        return PolicyApproval(row.version, row.approved_by, from_micros(row.approved_at)) if row else None

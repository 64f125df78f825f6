"""Access tokens for other systems: who got one, until when, whether it was revoked. The token itself is not kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.dossier_tables import api_token
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.domain.api_token import ApiToken, TokenScope


class SqlApiTokens:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, token: ApiToken) -> None:
        await self._connection.execute(
            insert(api_token).values(
                id=token.id,
                person_id=token.person_id,
                patient_id=token.patient_id,
                scopes=" ".join(sorted(token.scopes)),
                issued_by=token.issued_by,
                issued_at=to_micros(token.issued_at),
                expires_at=to_micros(token.expires_at),
            )
        )

    async def get(self, token_id: str) -> ApiToken | None:
        row = (await self._connection.execute(select(api_token).where(api_token.c.id == token_id))).first()
        return _token(row._mapping) if row is not None else None

    async def of_person(self, person_id: str) -> list[ApiToken]:
        query = select(api_token).where(api_token.c.person_id == person_id).order_by(api_token.c.issued_at.desc())
        return [_token(row._mapping) for row in await self._connection.execute(query)]

    async def revoke(self, token_id: str, at: datetime) -> bool:
        done = await self._connection.execute(
            update(api_token)
            .where(api_token.c.id == token_id, api_token.c.revoked_at.is_(None))
            .values(revoked_at=to_micros(at))
        )
        return done.rowcount == 1

    async def any_given(self) -> bool:
        return (await self._connection.execute(select(api_token.c.id).limit(1))).first() is not None

    async def used(self, token_id: str, at: datetime) -> None:
        await self._connection.execute(
            update(api_token).where(api_token.c.id == token_id).values(used_at=to_micros(at))
        )


def _token(row: Mapping[Any, Any]) -> ApiToken:
    return ApiToken(
        id=row["id"],
        person_id=row["person_id"],
        patient_id=row["patient_id"],
        scopes=frozenset(TokenScope(name) for name in row["scopes"].split()),
        issued_by=row["issued_by"],
        issued_at=from_micros(row["issued_at"]),
        expires_at=from_micros(row["expires_at"]),
        revoked_at=from_micros_or_none(row["revoked_at"]),
    )

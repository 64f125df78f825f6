"""One-time links and sessions of the portal; only hashes are stored, so that a read database opens no door."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.sql.tables import portal_link, portal_session
from hub.adapters.sql.times import from_micros, from_micros_or_none, to_micros
from hub.application.portal_ports import PortalLink, PortalSession
from hub.domain.vocabulary import Assurance


class SqlPortalAccess:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_link(self, link: PortalLink) -> None:
        await self._connection.execute(
            insert(portal_link).values(
                token_hash=link.token_hash,
                person_id=link.person_id,
                circle_id=link.circle_id,
                issued_at=to_micros(link.issued_at),
                expires_at=to_micros(link.expires_at),
            )
        )

    async def link_is_fresh(self, token_hash: str, now: datetime) -> bool:
        query = select(portal_link.c.token_hash).where(
            portal_link.c.token_hash == token_hash,
            portal_link.c.used_at.is_(None),
            portal_link.c.expires_at > to_micros(now),
        )
        return (await self._connection.execute(query)).first() is not None

    async def use_link(self, token_hash: str, now: datetime) -> PortalLink | None:
        # One statement both tests and marks, so that two browsers at once cannot both pass.
        used = await self._connection.execute(
            update(portal_link)
            .where(
                portal_link.c.token_hash == token_hash,
                portal_link.c.used_at.is_(None),
                portal_link.c.expires_at > to_micros(now),
            )
            .values(used_at=to_micros(now))
            .returning(portal_link)
        )
        row = used.first()
        if row is None:
            return None
        found = row._mapping
        return PortalLink(
            token_hash=found["token_hash"],
            person_id=found["person_id"],
            circle_id=found["circle_id"],
            issued_at=from_micros(found["issued_at"]),
            expires_at=from_micros(found["expires_at"]),
            used_at=from_micros_or_none(found["used_at"]),
        )

    async def start_session(self, session: PortalSession) -> None:
        await self._connection.execute(
            insert(portal_session).values(
                id_hash=session.id_hash,
                person_id=session.person_id,
                circle_id=session.circle_id,
                csrf=session.csrf,
                started_at=to_micros(session.started_at),
                last_seen_at=to_micros(session.last_seen_at),
                assurance=session.assurance.value,
            )
        )

    async def session(self, id_hash: str, *, ended_too: bool = False) -> PortalSession | None:
        query = select(portal_session).where(portal_session.c.id_hash == id_hash)
        if not ended_too:
            query = query.where(portal_session.c.ended_at.is_(None))
        row = (await self._connection.execute(query)).first()
        if row is None:
            return None
        found = row._mapping
        return PortalSession(
            id_hash=found["id_hash"],
            person_id=found["person_id"],
            circle_id=found["circle_id"],
            csrf=found["csrf"],
            started_at=from_micros(found["started_at"]),
            last_seen_at=from_micros(found["last_seen_at"]),
            assurance=Assurance(found["assurance"]),
        )

    async def touch_session(self, id_hash: str, now: datetime) -> None:
        await self._connection.execute(
            update(portal_session).where(portal_session.c.id_hash == id_hash).values(last_seen_at=to_micros(now))
        )

    async def end_session(self, id_hash: str, now: datetime) -> None:
        await self._connection.execute(
            update(portal_session).where(portal_session.c.id_hash == id_hash).values(ended_at=to_micros(now))
        )

    async def end_all(self, person_id: str, circle_id: str | None, now: datetime, *, links: bool = False) -> int:
        ended = 0
        for table, when in ((portal_session, "ended_at"), (portal_link, "used_at"))[: 2 if links else 1]:
            theirs = (table.c.person_id == person_id) & table.c[when].is_(None)
            if circle_id is not None:
                theirs &= table.c.circle_id == circle_id
            done = await self._connection.execute(update(table).where(theirs).values({when: to_micros(now)}))
            ended += done.rowcount
        return ended

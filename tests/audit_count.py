"""An independent count beside the log: triggers in the database, a wrapper around reading, compared at a story's end.

What a story changed or read must be in the log as often as it happened (E3), and every line of it must have the fields
that NEN 7513 demands. The hub knows nothing of these triggers.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import func, select, text

from hub.adapters.sql.database import Database
from hub.adapters.sql.dossier import SqlDossier
from hub.adapters.sql.tables import audit, person
from hub.domain.audit import AuditEvent
from hub.domain.vocabulary import Channel, Purpose, Role

E = AuditEvent
LOGGED_AS: dict[str, frozenset[AuditEvent]] = {
    "patient": frozenset({E.PATIENT_ADDED}),
    "circle": frozenset({E.CIRCLE_OPENED}),
    "care_relation": frozenset({E.MEMBER_ADMITTED}),
    "handover": frozenset({E.HANDOVER_MADE}),
    "portal_link": frozenset({E.LINK_ISSUED}),
    "consent": frozenset({E.CONSENT_RECORDED}),
}
"""Table → the events of which one stands for each row that was added to it."""
ENTRY_EVENTS = frozenset({E.ENTRY_RECORDED, E.ENTRY_CONFIRMED, E.ENTRY_CORRECTED, E.STATEMENT_ADDED, E.ENTRY_SHIELDED})
_COUNTED = (*LOGGED_AS, "entry")
_WAYS_OUT = ("read", "look", "find")
"""Of the dossier store: what gives contents to who reads."""
_OUTCOMES = frozenset({0, 4, 8, 12})
_ACTIONS = frozenset("CRUDE")


async def install(database: Database) -> None:
    """Count every row that is added to these tables from now on, in a table of our own."""
    async with database.transaction() as connection:
        if not database.is_sqlite:
            await connection.execute(text("DROP TABLE IF EXISTS test_count"))
            await connection.execute(
                text(
                    "CREATE OR REPLACE FUNCTION test_counted() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN INSERT INTO test_count VALUES (TG_TABLE_NAME); RETURN NULL; END $$"
                )
            )
        await connection.execute(text("CREATE TABLE test_count (name text)"))
        for name in _COUNTED:
            act = f"AFTER INSERT ON {name}"
            if database.is_sqlite:
                counting = f"BEGIN INSERT INTO test_count VALUES ('{name}'); END"
            else:
                counting = "FOR EACH ROW EXECUTE FUNCTION test_counted()"
            await connection.execute(text(f"CREATE TRIGGER test_count_{name} {act} {counting}"))


async def remove(database: Database) -> None:
    """PostgreSQL's database serves other stories too."""
    async with database.transaction() as connection:
        for name in _COUNTED:
            await connection.execute(text(f"DROP TRIGGER IF EXISTS test_count_{name} ON {name}"))
        await connection.execute(text("DROP TABLE IF EXISTS test_count"))


async def lines(database: Database, after: int = 0) -> Sequence[Any]:
    """The log behind entry ``after``, as it is stored."""
    async with database.reading() as connection:
        return (await connection.execute(select(audit).where(audit.c.seq > after).order_by(audit.c.seq))).all()


async def last_line(database: Database) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(func.coalesce(func.max(audit.c.seq), 0)))).scalar_one()


async def changed_and_not_logged(database: Database, after: int = 0) -> dict[str, tuple[int, int]]:
    """Table → (rows that were added, lines about them), where they differ."""
    async with database.reading() as connection:
        counted = Counter((await connection.execute(text("SELECT name FROM test_count"))).scalars())
    logged = Counter(AuditEvent(line.event) for line in await lines(database, after))
    expected = {name: sum(logged[event] for event in events) for name, events in LOGGED_AS.items()}
    expected["entry"] = sum(logged[event] for event in ENTRY_EVENTS)
    return {name: (counted[name], expected[name]) for name in expected if counted[name] != expected[name]}


async def without_mandatory_fields(database: Database) -> list[str]:
    """Lines that lack what NEN 7513 demands (law-and-care §2.1: *verplicht*), each as a sentence."""
    async with database.reading() as connection:
        people = set((await connection.execute(select(person.c.id))).scalars())
    found = []
    for line in await lines(database):
        holds = {
            "7.2.1 gebeurtenis": line.event in {event.value for event in AuditEvent},
            "7.2.2 actie": AuditEvent(line.event).action_code in _ACTIONS,
            "7.2.3 datum en tijd": line.recorded_at > 0,
            "7.2.5 resultaat": line.outcome in _OUTCOMES,
            "7.3.1 gebruiker": bool(line.user_id),
            "7.3.4 rol": line.user_role in {*(role.value for role in Role), "none"},
            "7.3.6 verantwoordelijke": line.responsible_id in people,
            "7.3.9 toegangspunt": line.access_point in {channel.value for channel in Channel},
            "7.4.1 soort object": bool(line.object_type),
            "7.4.3 object": bool(line.object_id),
            "7.4.6 autorisatieprotocol": bool(line.policy),
            "7.5.2 bron": bool(line.initiator),
            "doel": line.purpose in {purpose.value for purpose in Purpose},
        }
        found += [f"regel {line.seq} ({line.event}) heeft geen {name}" for name, good in holds.items() if not good]
    return found


class Reads:
    """How often contents were asked from the store, counted where they come out."""

    def __init__(self) -> None:
        self.count = 0


@asynccontextmanager
async def counted_reads() -> AsyncIterator[Reads]:
    """Every read through the store with at least one permit, until the block ends."""
    reads = Reads()
    whole = {name: getattr(SqlDossier, name) for name in _WAYS_OUT}

    def counted(name: str) -> Any:
        async def counting(store: SqlDossier, permits: Sequence[Any], *args: Any, **more: Any) -> Any:
            found = await whole[name](store, permits, *args, **more)
            reads.count += bool(permits)
            return found

        return counting

    for name in _WAYS_OUT:
        setattr(SqlDossier, name, counted(name))
    try:
        yield reads
    finally:
        for name, method in whole.items():
            setattr(SqlDossier, name, method)

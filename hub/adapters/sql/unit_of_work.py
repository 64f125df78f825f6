"""One transaction over everything that the hub stores."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.adapters.encryption import KeyVault
from hub.adapters.sql.absences import SqlAbsences
from hub.adapters.sql.api_tokens import SqlApiTokens
from hub.adapters.sql.attachments import SqlAttachments
from hub.adapters.sql.audit_log import SqlAuditTrail
from hub.adapters.sql.cases import SqlCases
from hub.adapters.sql.circles import SqlCircles
from hub.adapters.sql.consents import SqlConsents
from hub.adapters.sql.course_rows import SqlCourseRows
from hub.adapters.sql.database import Database
from hub.adapters.sql.declarations import SqlDeclarations
from hub.adapters.sql.destructions import SqlDestructions
from hub.adapters.sql.dialogues import SqlDialogues
from hub.adapters.sql.disclosures import SqlDisclosures
from hub.adapters.sql.dossier import SqlDossier
from hub.adapters.sql.emergencies import SqlEmergencies
from hub.adapters.sql.filing import SqlFilings
from hub.adapters.sql.handovers import SqlHandovers
from hub.adapters.sql.hats import SqlHats
from hub.adapters.sql.identities import SqlIdentities
from hub.adapters.sql.lead_offers import SqlLeadOffers
from hub.adapters.sql.outbox import SqlOutbox
from hub.adapters.sql.paper_codes import SqlPaperCodes
from hub.adapters.sql.path import SqlCoachTime, SqlPath
from hub.adapters.sql.people import PatientKeys, SqlPatients, SqlPeople
from hub.adapters.sql.personal import SqlCalendarFeeds, SqlDigestHours, SqlPersonalRooms
from hub.adapters.sql.policy_approvals import SqlPolicyApprovals
from hub.adapters.sql.portal_access import SqlPortalAccess
from hub.adapters.sql.questions import SqlLadders, SqlOutsideCalls, SqlQuestions
from hub.adapters.sql.quiet_times import SqlQuietTimes
from hub.adapters.sql.reminders import SqlReminders
from hub.adapters.sql.room_cards import SqlRoomCards
from hub.adapters.sql.rooms import SqlRooms
from hub.adapters.sql.samples import SqlSamples
from hub.adapters.sql.surveys import SqlSurveys
from hub.adapters.sql.tables import setting
from hub.adapters.sql.tasks import SqlAgreements, SqlTasks
from hub.adapters.sql.thresholds import SqlThresholdSets
from hub.adapters.sql.traces import SqlTraces
from hub.adapters.sql.unread import SqlUnread
from hub.adapters.sql.visits import SqlVisits
from hub.adapters.sql.withholdings import SqlWithholdings
from hub.domain.spoken import Words
from hub.texts import translator


class SqlUnitOfWork:
    """The repositories of one transaction. ``connection`` is for the Matrix store, which shares it."""

    def __init__(self, connection: AsyncConnection, vault: KeyVault) -> None:
        keys = PatientKeys(connection, vault)
        self.connection = connection
        self.people = SqlPeople(connection, vault)
        self.patients = SqlPatients(connection, vault, keys)
        self.circles = SqlCircles(connection)
        self.rooms = SqlRooms(connection)
        self.audit = SqlAuditTrail(connection)
        self.consents = SqlConsents(connection, keys)
        self.dossier = SqlDossier(connection, vault, keys, self.audit)
        self.dialogues = SqlDialogues(connection, keys)
        self.filings = SqlFilings(connection, keys)
        self.attachments = SqlAttachments(connection, keys)
        self.tasks = SqlTasks(connection, keys)
        self.agreements = SqlAgreements(connection, keys)
        self.questions = SqlQuestions(connection, keys)
        self.ladders = SqlLadders(connection)
        self.outside_calls = SqlOutsideCalls(connection)
        self.reminders = SqlReminders(connection)
        self.quiet = SqlQuietTimes(connection)
        self.papers = SqlPaperCodes(connection)
        self.personal_rooms = SqlPersonalRooms(connection)
        self.digest_hours = SqlDigestHours(connection)
        self.calendar_feeds = SqlCalendarFeeds(connection)
        self.absences = SqlAbsences(connection)
        self.lead_offers = SqlLeadOffers(connection)
        self.outbox = SqlOutbox(connection, vault)
        self.room_cards = SqlRoomCards(connection, vault)
        self.handovers = SqlHandovers(connection, keys)
        self.visits = SqlVisits(connection)
        self.portal = SqlPortalAccess(connection)
        self.tokens = SqlApiTokens(connection)
        self.disclosures = SqlDisclosures(connection)
        self.unread = SqlUnread(connection)
        self.identities = SqlIdentities(connection)
        self.emergencies = SqlEmergencies(connection, vault, self.dossier, self.patients)
        self.withholdings = SqlWithholdings(connection, keys)
        self.declarations = SqlDeclarations(connection, vault, self.patients)
        self.thresholds = SqlThresholdSets(connection, keys)
        self.path = SqlPath(connection, keys)
        self.coach_time = SqlCoachTime(connection)
        self.surveys = SqlSurveys(connection, keys)
        self.course_rows = SqlCourseRows(connection)
        self.cases = SqlCases(connection, keys)
        self.samples = SqlSamples(connection)
        self.hats = SqlHats(connection, vault)
        self.policy_approvals = SqlPolicyApprovals(connection)
        self.traces = SqlTraces(connection)
        self.destructions = SqlDestructions(connection, vault, keys, self.patients)
        self._remembering = (self.people, self.patients, keys, self.circles, self.rooms, self.audit, self.consents)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is written inside is undone when the block raises; the transaction goes on."""
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            for repository in self._remembering:
                repository.forget()
            raise

    def words(self, language: str) -> Words:
        return translator(language)

    async def get_setting(self, key: str) -> str | None:
        query = select(setting.c.value).where(setting.c.key == key)
        return (await self.connection.execute(query)).scalar()

    async def put_setting(self, key: str, value: str) -> None:
        dialect_insert = postgres_insert if self.connection.dialect.name == "postgresql" else sqlite_insert
        row = dialect_insert(setting).values(key=key, value=value)
        await self.connection.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


class SqlTransactions:
    """Opens units of work: ``async with transactions() as unit``."""

    def __init__(self, database: Database, vault: KeyVault) -> None:
        self.database = database
        self.vault = vault

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[SqlUnitOfWork]:
        async with self.database.transaction() as connection:
            yield SqlUnitOfWork(connection, self.vault)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlUnitOfWork]:
        """For looking only, without the write lock: polling and health. Contents are never read this way."""
        async with self.database.reading() as connection:
            yield SqlUnitOfWork(connection, self.vault)

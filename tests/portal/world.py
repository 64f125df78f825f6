"""Mevrouw de Wit and the people around her, made with the real use cases on a real SQLite database."""

import atexit
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer

import hub.adapters.sql.matrix_tables
import hub.adapters.sql.tables  # noqa: F401 -- the tables register themselves
from hub.adapters.encryption import KeyVault
from hub.adapters.sql.database import Database, metadata
from hub.adapters.sql.unit_of_work import SqlTransactions
from hub.adapters.tokens import TokenKey
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.speaking import Speaker
from hub.application.use_cases import circles, consents, portal_links
from hub.application.use_cases import dossier as dossiers
from hub.application.use_cases.people import Account, add_patient, add_person
from hub.bootstrap import Hub
from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.audit import AuditEvent, ChainedEntry
from hub.domain.circle import DischargeReason
from hub.domain.consent import ConsentDecision, ConsentTarget
from hub.domain.dossier import Entry, Source, SourceKind
from hub.domain.entries import Note, Value, kind_of
from hub.domain.identifiers import EntryRef, new_id
from hub.domain.observations import PainScore, Reporter
from hub.domain.people import Person, PersonName
from hub.domain.values import PartialDate
from hub.domain.vocabulary import Channel, Role, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath
from hub.portal.app import build_app
from hub.portal.wire import PortalRunner
from hub.settings import Settings
from tests.world import policies

MORNING = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
TEAM = {
    "coach": (Role.COACH, "Josje", "Kaptein", "Palliatieve zorg De Liemers"),
    "gp": (Role.GP, "Gerard", "Huisman", "Huisartsenpraktijk De Brug"),
    "nurse": (Role.HOME_CARE, "Fatma", "Yildiz", "Thuiszorg Rijnoever"),
    "daughter": (Role.RELATIVE, "Karin", "de Wit", None),
    "administrator": (Role.ADMINISTRATOR, "Bea", "Heer", None),
}
SOURCE = Source(SourceKind.ROOM, "$event")
Browser = TestClient[Any, Any]


class Server(TestServer):
    """Serves as the hub serves, edge included."""

    async def _make_runner(self, **options: Any) -> PortalRunner:
        return PortalRunner(self.app, **options)


class Clock:
    """Time as an argument of the story."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


class PaperAccounts:
    """Answers the ``Accounts`` port without a homeserver: nobody in these stories logs in to Matrix."""

    async def create(self, localpart: str, display_name: str) -> Account:
        return Account(f"@{localpart}:kring.test", localpart, None)

    async def rename(self, matrix_id: str, display_name: str) -> None:
        return None

    async def close(self, matrix_id: str) -> None:
        return None


Checks = dict[str, dict[str, object]]


async def all_well() -> Checks:
    return {"database": {"ok": True}, "bots": {"ok": True}}


@dataclass
class World:
    """One circle and its portal. People by the names in ``TEAM``, and ``patient``."""

    hub: Hub
    clock: Clock
    people: dict[str, Person] = field(default_factory=dict)
    patient_id: str = ""
    circle_id: str = ""

    @asynccontextmanager
    async def portal(self, ready: Callable[[], Awaitable[Checks]] = all_well) -> AsyncIterator[Browser]:
        """A browser at the portal's front door."""
        client: Browser = TestClient(
            Server(build_app(self.hub, ready), host="127.0.0.1"), cookie_jar=CookieJar(unsafe=True)
        )
        try:
            await client.start_server()
            yield client
        finally:
            await client.close()

    async def context(self, unit: Any, who: str) -> RequestContext:
        circle = await unit.circles.get(self.circle_id) if self.circle_id else None
        return await identify(
            unit,
            self.people[who],
            circle,
            channel=Channel.ROOM,
            initiator="person",
            correlation_id=new_id("test"),
            now=self.clock(),
            patient_id=self.patient_id or None,
        )

    async def link(self, who: str) -> str:
        """The path of a one-time link, as ``!portaal`` gives it."""
        async with self.hub.transactions() as unit:
            return "/p/" + await portal_links.issue_link(unit, await self.context(unit, who))

    async def record(self, who: str, value: Value, section: Section) -> Entry:
        async with self.hub.transactions() as unit:
            new = dossiers.NewEntry(kind_of(value), value, section)
            return await dossiers.record_entry(unit, self.hub.guard, await self.context(unit, who), new, SOURCE)

    async def confirm(self, who: str, ref: EntryRef) -> Entry:
        async with self.hub.transactions() as unit:
            return await dossiers.confirm_entry(unit, self.hub.guard, await self.context(unit, who), ref, SOURCE)

    async def consent(self, target: str, *sections: Section) -> None:
        async with self.hub.transactions() as unit:
            await consents.record_consent(
                unit,
                self.hub.guard,
                await self.context(unit, "patient"),
                decision=ConsentDecision.PERMIT,
                target=ConsentTarget.parse(target),
                sections=frozenset(sections),
                how="mondeling bij huisbezoek",
                recorded_by=self.people["coach"].id,
            )

    async def discharge(self, who: str) -> None:
        async with self.hub.transactions() as unit:
            await circles.discharge(
                unit,
                self.hub.guard,
                await self.context(unit, "coach"),
                person_id=self.people[who].id,
                reason=DischargeReason.CARE_ENDED,
            )

    async def audited(self, event: AuditEvent, who: str | None = None) -> list[ChainedEntry]:
        """What the log has of one kind of event, by one person or by anybody."""
        async with self.hub.transactions() as unit:
            found = await unit.audit.of_patient(self.patient_id)
        person = self.people[who].id if who else None
        return [i for i in found if i.entry.event is event and (person is None or i.entry.user_id == person)]

    async def file_the_plan(self) -> None:
        """A confirmed directive, a waiting one, the wished place, a pain score and a confidence."""
        await self.record("coach", directive(Treatment.RESUSCITATION, Decision.NO), Section.S3)
        await self.confirm("gp", EntryRef(Section.S3, 1))
        admission = directive(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT, "bij een botbreuk")
        await self.record("coach", admission, Section.S3)
        await self.record("coach", PreferredPlaceOfDeath(Place.HOME), Section.S4)
        await self.record("nurse", PainScore(8, Reporter.PROFESSIONAL, "vooral ’s nachts"), Section.S5)
        await self.record("daughter", Note("Moeder weet niet dat ik zo moe ben."), Section.S10)


def directive(treatment: Treatment, decision: Decision, restriction: str | None = None) -> TreatmentDirective:
    return TreatmentDirective(
        treatment,
        decision,
        restriction=restriction,
        discussed_on=PartialDate("2026-11-03"),
        discussed_with=("patiënt", "dochter"),
    )


def token_key(settings: Settings) -> TokenKey:
    """The key of this hub's tokens, made as at a first start."""
    settings.secrets.mkdir(exist_ok=True)
    TokenKey.create_file(settings.token_key_file)
    return TokenKey.from_file(settings.token_key_file, settings.portal_base, f"{settings.portal_base}/fhir")


@dataclass(frozen=True)
class _Opened:
    """A circle as it is before any story: its files in ``folder``."""

    folder: Path
    people: dict[str, Person]
    patient_id: str
    circle_id: str


_opened: list[_Opened] = []


async def open_world(data: Path, *, portal_url: str | None = None) -> World:
    """The circle of mevrouw de Wit: coach, GP, home care and her daughter. The use cases open it once; then copied."""
    if not _opened:
        _opened.append(await _first_world(Path(tempfile.mkdtemp(prefix="kring-portal-"))))
    (first,) = _opened
    for name in ("kek", "kring.db"):
        shutil.copy(first.folder / name, data / name)
    clock = Clock(MORNING)
    return World(_hub_on(data, portal_url, clock), clock, dict(first.people), first.patient_id, first.circle_id)


async def _first_world(folder: Path) -> _Opened:
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    KeyVault.create_file(folder / "kek")
    clock = Clock(MORNING)
    hub = _hub_on(folder, None, clock)
    async with hub.database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    world = World(hub, clock)
    await _people(world)
    await _circle(world)
    async with hub.database.engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    await hub.close()
    return _Opened(folder, world.people, world.patient_id, world.circle_id)


def _hub_on(data: Path, portal_url: str | None, clock: Clock) -> Hub:
    settings = Settings(data=data, portal_url=portal_url)
    vault = KeyVault.from_file(data / "kek")
    database = Database(f"sqlite:///{data / 'kring.db'}")
    guard = Guard(policies())
    return Hub(
        settings=settings,
        database=database,
        vault=vault,
        transactions=SqlTransactions(database, vault),
        policy=policies(),
        guard=guard,
        speaker=Speaker(guard, settings.own_accounts),
        now=clock,
        tokens=token_key(settings),
    )


async def _people(world: World) -> None:
    role, given, family, _ = TEAM["administrator"]
    world.people["administrator"] = administrator = Person(
        new_id("per"), role, PersonName(given, family), None, None, "eerste start", world.clock()
    )
    async with world.hub.transactions() as unit:
        await unit.people.add(administrator)
        context = await world.context(unit, "administrator")
    accounts = PaperAccounts()
    for who, (role, given, family, organisation) in TEAM.items():
        if role is not Role.ADMINISTRATOR:
            world.people[who], _ = await add_person(
                world.hub.transactions,
                accounts,
                context,
                role=role,
                name=PersonName(given, family),
                organisation=organisation,
                evidence="BIG getoond",
            )
    patient, world.people["patient"], _ = await add_patient(
        world.hub.transactions,
        accounts,
        context,
        name=PersonName("Anna", "de Wit"),
        birth_date=date(1952, 3, 14),
        bsn=None,
    )
    world.patient_id = patient.id


async def _circle(world: World) -> None:
    async with world.hub.transactions() as unit:
        circle = await circles.open_circle(
            unit,
            world.hub.guard,
            await world.context(unit, "administrator"),
            coach_id=world.people["coach"].id,
            lead_id=None,
            discussed=True,
        )
    world.circle_id = circle.id
    for who in ("gp", "nurse", "daughter"):
        async with world.hub.transactions() as unit:
            await circles.admit(
                unit,
                world.hub.guard,
                await world.context(unit, "coach"),
                person_id=world.people[who].id,
                role=None,
                until=None,
            )


def origin(browser: Browser) -> str:
    """How the browser names the site that it is on."""
    return str(browser.make_url("/")).rstrip("/")


async def press(browser: Browser, path: str, form: dict[str, str] | None = None, **headers: str) -> ClientResponse:
    """Press a button on a page of the portal: a POST as a browser sends it, without following the redirect."""
    sent = {"Origin": origin(browser), "Sec-Fetch-Site": "same-origin"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await browser.post(path, data=form or {}, headers=sent, allow_redirects=False)


async def sign_in(world: World, browser: Browser, who: str) -> None:
    """From ``!portaal`` to a session."""
    answer = await press(browser, await world.link(who))
    assert answer.status == HTTPStatus.SEE_OTHER, await answer.text()
    assert answer.headers["Location"] == "/dossier"


async def read(browser: Browser, path: str) -> tuple[int, str]:
    answer = await browser.get(path, allow_redirects=False)
    return answer.status, await answer.text()


def token_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]

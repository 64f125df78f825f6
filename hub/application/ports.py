"""What the use cases need from outside, in their own words. ``hub/adapters/sql`` answers all of it."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from hub.application.card_ports import RoomCards
from hub.application.circle_ports import Circles
from hub.application.destruction_ports import Destructions
from hub.application.dialogue_ports import Dialogues
from hub.application.document_ports import Attachments
from hub.application.emergency_ports import Emergencies
from hub.application.figure_ports import CourseRows
from hub.application.filing_ports import Filings
from hub.application.handover_ports import Handovers, Visits, Withholdings
from hub.application.identity_ports import Identities
from hub.application.lead_ports import Absences, LeadOffers
from hub.application.life_ports import Declarations
from hub.application.message_ports import Disclosures, Unread
from hub.application.outside_ports import OutsideCalls
from hub.application.paper_ports import PaperCodes
from hub.application.path_ports import CoachTime, Path, ThresholdSets
from hub.application.people_ports import Hats, Patients, People
from hub.application.personal_ports import CalendarFeeds, DigestHours, PersonalRooms
from hub.application.portal_ports import PortalAccess
from hub.application.privacy_ports import Cases, PolicyApprovals, Samples, Traces
from hub.application.question_ports import Ladders, Questions
from hub.application.quiet_ports import QuietTimes
from hub.application.reading_ports import Found, Look, Prepare
from hub.application.reminder_ports import Reminders
from hub.application.survey_ports import Surveys
from hub.application.task_ports import Agreements, Tasks
from hub.application.token_ports import ApiTokens
from hub.domain.access import AccessRequest, Decision
from hub.domain.audit import AuditEntry, ChainedEntry, Verification
from hub.domain.circle import RoomKind
from hub.domain.consent import Consent
from hub.domain.dossier import Entry
from hub.domain.entries import Kind
from hub.domain.identifiers import EntryRef
from hub.domain.reading import EVERYTHING, Amount
from hub.domain.spoken import Words
from hub.domain.vocabulary import Section

if TYPE_CHECKING:
    from hub.application.guard import Permit

Clock = Callable[[], datetime]


class DecisionPoint(Protocol):
    """The policy engine: pure, no I/O."""

    @property
    def version(self) -> str: ...
    def decide_many(self, requests: Sequence[AccessRequest]) -> list[Decision]:
        """One answer for each question, in order; any error is a denial."""
        ...


@dataclass(frozen=True, slots=True)
class RoomPlace:
    """Which conversation of which circle a Matrix room is. ``person_id`` only for private rooms."""

    room_id: str
    circle_id: str
    kind: RoomKind
    person_id: str | None


class Rooms(Protocol):
    """Which Matrix room is which conversation, who is in it, and whom the bot still has to meet."""

    async def place(self, room_id: str) -> RoomPlace | None: ...
    async def find(self, circle_id: str, kind: RoomKind, person_id: str | None = None) -> str | None: ...
    async def of_circle(self, circle_id: str) -> list[RoomPlace]: ...
    async def add(self, place: RoomPlace, at: datetime) -> None: ...
    async def members(self, room_id: str) -> dict[str, str]:
        """Matrix id → membership (``join`` or ``invite`` only), as the dossier bot last saw it."""
        ...

    async def wish_private(self, circle_id: str, person_id: str, at: datetime) -> None: ...
    async def private_wishes(self) -> list[tuple[str, str]]: ...
    async def unwish_private(self, circle_id: str, person_id: str) -> None: ...
    async def unwelcomed(self, now: datetime) -> list[tuple[str, str]]:
        """(circle, person) of active members who joined the circle room and were not welcomed yet."""
        ...

    async def first_welcome(self, circle_id: str, person_id: str, at: datetime) -> bool:
        """True exactly once for each person and circle."""
        ...


class Consents(Protocol):
    """Toestemming en bezwaar: records are added, never changed."""

    async def of_patient(self, patient_id: str) -> list[Consent]: ...
    async def add(self, consent: Consent) -> Consent:
        """Stores it with the next number."""
        ...


class DossierStore(Protocol):
    """The only way to contents. Every call takes a permit, and writes its audit entry in the same transaction (I4)."""

    async def read(self, permits: Sequence["Permit"], note: str = "") -> list[Entry]:
        """Every version in the permitted sections, narrowed by the permits' limits; one audit entry for the read.

        :param permits: to read, or to export: a copy that leaves Kring is another line of the log
        :param note: what else the log says of it, as ``to=pzp-r4``
        """
        ...

    async def look(self, permits: Sequence["Permit"], amount: Amount = EVERYTHING) -> Look:
        """What there is to show in the permitted sections, or the newest of it; opens nothing that is not shown."""
        ...

    async def find(self, permits: Sequence["Permit"], prepare: Prepare, most: int) -> Found:
        """The newest ``most`` of what :meth:`look` could show and that fits. The log has how many there are.

        ``prepare`` gets who wrote in these sections and gives the test, which gets each entry with its value beside
        it; the entry itself may be unopened.
        """
        ...

    async def append(self, permit: "Permit", entry: Entry) -> Entry:
        """Store a version.

        :raises CommandRejected: ``stale-version`` when somebody else wrote this version first
        """
        ...

    async def versions(self, permit: "Permit", ref: EntryRef) -> list[Entry]:
        """All versions of one entry, oldest first; empty when there is none. Not audited: the act that follows is."""
        ...

    async def of_topic(self, permit: "Permit", kind: Kind, topic: str) -> list[Entry]: ...
    async def next_number(self, permit: "Permit") -> int: ...
    async def move_out(self, permit: "Permit", ref: EntryRef) -> int:
        """Empty an entry that belonged to another patient; how many versions there were. Audited."""
        ...

    async def represented(self, patient_id: str, now: datetime) -> frozenset[Section]:
        """A fact for the policy: in which sections somebody decides for the patient now (BW 7:465).

        From the judgements of capacity in force: each is about one matter.
        """
        ...

    async def was_imported(self, patient_id: str, digest: str) -> bool: ...
    async def mark_imported(self, patient_id: str, digest: str, at: datetime) -> None: ...


class AuditTrail(Protocol):
    """De logging (NEN 7513): appended in the caller's transaction, chained."""

    async def add(self, entry: AuditEntry) -> int:
        """Append; returns the sequence number."""
        ...

    async def of_patient(self, patient_id: str) -> list[ChainedEntry]: ...
    async def by_person(self, person_id: str, limit: int) -> list[ChainedEntry]: ...
    async def decisions(self, person_id: str, patient_id: str | None) -> int:
        """How many lines there are of decisions on what this person asked about this patient."""
        ...

    async def verify(self) -> Verification: ...


class Form(StrEnum):
    """Vorm waarin iets wordt gezegd."""

    TEXT = "text"
    CARD = "card"
    """De vastgezette kaart van een kamer, as a message of its own or (``replaces``) as an edit of it."""
    PICTURE = "picture"


class Tone(StrEnum):
    """Toon: whether somebody's phone must ring for it (ADR 0043)."""

    INFORMATION = "information"
    """``m.notice``: there to be read, and silent."""
    URGENT = "urgent"
    """``m.text`` that mentions exactly who must act."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """Something to say, written down before it is said.

    ``sections`` is the content label: who may not read all of these must not be in the room. ``person_id`` is who
    asked; with ``room_kind`` PRIVATE it is also whose private room. ``body`` is plain text; a line that starts with
    ``# `` is a heading, with ``- `` a list item.
    """

    circle_id: str
    room_kind: RoomKind
    room_id: str | None
    person_id: str | None
    sections: frozenset[Section]
    body: str = field(repr=False)
    responsible_id: str
    correlation_id: str
    in_reply_to: str | None = None
    mentions: tuple[str, ...] = ()
    """Matrix ids of who must act. Said only to those of them who can hear it."""
    form: Form = Form.TEXT
    replaces: str | None = None
    """For a card that is edited in place: the event that carries it."""
    picture: str | None = field(default=None, repr=False)
    """For a picture: the drawing (SVG). ``body`` is what it shows, in words, for who cannot see it."""
    tone: Tone = Tone.INFORMATION


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """An outbox row that this process may send until its lease ends; ``fence`` guards every write about it."""

    id: int
    message: OutgoingMessage
    attempts: int
    fence: int
    written_at: datetime | None = None


class Outbox(Protocol):
    """What must still be said. Claimed with a lease and a fencing number: a claim that was lost changes nothing."""

    async def has_due(self, now: datetime) -> bool: ...
    async def add(self, message: OutgoingMessage, at: datetime, due_at: datetime | None = None) -> int:
        """``due_at``: not before then (quiet hours); None: as soon as possible."""
        ...

    async def quiet_is_over(self, person_id: str, now: datetime) -> int:
        """What waited for the end of this person's quiet hours is due now; how many."""
        ...

    async def claim(self, now: datetime, limit: int) -> list[ClaimedMessage]: ...
    async def sent(self, claimed: ClaimedMessage, event_id: str, at: datetime) -> None: ...
    async def later(self, claimed: ClaimedMessage, due_at: datetime, failure: str, *, attempt: bool) -> None: ...
    async def refused(self, claimed: ClaimedMessage, failure: str) -> None: ...
    async def drop_private(self, circle_id: str, person_id: str, failure: str) -> int:
        """What still waits for this person's private room of this circle is never said; how many."""
        ...

    async def drop_about(self, circle_id: str, section: Section, failure: str) -> int:
        """What still waits to be said of this section in this circle is never said, to anybody; how many."""
        ...

    async def release(self) -> None:
        """Give back every lease: the process that held them is gone. Safe when it is not: fence and transaction id."""
        ...

    async def hasten(self, now: datetime) -> None:
        """Somebody joined a room: what waited for that is due now."""
        ...

    async def pending(self) -> int: ...


class UnitOfWork(Protocol):
    """One transaction: dossier change, audit entry, outgoing messages and inbox mark, or none of them."""

    @property
    def people(self) -> People: ...
    @property
    def patients(self) -> Patients: ...
    @property
    def circles(self) -> Circles: ...
    @property
    def rooms(self) -> Rooms: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def dossier(self) -> DossierStore: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def attachments(self) -> Attachments: ...
    @property
    def dialogues(self) -> Dialogues: ...
    @property
    def filings(self) -> Filings: ...
    @property
    def tasks(self) -> Tasks: ...
    @property
    def agreements(self) -> Agreements: ...
    @property
    def questions(self) -> Questions: ...
    @property
    def ladders(self) -> Ladders: ...
    @property
    def outside_calls(self) -> OutsideCalls: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def quiet(self) -> QuietTimes: ...
    @property
    def papers(self) -> PaperCodes: ...
    @property
    def personal_rooms(self) -> PersonalRooms: ...
    @property
    def digest_hours(self) -> DigestHours: ...
    @property
    def calendar_feeds(self) -> CalendarFeeds: ...
    @property
    def absences(self) -> Absences: ...
    @property
    def lead_offers(self) -> LeadOffers: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def room_cards(self) -> RoomCards: ...
    @property
    def handovers(self) -> Handovers: ...
    @property
    def visits(self) -> Visits: ...
    @property
    def portal(self) -> PortalAccess: ...
    @property
    def tokens(self) -> ApiTokens: ...
    @property
    def disclosures(self) -> Disclosures: ...
    @property
    def unread(self) -> Unread: ...
    @property
    def identities(self) -> Identities: ...
    @property
    def emergencies(self) -> Emergencies: ...
    @property
    def withholdings(self) -> Withholdings: ...
    @property
    def declarations(self) -> Declarations: ...
    @property
    def thresholds(self) -> ThresholdSets: ...
    @property
    def path(self) -> Path: ...
    @property
    def coach_time(self) -> CoachTime: ...
    @property
    def surveys(self) -> Surveys: ...
    @property
    def course_rows(self) -> CourseRows: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def samples(self) -> Samples: ...
    @property
    def traces(self) -> Traces: ...
    @property
    def destructions(self) -> Destructions: ...
    @property
    def hats(self) -> Hats: ...
    @property
    def policy_approvals(self) -> PolicyApprovals: ...
    def words(self, language: str) -> Words:
        """For what one person reads: the sentences of the catalogue in that person's language."""
        ...

    async def get_setting(self, key: str) -> str | None: ...
    async def put_setting(self, key: str, value: str) -> None: ...


Transactions = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


def labels(sections: Iterable[Section]) -> str:
    """Sections as stored and logged: ``S3,S4`` in order."""
    return ",".join(section.value for section in sorted(sections, key=lambda s: int(s.value[1:])))

"""The audit trail (logging, NEN 7513): who did what, about whom, when, why, and by which rule.

Entries carry ids and codes, never clinical text, so that the log may outlive a destroyed dossier (law-and-care §2.1).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

GENESIS = "0" * 64


class AuditEvent(StrEnum):
    """Gebeurtenis (NEN 7513 7.2.4, EventTypeCode) with its action code C/R/U/D/E."""

    PERSON_ADDED = "person.added"
    PATIENT_ADDED = "patient.added"
    CIRCLE_OPENED = "circle.opened"
    MEMBER_ADMITTED = "circle.member-admitted"
    MEMBER_DISCHARGED = "circle.member-discharged"
    ENTERING_REFUSED = "circle.entering-refused"
    WORK_ORPHANED = "circle.work-orphaned"
    PERSON_LEFT = "person.left"
    ACCOUNT_CLOSED = "person.account-closed"
    ROOM_REPAIRED = "circle.room-repaired"
    ROOM_ALARM = "circle.room-alarm"
    CONSENT_RECORDED = "consent.recorded"
    CONSENTS_READ = "consent.read"
    REPRESENTATIVE_CHOSEN = "representation.chosen"
    AGE_REACHED = "patient.age-reached"
    ENTRY_SHIELDED = "dossier.shielded"
    ENTRY_READ = "dossier.read"
    ENTRY_RECORDED = "dossier.recorded"
    ENTRY_CONFIRMED = "dossier.confirmed"
    ENTRY_CORRECTED = "dossier.corrected"
    ENTRY_MOVED_OUT = "dossier.moved-out"
    ENTRY_WITHHELD = "dossier.withheld"
    STATEMENT_ADDED = "dossier.statement"
    IMPORTED = "dossier.imported"
    HANDOVER_MADE = "handover.made"
    HANDOVER_RECEIVED = "handover.received"
    DISCLOSED = "message.disclosed"
    COMMAND = "message.command"
    MESSAGE_REFUSED = "message.refused"
    READERS_SEEN = "message.readers-seen"
    UNREAD_SEEN = "message.unread-seen"
    REFUSED = "access.refused"
    LINK_ISSUED = "portal.link-issued"
    SIGNED_IN = "portal.signed-in"
    LOG_READ = "log.read"
    DEVICE_RENEWED = "device.renewed"
    MESSAGES_MISSING = "message.missing"
    MESSAGES_CAME = "message.came-after-all"
    IDENTITY_PINNED = "device.identity-pinned"
    IDENTITY_SEEN = "device.identity-seen"
    IDENTITY_CHANGED = "device.identity-changed"
    IDENTITY_COMPARED = "device.identity-compared"
    IDENTITY_CONFIRMED = "device.identity-confirmed"
    DEVICE_UNSIGNED = "device.unsigned"
    POLICY_EXPLAINED = "policy.explained"
    EMERGENCY_SET_MADE = "emergency.set-made"
    EMERGENCY_SET_READ = "emergency.set-read"
    EMERGENCY_SET_SENT = "emergency.set-sent"
    EMERGENCY_SET_RECEIVED = "emergency.set-received"
    EMERGENCY_ALARM = "emergency.alarm"
    EMERGENCY_OPENED = "emergency.opened"
    EMERGENCY_ASKED = "emergency.asked"
    EMERGENCY_RELEASED = "emergency.released"
    EMERGENCY_REVIEWED = "emergency.reviewed"
    DYING_DECLARED = "patient.dying-declared"
    DEATH_DECLARED = "patient.death-declared"
    DEATH_CONFIRMED = "patient.death-confirmed"
    STATE_TAKEN_BACK = "patient.state-taken-back"
    AFTERCARE_OPENED = "circle.aftercare-opened"
    POSTHUMOUS_ASKED = "patient.posthumous-asked"
    POSTHUMOUS_DECIDED = "patient.posthumous-decided"
    PATIENT_LEFT = "patient.left"
    DESTRUCTION_ASKED = "destruction.asked"
    DESTRUCTION_DECIDED = "destruction.decided"
    DESTRUCTION_APPROVED = "destruction.approved"
    DESTRUCTION_EXECUTED = "destruction.executed"
    HOLD_PLACED = "destruction.hold-placed"
    HOLD_LIFTED = "destruction.hold-lifted"
    CASE_OPENED = "privacy.case-opened"
    CASE_CLOSED = "privacy.case-closed"
    SAMPLE_DRAWN = "privacy.sample-drawn"
    LINE_JUDGED = "privacy.line-judged"
    BREACH_SCOPED = "privacy.breach-scoped"
    FAMILY_NOTICED = "privacy.family-noticed"

    @property
    def action_code(self) -> str:
        """NEN 7513 7.2.2: C create, R read, U update, D delete, E execute."""
        return _ACTION_CODES[self]

    @property
    def title_nl(self) -> str:
        return _EVENT_TITLES[self]


_REQUIRED = ("user_id", "user_role", "responsible_id", "initiator", "object_type")
_required = attrgetter(*_REQUIRED)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Eén regel van de logging. Field names follow NEN 7513:2018 chapter 7 (law-and-care §2.1)."""

    event: AuditEvent
    recorded_at: datetime
    outcome: int
    """NEN 7513 7.2.5: 0 success, 4 minor failure (refused), 8 serious failure."""
    user_id: str
    """Person id of who did it (7.3.1); a bot never stands here alone, see responsible_id."""
    user_role: str
    responsible_id: str
    """The natural person who answers for it (7.3.6), obligatory for every event."""
    initiator: str
    """Component or person that started it (7.3.5): ``person``, ``bot:dossier``, ``cli:per-…``."""
    access_point: str
    organisation: str | None
    patient_id: str | None
    object_type: str
    object_id: str
    sections: str
    purpose: str
    policy: str
    """Autorisatieprotocol (7.4.6): policy version and the ids of the deciding rules."""
    relation_id: str | None
    consent_id: str | None
    break_glass: bool
    correlation_id: str
    detail: str
    """Codes only."""

    def __post_init__(self) -> None:
        if not all(_required(self)):
            raise ValueError("an audit entry names its actor, its responsible person and its object")


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An entry in its place: ``seq`` counts from 1 without gaps, ``hash`` covers the entry and its predecessor."""

    seq: int
    entry: AuditEntry
    previous_hash: str
    hash: str


# In the order of their names, so that the JSON is sorted without sorting each time; a verification hashes them all.
FIELDS = tuple(sorted((*(field.name for field in fields(AuditEntry)), "seq")))
_TIME, _SEQ = FIELDS.index("recorded_at"), FIELDS.index("seq")
_values = attrgetter(*(name for name in FIELDS if name != "seq"))
_ENCODER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def canonical(seq: int, entry: AuditEntry) -> bytes:
    """The bytes that are hashed: sorted JSON of every field, times as UTC ISO 8601 with microseconds."""
    values = list(_values(entry))
    values[_TIME] = entry.recorded_at.isoformat(timespec="microseconds")
    values.insert(_SEQ, seq)
    return _ENCODER.encode(dict(zip(FIELDS, values, strict=True))).encode()


def chain(seq: int, entry: AuditEntry, previous_hash: str) -> ChainedEntry:
    """Put an entry in its place."""
    return ChainedEntry(seq, entry, previous_hash, _digest(previous_hash, canonical(seq, entry)))


def _digest(previous_hash: str, content: bytes) -> str:
    return hashlib.sha256(b"\x00" + bytes.fromhex(previous_hash) + content).hexdigest()


@dataclass(frozen=True, slots=True)
class Verification:
    """``first_bad`` is the sequence number where the chain breaks, None when it holds."""

    entries: int
    first_bad: int | None
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.first_bad is None


def judge(item: ChainedEntry, after: int, previous: str | None) -> Verification | None:
    """What is wrong with this as the entry behind number ``after``; None when nothing is.

    :param previous: the hash of the entry before; None takes this one's word for it
    """
    expected = after + 1
    if item.seq != expected:
        # A number below one is itself the stranger; any other leaves a hole where the right one should be.
        bad = expected if item.seq >= 1 else item.seq
        return Verification(after, bad, "een regel ontbreekt of staat op een andere plaats")
    if previous is not None and item.previous_hash != previous:
        return Verification(after, item.seq, "de regel sluit niet aan op de vorige")
    if chain(item.seq, item.entry, item.previous_hash).hash != item.hash:
        return Verification(after, item.seq, "de inhoud van de regel is veranderd")
    return None


def ending(count: int, last: str, expected_length: int | None, head: str | None) -> Verification:
    """There are no more entries: whether that is right."""
    if expected_length is not None and count < expected_length:
        return Verification(count, count + 1, "er ontbreken regels aan het einde")
    if expected_length is not None and count > expected_length:
        return Verification(count, expected_length + 1, "er staan regels die niet zo zijn vastgelegd")
    if head is not None and last != head:
        return Verification(count, count, "de laatste regel is niet de laatst vastgelegde")
    return Verification(count, None)


def verify(
    entries: Iterable[ChainedEntry], *, expected_length: int | None = None, head: str | None = None
) -> Verification:
    """Check order, links and hashes; with ``expected_length`` and ``head`` also that the tail was not cut off.

    :param entries: in the order in which the table has them
    """
    count, last = 0, GENESIS
    for item in entries:
        wrong = judge(item, count, last)
        if wrong is not None:
            return wrong
        count, last = item.seq, item.hash
    return ending(count, last, expected_length, head)


_C, _R, _U, _D, _E = "C", "R", "U", "D", "E"
_ACTION_CODES = {
    AuditEvent.PERSON_ADDED: _C,
    AuditEvent.PATIENT_ADDED: _C,
    AuditEvent.CIRCLE_OPENED: _C,
    AuditEvent.MEMBER_ADMITTED: _C,
    AuditEvent.MEMBER_DISCHARGED: _U,
    AuditEvent.ENTERING_REFUSED: _E,
    AuditEvent.WORK_ORPHANED: _E,
    AuditEvent.PERSON_LEFT: _U,
    AuditEvent.ACCOUNT_CLOSED: _U,
    AuditEvent.ROOM_REPAIRED: _U,
    AuditEvent.ROOM_ALARM: _E,
    AuditEvent.CONSENT_RECORDED: _C,
    AuditEvent.CONSENTS_READ: _R,
    AuditEvent.REPRESENTATIVE_CHOSEN: _U,
    AuditEvent.AGE_REACHED: _U,
    AuditEvent.ENTRY_SHIELDED: _U,
    AuditEvent.ENTRY_READ: _R,
    AuditEvent.ENTRY_RECORDED: _C,
    AuditEvent.ENTRY_CONFIRMED: _U,
    AuditEvent.ENTRY_CORRECTED: _U,
    AuditEvent.ENTRY_MOVED_OUT: _D,
    AuditEvent.ENTRY_WITHHELD: _U,
    AuditEvent.STATEMENT_ADDED: _C,
    AuditEvent.IMPORTED: _C,
    AuditEvent.HANDOVER_MADE: _C,
    AuditEvent.HANDOVER_RECEIVED: _U,
    AuditEvent.DISCLOSED: _R,
    AuditEvent.COMMAND: _E,
    AuditEvent.MESSAGE_REFUSED: _E,
    AuditEvent.READERS_SEEN: _R,
    AuditEvent.UNREAD_SEEN: _R,
    AuditEvent.REFUSED: _E,
    AuditEvent.LINK_ISSUED: _C,
    AuditEvent.SIGNED_IN: _E,
    AuditEvent.LOG_READ: _R,
    AuditEvent.DEVICE_RENEWED: _C,
    AuditEvent.MESSAGES_MISSING: _E,
    AuditEvent.MESSAGES_CAME: _E,
    AuditEvent.IDENTITY_PINNED: _C,
    AuditEvent.IDENTITY_SEEN: _C,
    AuditEvent.IDENTITY_CHANGED: _U,
    AuditEvent.IDENTITY_COMPARED: _E,
    AuditEvent.IDENTITY_CONFIRMED: _U,
    AuditEvent.DEVICE_UNSIGNED: _C,
    AuditEvent.POLICY_EXPLAINED: _R,
    AuditEvent.EMERGENCY_SET_MADE: _C,
    AuditEvent.EMERGENCY_SET_READ: _R,
    AuditEvent.EMERGENCY_SET_SENT: _E,
    AuditEvent.EMERGENCY_SET_RECEIVED: _U,
    AuditEvent.EMERGENCY_ALARM: _E,
    AuditEvent.EMERGENCY_OPENED: _E,
    AuditEvent.EMERGENCY_ASKED: _E,
    AuditEvent.EMERGENCY_RELEASED: _E,
    AuditEvent.EMERGENCY_REVIEWED: _U,
    AuditEvent.DYING_DECLARED: _U,
    AuditEvent.DEATH_DECLARED: _C,
    AuditEvent.DEATH_CONFIRMED: _U,
    AuditEvent.STATE_TAKEN_BACK: _U,
    AuditEvent.AFTERCARE_OPENED: _C,
    AuditEvent.POSTHUMOUS_ASKED: _C,
    AuditEvent.POSTHUMOUS_DECIDED: _U,
    AuditEvent.PATIENT_LEFT: _U,
    AuditEvent.DESTRUCTION_ASKED: _C,
    AuditEvent.DESTRUCTION_DECIDED: _U,
    AuditEvent.DESTRUCTION_APPROVED: _U,
    AuditEvent.DESTRUCTION_EXECUTED: _D,
    AuditEvent.HOLD_PLACED: _C,
    AuditEvent.HOLD_LIFTED: _U,
    AuditEvent.CASE_OPENED: _C,
    AuditEvent.CASE_CLOSED: _U,
    AuditEvent.SAMPLE_DRAWN: _R,
    AuditEvent.LINE_JUDGED: _U,
    AuditEvent.BREACH_SCOPED: _R,
    AuditEvent.FAMILY_NOTICED: _E,
}
_EVENT_TITLES = {
    AuditEvent.PERSON_ADDED: "persoon toegevoegd",
    AuditEvent.PATIENT_ADDED: "patiënt toegevoegd",
    AuditEvent.CIRCLE_OPENED: "kring geopend",
    AuditEvent.MEMBER_ADMITTED: "iemand in de kring gekomen",
    AuditEvent.MEMBER_DISCHARGED: "iemand uit de kring gegaan",
    AuditEvent.ENTERING_REFUSED: "toegang tot een kamer geweigerd",
    AuditEvent.WORK_ORPHANED: "werk zonder eigenaar, kring gewaarschuwd",
    AuditEvent.PERSON_LEFT: "iemand voorgoed vertrokken, alle toegang beëindigd",
    AuditEvent.ACCOUNT_CLOSED: "account geblokkeerd en overal afgemeld",
    AuditEvent.ROOM_REPAIRED: "kamer hersteld",
    AuditEvent.ROOM_ALARM: "kamer niet in orde, coach gewaarschuwd",
    AuditEvent.CONSENT_RECORDED: "keuze over toestemming vastgelegd",
    AuditEvent.CONSENTS_READ: "keuzes van de patiënt bekeken",
    AuditEvent.REPRESENTATIVE_CHOSEN: "arts koos wie de patiënt vertegenwoordigt",
    AuditEvent.AGE_REACHED: "patiënt werd 12 of 16 jaar; de rechten veranderen",
    AuditEvent.ENTRY_SHIELDED: "afgeschermd voor de ouders",
    AuditEvent.ENTRY_READ: "dossier gelezen",
    AuditEvent.ENTRY_RECORDED: "in het dossier gezet",
    AuditEvent.ENTRY_CONFIRMED: "bevestigd",
    AuditEvent.ENTRY_CORRECTED: "hersteld",
    AuditEvent.ENTRY_MOVED_OUT: "verwijderd: hoorde bij iemand anders",
    AuditEvent.ENTRY_WITHHELD: "tijdelijk niet aan de patiënt getoond",
    AuditEvent.STATEMENT_ADDED: "eigen verklaring toegevoegd",
    AuditEvent.IMPORTED: "ingelezen uit een ander systeem",
    AuditEvent.HANDOVER_MADE: "overdracht gemaakt",
    AuditEvent.HANDOVER_RECEIVED: "overdracht ontvangen",
    AuditEvent.DISCLOSED: "bericht met gegevens geplaatst",
    AuditEvent.COMMAND: "opdracht gegeven",
    AuditEvent.MESSAGE_REFUSED: "bericht niet vertrouwd",
    AuditEvent.READERS_SEEN: "bekeken wie een bericht kan lezen",
    AuditEvent.UNREAD_SEEN: "bekeken welke berichten de bot niet kon lezen",
    AuditEvent.REFUSED: "toegang geweigerd",
    AuditEvent.LINK_ISSUED: "link naar het portaal gegeven",
    AuditEvent.SIGNED_IN: "aangemeld in het portaal",
    AuditEvent.LOG_READ: "logging bekeken",
    AuditEvent.DEVICE_RENEWED: "nieuw toestel van de bot",
    AuditEvent.MESSAGES_MISSING: "berichten niet op te halen",
    AuditEvent.MESSAGES_CAME: "ontbrekende berichten alsnog binnen",
    AuditEvent.IDENTITY_PINNED: "apparaat herkend en vastgezet",
    AuditEvent.IDENTITY_SEEN: "beveiliging gezien die nog bevestigd moet worden",
    AuditEvent.IDENTITY_CHANGED: "identiteit van een apparaat veranderd",
    AuditEvent.IDENTITY_COMPARED: "plaatjes vergeleken",
    AuditEvent.IDENTITY_CONFIRMED: "beveiliging van iemand bevestigd",
    AuditEvent.DEVICE_UNSIGNED: "nieuw apparaat gezien dat niet is bevestigd",
    AuditEvent.POLICY_EXPLAINED: "uitleg over toegang gevraagd",
    AuditEvent.EMERGENCY_SET_MADE: "spoedset gemaakt",
    AuditEvent.EMERGENCY_SET_READ: "spoedset gelezen",
    AuditEvent.EMERGENCY_SET_SENT: "spoedset naar een zorgverlener gestuurd",
    AuditEvent.EMERGENCY_SET_RECEIVED: "ontvangst van de spoedset bevestigd",
    AuditEvent.EMERGENCY_ALARM: "gewaarschuwd over de spoedset",
    AuditEvent.EMERGENCY_OPENED: "noodprocedure: spoedset geopend van buiten de kring",
    AuditEvent.EMERGENCY_ASKED: "noodprocedure: gevraagd, niets geopend",
    AuditEvent.EMERGENCY_RELEASED: "spoedset vrijgegeven aan een collega",
    AuditEvent.EMERGENCY_REVIEWED: "noodprocedure beoordeeld",
    AuditEvent.DYING_DECLARED: "stervensfase vastgesteld",
    AuditEvent.DEATH_DECLARED: "overlijden gemeld",
    AuditEvent.DEATH_CONFIRMED: "overlijden bevestigd, inzage van patiënt en naasten beëindigd",
    AuditEvent.STATE_TAKEN_BACK: "vaststelling teruggenomen",
    AuditEvent.AFTERCARE_OPENED: "nazorgkamer geopend",
    AuditEvent.POSTHUMOUS_ASKED: "inzage na overlijden aangevraagd",
    AuditEvent.POSTHUMOUS_DECIDED: "aanvraag om inzage na overlijden beoordeeld",
    AuditEvent.PATIENT_LEFT: "patiënt gestopt met Kring",
    AuditEvent.DESTRUCTION_ASKED: "vernietiging gevraagd",
    AuditEvent.DESTRUCTION_DECIDED: "besluit over vernietiging",
    AuditEvent.DESTRUCTION_APPROVED: "vernietiging goedgekeurd door een tweede persoon",
    AuditEvent.DESTRUCTION_EXECUTED: "vernietigd",
    AuditEvent.HOLD_PLACED: "vernietiging tegengehouden",
    AuditEvent.HOLD_LIFTED: "vernietiging niet meer tegengehouden",
    AuditEvent.CASE_OPENED: "zaak van de functionaris geopend",
    AuditEvent.CASE_CLOSED: "zaak van de functionaris gesloten",
    AuditEvent.SAMPLE_DRAWN: "steekproef uit het logboek getrokken",
    AuditEvent.LINE_JUDGED: "regel van het logboek beoordeeld",
    AuditEvent.BREACH_SCOPED: "nagegaan wie iets kon lezen na een fout",
    AuditEvent.FAMILY_NOTICED: "gemeld dat een zorgverlener familie kan zijn",
}

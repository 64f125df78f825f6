"""Every table of the hub except the Matrix store's (``matrix_tables.py``). Times are UTC microseconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from hub.adapters.sql.database import metadata

# SQLite counts automatically only on INTEGER keys.
Serial = BigInteger().with_variant(Integer, "sqlite")
Id = String(40)
Time = BigInteger

setting = Table("setting", metadata, Column("key", String(60), primary_key=True), Column("value", Text, nullable=False))

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("role", String(20), nullable=False),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("matrix_id", String(255), unique=True),
    Column("sealed_details", LargeBinary, nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("left_at", Time),
    Column("account_closed_at", Time),
)

patient = Table(
    "patient",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, unique=True),
    Column("pseudonym", String(8), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_identity", LargeBinary, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("state_at", Time),
    Column("state_by", Id),
    Column("state_confirmed_by", Id),
    Column("destroyed_at", Time),
)

circle = Table(
    "circle",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False),
    Column("lead_id", Id, ForeignKey("person.id"), nullable=False),
    Column("opened_at", Time, nullable=False),
    Column("closed_at", Time),
    Column("discussed_at", Time),
    Column("aftercare_at", Time),
    Column("reconciled_at", Time),
    Column("wanted_at", Time, nullable=False),
    Column("deputy_id", Id),
    Column("medical_lead_id", Id),
)
Index(
    "uq_circle_open_patient",
    circle.c.patient_id,
    unique=True,
    sqlite_where=text("closed_at IS NULL"),
    postgresql_where=text("closed_at IS NULL"),
)

care_relation = Table(
    "care_relation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("ground", String(20), nullable=False),
    Column("since", Time, nullable=False),
    Column("until", Time, index=True),
    Column("ended_reason", String(30)),
    Column("organisation", String(120)),
)

room = Table(
    "room",
    metadata,
    Column("room_id", String(255), primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), index=True),
    Column("kind", String(20), nullable=False),
    Column("person_id", Id, ForeignKey("person.id")),
    Column("created_at", Time, nullable=False),
    UniqueConstraint("circle_id", "kind", "person_id", name="uq_room_place"),
)

Index(
    "uq_room_shared_place",
    room.c.circle_id,
    room.c.kind,
    unique=True,
    sqlite_where=text("person_id IS NULL"),
    postgresql_where=text("person_id IS NULL"),
)

Index(
    "uq_room_personal",
    room.c.person_id,
    unique=True,
    sqlite_where=text("circle_id IS NULL"),
    postgresql_where=text("circle_id IS NULL"),
)

private_room_wish = Table(
    "private_room_wish",
    metadata,
    Column("circle_id", Id, ForeignKey("circle.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("wished_at", Time, nullable=False),
)

welcome = Table(
    "welcome",
    metadata,
    Column("circle_id", Id, ForeignKey("circle.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("welcomed_at", Time, nullable=False),
)

consent = Table(
    "consent",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("decision", String(10), nullable=False),
    Column("target_kind", String(20), nullable=False),
    Column("sealed_target", LargeBinary, nullable=False),
    Column("sections", String(60), nullable=False),
    Column("given_by", Id, nullable=False),
    Column("sealed_how", LargeBinary, nullable=False),
    Column("recorded_by", Id, nullable=False),
    Column("recorded_at", Time, nullable=False),
    Column("mode", String(12), nullable=False, server_default="explicit"),
    Column("context", String(20)),
    Column("channel", String(20), nullable=False, server_default="cli"),
    Column("text_version", String(20), nullable=False, server_default="1"),
    UniqueConstraint("patient_id", "number", name="uq_consent_order"),
)

entry = Table(
    "entry",
    metadata,
    Column("patient_id", Id, ForeignKey("patient.id"), primary_key=True),
    Column("section", String(4), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("topic_digest", String(64), index=True),
    Column("status", String(20), nullable=False),
    Column("sealed_value", LargeBinary, nullable=False),
    Column("author_id", Id, nullable=False),
    Column("author_role", String(20), nullable=False),
    Column("responsible_id", Id, nullable=False),
    Column("organisation", String(120)),
    Column("source_kind", String(20), nullable=False),
    Column("source_reference", String(255), nullable=False),
    Column("recorded_at", Time, nullable=False),
    Column("confirmed_by", Id),
    # Whether somebody else decides for the patient is asked at decisions, whatever the size of the dossier.
    Index("ix_entry_of_kind", "patient_id", "kind"),
)

imported_document = Table(
    "imported_document",
    metadata,
    Column("patient_id", Id, ForeignKey("patient.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("imported_at", Time, nullable=False),
)

handover = Table(
    "handover",
    metadata,
    Column("circle_id", Id, ForeignKey("circle.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("destination", String(20), nullable=False),
    Column("made_by", Id, nullable=False),
    Column("made_at", Time, nullable=False),
    Column("receiver_id", Id),
    Column("received_by", Id),
    Column("received_at", Time),
    Column("reason", String(20)),
    Column("state", String(12), nullable=False, server_default="offered"),
    Column("patient_id", Id),
    Column("digest", String(64)),
    Column("delivered_digest", String(64)),
    Column("sealed_letter", LargeBinary),
    Column("signed_at", Time),
    Column("due_at", Time),
    Column("told_at", Time),
    Column("access_ends_at", Time),
    Column("seconds", Integer),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=False),
    Column("event", String(40), nullable=False),
    Column("recorded_at", Time, nullable=False),
    Column("outcome", Integer, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("user_role", String(20), nullable=False),
    Column("responsible_id", Id, nullable=False),
    Column("initiator", String(80), nullable=False),
    Column("access_point", String(20), nullable=False),
    Column("organisation", String(120)),
    Column("patient_id", Id, index=True),
    Column("object_type", String(40), nullable=False),
    Column("object_id", String(255), nullable=False),
    Column("sections", String(60), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("policy", Text, nullable=False),
    Column("relation_id", Id),
    Column("consent_id", Id),
    Column("break_glass", Boolean, nullable=False),
    Column("correlation_id", String(255), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entries", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("circle_id", Id),
    Column("room_kind", String(20), nullable=False),
    Column("room_id", String(255)),
    Column("person_id", Id),
    Column("sections", String(60), nullable=False),
    Column("sealed_content", LargeBinary, nullable=False),
    Column("responsible_id", Id, nullable=False),
    Column("correlation_id", String(255), nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("lease_until", Time, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("sent_at", Time),
    Column("event_id", String(255)),
    Column("failure", String(200)),
    Column("form", String(12), nullable=False, server_default="text"),
    Column("replaces_event_id", String(255)),
    Index("ix_outbox_due", "state", "due_at"),
)

portal_link = Table(
    "portal_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False),
    Column("issued_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Column("used_at", Time),
)

portal_session = Table(
    "portal_session",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("started_at", Time, nullable=False),
    Column("last_seen_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("assurance", String(12), nullable=False, server_default="substantial"),
)

# One writer for each bot account: who holds it, under which number, and until when (milliseconds since 1970).
lease = Table(
    "lease",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

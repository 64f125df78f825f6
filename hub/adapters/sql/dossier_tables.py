"""Tables around the dossier: conversations of the bot with one person, filing from chat, files, cards, tasks, tokens.

Times: UTC microseconds.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from hub.adapters.sql.database import metadata
from hub.adapters.sql.tables import Id, Serial, Time

# Een gesprek van Kring met één mens in de privékamer: what it asked last, and what was answered so far (sealed).
dialogue = Table(
    "dialogue",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("about", String(255)),
    Column("sealed_answers", LargeBinary, nullable=False),
    Column("step", Integer, nullable=False),
    Column("begun_at", Time, nullable=False),
    Column("asked_at", Time, nullable=False),
    Column("ended_at", Time),
    Index("ix_dialogue_current", "circle_id", "person_id", "state", "asked_at"),
)

# Bewaren uit de chat: somebody pointed at a message; the bot has to fetch, open and propose it.
filing_wish = Table(
    "filing_wish",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False),
    Column("room_id", String(255), nullable=False),
    Column("event_id", String(255), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("asked_by_event", String(255), nullable=False, unique=True),
    Column("section", String(4)),
    Column("by_word", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("lease_until", Time, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("wished_at", Time, nullable=False),
    Column("failure", String(60)),
    Index("ix_filing_wish_due", "state", "due_at"),
    Index("ix_filing_wish_person", "person_id", "wished_at"),
)

# Which message an entry came from: its hash proves what was filed, also when the message is withdrawn. Sealed, because
# whoever has the database could guess a short message ("pijn 8") from its plain hash.
filed_message = Table(
    "filed_message",
    metadata,
    Column("patient_id", Id, ForeignKey("patient.id"), primary_key=True),
    Column("section", String(4), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("room_id", String(255), nullable=False),
    Column("event_id", String(255), nullable=False, index=True),
    Column("sealed_hash", LargeBinary, nullable=False),
    Column("sender_id", Id, nullable=False),
    Column("filed_by", Id, nullable=False),
    Column("sent_at", Time, nullable=False),
    Column("withdrawn_at", Time),
    Column("withdrawn_by", Id),
)

# Bestanden en foto's bij een regel, sealed with the patient's key.
attachment = Table(
    "attachment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("sealed_data", LargeBinary, nullable=False),
    Column("added_by", Id, nullable=False),
    Column("added_at", Time, nullable=False),
)

# De vastgezette kaart van een kamer: which event carries it, and what it says now (a keyed digest).
room_card = Table(
    "room_card",
    metadata,
    Column("room_id", String(255), primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False, index=True),
    Column("due_at", Time, index=True),
    Column("changed_by", Id),
    Column("stirred", Integer, nullable=False, server_default="0"),
    Column("digest", String(64)),
    Column("event_id", String(255)),
    Column("outbox_id", BigInteger),
    Column("sent_at", Time),
    Column("pinned_event_id", String(255)),
)

# Wie wanneer de regie had: a line for each change, so that the timeline can tell.
lead_term = Table(
    "lead_term",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("since", Time, nullable=False),
)

# Taken: what somebody has to do before a day; the words are sealed with the patient's key.
task = Table(
    "task",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("about", String(255)),
    Column("section", String(4), nullable=False),
    Column("owner_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("sealed_what", LargeBinary, nullable=False),
    Column("made_by", Id, nullable=False),
    Column("made_at", Time, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("done_at", Time),
    Column("done_by", Id),
    Column("accepted_at", Time),
    Column("passed_by", Id),
    Column("source_room_id", String(255)),
    Column("source_event_id", String(255)),
    UniqueConstraint("circle_id", "number", name="uq_task_number"),
)

# Toegangstokens voor andere systemen (OAuth 2.0 bearer, RFC 6750): of one person, about one patient or all of theirs.
api_token = Table(
    "api_token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("patient_id", Id, ForeignKey("patient.id")),
    Column("scopes", String(60), nullable=False),
    Column("issued_by", Id, nullable=False),
    Column("issued_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Column("revoked_at", Time),
    Column("used_at", Time),
)

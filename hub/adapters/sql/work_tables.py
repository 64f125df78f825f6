"""Tables of the work in a circle: who leads, what was asked, what waits for its hour. Times: UTC microseconds."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from hub.adapters.sql.database import metadata
from hub.adapters.sql.tables import Id, Serial, Time

# Wekkers: what must happen at its hour, written in the transaction of its cause, taken up with a lease and a fence.
reminder = Table(
    "reminder",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("about", String(255), nullable=False),
    Column("circle_id", Id, ForeignKey("circle.id"), index=True),
    Column("person_id", Id, ForeignKey("person.id")),
    Column("due_at", Time, nullable=False),
    Column("step", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", Time, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("set_by", Id, nullable=False),
    Column("set_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("failure", String(60)),
    UniqueConstraint("kind", "about", name="uq_reminder_about"),
    Index("ix_reminder_due", "state", "due_at"),
)

# De regie aangeboden: nothing changes until the other accepts. ``part``: lead, medical or deputy; ``holder_id``:
# who had it when it was offered.
lead_offer = Table(
    "lead_offer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("part", String(10), nullable=False),
    Column("from_id", Id, nullable=False),
    Column("holder_id", Id),
    Column("to_id", Id, ForeignKey("person.id"), nullable=False),
    Column("offered_at", Time, nullable=False),
    Column("state", String(10), nullable=False),
    Column("ended_at", Time),
    UniqueConstraint("circle_id", "number", name="uq_lead_offer_number"),
)

# Afwezig: of one person, in every circle, with who stands in.
absence = Table(
    "absence",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("locum_id", Id, ForeignKey("person.id")),
    Column("since", Time, nullable=False),
    Column("until", Time, nullable=False),
    Column("said_at", Time, nullable=False),
    Column("ended_at", Time),
)

# Vragen van patiënt of naaste: with an owner and a term from the first second.
question = Table(
    "question",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("asker_id", Id, ForeignKey("person.id"), nullable=False),
    Column("owner_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("room_id", String(255)),
    Column("event_id", String(255)),
    Column("sealed_text", LargeBinary, nullable=False),
    Column("acute", Integer, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("ladder_version", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("asked_at", Time, nullable=False),
    Column("term_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("ended_by", Id),
    UniqueConstraint("circle_id", "number", name="uq_question_number"),
    Index("ix_question_event", "room_id", "event_id"),
)

# Wanneer in een kamer voor het laatst is gezegd wie te bellen: repeating must not flood, and a restart forgets nothing.
numbers_given = Table(
    "numbers_given",
    metadata,
    Column("room_id", String(255), primary_key=True),
    Column("given_at", Time, nullable=False),
)

# Bellen buiten Kring om: who must be phoned or paged about which question; taken up after the commit by a reminder.
outside_call = Table(
    "outside_call",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False, index=True),
    Column("question_number", Integer, nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("wished_at", Time, nullable=False),
    Column("ended_at", Time),
)

# De ladder: who is told after how long, and in which words. Versions; without a circle it is the house's own.
ladder = Table(
    "ladder",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("circle_id", Id, ForeignKey("circle.id"), index=True),
    Column("version", Integer, nullable=False),
    Column("definition", Text, nullable=False),
    Column("set_by", Id, nullable=False),
    Column("set_at", Time, nullable=False),
    UniqueConstraint("circle_id", "version", name="uq_ladder_version"),
)

# Drempels: from which value a symptom asks for somebody; versions, sealed with the patient's key.
threshold_set = Table(
    "threshold_set",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False, index=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed_rules", LargeBinary, nullable=False),
    Column("set_by", Id, nullable=False),
    Column("set_at", Time, nullable=False),
    UniqueConstraint("circle_id", "version", name="uq_threshold_set_version"),
)

# Sinds je vorige bezoek: until when somebody said to know what is in the dossier.
visit = Table(
    "visit",
    metadata,
    Column("circle_id", Id, ForeignKey("circle.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("seen_until", Time),
    Column("offered_until", Time),
    Column("noted_at", Time, nullable=False),
)

# Codes op papier: what a QR opens tells whether the page is still the newest one, and nothing else.
paper_code = Table(
    "paper_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("made_by", Id, nullable=False),
    Column("made_at", Time, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("checked_at", Time),
)

# Het pad: marking, offer of the coach, start … close; a line for each step.
path_step = Table(
    "path_step",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("circle_id", Id, ForeignKey("circle.id")),
    Column("step", String(20), nullable=False),
    Column("reason", String(30)),
    Column("on_day", String(10)),
    Column("noted_by", Id, nullable=False),
    Column("noted_at", Time, nullable=False),
)

# Uren van de coach, apart from the dossier.
coach_time = Table(
    "coach_time",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("on_day", String(10), nullable=False),
    Column("number", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("category", String(10), nullable=False),
    Column("noted_at", Time, nullable=False),
    Column("withdrawn_at", Time),
    UniqueConstraint("person_id", "number", name="uq_coach_time_number"),
)

# Nazorg en evaluatie: of the relatives and of the team, no part of the dossier of who died.
aftercare_record = Table(
    "aftercare_record",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False, index=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id")),
    Column("kind", String(20), nullable=False),
    Column("sealed_text", LargeBinary, nullable=False),
    Column("noted_by", Id, nullable=False),
    Column("noted_at", Time, nullable=False),
)

# Antwoorden op vragenlijsten over de zorg; instrument and kind of respondent stay with each, they are never merged.
survey_answer = Table(
    "survey_answer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("circle_id", Id, ForeignKey("circle.id"), nullable=False, index=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("instrument", String(40), nullable=False),
    Column("respondent", String(20), nullable=False),
    Column("sealed_answers", LargeBinary, nullable=False),
    Column("answered_at", Time, nullable=False),
)

# Wanneer iemand gestoord mag worden: minutes after midnight, Dutch time.
preference = Table(
    "preference",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("digest_at", Integer),
    Column("changed_at", Time, nullable=False),
)

# De eigen kamer van iemand met Kring, bound to no circle: for the overview of the day.
personal_room_wish = Table(
    "personal_room_wish",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("wished_at", Time, nullable=False),
)

# Agenda-abonnementen: an address that only its owner has.
calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("made_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("read_at", Time),
)

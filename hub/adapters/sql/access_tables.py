"""Tables of access and its proof: hats, emergency access, cases, destruction, checkpoints. Times: UTC microseconds."""

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
)

from hub.adapters.sql.database import metadata
from hub.adapters.sql.tables import Id, Time

# Which roles somebody may wear, each for one organisation and period (NEN 7510-2 9.2.1). One of them at a time.
person_role = Table(
    "person_role",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("organisation", String(120)),
    Column("sealed_evidence", LargeBinary, nullable=False),
    Column("since", Time, nullable=False),
    Column("until", Time),
    Column("recorded_by", Id, nullable=False),
)

# Noodprocedure: who opened what, why, until when; and what the privacy officer thought of it afterwards.
break_glass = Table(
    "break_glass",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("organisation", String(120)),
    Column("branch", String(20), nullable=False),
    Column("claim", String(20)),
    Column("reason_code", String(30), nullable=False),
    Column("sealed_reason", LargeBinary, nullable=False),
    Column("released_by", Id),
    Column("opened_at", Time, nullable=False),
    Column("until", Time, nullable=False),
    Column("ended_at", Time),
    Column("review_due_at", Time, nullable=False),
    Column("reviewed_by", Id),
    Column("reviewed_at", Time),
    Column("verdict", String(20)),
)

# Spoedset (ANW-kaart): the one page that emergency access opens, sealed with a key of its own.
emergency_set = Table(
    "emergency_set",
    metadata,
    Column("patient_id", Id, ForeignKey("patient.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sealed_content", LargeBinary, nullable=False),
    Column("made_by", Id, nullable=False),
    Column("made_at", Time, nullable=False),
    Column("checked_at", Time),
)

# To whom which version of it was pushed, and whether they said that they have it.
emergency_receipt = Table(
    "emergency_receipt",
    metadata,
    Column("patient_id", Id, ForeignKey("patient.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("sent_at", Time, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("acknowledged_at", Time),
    Column("alarmed_at", Time),
)

# Whose out-of-hours set must be made again: marked in the transaction of the change, by whoever changed something.
emergency_due = Table(
    "emergency_due",
    metadata,
    Column("patient_id", Id, ForeignKey("patient.id"), primary_key=True),
    Column("changed_by", Id, nullable=False),
    Column("changed_at", Time, nullable=False),
)

# What was declared about a patient (dying phase, death, leaving, taking back), by whom, confirmed by whom.
state_change = Table(
    "state_change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("happened_on", String(10)),
    Column("declared_by", Id, nullable=False),
    Column("declared_at", Time, nullable=False),
    Column("confirmed_by", Id),
    Column("confirmed_at", Time),
)

# Verzoek om inzage na overlijden (BW 7:458a): the ground, who judged it, and how much was given. No contents.
posthumous_request = Table(
    "posthumous_request",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("requested_by", Id, nullable=False),
    Column("ground", String(30), nullable=False),
    Column("sealed_reason", LargeBinary, nullable=False),
    Column("requested_at", Time, nullable=False),
    Column("assessed_by", Id),
    Column("assessed_at", Time),
    Column("verdict", String(20)),
)

# A case of the privacy officer: the only ground on which that role sees contents (AVG 38-39).
privacy_case = Table(
    "privacy_case",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("kind", String(30), nullable=False),
    Column("opened_by", Id, nullable=False),
    Column("sealed_reason", LargeBinary, nullable=False),
    Column("opened_at", Time, nullable=False),
    Column("closed_at", Time),
)

# Steekproef: which lines of the log were chosen to be looked at, why, and what came of it.
log_sample = Table(
    "log_sample",
    metadata,
    Column("period", String(7), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("pattern", String(30), primary_key=True),
    Column("drawn_by", Id, nullable=False),
    Column("drawn_at", Time, nullable=False),
    Column("reviewed_by", Id),
    Column("reviewed_at", Time),
    Column("verdict", String(20)),
)

# Therapeutische exceptie (BW 7:448 lid 3): what is held back from the patient for a while, and who was consulted.
withholding = Table(
    "withholding",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("section", String(4), nullable=False),
    Column("number", Integer, nullable=False),
    Column("sealed_reason", LargeBinary, nullable=False),
    Column("decided_by", Id, nullable=False),
    Column("consulted", Id, nullable=False),
    Column("since", Time, nullable=False),
    Column("until", Time, nullable=False),
    Column("ended_at", Time),
)

# Verzoek tot vernietiging (BW 7:455), decided by each organisation for what its people wrote.
destruction = Table(
    "destruction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("requested_by", Id, nullable=False),
    Column("requested_at", Time, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("executed_at", Time),
    Column("executed_by", Id),
)
destruction_decision = Table(
    "destruction_decision",
    metadata,
    Column("destruction_id", Id, ForeignKey("destruction.id"), primary_key=True),
    Column("organisation", String(120), primary_key=True),
    Column("decision", String(10), nullable=False),
    Column("ground", String(30), nullable=False),
    Column("decided_by", Id, nullable=False),
    Column("decided_at", Time, nullable=False),
    Column("approved_by", Id),
    Column("approved_at", Time),
)
legal_hold = Table(
    "legal_hold",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("ground", String(30), nullable=False),
    Column("placed_by", Id, nullable=False),
    Column("placed_at", Time, nullable=False),
    Column("lifted_at", Time),
)

# Signed heads of the log (RFC 9162): how many entries, the root over all of them, by which key, when.
audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", String(64), nullable=False),
    Column("signed_at", Time, nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("signature", Text, nullable=False),
    Column("witnessed", Boolean, nullable=False),
)
# Which versions of the policy the privacy officer approved (kring policy diff).
policy_approval = Table(
    "policy_approval",
    metadata,
    Column("version", String(12), primary_key=True),
    Column("approved_by", Id, nullable=False),
    Column("approved_at", Time, nullable=False),
)
Index("ix_break_glass_review", break_glass.c.reviewed_at, break_glass.c.review_due_at)

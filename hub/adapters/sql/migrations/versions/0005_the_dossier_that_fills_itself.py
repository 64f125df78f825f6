"""The dossier that fills itself: conversations, filing from chat, files, cards, tasks, tokens.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=True),
        sa.Column("scopes", sa.String(length=60), nullable=False),
        sa.Column("issued_by", sa.String(length=40), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_api_token_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed_data", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_attachment_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_patient_id"), "attachment", ["patient_id"], unique=False)
    op.create_table(
        "filed_message",
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("section", sa.String(length=4), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(length=255), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("sealed_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sender_id", sa.String(length=40), nullable=False),
        sa.Column("filed_by", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_filed_message_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", "section", "number", "version", name=op.f("pk_filed_message")),
    )
    op.create_index(op.f("ix_filed_message_event_id"), "filed_message", ["event_id"], unique=False)
    op.create_table(
        "dialogue",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("about", sa.String(length=255), nullable=True),
        sa.Column("sealed_answers", sa.LargeBinary(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_dialogue_circle_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_dialogue_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dialogue_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue")),
    )
    op.create_index("ix_dialogue_current", "dialogue", ["circle_id", "person_id", "state", "asked_at"], unique=False)
    op.create_table(
        "filing_wish",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("room_id", sa.String(length=255), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("asked_by_event", sa.String(length=255), nullable=False),
        sa.Column("section", sa.String(length=4), nullable=True),
        sa.Column("by_word", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("wished_at", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_filing_wish_circle_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_filing_wish_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_wish")),
        sa.UniqueConstraint("asked_by_event", name=op.f("uq_filing_wish_asked_by_event")),
    )
    op.create_index("ix_filing_wish_due", "filing_wish", ["state", "due_at"], unique=False)
    op.create_index("ix_filing_wish_person", "filing_wish", ["person_id", "wished_at"], unique=False)
    op.create_table(
        "lead_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_lead_term_circle_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lead_term_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_term")),
    )
    op.create_index(op.f("ix_lead_term_circle_id"), "lead_term", ["circle_id"], unique=False)
    op.create_table(
        "room_card",
        sa.Column("room_id", sa.String(length=255), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_by", sa.String(length=40), nullable=True),
        sa.Column("stirred", sa.Integer(), server_default="0", nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("event_id", sa.String(length=255), nullable=True),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("pinned_event_id", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_room_card_circle_id")),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_room_card")),
    )
    op.create_index(op.f("ix_room_card_circle_id"), "room_card", ["circle_id"], unique=False)
    op.create_index(op.f("ix_room_card_due_at"), "room_card", ["due_at"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=255), nullable=True),
        sa.Column("section", sa.String(length=4), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("sealed_what", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("done_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_task_circle_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_task_owner_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_task_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("circle_id", "number", name="uq_task_number"),
    )
    op.create_index(op.f("ix_task_owner_id"), "task", ["owner_id"], unique=False)
    op.create_index("ix_entry_of_kind", "entry", ["patient_id", "kind"], unique=False)
    op.add_column("outbox", sa.Column("form", sa.String(length=12), server_default="text", nullable=False))
    op.add_column("outbox", sa.Column("replaces_event_id", sa.String(length=255), nullable=True))

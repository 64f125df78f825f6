"""Who may do what, and the proof of it: hats, emergencies, cases, destruction, checkpoints of the log.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("witnessed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoint")),
    )
    op.create_table(
        "log_sample",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pattern", sa.String(length=30), nullable=False),
        sa.Column("drawn_by", sa.String(length=40), nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=40), nullable=True),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("period", "seq", "pattern", name=op.f("pk_log_sample")),
    )
    op.create_table(
        "policy_approval",
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("approved_by", sa.String(length=40), nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_approval")),
    )
    op.create_table(
        "person_role",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=True),
        sa.Column("sealed_evidence", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_role")),
    )
    op.create_index(op.f("ix_person_role_person_id"), "person_role", ["person_id"], unique=False)
    op.create_table(
        "break_glass",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=True),
        sa.Column("branch", sa.String(length=20), nullable=False),
        sa.Column("claim", sa.String(length=20), nullable=True),
        sa.Column("reason_code", sa.String(length=30), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("released_by", sa.String(length=40), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("review_due_at", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=40), nullable=True),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_break_glass_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_break_glass_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    op.create_index(op.f("ix_break_glass_patient_id"), "break_glass", ["patient_id"], unique=False)
    op.create_index(op.f("ix_break_glass_person_id"), "break_glass", ["person_id"], unique=False)
    op.create_index("ix_break_glass_review", "break_glass", ["reviewed_at", "review_due_at"], unique=False)
    op.create_table(
        "destruction",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("requested_by", sa.String(length=40), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("executed_at", sa.BigInteger(), nullable=True),
        sa.Column("executed_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_destruction_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
    )
    op.create_index(op.f("ix_destruction_patient_id"), "destruction", ["patient_id"], unique=False)
    op.create_table(
        "emergency_due",
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_emergency_due_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_emergency_due")),
    )
    op.create_table(
        "emergency_receipt",
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("alarmed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_emergency_receipt_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_emergency_receipt_person_id")),
        sa.PrimaryKeyConstraint("patient_id", "version", "person_id", name=op.f("pk_emergency_receipt")),
    )
    op.create_table(
        "emergency_set",
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_emergency_set_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", "version", name=op.f("pk_emergency_set")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.String(length=30), nullable=False),
        sa.Column("placed_by", sa.String(length=40), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_legal_hold_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_patient_id"), "legal_hold", ["patient_id"], unique=False)
    op.create_table(
        "posthumous_request",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("requested_by", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.String(length=30), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("assessed_by", sa.String(length=40), nullable=True),
        sa.Column("assessed_at", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_posthumous_request_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posthumous_request")),
    )
    op.create_index(op.f("ix_posthumous_request_patient_id"), "posthumous_request", ["patient_id"], unique=False)
    op.create_table(
        "privacy_case",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("opened_by", sa.String(length=40), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_privacy_case_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_case")),
    )
    op.create_index(op.f("ix_privacy_case_patient_id"), "privacy_case", ["patient_id"], unique=False)
    op.create_table(
        "state_change",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=True),
        sa.Column("declared_by", sa.String(length=40), nullable=False),
        sa.Column("declared_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=40), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_state_change_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_change")),
    )
    op.create_index(op.f("ix_state_change_patient_id"), "state_change", ["patient_id"], unique=False)
    op.create_table(
        "withholding",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("section", sa.String(length=4), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("consulted", sa.String(length=40), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_withholding_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withholding")),
    )
    op.create_index(op.f("ix_withholding_patient_id"), "withholding", ["patient_id"], unique=False)
    op.create_table(
        "destruction_decision",
        sa.Column("destruction_id", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("ground", sa.String(length=30), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(length=40), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["destruction_id"], ["destruction.id"], name=op.f("fk_destruction_decision_destruction_id")
        ),
        sa.PrimaryKeyConstraint("destruction_id", "organisation", name=op.f("pk_destruction_decision")),
    )
    op.add_column("care_relation", sa.Column("organisation", sa.String(length=120), nullable=True))
    op.create_index(op.f("ix_care_relation_until"), "care_relation", ["until"], unique=False)
    op.add_column("circle", sa.Column("aftercare_at", sa.BigInteger(), nullable=True))
    op.add_column("consent", sa.Column("mode", sa.String(length=12), server_default="explicit", nullable=False))
    op.add_column("consent", sa.Column("context", sa.String(length=20), nullable=True))
    op.add_column("consent", sa.Column("channel", sa.String(length=20), server_default="cli", nullable=False))
    op.add_column("consent", sa.Column("text_version", sa.String(length=20), server_default="1", nullable=False))
    op.add_column("patient", sa.Column("state_at", sa.BigInteger(), nullable=True))
    op.add_column("patient", sa.Column("state_by", sa.String(length=40), nullable=True))
    op.add_column("patient", sa.Column("state_confirmed_by", sa.String(length=40), nullable=True))
    op.add_column("patient", sa.Column("destroyed_at", sa.BigInteger(), nullable=True))
    op.add_column("person", sa.Column("left_at", sa.BigInteger(), nullable=True))
    op.add_column("person", sa.Column("account_closed_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "portal_session", sa.Column("assurance", sa.String(length=12), server_default="substantial", nullable=False)
    )

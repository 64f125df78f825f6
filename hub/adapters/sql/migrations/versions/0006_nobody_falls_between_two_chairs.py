"""Nobody falls between two chairs: who leads, what was asked, handovers, what waits for its hour.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "numbers_given",
        sa.Column("room_id", sa.String(length=255), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_numbers_given")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("locum_id", sa.String(length=40), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["locum_id"], ["person.id"], name=op.f("fk_absence_locum_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_calendar_feed")),
    )
    op.create_index(op.f("ix_calendar_feed_person_id"), "calendar_feed", ["person_id"], unique=False)
    op.create_table(
        "personal_room_wish",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("wished_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_personal_room_wish_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_personal_room_wish")),
    )
    op.create_table(
        "preference",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("digest_at", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_preference_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_preference")),
    )
    op.create_table(
        "paper_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_paper_code_patient_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_paper_code")),
    )
    op.create_index(op.f("ix_paper_code_patient_id"), "paper_code", ["patient_id"], unique=False)
    op.create_table(
        "aftercare_record",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("noted_by", sa.String(length=40), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_aftercare_record_circle_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_aftercare_record_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_aftercare_record_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aftercare_record")),
    )
    op.create_index(op.f("ix_aftercare_record_circle_id"), "aftercare_record", ["circle_id"], unique=False)
    op.create_table(
        "coach_time",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=10), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_coach_time_circle_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coach_time_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coach_time")),
        sa.UniqueConstraint("person_id", "number", name="uq_coach_time_number"),
    )
    op.create_index(op.f("ix_coach_time_circle_id"), "coach_time", ["circle_id"], unique=False)
    op.create_table(
        "ladder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_ladder_circle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder")),
        sa.UniqueConstraint("circle_id", "version", name="uq_ladder_version"),
    )
    op.create_index(op.f("ix_ladder_circle_id"), "ladder", ["circle_id"], unique=False)
    op.create_table(
        "lead_offer",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("from_id", sa.String(length=40), nullable=False),
        sa.Column("holder_id", sa.String(length=40), nullable=True),
        sa.Column("to_id", sa.String(length=40), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_lead_offer_circle_id")),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_lead_offer_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_offer")),
        sa.UniqueConstraint("circle_id", "number", name="uq_lead_offer_number"),
    )
    op.create_table(
        "outside_call",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("question_number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("wished_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_outside_call_circle_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outside_call_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_call")),
    )
    op.create_index(op.f("ix_outside_call_circle_id"), "outside_call", ["circle_id"], unique=False)
    op.create_table(
        "path_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=True),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("on_day", sa.String(length=10), nullable=True),
        sa.Column("noted_by", sa.String(length=40), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_path_step_circle_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_path_step_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_step")),
    )
    op.create_index(op.f("ix_path_step_patient_id"), "path_step", ["patient_id"], unique=False)
    op.create_table(
        "question",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("room_id", sa.String(length=255), nullable=True),
        sa.Column("event_id", sa.String(length=255), nullable=True),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("acute", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("ladder_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("term_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["asker_id"], ["person.id"], name=op.f("fk_question_asker_id")),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_question_circle_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_question_owner_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_question_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("circle_id", "number", name="uq_question_number"),
    )
    op.create_index("ix_question_event", "question", ["room_id", "event_id"], unique=False)
    op.create_index(op.f("ix_question_owner_id"), "question", ["owner_id"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about", sa.String(length=255), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_reminder_circle_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("kind", "about", name="uq_reminder_about"),
    )
    op.create_index(op.f("ix_reminder_circle_id"), "reminder", ["circle_id"], unique=False)
    op.create_index("ix_reminder_due", "reminder", ["state", "due_at"], unique=False)
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("respondent", sa.String(length=20), nullable=False),
        sa.Column("sealed_answers", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_survey_answer_circle_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_survey_answer_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_survey_answer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
    )
    op.create_index(op.f("ix_survey_answer_circle_id"), "survey_answer", ["circle_id"], unique=False)
    op.create_table(
        "threshold_set",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_rules", sa.LargeBinary(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_threshold_set_circle_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_threshold_set_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold_set")),
        sa.UniqueConstraint("circle_id", "version", name="uq_threshold_set_version"),
    )
    op.create_index(op.f("ix_threshold_set_circle_id"), "threshold_set", ["circle_id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("circle_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("seen_until", sa.BigInteger(), nullable=True),
        sa.Column("offered_until", sa.BigInteger(), nullable=True),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_visit_circle_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_person_id")),
        sa.PrimaryKeyConstraint("circle_id", "person_id", name=op.f("pk_visit")),
    )
    op.add_column("circle", sa.Column("deputy_id", sa.String(length=40), nullable=True))
    op.add_column("circle", sa.Column("medical_lead_id", sa.String(length=40), nullable=True))
    op.add_column("emergency_set", sa.Column("checked_at", sa.BigInteger(), nullable=True))
    op.add_column("handover", sa.Column("reason", sa.String(length=20), nullable=True))
    op.add_column("handover", sa.Column("state", sa.String(length=12), server_default="offered", nullable=False))
    op.add_column("handover", sa.Column("patient_id", sa.String(length=40), nullable=True))
    op.add_column("handover", sa.Column("digest", sa.String(length=64), nullable=True))
    op.add_column("handover", sa.Column("delivered_digest", sa.String(length=64), nullable=True))
    op.add_column("handover", sa.Column("sealed_letter", sa.LargeBinary(), nullable=True))
    op.add_column("handover", sa.Column("signed_at", sa.BigInteger(), nullable=True))
    op.add_column("handover", sa.Column("due_at", sa.BigInteger(), nullable=True))
    op.add_column("handover", sa.Column("told_at", sa.BigInteger(), nullable=True))
    op.add_column("handover", sa.Column("access_ends_at", sa.BigInteger(), nullable=True))
    op.add_column("handover", sa.Column("seconds", sa.Integer(), nullable=True))
    op.create_index(
        "uq_room_personal",
        "room",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("circle_id IS NULL"),
        postgresql_where=sa.text("circle_id IS NULL"),
    )
    op.add_column("task", sa.Column("accepted_at", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("passed_by", sa.String(length=40), nullable=True))
    op.add_column("task", sa.Column("source_room_id", sa.String(length=255), nullable=True))
    op.add_column("task", sa.Column("source_event_id", sa.String(length=255), nullable=True))

"""Drug tests: drawn days, readings, findings, laboratory. Medications: entries, none taken, visits.

Revision: 20261126_drug_tests
Follows: 20261126_client_times_and_leads
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_drug_tests"
down_revision = "20261126_client_times_and_leads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "test_draw_run",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("on_day", name=op.f("pk_test_draw_run")),
    )
    op.create_table(
        "medication",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("referral", sa.String(length=100), nullable=True),
        sa.Column("taken_back_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_medication_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medication")),
        sa.UniqueConstraint("client_id", "referral", name=op.f("uq_medication_client_id_referral")),
    )
    with op.batch_alter_table("medication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_medication_client_id"), ["client_id"], unique=False)

    op.create_table(
        "medication_visit",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.String(length=22), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_medication_visit_client_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_medication_visit_recorded_by_id")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["staff.id"], name=op.f("fk_medication_visit_superseded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medication_visit")),
    )
    with op.batch_alter_table("medication_visit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_medication_visit_client_id_held_on"), ["client_id", "held_on"], unique=False
        )

    op.create_table(
        "medications_none",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_medications_none_client_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_medications_none_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medications_none")),
    )
    with op.batch_alter_table("medications_none", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_medications_none_client_id"), ["client_id"], unique=False)

    op.create_table(
        "medication_entry",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("medication_id", sa.String(length=22), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rxnorm", sa.String(length=20), nullable=False),
        sa.Column("known", sa.String(length=40), nullable=True),
        sa.Column("dose_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("prescriber", sa.String(length=40), nullable=False),
        sa.Column("prescriber_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("why_ended", sa.String(length=40), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.String(length=22), nullable=True),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (why_ended IS NULL)", name=op.f("ck_medication_entry_an_end_with_its_reason")
        ),
        sa.CheckConstraint(
            "(in_force IS NULL) = (superseded_at IS NOT NULL)",
            name=op.f("ck_medication_entry_superseded_is_not_in_force"),
        ),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_medication_entry_days_in_order")),
        sa.CheckConstraint("in_force IS NULL OR in_force = 1", name=op.f("ck_medication_entry_in_force_or_null")),
        sa.ForeignKeyConstraint(["medication_id"], ["medication.id"], name=op.f("fk_medication_entry_medication_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_medication_entry_recorded_by_id")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["staff.id"], name=op.f("fk_medication_entry_superseded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medication_entry")),
        sa.UniqueConstraint("medication_id", "in_force", name=op.f("uq_medication_entry_medication_id_in_force")),
    )
    op.create_table(
        "medication_taking",
        sa.Column("visit_id", sa.String(length=22), nullable=False),
        sa.Column("medication_id", sa.String(length=22), nullable=False),
        sa.Column("takes", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["medication_id"], ["medication.id"], name=op.f("fk_medication_taking_medication_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["medication_visit.id"], name=op.f("fk_medication_taking_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "medication_id", name=op.f("pk_medication_taking")),
    )
    op.create_table(
        "test_draw",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("episode_id", sa.String(length=22), nullable=False),
        sa.Column("window_on", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why_withdrawn", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(in_force IS NULL) = (withdrawn_at IS NOT NULL)", name=op.f("ck_test_draw_withdrawn_is_not_in_force")
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_test_draw_client_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_test_draw_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_draw")),
        sa.UniqueConstraint(
            "episode_id", "window_on", "in_force", name=op.f("uq_test_draw_episode_id_window_on_in_force")
        ),
    )
    with op.batch_alter_table("test_draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_test_draw_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_test_draw_day"), ["day"], unique=False)

    op.create_table(
        "drug_test",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("draw_id", sa.String(length=22), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("taken_back_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_drug_test_client_id")),
        sa.ForeignKeyConstraint(["draw_id"], ["test_draw.id"], name=op.f("fk_drug_test_draw_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drug_test")),
        sa.UniqueConstraint("draw_id", name=op.f("uq_drug_test_draw_id")),
    )
    with op.batch_alter_table("drug_test", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drug_test_client_id"), ["client_id"], unique=False)

    op.create_table(
        "lab_report",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("test_id", sa.String(length=22), nullable=False),
        sa.Column("substance", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_lab_report_recorded_by_id")),
        sa.ForeignKeyConstraint(["test_id"], ["drug_test.id"], name=op.f("fk_lab_report_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_report")),
    )
    with op.batch_alter_table("lab_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lab_report_test_id"), ["test_id"], unique=False)

    op.create_table(
        "test_reading",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("test_id", sa.String(length=22), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("happened", sa.String(length=40), nullable=False),
        sa.Column("observed", sa.String(length=40), nullable=True),
        sa.Column("sample", sa.String(length=40), nullable=True),
        sa.Column("panel", sa.String(length=40), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.String(length=22), nullable=True),
        sa.CheckConstraint(
            "(happened = 'collected') = (sample IS NOT NULL)", name=op.f("ck_test_reading_a_sample_if_collected")
        ),
        sa.CheckConstraint(
            "(in_force IS NULL) = (superseded_at IS NOT NULL)", name=op.f("ck_test_reading_superseded_is_not_in_force")
        ),
        sa.CheckConstraint("in_force IS NULL OR in_force = 1", name=op.f("ck_test_reading_in_force_or_null")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_test_reading_recorded_by_id")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["staff.id"], name=op.f("fk_test_reading_superseded_by_id")),
        sa.ForeignKeyConstraint(["test_id"], ["drug_test.id"], name=op.f("fk_test_reading_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_reading")),
        sa.UniqueConstraint("test_id", "in_force", name=op.f("uq_test_reading_test_id_in_force")),
    )
    op.create_table(
        "test_finding",
        sa.Column("reading_id", sa.String(length=22), nullable=False),
        sa.Column("substance", sa.String(length=40), nullable=False),
        sa.Column("finding", sa.String(length=40), nullable=False),
        sa.Column("expected", sa.Boolean(), nullable=False),
        sa.CheckConstraint("NOT expected OR finding = 'positive'", name=op.f("ck_test_finding_expected_is_positive")),
        sa.ForeignKeyConstraint(["reading_id"], ["test_reading.id"], name=op.f("fk_test_finding_reading_id")),
        sa.PrimaryKeyConstraint("reading_id", "substance", name=op.f("pk_test_finding")),
    )


def downgrade() -> None:
    op.drop_table("test_finding")
    op.drop_table("test_reading")
    with op.batch_alter_table("lab_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lab_report_test_id"))

    op.drop_table("lab_report")
    with op.batch_alter_table("drug_test", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drug_test_client_id"))

    op.drop_table("drug_test")
    with op.batch_alter_table("test_draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_test_draw_day"))
        batch_op.drop_index(batch_op.f("ix_test_draw_client_id"))

    op.drop_table("test_draw")
    op.drop_table("medication_taking")
    op.drop_table("medication_entry")
    with op.batch_alter_table("medications_none", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_medications_none_client_id"))

    op.drop_table("medications_none")
    with op.batch_alter_table("medication_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_medication_visit_client_id_held_on"))

    op.drop_table("medication_visit")
    with op.batch_alter_table("medication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_medication_client_id"))

    op.drop_table("medication")
    op.drop_table("test_draw_run")

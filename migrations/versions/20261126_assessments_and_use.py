"""assessments-and-use

Revision: 20261126_assessments_and_use
Follows: 20261126_drug_tests
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_assessments_and_use"
down_revision = "20261126_drug_tests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("edition", sa.String(length=10), nullable=False),
        sa.Column("taken_back_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_assessment_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_client_id"), ["client_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.String(length=22), nullable=True),
        sa.CheckConstraint(
            "(in_force IS NULL) = (superseded_at IS NOT NULL)", name=op.f("ck_meeting_superseded_is_not_in_force")
        ),
        sa.CheckConstraint("in_force IS NULL OR in_force = 1", name=op.f("ck_meeting_in_force_or_null")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_meeting_client_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_meeting_recorded_by_id")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["staff.id"], name=op.f("fk_meeting_superseded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint(
            "client_id", "on_day", "kind", "in_force", name=op.f("uq_meeting_client_id_on_day_kind_in_force")
        ),
    )
    op.create_table(
        "assessment_reading",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("assessment_id", sa.String(length=22), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("level_found", sa.String(length=10), nullable=False),
        sa.Column("level_chosen", sa.String(length=10), nullable=False),
        sa.Column("why_other", sa.String(length=40), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("done_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.String(length=22), nullable=True),
        sa.CheckConstraint(
            "(in_force IS NULL) = (superseded_at IS NOT NULL)",
            name=op.f("ck_assessment_reading_superseded_is_not_in_force"),
        ),
        sa.CheckConstraint("in_force IS NULL OR in_force = 1", name=op.f("ck_assessment_reading_in_force_or_null")),
        sa.CheckConstraint(
            "level_found = level_chosen OR why_other IS NOT NULL",
            name=op.f("ck_assessment_reading_another_level_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_reading_assessment_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["staff.id"], name=op.f("fk_assessment_reading_done_by_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_assessment_reading_recorded_by_id")),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"], ["staff.id"], name=op.f("fk_assessment_reading_superseded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_reading")),
        sa.UniqueConstraint("assessment_id", "in_force", name=op.f("uq_assessment_reading_assessment_id_in_force")),
    )
    op.create_table(
        "assessment_rating",
        sa.Column("reading_id", sa.String(length=22), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.CheckConstraint("dimension BETWEEN 1 AND 6", name=op.f("ck_assessment_rating_one_of_six")),
        sa.CheckConstraint("rating BETWEEN 0 AND 4", name=op.f("ck_assessment_rating_of_its_scale")),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["assessment_reading.id"], name=op.f("fk_assessment_rating_reading_id")
        ),
        sa.PrimaryKeyConstraint("reading_id", "dimension", name=op.f("pk_assessment_rating")),
    )
    op.create_table(
        "use_report",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("episode_id", sa.String(length=22), nullable=False),
        sa.Column("before_admission", sa.Boolean(), nullable=False),
        sa.Column("taken_back_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_use_report_client_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_use_report_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_report")),
    )
    with op.batch_alter_table("use_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_use_report_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_use_report_episode_id"), ["episode_id"], unique=False)
        batch_op.create_index(
            "uq_use_report_episode_id_before_admission",
            ["episode_id"],
            unique=True,
            sqlite_where=sa.text("before_admission AND taken_back_sealed IS NULL"),
            postgresql_where=sa.text("before_admission AND taken_back_sealed IS NULL"),
        )

    op.create_table(
        "use_reading",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("report_id", sa.String(length=22), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("how_known", sa.String(length=40), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.String(length=22), nullable=True),
        sa.CheckConstraint(
            "(in_force IS NULL) = (superseded_at IS NOT NULL)", name=op.f("ck_use_reading_superseded_is_not_in_force")
        ),
        sa.CheckConstraint("in_force IS NULL OR in_force = 1", name=op.f("ck_use_reading_in_force_or_null")),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_use_reading_days_in_order")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_use_reading_recorded_by_id")),
        sa.ForeignKeyConstraint(["report_id"], ["use_report.id"], name=op.f("fk_use_reading_report_id")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["staff.id"], name=op.f("fk_use_reading_superseded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_reading")),
        sa.UniqueConstraint("report_id", "in_force", name=op.f("uq_use_reading_report_id_in_force")),
    )
    op.create_table(
        "use_substance",
        sa.Column("reading_id", sa.String(length=22), nullable=False),
        sa.Column("substance", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["use_reading.id"], name=op.f("fk_use_substance_reading_id")),
        sa.PrimaryKeyConstraint("reading_id", "substance", name=op.f("pk_use_substance")),
    )


def downgrade() -> None:
    op.drop_table("use_substance")
    op.drop_table("use_reading")
    with op.batch_alter_table("use_report", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_use_report_episode_id_before_admission",
            sqlite_where=sa.text("before_admission AND taken_back_sealed IS NULL"),
            postgresql_where=sa.text("before_admission AND taken_back_sealed IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_use_report_episode_id"))
        batch_op.drop_index(batch_op.f("ix_use_report_client_id"))

    op.drop_table("use_report")
    op.drop_table("assessment_rating")
    op.drop_table("assessment_reading")
    op.drop_table("meeting")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_client_id"))

    op.drop_table("assessment")

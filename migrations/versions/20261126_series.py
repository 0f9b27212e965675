"""series

Revision: 20261126_series
Follows: 20261126_jobs_in_the_background
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_series"
down_revision = "20261126_jobs_in_the_background"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("site_id", sa.String(length=22), nullable=False),
        sa.Column("service_id", sa.String(length=22), nullable=False),
        sa.Column("room_id", sa.String(length=22), nullable=True),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("phases_served", sa.String(length=40), nullable=False),
        sa.Column("frequency", sa.String(length=40), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.String(length=20), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("planned_from", sa.Date(), nullable=False),
        sa.Column("made_until", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.CheckConstraint("every >= 1", name=op.f("ck_series_every_one_at_least")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_series_room_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_series_service_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_series_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_made_until"), ["made_until"], unique=False)

    op.create_table(
        "series_change",
        sa.Column("series_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=22), nullable=True),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_series_change_by_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_change_series_id")),
        sa.PrimaryKeyConstraint("series_id", "number", name=op.f("pk_series_change")),
    )
    op.create_table(
        "series_day",
        sa.Column("series_id", sa.String(length=22), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("session_id", sa.String(length=22), nullable=True),
        sa.Column("left_out", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(session_id IS NULL) = (left_out IS NOT NULL)", name=op.f("ck_series_day_a_session_or_why_not")
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_day_series_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_series_day_session_id")),
        sa.PrimaryKeyConstraint("series_id", "on_day", name=op.f("pk_series_day")),
    )
    with op.batch_alter_table("series_day", schema=None) as batch_op:
        batch_op.create_index("uq_series_day_session_id", ["session_id"], unique=True)

    op.create_table(
        "series_member",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("series_id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_series_member_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_series_member_client_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_member_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_member")),
    )
    with op.batch_alter_table("series_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_member_client_id"), ["client_id"], unique=False)
        batch_op.create_index(
            "uq_series_member_once",
            ["series_id", "client_id"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "series_staff",
        sa.Column("series_id", sa.String(length=22), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_staff_series_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_series_staff_staff_id")),
        sa.PrimaryKeyConstraint("series_id", "staff_id", name=op.f("pk_series_staff")),
    )


def downgrade() -> None:
    op.drop_table("series_staff")
    with op.batch_alter_table("series_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_series_member_once",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_series_member_client_id"))

    op.drop_table("series_member")
    with op.batch_alter_table("series_day", schema=None) as batch_op:
        batch_op.drop_index("uq_series_day_session_id")

    op.drop_table("series_day")
    op.drop_table("series_change")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_made_until"))

    op.drop_table("series")

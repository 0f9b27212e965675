"""closures-leave-hours

Revision: 20261126_closures_leave_hours
Follows: 20261126_series
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_closures_leave_hours"
down_revision = "20261126_series"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "working_hours",
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.CheckConstraint("ends > starts", name=op.f("ck_working_hours_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_working_hours_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "weekday", name=op.f("pk_working_hours")),
    )
    op.create_table(
        "time_off",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("site_id", sa.String(length=22), nullable=False),
        sa.Column("room_id", sa.String(length=22), nullable=True),
        sa.Column("staff_id", sa.String(length=22), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_time_off_ends_after_it_starts")),
        sa.CheckConstraint("room_id IS NULL OR staff_id IS NULL", name=op.f("ck_time_off_a_room_or_someone")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_time_off_room_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_time_off_site_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_time_off_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    with op.batch_alter_table("time_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_time_off_ends_at"), ["ends_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("time_off", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_time_off_ends_at"))

    op.drop_table("time_off")
    op.drop_table("working_hours")

"""client-times-and-leads

Revision: 20261126_client_times_and_leads
Follows: 20261126_plans
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_client_times_and_leads"
down_revision = "20261126_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_time",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("weekdays", sa.String(length=20), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends > starts", name=op.f("ck_client_time_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_time_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_time")),
    )
    with op.batch_alter_table("client_time", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_time_client_id"), ["client_id"], unique=False)

    op.create_table(
        "staff_service",
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.Column("service_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_staff_service_service_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_service_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "service_id", name=op.f("pk_staff_service")),
    )


def downgrade() -> None:
    op.drop_table("staff_service")
    with op.batch_alter_table("client_time", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_time_client_id"))

    op.drop_table("client_time")

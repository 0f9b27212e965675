"""week-proposals

Revision: 20261126_week_proposals
Follows: 20261126_assessments_and_use
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_week_proposals"
down_revision = "20261126_assessments_and_use"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "week_proposal",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("asked_by_id", sa.String(length=22), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("around", sa.Text(), nullable=False),
        sa.Column("by_hand", sa.Text(), nullable=False),
        sa.Column("job_id", sa.String(length=22), nullable=True),
        sa.Column("stop_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("put_on", sa.Date(), nullable=True),
        sa.Column("put_in", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff.id"], name=op.f("fk_week_proposal_asked_by_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_week_proposal_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_proposal")),
    )
    with op.batch_alter_table("week_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_week_proposal_asked_at"), ["asked_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("week_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_week_proposal_asked_at"))

    op.drop_table("week_proposal")

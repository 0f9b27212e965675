"""referral-problems

Revision: 20261126_referral_problems
Follows: 20261126_teams_can_be_changed
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_referral_problems"
down_revision = "20261126_teams_can_be_changed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_problem",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("code_system", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("onset_on", sa.String(length=10), nullable=False),
        sa.Column("ended_on", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_referral_problem_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_problem")),
        sa.UniqueConstraint(
            "client_id",
            "source",
            "code_system",
            "code",
            "onset_on",
            name=op.f("uq_referral_problem_client_id_source_code_system_code_onset_on"),
        ),
    )


def downgrade() -> None:
    op.drop_table("referral_problem")

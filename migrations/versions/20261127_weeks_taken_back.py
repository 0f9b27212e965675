"""When a week that was put in place was taken back.

Revision: 20261127_weeks_taken_back
Follows: 20261127_how_series_meet
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_weeks_taken_back"
down_revision = "20261127_how_series_meet"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("week_proposal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("week_proposal", schema=None) as batch_op:
        batch_op.drop_column("undone_at")

"""teams-can-be-changed

Revision: 20261126_teams_can_be_changed
Follows: 20261126_past_episodes
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_teams_can_be_changed"
down_revision = "20261126_past_episodes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("changed_by_name", sa.String(length=200), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_column("changed_by_name")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("version")

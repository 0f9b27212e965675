"""How someone was tried after a no-show.

Revision: 20261126_how_someone_was_tried
Follows: 20261126_in_person_or_telehealth
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_how_someone_was_tried"
down_revision = "20261126_in_person_or_telehealth"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_column("channel")

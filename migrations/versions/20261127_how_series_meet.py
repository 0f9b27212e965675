"""Whether a series is held in person or as telehealth, where someone has said so.

Revision: 20261127_how_series_meet
Follows: 20261127_phase_reviews
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_how_series_meet"
down_revision = "20261127_phase_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mode", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_column("mode")

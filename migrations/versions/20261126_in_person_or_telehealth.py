"""Whether a session is held in person or as telehealth, where someone has said so.

Revision: 20261126_in_person_or_telehealth
Follows: 20261126_what_payers_pay
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_in_person_or_telehealth"
down_revision = "20261126_what_payers_pay"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mode", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_column("mode")

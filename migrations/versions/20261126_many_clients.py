"""Indexes with which a page takes as long with a hundred thousand clients as with a hundred.

Revision: 20261126_many_clients
Follows: 20261126_closures_leave_hours
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_many_clients"
down_revision = "20261126_closures_leave_hours"
branch_labels = None
depends_on = None

DENIAL = sa.text("ground = 'denied'")


def upgrade() -> None:
    with op.batch_alter_table("care_access") as batch:
        batch.create_index("ix_care_access_denials", ["client_id"], sqlite_where=DENIAL, postgresql_where=DENIAL)
    with op.batch_alter_table("episode") as batch:
        batch.drop_index(batch.f("ix_episode_case_manager_id"))
        batch.create_index(
            batch.f("ix_episode_case_manager_id_discharged_on"), ["case_manager_id", "discharged_on"], unique=False
        )
    with op.batch_alter_table("mark") as batch:
        batch.create_index(batch.f("ix_mark_place_id"), ["place_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("mark") as batch:
        batch.drop_index(batch.f("ix_mark_place_id"))
    with op.batch_alter_table("episode") as batch:
        batch.drop_index(batch.f("ix_episode_case_manager_id_discharged_on"))
        batch.create_index(batch.f("ix_episode_case_manager_id"), ["case_manager_id"], unique=False)
    with op.batch_alter_table("care_access") as batch:
        batch.drop_index("ix_care_access_denials")

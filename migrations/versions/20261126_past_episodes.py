"""Past episodes of another system: where they come from, what TEDS asks of them, and people without a name.

Revision: 20261126_past_episodes
Follows: 20261126_days_that_fit
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_past_episodes"
down_revision = "20261126_days_that_fit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("client") as batch:
        batch.add_column(sa.Column("called_elsewhere", sa.String(length=100), nullable=True))

    with op.batch_alter_table("episode") as batch:
        batch.add_column(sa.Column("last_contact_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("discharge_reason", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("education", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("teds_service", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("source", sa.String(length=60), nullable=True))
        batch.add_column(sa.Column("source_reference", sa.String(length=120), nullable=True))
        batch.add_column(sa.Column("source_digest", sa.String(length=16), nullable=True))
        batch.create_index(batch.f("ix_episode_admitted_on"), ["admitted_on"], unique=False)
        batch.create_index(batch.f("ix_episode_client_id"), ["client_id"], unique=False)
        batch.create_index(batch.f("ix_episode_discharged_on"), ["discharged_on"], unique=False)
        batch.create_unique_constraint(batch.f("uq_episode_source_source_reference"), ["source", "source_reference"])


def downgrade() -> None:
    # What the older version has no word for is kept in the words it has.
    op.execute("UPDATE transition SET reason = 'other' WHERE reason = 'not_recorded'")
    op.execute(
        "UPDATE client SET last_name = 'No name', first_name = coalesce(called_elsewhere, '') WHERE first_name = '' AND last_name = ''"
    )
    with op.batch_alter_table("episode") as batch:
        batch.drop_constraint(batch.f("uq_episode_source_source_reference"), type_="unique")
        batch.drop_index(batch.f("ix_episode_discharged_on"))
        batch.drop_index(batch.f("ix_episode_client_id"))
        batch.drop_index(batch.f("ix_episode_admitted_on"))
        batch.drop_column("source_digest")
        batch.drop_column("source_reference")
        batch.drop_column("source")
        batch.drop_column("teds_service")
        batch.drop_column("education")
        batch.drop_column("discharge_reason")
        batch.drop_column("last_contact_on")

    with op.batch_alter_table("client") as batch:
        batch.drop_column("called_elsewhere")

"""Answers of a pre-screen that fit together, and places that know which move freed them.

Revision: 20261126_days_that_fit
Follows: 20261125_read_only_versions
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_days_that_fit"
down_revision = "20261125_read_only_versions"
branch_labels = None
depends_on = None

CHECKS = {
    "ck_prescreen_last_use_known_with_its_day": "(last_use_known = 'yes') = (last_use_at IS NOT NULL)",
    "ck_prescreen_ciwa_of_its_scale": "ciwa BETWEEN 0 AND 67",
    "ck_prescreen_cows_of_its_scale": "cows BETWEEN 0 AND 48",
}


def upgrade() -> None:
    with op.batch_alter_table("place") as batch:
        batch.add_column(sa.Column("released_for_id", sa.String(length=22), nullable=True))
        batch.create_index(batch.f("ix_place_released_for_id"), ["released_for_id"], unique=False)
        batch.create_foreign_key(batch.f("fk_place_released_for_id"), "transition", ["released_for_id"], ["id"])
    # A day that stood beside "not known" never counted; "known" without a day blocked as much as "not known" does.
    op.execute("UPDATE prescreen SET last_use_at = NULL WHERE last_use_known <> 'yes'")
    op.execute("UPDATE prescreen SET last_use_known = 'unknown' WHERE last_use_known = 'yes' AND last_use_at IS NULL")
    with op.batch_alter_table("prescreen") as batch:
        for name, condition in CHECKS.items():
            batch.create_check_constraint(batch.f(name), condition)


def downgrade() -> None:
    with op.batch_alter_table("prescreen") as batch:
        for name in CHECKS:
            batch.drop_constraint(batch.f(name), type_="check")
    with op.batch_alter_table("place") as batch:
        batch.drop_constraint(batch.f("fk_place_released_for_id"), type_="foreignkey")
        batch.drop_index(batch.f("ix_place_released_for_id"))
        batch.drop_column("released_for_id")

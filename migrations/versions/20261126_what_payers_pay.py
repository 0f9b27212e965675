"""What payers pay for services: code, unit, least minutes and rounding, from a day on.

Revision: 20261126_what_payers_pay
Follows: 20261126_many_clients
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_what_payers_pay"
down_revision = "20261126_many_clients"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payer_rule",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("payer_id", sa.String(length=22), nullable=True),
        sa.Column("service_id", sa.String(length=22), nullable=False),
        sa.Column("care", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("unit_minutes", sa.Integer(), nullable=False),
        sa.Column("least_minutes", sa.Integer(), nullable=True),
        sa.Column("rounding", sa.String(length=40), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("unit_minutes >= 0 AND least_minutes > 0", name=op.f("ck_payer_rule_minutes_not_negative")),
        sa.ForeignKeyConstraint(["payer_id"], ["payer.id"], name=op.f("fk_payer_rule_payer_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_payer_rule_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_rule")),
    )
    with op.batch_alter_table("payer_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payer_rule_service_id"), ["service_id"], unique=False)
        batch_op.create_index(
            "uq_payer_rule_in_force",
            ["payer_id", "service_id", "care", "from_day"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("payer_rule", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payer_rule_in_force",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_payer_rule_service_id"))

    op.drop_table("payer_rule")

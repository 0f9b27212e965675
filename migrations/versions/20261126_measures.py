"""measures

Revision: 20261126_measures
Follows: 20261126_notes
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_measures"
down_revision = "20261126_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measure",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("taken_back_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_measure_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_client_id_instrument"), ["client_id", "instrument"], unique=False)

    op.create_table(
        "measure_reading",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("measure_id", sa.String(length=22), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.String(length=22), nullable=True),
        sa.CheckConstraint(
            "(in_force IS NULL) = (superseded_at IS NOT NULL)",
            name=op.f("ck_measure_reading_superseded_is_not_in_force"),
        ),
        sa.CheckConstraint("in_force IS NULL OR in_force = 1", name=op.f("ck_measure_reading_in_force_or_null")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_measure_reading_measure_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_measure_reading_recorded_by_id")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["staff.id"], name=op.f("fk_measure_reading_superseded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_reading")),
        sa.UniqueConstraint("measure_id", "in_force", name=op.f("uq_measure_reading_measure_id_in_force")),
    )
    op.create_table(
        "measure_score",
        sa.Column("reading_id", sa.String(length=22), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=True),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["measure_reading.id"], name=op.f("fk_measure_score_reading_id")),
        sa.PrimaryKeyConstraint("reading_id", "scale", name=op.f("pk_measure_score")),
    )


def downgrade() -> None:
    op.drop_table("measure_score")
    op.drop_table("measure_reading")
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measure_client_id_instrument"))

    op.drop_table("measure")

"""Roll-call: seats that no two people share, why someone was added, marks with words, lists reopened.

Revision: 20261125_roll_call_and_seats
Follows: 20261124_first_tables
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_roll_call_and_seats"
down_revision = "20261124_first_tables"
branch_labels = None
depends_on = None

HELD = sa.text("released_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "reopening",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("session_id", sa.String(length=22), nullable=False),
        sa.Column("was", sa.String(length=40), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_by_id", sa.String(length=22), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_by_id", sa.String(length=22), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["finished_by_id"], ["staff.id"], name=op.f("fk_reopening_finished_by_id")),
        sa.ForeignKeyConstraint(["reopened_by_id"], ["staff.id"], name=op.f("fk_reopening_reopened_by_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_reopening_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening")),
    )
    with op.batch_alter_table("reopening") as batch:
        batch.create_index(batch.f("ix_reopening_session_id"), ["session_id"])
    _marks_up()
    _places_up()
    _sessions_up()


def _marks_up() -> None:
    with op.batch_alter_table("mark") as batch:
        batch.add_column(sa.Column("words_sealed", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("batch_id", sa.String(length=22), nullable=True))
        batch.alter_column("reason", existing_type=sa.String(length=60), nullable=True)
    op.execute("UPDATE mark SET batch_id = 'before batches' WHERE with_the_rest")
    op.execute(
        "UPDATE mark SET reason = CASE WHEN reason = '' THEN NULL WHEN lower(reason) LIKE 'court%' THEN 'court' ELSE 'other' END"
    )
    with op.batch_alter_table("mark") as batch:
        batch.alter_column("reason", existing_type=sa.String(length=60), type_=sa.String(length=40))
        batch.create_index(batch.f("ix_mark_batch_id"), ["batch_id"])
        batch.drop_column("with_the_rest")


def _places_up() -> None:
    with op.batch_alter_table("place") as batch:
        batch.add_column(sa.Column("seat", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("why_added", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("why_over", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("released_by_id", sa.String(length=22), nullable=True))
    op.execute(
        "UPDATE place SET seat = (SELECT count(*) FROM place other "
        "WHERE other.session_id = place.session_id AND other.id <= place.id)"
    )
    with op.batch_alter_table("place") as batch:
        batch.alter_column("seat", existing_type=sa.Integer(), nullable=False)
        batch.create_check_constraint(batch.f("ck_place_seats_from_one"), "seat >= 1")
        batch.create_index(
            "uq_place_one_per_seat", ["session_id", "seat"], unique=True, sqlite_where=HELD, postgresql_where=HELD
        )
        batch.create_foreign_key(batch.f("fk_place_released_by_id"), "staff", ["released_by_id"], ["id"])


def _sessions_up() -> None:
    with op.batch_alter_table("session") as batch:
        batch.add_column(sa.Column("made_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True))
        batch.alter_column("state_reason", existing_type=sa.String(length=200), nullable=True)
    op.execute("UPDATE session SET made_at = changed_at")
    op.execute(
        "UPDATE session SET marked_at = (SELECT min(mark.recorded_at) FROM mark JOIN place ON place.id = mark.place_id "
        "WHERE place.session_id = session.id)"
    )
    op.execute("UPDATE session SET state_reason = CASE WHEN state_reason = '' THEN NULL ELSE 'other' END")
    with op.batch_alter_table("session") as batch:
        batch.alter_column("made_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch.alter_column("state_reason", existing_type=sa.String(length=200), type_=sa.String(length=40))


def downgrade() -> None:
    op.execute("UPDATE session SET state_reason = '' WHERE state_reason IS NULL")
    with op.batch_alter_table("session") as batch:
        batch.alter_column(
            "state_reason", existing_type=sa.String(length=40), type_=sa.String(length=200), nullable=False
        )
        batch.drop_column("marked_at")
        batch.drop_column("made_at")
    with op.batch_alter_table("place") as batch:
        batch.drop_constraint(batch.f("fk_place_released_by_id"), type_="foreignkey")
        batch.drop_index("uq_place_one_per_seat")
        batch.drop_constraint(batch.f("ck_place_seats_from_one"), type_="check")
        for name in ("released_by_id", "why_over", "why_added", "arrived_at", "seat"):
            batch.drop_column(name)
    with op.batch_alter_table("mark") as batch:
        batch.add_column(sa.Column("with_the_rest", sa.Boolean(), nullable=True))
    op.execute("UPDATE mark SET with_the_rest = (batch_id IS NOT NULL), reason = coalesce(reason, '')")
    with op.batch_alter_table("mark") as batch:
        batch.alter_column("with_the_rest", existing_type=sa.Boolean(), nullable=False)
        batch.drop_index(batch.f("ix_mark_batch_id"))
        batch.alter_column("reason", existing_type=sa.String(length=40), type_=sa.String(length=60), nullable=False)
        batch.drop_column("batch_id")
        batch.drop_column("words_sealed")
    with op.batch_alter_table("reopening") as batch:
        batch.drop_index(batch.f("ix_reopening_session_id"))
    op.drop_table("reopening")

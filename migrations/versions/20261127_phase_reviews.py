"""Phase reviews with their steps, locked by triggers; which move ended that someone belongs to a series.

Revision: 20261127_phase_reviews
Follows: 20261126_criteria
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_phase_reviews"
down_revision = "20261126_criteria"
branch_labels = None
depends_on = None

STEP_LOCKED, REVIEW_LOCKED = "ck_phase_review_step_is_locked", "ck_phase_review_ended_is_locked"


def upgrade() -> None:
    op.create_table(
        "phase_review",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("episode_id", sa.String(length=22), nullable=False),
        sa.Column("stay_id", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("to_phase_id", sa.String(length=22), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("unmet", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.String(length=22), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.String(length=22), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transition_id", sa.String(length=22), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state IN ('proposed', 'returned'))", name=op.f("ck_phase_review_ended_by_its_state")
        ),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (state <> 'decided')", name=op.f("ck_phase_review_decided_by_someone")
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_phase_review_episode_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["phase_stay.id"], name=op.f("fk_phase_review_stay_id")),
        sa.ForeignKeyConstraint(["to_phase_id"], ["phase.id"], name=op.f("fk_phase_review_to_phase_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["staff.id"], name=op.f("fk_phase_review_proposed_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_phase_review_decided_by_id")),
        sa.ForeignKeyConstraint(["transition_id"], ["transition.id"], name=op.f("fk_phase_review_transition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase_review")),
        sa.UniqueConstraint("transition_id", name=op.f("uq_phase_review_transition_id")),
    )
    with op.batch_alter_table("phase_review", schema=None) as batch:
        batch.create_index(batch.f("ix_phase_review_ended_at_proposed_at"), ["ended_at", "proposed_at"], unique=False)
        batch.create_index(batch.f("ix_phase_review_episode_id"), ["episode_id"], unique=False)
        batch.create_index(
            "uq_phase_review_one_open",
            ["episode_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "phase_review_step",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("review_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("happened", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=22), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["phase_review.id"], name=op.f("fk_phase_review_step_review_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_phase_review_step_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase_review_step")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_phase_review_step_review_id_number")),
    )
    with op.batch_alter_table("series_member", schema=None) as batch:
        batch.add_column(sa.Column("ended_for_id", sa.String(length=22), nullable=True))
        batch.create_index(batch.f("ix_series_member_ended_for_id"), ["ended_for_id"], unique=False)
        batch.create_foreign_key(batch.f("fk_series_member_ended_for_id"), "transition", ["ended_for_id"], ["id"])
    lock = lock_on_sqlite if op.get_bind().dialect.name == "sqlite" else lock_on_postgresql
    lock("phase_review_step", STEP_LOCKED, "")
    lock("phase_review", REVIEW_LOCKED, "OLD.ended_at IS NOT NULL")


def lock_on_sqlite(table: str, constraint: str, when: str) -> None:
    only = f"WHEN {when} " if when else ""
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_locked_{change.lower()} BEFORE {change} ON {table} {only}"
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {constraint}'); END"
        )


def lock_on_postgresql(table: str, constraint: str, when: str) -> None:
    only = f"WHEN ({when}) " if when else ""
    refuse = f"RAISE EXCEPTION 'a signed row is locked' USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';"
    op.execute(f"CREATE FUNCTION {table}_locked() RETURNS trigger AS $$ BEGIN {refuse} END $$ LANGUAGE plpgsql")
    op.execute(
        f"CREATE TRIGGER {table}_locked BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW {only}EXECUTE FUNCTION {table}_locked()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_locked_whole BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_locked()"
    )


def downgrade() -> None:
    with op.batch_alter_table("series_member", schema=None) as batch:
        batch.drop_constraint(batch.f("fk_series_member_ended_for_id"), type_="foreignkey")
        batch.drop_index(batch.f("ix_series_member_ended_for_id"))
        batch.drop_column("ended_for_id")
    op.drop_table("phase_review_step")
    with op.batch_alter_table("phase_review", schema=None) as batch:
        batch.drop_index(
            "uq_phase_review_one_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch.drop_index(batch.f("ix_phase_review_episode_id"))
        batch.drop_index(batch.f("ix_phase_review_ended_at_proposed_at"))
    op.drop_table("phase_review")
    if op.get_bind().dialect.name != "sqlite":
        for table in ("phase_review_step", "phase_review"):
            op.execute(f"DROP FUNCTION {table}_locked()")

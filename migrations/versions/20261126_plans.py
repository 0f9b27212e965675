"""Treatment plans: revisions with goals, signatures, outcomes, written work, reviews. What is signed is locked by triggers.

Revision: 20261126_plans
Follows: 20261126_measures
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_plans"
down_revision = "20261126_measures"
branch_labels = None
depends_on = None

LOCKED = "ck_plan_signed_is_locked"
# By table, of which rows: a revision once it is signed by all, the others always.
SIGNED = {"plan_goal": "", "plan_signature": "", "plan_revision": "OLD.completed_at IS NOT NULL"}


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("episode_id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_plan_client_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_plan_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("episode_id", name=op.f("uq_plan_episode_id")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_client_id"), ["client_id"], unique=False)

    op.create_table(
        "plan_assignment",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("plan_id", sa.String(length=22), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("given_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["given_by_id"], ["staff.id"], name=op.f("fk_plan_assignment_given_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_assignment_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_assignment")),
    )
    with op.batch_alter_table("plan_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_assignment_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "plan_revision",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("plan_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(signed_on IS NULL) = (completed_at IS NULL)", name=op.f("ck_plan_revision_signed_when_complete")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_revision_plan_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_plan_revision_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_revision")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_revision_plan_id_number")),
    )
    op.create_table(
        "plan_goal",
        sa.Column("revision_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["plan_revision.id"], name=op.f("fk_plan_goal_revision_id")),
        sa.PrimaryKeyConstraint("revision_id", "number", name=op.f("pk_plan_goal")),
    )
    op.create_table(
        "plan_outcome",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("plan_id", sa.String(length=22), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=True),
        sa.Column("assignment_id", sa.String(length=22), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(goal IS NULL) <> (assignment_id IS NULL)", name=op.f("ck_plan_outcome_of_one_thing")),
        sa.CheckConstraint(
            "(in_force IS NULL) = (superseded_at IS NOT NULL)", name=op.f("ck_plan_outcome_superseded_is_not_in_force")
        ),
        sa.CheckConstraint("in_force IS NULL OR in_force = 1", name=op.f("ck_plan_outcome_in_force_or_null")),
        sa.ForeignKeyConstraint(["assignment_id"], ["plan_assignment.id"], name=op.f("fk_plan_outcome_assignment_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_outcome_plan_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_plan_outcome_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_outcome")),
        sa.UniqueConstraint("assignment_id", "in_force", name=op.f("uq_plan_outcome_assignment_id_in_force")),
        sa.UniqueConstraint("plan_id", "goal", "in_force", name=op.f("uq_plan_outcome_plan_id_goal_in_force")),
    )
    op.create_table(
        "plan_review",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("plan_id", sa.String(length=22), nullable=False),
        sa.Column("revision_id", sa.String(length=22), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_review_plan_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_plan_review_recorded_by_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["plan_revision.id"], name=op.f("fk_plan_review_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_review")),
    )
    with op.batch_alter_table("plan_review", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plan_review_plan_id_reviewed_on"), ["plan_id", "reviewed_on"], unique=False
        )

    op.create_table(
        "plan_signature",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("revision_id", sa.String(length=22), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("needs_supervisor", sa.Boolean(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=False),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("recorded_by_credential", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(part = 'client') = (how IS NOT NULL)", name=op.f("ck_plan_signature_how_a_client_signed")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_plan_signature_recorded_by_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["plan_revision.id"], name=op.f("fk_plan_signature_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_signature")),
        sa.UniqueConstraint("revision_id", "part", name=op.f("uq_plan_signature_revision_id_part")),
    )
    for table, when in SIGNED.items():
        lock = lock_on_sqlite if op.get_bind().dialect.name == "sqlite" else lock_on_postgresql
        lock(table, when)


def lock_on_sqlite(table: str, when: str) -> None:
    only = f"WHEN {when} " if when else ""
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_locked_{change.lower()} BEFORE {change} ON {table} {only}"
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {LOCKED}'); END"
        )


def lock_on_postgresql(table: str, when: str) -> None:
    only = f"WHEN ({when}) " if when else ""
    refuse = f"RAISE EXCEPTION 'a signed row is locked' USING ERRCODE = 'check_violation', CONSTRAINT = '{LOCKED}';"
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
    op.drop_table("plan_signature")
    with op.batch_alter_table("plan_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_review_plan_id_reviewed_on"))

    op.drop_table("plan_review")
    op.drop_table("plan_outcome")
    op.drop_table("plan_goal")
    op.drop_table("plan_revision")
    with op.batch_alter_table("plan_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_assignment_plan_id"))

    op.drop_table("plan_assignment")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_client_id"))

    op.drop_table("plan")
    if op.get_bind().dialect.name == "postgresql":
        for table in SIGNED:
            op.execute(f"DROP FUNCTION {table}_locked()")

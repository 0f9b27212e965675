"""Notes name goals of a plan, locked as the notes are, and keep until when they were due.

Revision: 20261126_notes_name_goals
Follows: 20261126_week_proposals
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_notes_name_goals"
down_revision = "20261126_week_proposals"
branch_labels = None
depends_on = None

LOCKED = "ck_note_signed_is_locked"


def upgrade() -> None:
    op.create_table(
        "note_goal",
        sa.Column("note_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_goal_note_id")),
        sa.ForeignKeyConstraint(
            ["revision_id", "number"],
            ["plan_goal.revision_id", "plan_goal.number"],
            name=op.f("fk_note_goal_revision_id_number"),
        ),
        sa.PrimaryKeyConstraint("note_id", "number", name=op.f("pk_note_goal")),
    )
    with op.batch_alter_table("note_goal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_goal_revision_id_number"), ["revision_id", "number"], unique=False)

    # As it stands, and not in a batch: that would make the table of notes anew, without its triggers.
    op.add_column("note", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    for statement in locks_on_sqlite() if op.get_bind().dialect.name == "sqlite" else locks_on_postgresql():
        op.execute(statement)


def locks_on_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER note_goal_locked_{change.lower()} BEFORE {change} ON note_goal "
        f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {LOCKED}'); END"
        for change in ("UPDATE", "DELETE")
    ]


def locks_on_postgresql() -> list[str]:
    refuse = f"RAISE EXCEPTION 'a signed row is locked' USING ERRCODE = 'check_violation', CONSTRAINT = '{LOCKED}';"
    return [
        f"CREATE FUNCTION note_goal_locked() RETURNS trigger AS $$ BEGIN {refuse} END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER note_goal_locked BEFORE UPDATE OR DELETE ON note_goal "
        "FOR EACH ROW EXECUTE FUNCTION note_goal_locked()",
        "CREATE TRIGGER note_goal_locked_whole BEFORE TRUNCATE ON note_goal "
        "FOR EACH STATEMENT EXECUTE FUNCTION note_goal_locked()",
    ]


def downgrade() -> None:
    op.drop_column("note", "due_at")
    with op.batch_alter_table("note_goal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_goal_revision_id_number"))

    op.drop_table("note_goal")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION note_goal_locked()")

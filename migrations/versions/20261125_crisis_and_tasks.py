"""Earlier versions of crisis contacts, answers at follow-ups, what happened to tasks.

Revision: 20261125_crisis_and_tasks
Follows: 20261125_people_and_moves
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_crisis_and_tasks"
down_revision = "20261125_people_and_moves"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crisis_contact_earlier",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("contact_id", sa.String(length=22), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by_id", sa.String(length=22), nullable=True),
        sa.Column("client_id", sa.String(length=22), nullable=True),
        sa.Column("caller", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wish_to_be_dead", sa.String(length=40), nullable=False),
        sa.Column("thoughts", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("intent", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("behavior", sa.String(length=40), nullable=False),
        sa.Column("harm_to_others", sa.String(length=40), nullable=False),
        sa.Column("withdrawal_or_overdose", sa.String(length=40), nullable=False),
        sa.Column("naloxone_at_hand", sa.String(length=40), nullable=False),
        sa.Column("safety_plan", sa.String(length=40), nullable=False),
        sa.Column("overdose", sa.String(length=40), server_default="not_asked", nullable=False),
        sa.Column("naloxone_given", sa.String(length=40), server_default="not_asked", nullable=False),
        sa.Column("means_at_hand", sa.String(length=40), server_default="not_asked", nullable=False),
        sa.Column("safety_plan_viewed", sa.String(length=40), server_default="not_asked", nullable=False),
        sa.Column("safety_plan_requested", sa.String(length=40), server_default="not_asked", nullable=False),
        sa.Column("risk", sa.String(length=40), nullable=False),
        sa.Column("what_was_done", sa.String(length=300), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=True),
        sa.Column("lowered_because_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("where_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("call_back_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("participants_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("what_happened_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("substances_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("means_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_crisis_contact_earlier_client_id")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["crisis_contact.id"], name=op.f("fk_crisis_contact_earlier_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"], ["staff.id"], name=op.f("fk_crisis_contact_earlier_superseded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_contact_earlier")),
    )
    with op.batch_alter_table("crisis_contact_earlier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crisis_contact_earlier_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "task_event",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("task_id", sa.String(length=22), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=22), nullable=True),
        sa.Column("happened", sa.String(length=40), nullable=False),
        sa.Column("from_owner_id", sa.String(length=22), nullable=True),
        sa.Column("to_owner_id", sa.String(length=22), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_task_event_by_id")),
        sa.ForeignKeyConstraint(["from_owner_id"], ["staff.id"], name=op.f("fk_task_event_from_owner_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_event_task_id")),
        sa.ForeignKeyConstraint(["to_owner_id"], ["staff.id"], name=op.f("fk_task_event_to_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_event")),
    )
    with op.batch_alter_table("task_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_event_task_id"), ["task_id"], unique=False)

    op.create_table(
        "crisis_answers",
        sa.Column("attempt_id", sa.String(length=22), nullable=False),
        sa.Column("risk_now", sa.String(length=40), nullable=False),
        sa.Column("safety_plan", sa.String(length=40), nullable=False),
        sa.Column("means_safe", sa.String(length=40), nullable=False),
        sa.Column("may_call_again", sa.String(length=40), nullable=False),
        sa.Column("next_step_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_crisis_answers_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_crisis_answers")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("crisis_contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("changed_by_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("overdose", sa.String(length=40), server_default="not_asked", nullable=False))
        batch_op.add_column(
            sa.Column("naloxone_given", sa.String(length=40), server_default="not_asked", nullable=False)
        )
        batch_op.add_column(
            sa.Column("means_at_hand", sa.String(length=40), server_default="not_asked", nullable=False)
        )
        batch_op.add_column(
            sa.Column("safety_plan_viewed", sa.String(length=40), server_default="not_asked", nullable=False)
        )
        batch_op.add_column(
            sa.Column("safety_plan_requested", sa.String(length=40), server_default="not_asked", nullable=False)
        )
        batch_op.add_column(sa.Column("substances_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("means_sealed", sa.LargeBinary(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_crisis_contact_changed_by_id"), "staff", ["changed_by_id"], ["id"])

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("opened_by_id", sa.String(length=22), nullable=True))
        batch_op.create_index(batch_op.f("ix_task_closed_at_due_at"), ["closed_at", "due_at"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_task_opened_by_id"), "staff", ["opened_by_id"], ["id"])
    # Nothing was moved before there was a way to move it, so what is due now is what was first due.
    op.execute("UPDATE task SET first_due_at = due_at")


def downgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_task_opened_by_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_task_closed_at_due_at"))
        batch_op.drop_column("opened_by_id")
        batch_op.drop_column("first_due_at")
        batch_op.drop_column("title_sealed")

    with op.batch_alter_table("crisis_contact", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_crisis_contact_changed_by_id"), type_="foreignkey")
        batch_op.drop_column("means_sealed")
        batch_op.drop_column("substances_sealed")
        batch_op.drop_column("safety_plan_requested")
        batch_op.drop_column("safety_plan_viewed")
        batch_op.drop_column("means_at_hand")
        batch_op.drop_column("naloxone_given")
        batch_op.drop_column("overdose")
        batch_op.drop_column("changed_by_id")
        batch_op.drop_column("changed_at")

    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_column("next_due_at")

    op.drop_table("crisis_answers")
    with op.batch_alter_table("task_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_event_task_id"))

    op.drop_table("task_event")
    with op.batch_alter_table("crisis_contact_earlier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crisis_contact_earlier_contact_id"))

    op.drop_table("crisis_contact_earlier")

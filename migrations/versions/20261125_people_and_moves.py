"""Words by which clients are found, reasons of care access, a fuller pre-screen, moves that are taken back or corrected.

Clients on record are found by the words they were found by so far; how their names sound is added when they are next changed.

Revision: 20261125_people_and_moves
Follows: 20261125_roll_call_and_seats
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_people_and_moves"
down_revision = "20261125_roll_call_and_seats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_name",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "token",
            sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_name_client_id")),
        sa.PrimaryKeyConstraint("kind", "token", "client_id", name=op.f("pk_client_name")),
    )
    with op.batch_alter_table("client_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_name_client_id"), ["client_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("episode_id", sa.String(length=22), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_assignment_decided_by_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_assignment_episode_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_assignment_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_episode_id_part"), ["episode_id", "part"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_staff_id"), ["staff_id"], unique=False)

    with op.batch_alter_table("care_access", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("end_reason_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("ended_by_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("end_recorded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_care_access_ended_by_id"), "staff", ["ended_by_id"], ["id"])
        batch_op.create_check_constraint(batch_op.f("ck_care_access_days_in_order"), "ended_on >= started_on")

    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("fit", sa.Boolean(), server_default=sa.true(), nullable=False))
    _number_clearances()
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_clearance_prescreen_id_number"), ["prescreen_id", "number"])

    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("interpreter_needed", sa.String(length=40), server_default="unknown", nullable=False)
        )
        batch_op.add_column(sa.Column("contact_times_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("emergency_name", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("emergency_relation", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("emergency_phone", sa.String(length=40), nullable=True))
    _words_from_search()
    op.execute("UPDATE client SET emergency_name = '', emergency_relation = '', emergency_phone = ''")
    with op.batch_alter_table("client", schema=None) as batch_op:
        for name, length in (("emergency_name", 200), ("emergency_relation", 60), ("emergency_phone", 40)):
            batch_op.alter_column(name, existing_type=sa.String(length=length), nullable=False)
        batch_op.drop_column("search")

    with op.batch_alter_table("prescreen", schema=None) as batch_op:
        batch_op.add_column(sa.Column("program_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("prior_provider_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("last_use_time_known", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("ciwa_bands", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("ciwa_taken_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("cows_taken_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("not_admitted_because", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("outcome_words_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_by_id", sa.String(length=22), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_prescreen_ended_by_id"), "staff", ["ended_by_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_prescreen_prior_provider_id"), "provider", ["prior_provider_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_prescreen_program_id"), "program", ["program_id"], ["id"])

    with op.batch_alter_table("prescreen_substance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("route", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("frequency", sa.String(length=40), nullable=True))

    with op.batch_alter_table("transition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("superseded_by_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("superseded_words_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("replaces_id", sa.String(length=22), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_transition_replaces_id"), "transition", ["replaces_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_transition_superseded_by_id"), "staff", ["superseded_by_id"], ["id"])


def _number_clearances() -> None:
    """Examinations of one pre-screen in the order in which they were recorded."""
    bind, seen = op.get_bind(), {}
    rows = bind.execute(sa.text("SELECT id, prescreen_id FROM clearance ORDER BY recorded_at, id")).all()
    for id, prescreen in rows:
        seen[prescreen] = seen.get(prescreen, 0) + 1
        bind.execute(sa.text("UPDATE clearance SET number = :n WHERE id = :id"), {"n": seen[prescreen], "id": id})


def _words_from_search() -> None:
    bind = op.get_bind()
    words = sa.text("INSERT INTO client_name (kind, token, client_id) VALUES ('word', :token, :id)")
    for id, search in bind.execute(sa.text("SELECT id, search FROM client")).all():
        for token in sorted({word[:100] for word in search.split()}):
            bind.execute(words, {"token": token, "id": id})


def _search_from_words() -> None:
    bind, found = op.get_bind(), {}
    for id, token in bind.execute(
        sa.text("SELECT client_id, token FROM client_name WHERE kind = 'word' ORDER BY token")
    ):
        found.setdefault(id, []).append(token)
    for id, words in found.items():
        text = f" {' '.join(words)} "[:500]
        bind.execute(sa.text("UPDATE client SET search = :text WHERE id = :id"), {"text": text, "id": id})


def downgrade() -> None:
    with op.batch_alter_table("transition", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_transition_superseded_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_transition_replaces_id"), type_="foreignkey")
        batch_op.drop_column("replaces_id")
        batch_op.drop_column("superseded_words_sealed")
        batch_op.drop_column("superseded_by_id")

    with op.batch_alter_table("prescreen_substance", schema=None) as batch_op:
        batch_op.drop_column("frequency")
        batch_op.drop_column("route")

    with op.batch_alter_table("prescreen", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_prescreen_program_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_prescreen_prior_provider_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_prescreen_ended_by_id"), type_="foreignkey")
        batch_op.drop_column("ended_by_id")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("outcome_words_sealed")
        batch_op.drop_column("not_admitted_because")
        batch_op.drop_column("cows_taken_at")
        batch_op.drop_column("ciwa_taken_at")
        batch_op.drop_column("ciwa_bands")
        batch_op.drop_column("last_use_time_known")
        batch_op.drop_column("prior_provider_id")
        batch_op.drop_column("program_id")

    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search", sa.String(length=500), server_default="", nullable=False))
        batch_op.drop_column("emergency_phone")
        batch_op.drop_column("emergency_relation")
        batch_op.drop_column("emergency_name")
        batch_op.drop_column("contact_times_sealed")
        batch_op.drop_column("interpreter_needed")
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.alter_column("search", existing_type=sa.String(length=500), server_default=None)
    _search_from_words()

    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_clearance_prescreen_id_number"), type_="unique")
        batch_op.drop_column("fit")
        batch_op.drop_column("number")

    with op.batch_alter_table("care_access", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_care_access_days_in_order"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_care_access_ended_by_id"), type_="foreignkey")
        batch_op.drop_column("end_recorded_at")
        batch_op.drop_column("ended_by_id")
        batch_op.drop_column("end_reason_sealed")
        batch_op.drop_column("reason_sealed")

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_staff_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_episode_id_part"))

    op.drop_table("assignment")
    with op.batch_alter_table("client_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_name_client_id"))

    op.drop_table("client_name")

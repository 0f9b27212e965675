"""Notes of sessions, locked when signed: triggers refuse every change. Counseling notes in a table of their own.

Revision: 20261126_notes
Follows: 20261126_calendar_feeds
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_notes"
down_revision = "20261126_calendar_feeds"
branch_labels = None
depends_on = None

SIGNED = ("note", "note_addendum", "note_cosignature")
LOCKED = "ck_note_signed_is_locked"


def upgrade() -> None:
    op.create_table(
        "counseling_note",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("author_id", sa.String(length=22), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_counseling_note_author_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_counseling_note_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counseling_note")),
    )
    with op.batch_alter_table("counseling_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_counseling_note_client_id_author_id"), ["client_id", "author_id"], unique=False
        )

    op.create_table(
        "note",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("session_id", sa.String(length=22), nullable=False),
        sa.Column("place_id", sa.String(length=22), nullable=True),
        sa.Column("client_id", sa.String(length=22), nullable=True),
        sa.Column("mark_id", sa.String(length=22), nullable=True),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("needs_cosignature", sa.Boolean(), nullable=False),
        sa.Column("signed_by_id", sa.String(length=22), nullable=False),
        sa.Column("signed_by_name", sa.String(length=200), nullable=False),
        sa.Column("signed_by_credential", sa.String(length=100), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(place_id IS NULL) = (client_id IS NULL) AND (place_id IS NULL) = (mark_id IS NULL)",
            name=op.f("ck_note_own_part_is_whole"),
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_note_client_id")),
        sa.ForeignKeyConstraint(["mark_id"], ["mark.id"], name=op.f("fk_note_mark_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_note_place_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_note_session_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["staff.id"], name=op.f("fk_note_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("place_id", name=op.f("uq_note_place_id")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_client_id_signed_at"), ["client_id", "signed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_needs_cosignature"), ["needs_cosignature"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_session_id"), ["session_id"], unique=False)
        batch_op.create_index(
            "uq_note_one_for_everyone",
            ["session_id"],
            unique=True,
            sqlite_where=sa.text("place_id IS NULL"),
            postgresql_where=sa.text("place_id IS NULL"),
        )

    op.create_table(
        "note_addendum",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("note_id", sa.String(length=22), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signed_by_id", sa.String(length=22), nullable=False),
        sa.Column("signed_by_name", sa.String(length=200), nullable=False),
        sa.Column("signed_by_credential", sa.String(length=100), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_addendum_note_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["staff.id"], name=op.f("fk_note_addendum_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_addendum")),
    )
    with op.batch_alter_table("note_addendum", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_addendum_note_id"), ["note_id"], unique=False)

    op.create_table(
        "note_cosignature",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("note_id", sa.String(length=22), nullable=False),
        sa.Column("signed_by_id", sa.String(length=22), nullable=False),
        sa.Column("signed_by_name", sa.String(length=200), nullable=False),
        sa.Column("signed_by_credential", sa.String(length=100), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_cosignature_note_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["staff.id"], name=op.f("fk_note_cosignature_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_cosignature")),
        sa.UniqueConstraint("note_id", name=op.f("uq_note_cosignature_note_id")),
    )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notes_cosigned", sa.Boolean(), server_default=sa.false(), nullable=False))
    for table in SIGNED:
        lock = lock_on_sqlite if op.get_bind().dialect.name == "sqlite" else lock_on_postgresql
        lock(table)


def lock_on_sqlite(table: str) -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_locked_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {LOCKED}'); END"
        )


def lock_on_postgresql(table: str) -> None:
    refuse = f"RAISE EXCEPTION 'a signed row is locked' USING ERRCODE = 'check_violation', CONSTRAINT = '{LOCKED}';"
    op.execute(f"CREATE FUNCTION {table}_locked() RETURNS trigger AS $$ BEGIN {refuse} END $$ LANGUAGE plpgsql")
    op.execute(
        f"CREATE TRIGGER {table}_locked BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_locked()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_locked_whole BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_locked()"
    )


def downgrade() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("notes_cosigned")

    op.drop_table("note_cosignature")
    with op.batch_alter_table("note_addendum", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_addendum_note_id"))

    op.drop_table("note_addendum")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_note_one_for_everyone",
            sqlite_where=sa.text("place_id IS NULL"),
            postgresql_where=sa.text("place_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_note_session_id"))
        batch_op.drop_index(batch_op.f("ix_note_needs_cosignature"))
        batch_op.drop_index(batch_op.f("ix_note_client_id_signed_at"))

    op.drop_table("note")
    with op.batch_alter_table("counseling_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_counseling_note_client_id_author_id"))

    op.drop_table("counseling_note")
    if op.get_bind().dialect.name != "sqlite":
        for table in SIGNED:
            op.execute(f"DROP FUNCTION {table}_locked()")

"""Criteria of phases; those of a published version are read-only like the rest of it.

Revision: 20261126_criteria
Follows: 20261126_notes_name_goals
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_criteria"
down_revision = "20261126_notes_name_goals"
branch_labels = None
depends_on = None

STATE = "SELECT v.state FROM program_version v JOIN phase p ON p.program_version_id = v.id WHERE p.id = {row}.phase_id"
READ_ONLY = "ck_program_version_published_is_read_only"


def upgrade() -> None:
    op.create_table(
        "criterion",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("phase_id", sa.String(length=22), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("span", sa.Integer(), nullable=True),
        sa.Column("scale", sa.String(length=40), nullable=True),
        sa.Column("service_id", sa.String(length=22), nullable=True),
        sa.Column("must_be_met", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_name", sa.String(length=200), nullable=True),
        sa.CheckConstraint("number >= 0 AND span > 0", name=op.f("ck_criterion_numbers_in_order")),
        sa.ForeignKeyConstraint(["phase_id"], ["phase.id"], name=op.f("fk_criterion_phase_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_criterion_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
    )
    with op.batch_alter_table("criterion") as batch:
        batch.create_index(op.f("ix_criterion_phase_id"), ["phase_id"])
        batch.create_index(op.f("ix_criterion_service_id"), ["service_id"])
    make = _on_sqlite if op.get_bind().dialect.name == "sqlite" else _on_postgresql
    for statement in make():
        op.execute(statement)


def _on_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER criterion_published_{change.lower()} BEFORE {change} ON criterion "
        f"WHEN ({STATE.format(row=row)}) = 'published' "
        f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {READ_ONLY}'); END"
        for change, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
    ]


def _on_postgresql() -> list[str]:
    refuse = f"RAISE EXCEPTION 'a published version is read-only' USING ERRCODE = 'check_violation', CONSTRAINT = '{READ_ONLY}';"
    old, new = (STATE.format(row=row) for row in ("OLD", "NEW"))
    return [
        f"CREATE FUNCTION criterion_published() RETURNS trigger AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN IF ({new}) = 'published' THEN {refuse} END IF; RETURN NEW; END IF; "
        f"IF ({old}) = 'published' THEN {refuse} END IF; "
        f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER criterion_published BEFORE INSERT OR UPDATE OR DELETE ON criterion "
        "FOR EACH ROW EXECUTE FUNCTION criterion_published()",
    ]


def downgrade() -> None:
    op.drop_table("criterion")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION criterion_published()")

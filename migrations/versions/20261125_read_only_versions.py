"""Published versions are read-only, settings are appended; rows that people edit carry who changed them and when.

Revision: 20261125_read_only_versions
Follows: 20261125_crisis_and_tasks
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_read_only_versions"
down_revision = "20261125_crisis_and_tasks"
branch_labels = None
depends_on = None

# Edited by people: these get a version (where they had none), and who changed them last.
EDITED = (
    "organization", "payer", "phase", "program", "program_version", "provider", "room", "service",
    "service_requirement", "site",
)  # fmt: skip
IN_USE = ("payer", "provider", "room", "service")
IN_PLACES = ("program", "site")
CHECKS = {
    "phase": (
        "weeks_in_order",
        "weeks_expected_least >= 0 AND weeks_expected_most >= weeks_expected_least",
    ),
    "program_version": (
        "published_has_days",
        "(state = 'published') = (effective_on IS NOT NULL AND published_at IS NOT NULL)",
    ),
    "room": ("seats_somebody", "seats > 0"),
    "service_requirement": ("asks_for_something", "times > 0 AND minutes > 0"),
}
IN_FORCE = sa.text("superseded_at IS NULL")
DRAFT = sa.text("state = 'draft'")

STATE_OF = {
    "program_version": "SELECT state FROM program_version WHERE id = {row}.id",
    "phase": "SELECT state FROM program_version WHERE id = {row}.program_version_id",
    "service_requirement": (
        "SELECT v.state FROM program_version v JOIN phase p ON p.program_version_id = v.id WHERE p.id = {row}.phase_id"
    ),
}
READ_ONLY = "ck_program_version_published_is_read_only"


def upgrade() -> None:
    for table in EDITED:
        with op.batch_alter_table(table) as batch:
            if table != "program_version":
                batch.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
            else:
                batch.alter_column("version", existing_type=sa.Integer(), server_default="1")
            batch.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
            batch.add_column(sa.Column("changed_by_name", sa.String(length=200), nullable=True))
            if table in IN_USE:
                batch.add_column(sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
            if table in IN_PLACES:
                batch.add_column(sa.Column("position", sa.Integer(), server_default="0", nullable=False))
            if table in CHECKS:
                name, rule = CHECKS[table]
                batch.create_check_constraint(op.f(f"ck_{table}_{name}"), rule)
    _phases_and_settings_up()
    _switch_triggers_on()


def _phases_and_settings_up() -> None:
    with op.batch_alter_table("phase") as batch:
        batch.add_column(sa.Column("origin_id", sa.String(length=22), nullable=True))
        batch.create_foreign_key(op.f("fk_phase_origin_id"), "phase", ["origin_id"], ["id"])
    with op.batch_alter_table("service_requirement") as batch:
        batch.alter_column("per", existing_type=sa.String(length=10), type_=sa.String(length=40))
    with op.batch_alter_table("program_version") as batch:
        batch.create_index(
            "uq_program_version_one_draft", ["program_id"], unique=True, sqlite_where=DRAFT, postgresql_where=DRAFT
        )
    with op.batch_alter_table("rule_setting") as batch:
        batch.add_column(sa.Column("recorded_by_name", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
        batch.drop_constraint(op.f("uq_rule_setting_program_id_name_from_day"), type_="unique")
        batch.create_index(
            "uq_rule_setting_in_force",
            ["program_id", "name", "from_day"],
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        )


def downgrade() -> None:
    _switch_triggers_off()
    op.execute("DELETE FROM rule_setting WHERE superseded_at IS NOT NULL")
    with op.batch_alter_table("rule_setting") as batch:
        batch.drop_index("uq_rule_setting_in_force")
        batch.create_unique_constraint(
            op.f("uq_rule_setting_program_id_name_from_day"), ["program_id", "name", "from_day"]
        )
        batch.drop_column("superseded_at")
        batch.drop_column("recorded_by_name")
    with op.batch_alter_table("program_version") as batch:
        batch.drop_index("uq_program_version_one_draft")
    with op.batch_alter_table("service_requirement") as batch:
        batch.alter_column("per", existing_type=sa.String(length=40), type_=sa.String(length=10))
    with op.batch_alter_table("phase") as batch:
        batch.drop_constraint(op.f("fk_phase_origin_id"), type_="foreignkey")
        batch.drop_column("origin_id")
    for table in reversed(EDITED):
        with op.batch_alter_table(table) as batch:
            if table in CHECKS:
                batch.drop_constraint(op.f(f"ck_{table}_{CHECKS[table][0]}"), type_="check")
            for column in ("changed_by_name", "changed_at"):
                batch.drop_column(column)
            if table != "program_version":
                batch.drop_column("version")
            else:
                batch.alter_column("version", existing_type=sa.Integer(), server_default=None)
            if table in IN_USE:
                batch.drop_column("active")
            if table in IN_PLACES:
                batch.drop_column("position")


def _switch_triggers_on() -> None:
    make = _on_sqlite if op.get_bind().dialect.name == "sqlite" else _on_postgresql
    for table in STATE_OF:
        for statement in make(table):
            op.execute(statement)


def _on_sqlite(table: str) -> list[str]:
    made = []
    for change, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        if (table, change) != ("program_version", "INSERT"):
            made.append(
                f"CREATE TRIGGER {table}_published_{change.lower()} BEFORE {change} ON {table} "
                f"WHEN ({STATE_OF[table].format(row=row)}) = 'published' "
                f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {READ_ONLY}'); END"
            )
    return made


def _on_postgresql(table: str) -> list[str]:
    events = "UPDATE OR DELETE" if table == "program_version" else "INSERT OR UPDATE OR DELETE"
    refuse = f"RAISE EXCEPTION 'a published version is read-only' USING ERRCODE = 'check_violation', CONSTRAINT = '{READ_ONLY}';"
    old, new = (STATE_OF[table].format(row=row) for row in ("OLD", "NEW"))
    return [
        f"CREATE FUNCTION {table}_published() RETURNS trigger AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN IF ({new}) = 'published' THEN {refuse} END IF; RETURN NEW; END IF; "
        f"IF ({old}) = 'published' THEN {refuse} END IF; "
        f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {table}_published BEFORE {events} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_published()",
    ]


def _switch_triggers_off() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in STATE_OF:
        if sqlite:
            for change in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_published_{change}")
        else:
            op.execute(f"DROP TRIGGER {table}_published ON {table}")
            op.execute(f"DROP FUNCTION {table}_published()")

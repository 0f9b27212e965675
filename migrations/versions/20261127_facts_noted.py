"""A note of each change to what criteria read, by triggers: a page can keep what it worked out until one comes.

Revision: 20261127_facts_noted
Follows: 20261127_weeks_taken_back
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_facts_noted"
down_revision = "20261127_weeks_taken_back"
branch_labels = None
depends_on = None

OWN, EVERYONE = "SELECT NEW.client_id", "SELECT ''"
IF_ANY = "SELECT {row}.client_id WHERE {row}.client_id IS NOT NULL"
OF_TEST, OF_PLAN = (
    f"SELECT client_id FROM {name} WHERE id = NEW.{name.split('_')[-1]}_id" for name in ("drug_test", "plan")
)
# A table, whose record a row of it is about, which of its columns count (all if none), whose it was.
NOTED = (
    ("assessment_reading", "SELECT client_id FROM assessment WHERE id = NEW.assessment_id", "", ""),
    ("attempt", "SELECT client_id FROM task WHERE id = NEW.task_id AND client_id IS NOT NULL", "", ""),
    ("crisis_contact", IF_ANY.format(row="NEW"), "", IF_ANY.format(row="OLD")),
    ("episode", OWN, "program_id, prescreen_id, admitted_on, discharged_on", ""),
    ("lab_report", OF_TEST, "", ""),
    ("mark", "SELECT client_id FROM place WHERE id = NEW.place_id", "", ""),
    ("measure_reading", "SELECT client_id FROM measure WHERE id = NEW.measure_id", "", ""),
    ("meeting", OWN, "", ""),
    ("place", OWN, "", ""),
    ("plan", OWN, "", ""),
    ("plan_assignment", OF_PLAN, "", ""),
    ("plan_outcome", OF_PLAN, "", ""),
    ("plan_review", OF_PLAN, "", ""),
    ("plan_revision", OF_PLAN, "", ""),
    ("prescreen", OWN, "last_use_at, changed_at", ""),
    ("rule_setting", EVERYONE, "", ""),
    ("service", EVERYONE, "", ""),
    (
        "session",
        "SELECT client_id FROM place WHERE session_id = NEW.id AND released_at IS NULL",
        "state, on_day, starts_at, ends_at, service_id",
        "",
    ),
    ("task", IF_ANY.format(row="NEW"), "client_id, closed_at", IF_ANY.format(row="OLD")),
    ("test_reading", OF_TEST, "", ""),
    ("use_reading", "SELECT client_id FROM use_report WHERE id = NEW.report_id", "", ""),
)


def upgrade() -> None:
    op.create_table(
        "fact_noted",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_noted")),
    )
    with op.batch_alter_table("fact_noted", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_noted_client_id_id"), ["client_id", "id"], unique=False)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, whose, of, was in NOTED:
        both = f"{whose} UNION {was}" if was else whose
        changed = f"UPDATE OF {of}" if of else "UPDATE"
        (note_on_sqlite if sqlite else note_on_postgresql)(table, whose, both, changed)


def note_on_sqlite(table: str, whose: str, both: str, changed: str) -> None:
    for name, happened, selected in (("insert", "INSERT", whose), ("update", changed, both)):
        op.execute(
            f"CREATE TRIGGER {table}_noted_{name} AFTER {happened} ON {table} "
            f"BEGIN INSERT INTO fact_noted (client_id) {selected}; END"
        )


def note_on_postgresql(table: str, _whose: str, both: str, changed: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_noted() RETURNS trigger AS $$ "
        f"BEGIN INSERT INTO fact_noted (client_id) {both}; RETURN NULL; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        f"CREATE TRIGGER {table}_noted AFTER INSERT OR {changed} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_noted()"
    )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, _whose, _of, _was in NOTED:
        if sqlite:
            op.execute(f"DROP TRIGGER {table}_noted_insert")
            op.execute(f"DROP TRIGGER {table}_noted_update")
        else:
            op.execute(f"DROP TRIGGER {table}_noted ON {table}")
            op.execute(f"DROP FUNCTION {table}_noted()")
    op.drop_table("fact_noted")

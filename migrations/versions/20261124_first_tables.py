"""first-tables

Revision: 20261124_first_tables
Follows:
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_first_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
    )
    op.create_table(
        "client",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("record_number", sa.String(length=12), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("goes_by", sa.String(length=100), nullable=False),
        sa.Column("pronouns", sa.String(length=40), nullable=False),
        sa.Column("born", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=40), nullable=False),
        sa.Column("race", sa.String(length=60), nullable=False),
        sa.Column("ethnicity", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("may_call", sa.String(length=40), nullable=False),
        sa.Column("may_text", sa.String(length=40), nullable=False),
        sa.Column("may_leave_message", sa.String(length=40), nullable=False),
        sa.Column("contact_wishes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("search", sa.String(length=500), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("record_number", name=op.f("uq_client_record_number")),
    )
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_born"), ["born"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_client_last_name_first_name_id"), ["last_name", "first_name", "id"], unique=False
        )

    op.create_table(
        "form_receipt",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_form_receipt")),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_table(
        "payer",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer")),
        sa.UniqueConstraint("name", name=op.f("uq_payer_name")),
    )
    op.create_table(
        "program",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("least_age", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("name", name=op.f("uq_program_name")),
    )
    op.create_table(
        "provider",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("name", name=op.f("uq_provider_name")),
    )
    op.create_table(
        "sealing_key",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("owner_id", sa.String(length=22), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing_key")),
        sa.UniqueConstraint("owner_id", name=op.f("uq_sealing_key_owner_id")),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("counts_as_hours", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("code", name=op.f("uq_service_code")),
        sa.UniqueConstraint("name", name=op.f("uq_service_name")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("who_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_who_digest_at"), ["who_digest", "at"], unique=False)

    op.create_table(
        "site",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("name", name=op.f("uq_site_name")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("credential", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("compact_rows", sa.Boolean(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("takes_referrals", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("actor_id", sa.String(length=22), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("subject_id", sa.String(length=22), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("seal_position", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["seal_position"], ["audit_seal.position"], name=op.f("fk_audit_event_seal_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_actor_id_at"), ["actor_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_seal_position"), ["seal_position"], unique=False)

    op.create_table(
        "care_access",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=True),
        sa.Column("team_id", sa.String(length=22), nullable=True),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("given_by_id", sa.String(length=22), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(staff_id IS NULL) != (team_id IS NULL)", name=op.f("ck_care_access_person_or_team")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_care_access_client_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["staff.id"], name=op.f("fk_care_access_given_by_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_care_access_staff_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_care_access_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_access")),
    )
    with op.batch_alter_table("care_access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_access_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_access_staff_id_client_id"), ["staff_id", "client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_access_team_id_client_id"), ["team_id", "client_id"], unique=False)

    op.create_table(
        "client_reference",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_reference_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_reference")),
        sa.UniqueConstraint("source", "reference", name=op.f("uq_client_reference_source_reference")),
    )
    with op.batch_alter_table("client_reference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_reference_client_id"), ["client_id"], unique=False)

    op.create_table(
        "crisis_contact",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_by_credential", sa.String(length=100), nullable=False),
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
        sa.Column("risk", sa.String(length=40), nullable=False),
        sa.Column("lowered_because_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("where_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("call_back_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("participants_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("what_happened_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("what_was_done", sa.String(length=300), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_crisis_contact_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_crisis_contact_client_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_crisis_contact_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_contact")),
    )
    with op.batch_alter_table("crisis_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crisis_contact_client_id"), ["client_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("thrown_away_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_draft_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("staff_id", "address", name=op.f("uq_draft_staff_id_address")),
    )
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.Column("made_by_id", sa.String(length=22), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name=op.f("fk_one_time_link_made_by_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_one_time_link_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_one_time_link_token_digest")),
    )
    op.create_table(
        "prescreen",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("screened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("screened_by_id", sa.String(length=22), nullable=True),
        sa.Column("referral_source", sa.String(length=40), nullable=False),
        sa.Column("prior_level", sa.String(length=40), nullable=False),
        sa.Column("prior_provider", sa.String(length=200), nullable=False),
        sa.Column("prior_ended_on", sa.Date(), nullable=True),
        sa.Column("last_use_known", sa.String(length=40), nullable=False),
        sa.Column("last_use_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seizure_or_delirium", sa.String(length=40), nullable=False),
        sa.Column("benzodiazepine_dependence", sa.String(length=40), nullable=False),
        sa.Column("withdrawal_now", sa.String(length=40), nullable=False),
        sa.Column("ciwa", sa.Integer(), nullable=True),
        sa.Column("cows", sa.Integer(), nullable=True),
        sa.Column("notes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("referred_to_id", sa.String(length=22), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_prescreen_client_id")),
        sa.ForeignKeyConstraint(["referred_to_id"], ["provider.id"], name=op.f("fk_prescreen_referred_to_id")),
        sa.ForeignKeyConstraint(["screened_by_id"], ["staff.id"], name=op.f("fk_prescreen_screened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescreen")),
    )
    with op.batch_alter_table("prescreen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prescreen_client_id"), ["client_id"], unique=False)

    op.create_table(
        "program_version",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("program_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.String(length=22), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_program_version_program_id")),
        sa.ForeignKeyConstraint(["published_by_id"], ["staff.id"], name=op.f("fk_program_version_published_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_version")),
        sa.UniqueConstraint("program_id", "number", name=op.f("uq_program_version_program_id_number")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("site_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_room_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_room_site_id_name")),
    )
    op.create_table(
        "rule_setting",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("program_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_rule_setting_program_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_setting")),
        sa.UniqueConstraint("program_id", "name", "from_day", name=op.f("uq_rule_setting_program_id_name_from_day")),
    )
    with op.batch_alter_table("rule_setting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_setting_program_id"), ["program_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sign_in_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_token_digest")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_staff_id_ended_at"), ["staff_id", "ended_at"], unique=False)

    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_role_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "role", name=op.f("pk_staff_role")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.String(length=22), nullable=True),
        sa.Column("client_id", sa.String(length=22), nullable=True),
        sa.Column("owner_id", sa.String(length=22), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.String(length=22), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_task_client_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["staff.id"], name=op.f("fk_task_closed_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_task_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("kind", "source_id", name=op.f("uq_task_kind_source_id")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_client_id"), ["client_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_task_owner_id_closed_at_due_at"), ["owner_id", "closed_at", "due_at"], unique=False
        )

    op.create_table(
        "team_member",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("team_id", sa.String(length=22), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_team_member_staff_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
        sa.UniqueConstraint(
            "team_id", "staff_id", "started_on", name=op.f("uq_team_member_team_id_staff_id_started_on")
        ),
    )
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_member_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("task_id", sa.String(length=22), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_by_id", sa.String(length=22), nullable=True),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_attempt_task_id")),
        sa.ForeignKeyConstraint(["tried_by_id"], ["staff.id"], name=op.f("fk_attempt_tried_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_task_id"), ["task_id"], unique=False)

    op.create_table(
        "audit_client",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_audit_client_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "client_id", name=op.f("pk_audit_client")),
    )
    with op.batch_alter_table("audit_client", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_client_client_id_event_id"), ["client_id", "event_id"], unique=False)

    op.create_table(
        "clearance",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("prescreen_id", sa.String(length=22), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_by", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("finding_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["prescreen_id"], ["prescreen.id"], name=op.f("fk_clearance_prescreen_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff.id"], name=op.f("fk_clearance_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance")),
    )
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clearance_prescreen_id"), ["prescreen_id"], unique=False)

    op.create_table(
        "episode",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("program_id", sa.String(length=22), nullable=False),
        sa.Column("program_version_id", sa.String(length=22), nullable=False),
        sa.Column("prescreen_id", sa.String(length=22), nullable=True),
        sa.Column("case_manager_id", sa.String(length=22), nullable=True),
        sa.Column("clinician_id", sa.String(length=22), nullable=True),
        sa.Column("payer_id", sa.String(length=22), nullable=True),
        sa.Column("admitted_on", sa.Date(), nullable=False),
        sa.Column("discharged_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("discharged_on >= admitted_on", name=op.f("ck_episode_days_in_order")),
        sa.ForeignKeyConstraint(["case_manager_id"], ["staff.id"], name=op.f("fk_episode_case_manager_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_episode_client_id")),
        sa.ForeignKeyConstraint(["clinician_id"], ["staff.id"], name=op.f("fk_episode_clinician_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["payer.id"], name=op.f("fk_episode_payer_id")),
        sa.ForeignKeyConstraint(["prescreen_id"], ["prescreen.id"], name=op.f("fk_episode_prescreen_id")),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_episode_program_id")),
        sa.ForeignKeyConstraint(
            ["program_version_id"], ["program_version.id"], name=op.f("fk_episode_program_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode")),
    )
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_episode_case_manager_id"), ["case_manager_id"], unique=False)
        batch_op.create_index(
            "uq_episode_one_open_per_program",
            ["client_id", "program_id"],
            unique=True,
            sqlite_where=sa.text("discharged_on IS NULL"),
            postgresql_where=sa.text("discharged_on IS NULL"),
        )

    op.create_table(
        "phase",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("program_version_id", sa.String(length=22), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("level_of_care", sa.String(length=10), nullable=False),
        sa.Column("hours_least", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("hours_most", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("days_a_week", sa.Integer(), nullable=False),
        sa.Column("weeks_expected_least", sa.Integer(), nullable=False),
        sa.Column("weeks_expected_most", sa.Integer(), nullable=False),
        sa.Column("weeks_least", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours_least >= 0 AND hours_most >= hours_least", name=op.f("ck_phase_hours_in_order")),
        sa.ForeignKeyConstraint(
            ["program_version_id"], ["program_version.id"], name=op.f("fk_phase_program_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("program_version_id", "name", name=op.f("uq_phase_program_version_id_name")),
        sa.UniqueConstraint("program_version_id", "position", name=op.f("uq_phase_program_version_id_position")),
    )
    op.create_table(
        "prescreen_substance",
        sa.Column("prescreen_id", sa.String(length=22), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("substance", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["prescreen_id"], ["prescreen.id"], name=op.f("fk_prescreen_substance_prescreen_id")),
        sa.PrimaryKeyConstraint("prescreen_id", "rank", name=op.f("pk_prescreen_substance")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("site_id", sa.String(length=22), nullable=False),
        sa.Column("service_id", sa.String(length=22), nullable=False),
        sa.Column("room_id", sa.String(length=22), nullable=True),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("phases_served", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_reason", sa.String(length=200), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by_id", sa.String(length=22), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_session_ends_after_it_starts")),
        sa.CheckConstraint("places >= 1", name=op.f("ck_session_at_least_one_place")),
        sa.ForeignKeyConstraint(["finished_by_id"], ["staff.id"], name=op.f("fk_session_finished_by_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_session_room_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_session_service_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_session_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_on_day"), ["on_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_room_id_on_day"), ["room_id", "on_day"], unique=False)

    op.create_table(
        "place",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("session_id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.String(length=22), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("booked_by_id", sa.String(length=22), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booked_by_id"], ["staff.id"], name=op.f("fk_place_booked_by_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_place_client_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_place_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_client_id"), ["client_id"], unique=False)
        batch_op.create_index(
            "uq_place_one_per_client",
            ["session_id", "client_id"],
            unique=True,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )

    op.create_table(
        "service_requirement",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("phase_id", sa.String(length=22), nullable=False),
        sa.Column("service_id", sa.String(length=22), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("per", sa.String(length=10), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["phase.id"], name=op.f("fk_service_requirement_phase_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_requirement_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_requirement")),
        sa.UniqueConstraint("phase_id", "service_id", name=op.f("uq_service_requirement_phase_id_service_id")),
    )
    op.create_table(
        "session_staff",
        sa.Column("session_id", sa.String(length=22), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_session_staff_session_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_session_staff_staff_id")),
        sa.PrimaryKeyConstraint("session_id", "staff_id", name=op.f("pk_session_staff")),
    )
    with op.batch_alter_table("session_staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_staff_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "transition",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("episode_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("from_phase_id", sa.String(length=22), nullable=True),
        sa.Column("to_phase_id", sa.String(length=22), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("proposed_by_id", sa.String(length=22), nullable=True),
        sa.Column("decided_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_transition_decided_by_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_transition_episode_id")),
        sa.ForeignKeyConstraint(["from_phase_id"], ["phase.id"], name=op.f("fk_transition_from_phase_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["staff.id"], name=op.f("fk_transition_proposed_by_id")),
        sa.ForeignKeyConstraint(["to_phase_id"], ["phase.id"], name=op.f("fk_transition_to_phase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition")),
    )
    with op.batch_alter_table("transition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transition_effective_on"), ["effective_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_transition_episode_id"), ["episode_id"], unique=False)

    op.create_table(
        "mark",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("place_id", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("early_minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("with_the_rest", sa.Boolean(), nullable=False),
        sa.Column("marked_by_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "minutes >= 0 AND late_minutes >= 0 AND early_minutes >= 0", name=op.f("ck_mark_minutes_not_negative")
        ),
        sa.ForeignKeyConstraint(["marked_by_id"], ["staff.id"], name=op.f("fk_mark_marked_by_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_mark_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
    )
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.create_index(
            "uq_mark_one_in_force",
            ["place_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "phase_stay",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("episode_id", sa.String(length=22), nullable=False),
        sa.Column("phase_id", sa.String(length=22), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("previous_ended_on", sa.Date(), nullable=True),
        sa.Column("in_force", sa.Integer(), nullable=True),
        sa.Column("transition_in_id", sa.String(length=22), nullable=False),
        sa.Column("transition_out_id", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(in_force IS NULL) = (superseded_at IS NOT NULL)", name=op.f("ck_phase_stay_superseded_is_not_in_force")
        ),
        sa.CheckConstraint("ended_on > started_on", name=op.f("ck_phase_stay_at_least_a_day")),
        sa.CheckConstraint("in_force IS NULL OR in_force = 1", name=op.f("ck_phase_stay_in_force_or_null")),
        sa.CheckConstraint("previous_ended_on = started_on", name=op.f("ck_phase_stay_starts_where_the_last_ended")),
        sa.ForeignKeyConstraint(
            ["episode_id", "previous_ended_on", "in_force"],
            ["phase_stay.episode_id", "phase_stay.ended_on", "phase_stay.in_force"],
            name="fk_phase_stay_follows_on",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_phase_stay_episode_id")),
        sa.ForeignKeyConstraint(["phase_id"], ["phase.id"], name=op.f("fk_phase_stay_phase_id")),
        sa.ForeignKeyConstraint(["transition_in_id"], ["transition.id"], name=op.f("fk_phase_stay_transition_in_id")),
        sa.ForeignKeyConstraint(["transition_out_id"], ["transition.id"], name=op.f("fk_phase_stay_transition_out_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase_stay")),
        sa.UniqueConstraint(
            "episode_id", "ended_on", "in_force", name=op.f("uq_phase_stay_episode_id_ended_on_in_force")
        ),
        sa.UniqueConstraint(
            "episode_id",
            "previous_ended_on",
            "in_force",
            name=op.f("uq_phase_stay_episode_id_previous_ended_on_in_force"),
        ),
    )
    with op.batch_alter_table("phase_stay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phase_stay_phase_id_started_on"), ["phase_id", "started_on"], unique=False)
        batch_op.create_index(
            "uq_phase_stay_one_first",
            ["episode_id"],
            unique=True,
            sqlite_where=sa.text("previous_ended_on IS NULL AND in_force = 1"),
            postgresql_where=sa.text("previous_ended_on IS NULL AND in_force = 1"),
        )
        batch_op.create_index(
            "uq_phase_stay_one_open",
            ["episode_id"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL AND in_force = 1"),
            postgresql_where=sa.text("ended_on IS NULL AND in_force = 1"),
        )


def downgrade() -> None:
    with op.batch_alter_table("phase_stay", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_phase_stay_one_open",
            sqlite_where=sa.text("ended_on IS NULL AND in_force = 1"),
            postgresql_where=sa.text("ended_on IS NULL AND in_force = 1"),
        )
        batch_op.drop_index(
            "uq_phase_stay_one_first",
            sqlite_where=sa.text("previous_ended_on IS NULL AND in_force = 1"),
            postgresql_where=sa.text("previous_ended_on IS NULL AND in_force = 1"),
        )
        batch_op.drop_index(batch_op.f("ix_phase_stay_phase_id_started_on"))

    op.drop_table("phase_stay")
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mark_one_in_force",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("mark")
    with op.batch_alter_table("transition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transition_episode_id"))
        batch_op.drop_index(batch_op.f("ix_transition_effective_on"))

    op.drop_table("transition")
    with op.batch_alter_table("session_staff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_staff_staff_id"))

    op.drop_table("session_staff")
    op.drop_table("service_requirement")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_place_one_per_client",
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_place_client_id"))

    op.drop_table("place")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_room_id_on_day"))
        batch_op.drop_index(batch_op.f("ix_session_on_day"))

    op.drop_table("session")
    op.drop_table("prescreen_substance")
    op.drop_table("phase")
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_episode_one_open_per_program",
            sqlite_where=sa.text("discharged_on IS NULL"),
            postgresql_where=sa.text("discharged_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_episode_case_manager_id"))

    op.drop_table("episode")
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clearance_prescreen_id"))

    op.drop_table("clearance")
    with op.batch_alter_table("audit_client", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_client_client_id_event_id"))

    op.drop_table("audit_client")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_task_id"))

    op.drop_table("attempt")
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_member_staff_id"))

    op.drop_table("team_member")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_owner_id_closed_at_due_at"))
        batch_op.drop_index(batch_op.f("ix_task_client_id"))

    op.drop_table("task")
    op.drop_table("staff_role")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_staff_id_ended_at"))

    op.drop_table("sign_in")
    with op.batch_alter_table("rule_setting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rule_setting_program_id"))

    op.drop_table("rule_setting")
    op.drop_table("room")
    op.drop_table("program_version")
    with op.batch_alter_table("prescreen", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prescreen_client_id"))

    op.drop_table("prescreen")
    op.drop_table("one_time_link")
    op.drop_table("draft")
    with op.batch_alter_table("crisis_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crisis_contact_client_id"))

    op.drop_table("crisis_contact")
    with op.batch_alter_table("client_reference", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_reference_client_id"))

    op.drop_table("client_reference")
    with op.batch_alter_table("care_access", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_care_access_team_id_client_id"))
        batch_op.drop_index(batch_op.f("ix_care_access_staff_id_client_id"))
        batch_op.drop_index(batch_op.f("ix_care_access_client_id"))

    op.drop_table("care_access")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_seal_position"))
        batch_op.drop_index(batch_op.f("ix_audit_event_at"))
        batch_op.drop_index(batch_op.f("ix_audit_event_actor_id_at"))

    op.drop_table("audit_event")
    op.drop_table("team")
    op.drop_table("staff")
    op.drop_table("site")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_who_digest_at"))

    op.drop_table("sign_in_attempt")
    op.drop_table("service")
    op.drop_table("sealing_key")
    op.drop_table("provider")
    op.drop_table("program")
    op.drop_table("payer")
    op.drop_table("organization")
    op.drop_table("form_receipt")
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_last_name_first_name_id"))
        batch_op.drop_index(batch_op.f("ix_client_born"))

    op.drop_table("client")
    op.drop_table("audit_seal")

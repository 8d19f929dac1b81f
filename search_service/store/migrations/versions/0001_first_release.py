"""The tables as of the first release."""

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


AUDIT = "审计记录只能追加"
EVENTS = "需求的流程记录只能追加"


def text(length: int | None = None) -> sa.String:
    """A text that sorts and compares by code point, whatever language the server was set up for, as on SQLite."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _append_only(table: str, why: str) -> None:
    """What happened is never changed, whoever asks: the database itself refuses (reliability: audit)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger AS "
            f"$$ BEGIN RAISE EXCEPTION '{why}'; END $$ LANGUAGE plpgsql"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", text(100), nullable=False),
        sa.Column("role", text(30), nullable=False),
        sa.Column("action", text(60), nullable=False),
        sa.Column("record", text(40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("reason", text(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_record_id"), ["record_id"], unique=False)

    op.create_table(
        "catalogue_entry",
        sa.Column("catalogue", text(200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("category_no", text(20), nullable=True),
        sa.Column("category", text(200), nullable=False),
        sa.Column("type_no", text(20), nullable=True),
        sa.Column("type", text(200), nullable=False),
        sa.Column("supervision", text(200), nullable=True),
        sa.Column("verification_way", text(300), nullable=True),
        sa.Column("scope_of_use", text(), nullable=True),
        sa.Column("regulations", sa.JSON(), nullable=False),
        sa.Column("remark", text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_catalogue_entry_key")),
    )
    with op.batch_alter_table("catalogue_entry", schema=None) as batch_op:
        batch_op.create_index(
            "uq_catalogue_entry_dated",
            ["catalogue", "year", "category", "type"],
            unique=True,
            sqlite_where=sa.text("year IS NOT NULL AND deleted_at IS NULL"),
            postgresql_where=sa.text("year IS NOT NULL AND deleted_at IS NULL"),
        )
        batch_op.create_index(
            "uq_catalogue_entry_undated",
            ["catalogue", "category", "type"],
            unique=True,
            sqlite_where=sa.text("year IS NULL AND deleted_at IS NULL"),
            postgresql_where=sa.text("year IS NULL AND deleted_at IS NULL"),
        )

    op.create_table(
        "category",
        sa.Column("scheme", text(20), nullable=False),
        sa.Column("code", text(20), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("parent", text(20), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("key", name=op.f("uq_category_key")),
    )
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.create_index("uq_category_scheme_code", ["scheme", "code"], unique=True)

    op.create_table(
        "calendar_notice",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=True),
        sa.Column("source", text(500), nullable=False),
        sa.Column("made_by", text(100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_calendar_notice")),
    )
    with op.batch_alter_table("calendar_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_notice_year"), ["year"], unique=False)

    op.create_table(
        "division",
        sa.Column("adcode", text(6), nullable=False),
        sa.Column("name", text(60), nullable=False),
        sa.Column("short_names", sa.JSON(), nullable=False),
        sa.Column("parent_adcode", text(6), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division")),
        sa.UniqueConstraint("adcode", name=op.f("uq_division_adcode")),
        sa.UniqueConstraint("key", name=op.f("uq_division_key")),
    )
    with op.batch_alter_table("division", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_division_parent_adcode"), ["parent_adcode"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("actor", text(100), nullable=False),
        sa.Column("key", text(200), nullable=False),
        sa.Column("request_hash", text(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotency_key")),
    )
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_key_created_at"), ["created_at"], unique=False)

    op.create_table(
        "index_state",
        sa.Column("kind", text(40), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("done_seq", sa.BigInteger(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", text(80), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_reason", text(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "entity_id", name=op.f("pk_index_state")),
    )
    with op.batch_alter_table("index_state", schema=None) as batch_op:
        batch_op.create_index(
            "ix_index_state_due",
            ["kind", "available_at"],
            unique=False,
            sqlite_where=sa.text("seq > done_seq"),
            postgresql_where=sa.text("seq > done_seq"),
        )

    op.create_table(
        "institution",
        sa.Column("name", text(200), nullable=False),
        sa.Column("name_key", text(200), nullable=False),
        sa.Column("former_names", sa.JSON(), nullable=False),
        sa.Column("short_names", sa.JSON(), nullable=False),
        sa.Column("name_en", text(300), nullable=True),
        sa.Column("credit_code", text(18), nullable=False),
        sa.Column("institution_code", text(50), nullable=True),
        sa.Column("division_adcode", text(20), nullable=True),
        sa.Column("address", text(300), nullable=True),
        sa.Column("legal_representative", text(100), nullable=True),
        sa.Column("phone", text(50), nullable=True),
        sa.Column("business_kinds", sa.JSON(), nullable=False),
        sa.Column("introduction", text(), nullable=True),
        sa.Column("business_scope", text(), nullable=True),
        sa.Column("nature", text(50), nullable=True),
        sa.Column("organisation_form", text(50), nullable=True),
        sa.Column("level", text(50), nullable=True),
        sa.Column("cover", text(300), nullable=True),
        sa.Column("display_certificates", sa.JSON(), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("remark", text(), nullable=True),
        sa.Column("complaint_handler", text(100), nullable=True),
        sa.Column("complaint_phone", text(50), nullable=True),
        sa.Column("contact", text(100), nullable=True),
        sa.Column("contact_phone", text(50), nullable=True),
        sa.Column("status", text(20), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("key", name=op.f("uq_institution_key")),
    )
    with op.batch_alter_table("institution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_institution_division_adcode"), ["division_adcode"], unique=False)
        batch_op.create_index(batch_op.f("ix_institution_status"), ["status"], unique=False)
        batch_op.create_index("uq_institution_credit_code_name_key", ["credit_code", "name_key"], unique=True)

    op.create_table(
        "fan_out",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", text(40), nullable=False),
        sa.Column("path", text(200), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fan_out")),
    )
    op.create_table(
        "index_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", text(40), nullable=False),
        sa.Column("action", text(20), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("fingerprint", text(64), nullable=True),
        sa.Column("state", text(20), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", text(80), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step", text(20), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("message", text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_job")),
    )
    with op.batch_alter_table("index_job", schema=None) as batch_op:
        batch_op.create_index(
            "uq_index_job_open",
            ["kind"],
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.create_table(
        "search_index",
        sa.Column("name", text(200), nullable=False),
        sa.Column("kind", text(40), nullable=False),
        sa.Column("fingerprint", text(64), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("state", text(20), nullable=False),
        sa.Column("step", text(20), nullable=False),
        sa.Column("position", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outdated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drift", sa.Integer(), nullable=True),
        sa.Column("vocabulary", sa.Integer(), nullable=False),
        sa.Column("note", text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search_index")),
    )
    with op.batch_alter_table("search_index", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_index_kind"), ["kind"], unique=False)

    op.create_table(
        "standard",
        sa.Column("number", text(200), nullable=False),
        sa.Column("number_key", text(200), nullable=False),
        sa.Column("line_key", text(200), nullable=False),
        sa.Column("body", text(200), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("title", text(500), nullable=False),
        sa.Column("title_en", text(500), nullable=True),
        sa.Column("kind", text(20), nullable=True),
        sa.Column("status", text(20), nullable=False),
        sa.Column("status_source", text(200), nullable=True),
        sa.Column("status_as_of", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("ics", sa.JSON(), nullable=False),
        sa.Column("ccs", sa.JSON(), nullable=False),
        sa.Column("department", text(300), nullable=True),
        sa.Column("scope", text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard")),
        sa.UniqueConstraint("key", name=op.f("uq_standard_key")),
        sa.UniqueConstraint("number_key", name=op.f("uq_standard_number_key")),
    )
    with op.batch_alter_table("standard", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standard_line_key"), ["line_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_standard_body"), ["body"], unique=False)

    op.create_table(
        "synonym",
        sa.Column("word", text(100), nullable=False),
        sa.Column("meaning", text(100), nullable=False),
        sa.Column("relation", text(20), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym")),
        sa.UniqueConstraint("key", name=op.f("uq_synonym_key")),
    )
    with op.batch_alter_table("synonym", schema=None) as batch_op:
        batch_op.create_index("uq_synonym_pair", ["word", "meaning"], unique=True)

    op.create_table(
        "topic",
        sa.Column("name", text(100), nullable=False),
        sa.Column("description", text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("key", name=op.f("uq_topic_key")),
        sa.UniqueConstraint("name", name=op.f("uq_topic_name")),
    )
    op.create_table(
        "control_query",
        sa.Column("q", text(200), nullable=False),
        sa.Column("note", text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_query")),
        sa.UniqueConstraint("key", name=op.f("uq_control_query_key")),
        sa.UniqueConstraint("q", name=op.f("uq_control_query_q")),
    )
    op.create_table(
        "query_log",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", text(200), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("band", text(20), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "text", name=op.f("pk_query_log")),
    )
    op.create_table(
        "vocabulary_proposal",
        sa.Column("state", text(20), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("query", text(200), nullable=True),
        sa.Column("created_by", text(100), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=True),
        sa.Column("basis", text(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_proposal")),
        sa.UniqueConstraint("key", name=op.f("uq_vocabulary_proposal_key")),
    )
    with op.batch_alter_table("vocabulary_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vocabulary_proposal_state"), ["state"], unique=False)

    op.create_table(
        "vocabulary_version",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("fingerprint", text(64), nullable=False),
        sa.Column("cause", text(20), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("created_by", text(100), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_version")),
        sa.UniqueConstraint("key", name=op.f("uq_vocabulary_version_key")),
        sa.UniqueConstraint("number", name=op.f("uq_vocabulary_version_number")),
    )
    op.create_table(
        "access_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", text(64), nullable=False),
        sa.Column("role", text(30), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_access_token_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_token_token_hash")),
    )
    op.create_table(
        "authorisation",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("service", text(30), nullable=False),
        sa.Column("instrument", text(300), nullable=False),
        sa.Column("category", text(200), nullable=True),
        sa.Column("type", text(200), nullable=True),
        sa.Column("regulation", text(200), nullable=True),
        sa.Column("regulation_key", text(200), nullable=True),
        sa.Column("range", text(500), nullable=True),
        sa.Column("accuracy", text(500), nullable=True),
        sa.Column("organisation_class", text(50), nullable=True),
        sa.Column("limitation", text(), nullable=True),
        sa.Column("remark", text(), nullable=True),
        sa.Column("subject_key", text(64), nullable=False),
        sa.Column("state", text(20), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_authorisation_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorisation")),
        sa.UniqueConstraint("key", name=op.f("uq_authorisation_key")),
    )
    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authorisation_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_authorisation_regulation_key"), ["regulation_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_authorisation_subject_key"), ["subject_key"], unique=False)

    op.create_table(
        "capability",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("field", text(100), nullable=True),
        sa.Column("object", text(300), nullable=False),
        sa.Column("parameter", text(500), nullable=True),
        sa.Column("standards", sa.JSON(), nullable=False),
        sa.Column("limitation", text(), nullable=True),
        sa.Column("remark", text(), nullable=True),
        sa.Column("place", text(200), nullable=True),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("subject_key", text(64), nullable=False),
        sa.Column("state", text(20), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_capability_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capability")),
        sa.UniqueConstraint("key", name=op.f("uq_capability_key")),
    )
    with op.batch_alter_table("capability", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capability_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_capability_subject_key"), ["subject_key"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("nature", text(20), nullable=True),
        sa.Column("grade", text(50), nullable=True),
        sa.Column("number", text(100), nullable=False),
        sa.Column("number_key", text(100), nullable=False),
        sa.Column("issuer", text(200), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("scan", text(300), nullable=True),
        sa.Column("annex", text(300), nullable=True),
        sa.Column("remark", text(), nullable=True),
        sa.Column("state", text(20), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_certificate_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("key", name=op.f("uq_certificate_key")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_number_key"), ["number_key"], unique=False)
        batch_op.create_index("uq_certificate_owner", ["institution_id", "nature", "number_key"], unique=True)

    op.create_table(
        "plan",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("title", text(200), nullable=False),
        sa.Column("service", text(30), nullable=False),
        sa.Column("description", text(), nullable=True),
        sa.Column("pictures", sa.JSON(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("price_to_fen", sa.BigInteger(), nullable=True),
        sa.Column("period_days", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("state", text(20), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_plan_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_plan_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("key", name=op.f("uq_plan_key")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "standard_replacement",
        sa.Column("standard_id", sa.Uuid(), nullable=False),
        sa.Column("number_key", text(200), nullable=False),
        sa.Column("number", text(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["standard.id"], name=op.f("fk_standard_replacement_standard_id_standard")
        ),
        sa.PrimaryKeyConstraint("standard_id", "number_key", name=op.f("pk_standard_replacement")),
    )
    with op.batch_alter_table("standard_replacement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standard_replacement_number_key"), ["number_key"], unique=False)

    op.create_table(
        "authorisation_certificate",
        sa.Column("authorisation_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorisation_id"],
            ["authorisation.id"],
            name=op.f("fk_authorisation_certificate_authorisation_id_authorisation"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_authorisation_certificate_certificate_id_certificate")
        ),
        sa.PrimaryKeyConstraint("authorisation_id", "certificate_id", name=op.f("pk_authorisation_certificate")),
    )
    with op.batch_alter_table("authorisation_certificate", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_authorisation_certificate_certificate_id"), ["certificate_id"], unique=False
        )

    op.create_table(
        "authorisation_region",
        sa.Column("authorisation_id", sa.Uuid(), nullable=False),
        sa.Column("adcode", text(50), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorisation_id"],
            ["authorisation.id"],
            name=op.f("fk_authorisation_region_authorisation_id_authorisation"),
        ),
        sa.PrimaryKeyConstraint("authorisation_id", "adcode", name=op.f("pk_authorisation_region")),
    )
    with op.batch_alter_table("authorisation_region", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authorisation_region_adcode"), ["adcode"], unique=False)

    op.create_table(
        "capability_certificate",
        sa.Column("capability_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["capability_id"], ["capability.id"], name=op.f("fk_capability_certificate_capability_id_capability")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_capability_certificate_certificate_id_certificate")
        ),
        sa.PrimaryKeyConstraint("capability_id", "certificate_id", name=op.f("pk_capability_certificate")),
    )
    with op.batch_alter_table("capability_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capability_certificate_certificate_id"), ["certificate_id"], unique=False)

    op.create_table(
        "plan_authorisation",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("authorisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorisation_id"],
            ["authorisation.id"],
            name=op.f("fk_plan_authorisation_authorisation_id_authorisation"),
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_authorisation_plan_id_plan")),
        sa.PrimaryKeyConstraint("plan_id", "authorisation_id", name=op.f("pk_plan_authorisation")),
    )
    with op.batch_alter_table("plan_authorisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_authorisation_authorisation_id"), ["authorisation_id"], unique=False)

    op.create_table(
        "capability_standard",
        sa.Column("capability_id", sa.Uuid(), nullable=False),
        sa.Column("edition_key", text(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["capability_id"], ["capability.id"], name=op.f("fk_capability_standard_capability_id_capability")
        ),
        sa.PrimaryKeyConstraint("capability_id", "edition_key", name=op.f("pk_capability_standard")),
    )
    with op.batch_alter_table("capability_standard", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capability_standard_edition_key"), ["edition_key"], unique=False)

    op.create_table(
        "plan_capability",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("capability_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["capability_id"], ["capability.id"], name=op.f("fk_plan_capability_capability_id_capability")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_capability_plan_id_plan")),
        sa.PrimaryKeyConstraint("plan_id", "capability_id", name=op.f("pk_plan_capability")),
    )
    with op.batch_alter_table("plan_capability", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_capability_capability_id"), ["capability_id"], unique=False)

    op.create_table(
        "plan_certificate",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_plan_certificate_certificate_id_certificate")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_certificate_plan_id_plan")),
        sa.PrimaryKeyConstraint("plan_id", "certificate_id", name=op.f("pk_plan_certificate")),
    )
    with op.batch_alter_table("plan_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_certificate_certificate_id"), ["certificate_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", text(60), nullable=False),
        sa.Column("phone", text(20), nullable=True),
        sa.Column("mail", text(200), nullable=True),
        sa.Column("role", text(30), nullable=False),
        sa.Column("password_hash", text(200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("mail", name=op.f("uq_account_mail")),
        sa.UniqueConstraint("phone", name=op.f("uq_account_phone")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_role"), ["role"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", text(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_at"), ["at"], unique=False)
        batch_op.create_index("ix_attempt_subject", ["subject", "at"], unique=False)

    op.create_table(
        "enterprise",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("credit_code", text(18), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_enterprise_credit_code")),
    )
    op.create_table(
        "guest_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", text(64), nullable=False),
        sa.Column("kind", text(40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("name", text(60), nullable=False),
        sa.Column("phone", text(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_access")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_guest_access_secret_hash")),
    )
    with op.batch_alter_table("guest_access", schema=None) as batch_op:
        batch_op.create_index("ix_guest_access_about", ["kind", "record_id"], unique=False)

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(500), nullable=False),
        sa.Column("channel", text(10), nullable=False),
        sa.Column("recipient", text(200), nullable=False),
        sa.Column("template", text(40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("state", text(10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", text(80), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", text(200), nullable=True),
        sa.Column("dead_reason", text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_message_due",
            ["available_at"],
            unique=False,
            sqlite_where=sa.text("state = 'due'"),
            postgresql_where=sa.text("state = 'due'"),
        )

    op.create_table(
        "login_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", text(64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", text(200), nullable=False),
        sa.Column("address", text(60), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_session_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_login_session_secret_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_session_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("claimed_name", text(200), nullable=False),
        sa.Column("state", text(20), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", text(100), nullable=True),
        sa.Column("reason", text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(enterprise_id IS NULL) <> (institution_id IS NULL)", name=op.f("ck_membership_one_side")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id_account")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_membership_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_membership_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index("ix_membership_state", ["state", "requested_at"], unique=False)
        batch_op.create_index(
            "uq_membership_open",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_hash", text(64), nullable=False),
        sa.Column("purpose", text(20), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("code_hash", text(64), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_one_time_code_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
        sa.UniqueConstraint("ticket_hash", name=op.f("uq_one_time_code_ticket_hash")),
    )
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_code_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_one_time_code_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "requirement",
        sa.Column("number", text(30), nullable=False),
        sa.Column("title", text(200), nullable=False),
        sa.Column("channel", text(20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("contact_name", text(60), nullable=False),
        sa.Column("contact_phone", text(20), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("entered_by", text(100), nullable=True),
        sa.Column("state", text(20), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calendar_version", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", text(200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_requirement_account_id_account")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_requirement_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint("key", name=op.f("uq_requirement_key")),
        sa.UniqueConstraint("number", name=op.f("uq_requirement_number")),
    )
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_requirement_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_requirement_state"), ["state"], unique=False)
        batch_op.create_index(
            "ix_requirement_open",
            ["received_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "requirement_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", text(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", text(100), nullable=False),
        sa.Column("once", text(60), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_requirement_event_requirement_id_requirement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_event")),
        sa.UniqueConstraint("requirement_id", "number", name=op.f("uq_requirement_event_requirement_id_number")),
        sa.UniqueConstraint("requirement_id", "once", name=op.f("uq_requirement_event_requirement_id_once")),
    )
    op.create_table(
        "recommendation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", text(100), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", text(100), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_recommendation_requirement_id_requirement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint("requirement_id", "number", name=op.f("uq_recommendation_requirement_id_number")),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("state", text(20), nullable=False),
        sa.Column("institution_name", text(200), nullable=False),
        sa.Column("contact", text(200), nullable=False),
        sa.Column("note", text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("informed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_referral_requirement_id_requirement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("requirement_id", name=op.f("uq_referral_requirement_id")),
    )
    op.create_table(
        "requirement_trouble",
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("step", text(20), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_requirement_trouble_requirement_id_requirement"),
        ),
        sa.PrimaryKeyConstraint("requirement_id", "step", name=op.f("pk_requirement_trouble")),
    )
    _append_only("audit_event", AUDIT)
    _append_only("requirement_event", EVENTS)


def downgrade() -> None:
    op.drop_table("requirement_trouble")
    op.drop_table("referral")
    op.drop_table("recommendation")
    op.drop_table("requirement_event")
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_requirement_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_requirement_state"))
        batch_op.drop_index(batch_op.f("ix_requirement_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_requirement_account_id"))

    op.drop_table("requirement")
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_code_expires_at"))
        batch_op.drop_index(batch_op.f("ix_one_time_code_account_id"))

    op.drop_table("one_time_code")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_membership_open", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index("ix_membership_state")
        batch_op.drop_index(batch_op.f("ix_membership_institution_id"))
        batch_op.drop_index(batch_op.f("ix_membership_enterprise_id"))

    op.drop_table("membership")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_expires_at"))
        batch_op.drop_index(batch_op.f("ix_login_session_account_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_message_due", sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'")
        )

    op.drop_table("outbox_message")
    with op.batch_alter_table("guest_access", schema=None) as batch_op:
        batch_op.drop_index("ix_guest_access_about")

    op.drop_table("guest_access")
    op.drop_table("enterprise")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_subject")
        batch_op.drop_index(batch_op.f("ix_attempt_at"))

    op.drop_table("attempt")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_role"))

    op.drop_table("account")
    with op.batch_alter_table("plan_certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_certificate_certificate_id"))

    op.drop_table("plan_certificate")
    with op.batch_alter_table("plan_capability", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_capability_capability_id"))

    op.drop_table("plan_capability")
    with op.batch_alter_table("capability_standard", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capability_standard_edition_key"))

    op.drop_table("capability_standard")
    with op.batch_alter_table("plan_authorisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_authorisation_authorisation_id"))

    op.drop_table("plan_authorisation")
    with op.batch_alter_table("capability_certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capability_certificate_certificate_id"))

    op.drop_table("capability_certificate")
    with op.batch_alter_table("authorisation_region", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authorisation_region_adcode"))

    op.drop_table("authorisation_region")
    with op.batch_alter_table("authorisation_certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authorisation_certificate_certificate_id"))

    op.drop_table("authorisation_certificate")
    with op.batch_alter_table("standard_replacement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standard_replacement_number_key"))

    op.drop_table("standard_replacement")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_topic_id"))
        batch_op.drop_index(batch_op.f("ix_plan_institution_id"))

    op.drop_table("plan")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index("uq_certificate_owner")
        batch_op.drop_index(batch_op.f("ix_certificate_number_key"))

    op.drop_table("certificate")
    with op.batch_alter_table("capability", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capability_subject_key"))
        batch_op.drop_index(batch_op.f("ix_capability_institution_id"))

    op.drop_table("capability")
    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authorisation_subject_key"))
        batch_op.drop_index(batch_op.f("ix_authorisation_regulation_key"))
        batch_op.drop_index(batch_op.f("ix_authorisation_institution_id"))

    op.drop_table("authorisation")
    op.drop_table("access_token")
    op.drop_table("vocabulary_version")
    with op.batch_alter_table("vocabulary_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vocabulary_proposal_state"))

    op.drop_table("vocabulary_proposal")
    op.drop_table("query_log")
    op.drop_table("control_query")
    op.drop_table("topic")
    with op.batch_alter_table("synonym", schema=None) as batch_op:
        batch_op.drop_index("uq_synonym_pair")

    op.drop_table("synonym")
    with op.batch_alter_table("standard", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standard_body"))
        batch_op.drop_index(batch_op.f("ix_standard_line_key"))

    op.drop_table("standard")
    with op.batch_alter_table("search_index", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_index_kind"))

    op.drop_table("search_index")
    with op.batch_alter_table("index_job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_index_job_open",
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.drop_table("index_job")
    op.drop_table("fan_out")
    with op.batch_alter_table("institution", schema=None) as batch_op:
        batch_op.drop_index("uq_institution_credit_code_name_key")
        batch_op.drop_index(batch_op.f("ix_institution_status"))
        batch_op.drop_index(batch_op.f("ix_institution_division_adcode"))

    op.drop_table("institution")
    with op.batch_alter_table("index_state", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_index_state_due", sqlite_where=sa.text("seq > done_seq"), postgresql_where=sa.text("seq > done_seq")
        )

    op.drop_table("index_state")
    with op.batch_alter_table("idempotency_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_key_created_at"))

    op.drop_table("idempotency_key")
    with op.batch_alter_table("division", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_division_parent_adcode"))

    op.drop_table("division")
    op.drop_table("calendar_notice")
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.drop_index("uq_category_scheme_code")

    op.drop_table("category")
    with op.batch_alter_table("catalogue_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_catalogue_entry_undated",
            sqlite_where=sa.text("year IS NULL AND deleted_at IS NULL"),
            postgresql_where=sa.text("year IS NULL AND deleted_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_catalogue_entry_dated",
            sqlite_where=sa.text("year IS NOT NULL AND deleted_at IS NULL"),
            postgresql_where=sa.text("year IS NOT NULL AND deleted_at IS NULL"),
        )

    op.drop_table("catalogue_entry")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_record_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_at"))

    op.drop_table("audit_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_event_append_only()")
        op.execute("DROP FUNCTION requirement_event_append_only()")

"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from commons.database.migrate import run_routine
from commons.territory import in_box, territory

REGION_BOX = in_box("ST_X(geom)", "ST_Y(geom)", territory().bounds.records)

revision = "0001"
down_revision = None


def _enum(name: str, *codes: str) -> postgresql.ENUM:
    return postgresql.ENUM(*codes, name=name, schema="reference", create_type=False)


RESOURCE_KIND = _enum(
    "resource_kind",
    "data",
    "place",
    "people",
    "exchange",
    "skills",
    "tools",
    "administration",
    "logistics",
    "communication",
)
MUTUALISATION_STEP = _enum(
    "mutualisation_step", "exploration", "themes", "experiment", "evaluation", "identity"
)
COOPERATION = _enum("cooperation", "simple", "common_management", "strategic", "reinforced")
AUDIENCE = _enum("audience", "public", "partners", "partner", "researchers")
PRECISION = _enum("precision", "exact", "sector", "neighbourhood", "commune", "withheld")
OBSTACLE = _enum(
    "obstacle", "time", "process_resources", "uncertainty", "identity", "publics", "organisation_size"
)
INTENSITY = _enum("intensity", "none", "weak", "strong")
DISTRICT_LEVEL = _enum("district_level", "region", "commune", "neighbourhood", "sector")
STANCE = _enum("stance", "allow", "ask")
UPLOAD_MODE = _enum("upload_mode", "full", "partial")
FIELD_GROUP = _enum(
    "field_group",
    "existence",
    "identity",
    "description",
    "location",
    "contact_organisation",
    "contact_person",
    "resources",
)
PURPOSE = _enum("purpose", "display", "reuse", "statistics", "matching", "contact")
CONSENT_EFFECT = _enum("consent_effect", "allow", "deny", "coarsen")
VERDICT = _enum("verdict", "same", "different")
SUBJECT_KIND = _enum("subject_kind", "organisation", "person", "unknown")
ENUMS = (
    RESOURCE_KIND,
    MUTUALISATION_STEP,
    COOPERATION,
    AUDIENCE,
    PRECISION,
    OBSTACLE,
    INTENSITY,
    DISTRICT_LEVEL,
    STANCE,
    UPLOAD_MODE,
    FIELD_GROUP,
    PURPOSE,
    CONSENT_EFFECT,
    VERDICT,
    SUBJECT_KIND,
)
RELEASED_SCHEMAS = {
    "public": "released_public",
    "partners": "released_partners",
    "researchers": "released_research",
}


def upgrade() -> None:
    for enum in ENUMS:
        enum.create(op.get_bind(), checkfirst=True)
    run_routine(op.get_bind(), "cells")
    op.create_table(
        "alternative",
        sa.Column("alternative_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("redirected_to", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["redirected_to"],
            ["commons.alternative.alternative_id"],
            name=op.f("fk_alternative_redirected_to"),
        ),
        sa.PrimaryKeyConstraint("alternative_id", name=op.f("pk_alternative")),
        schema="commons",
    )
    op.create_table(
        "audit_event",
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column(
            "detail",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="ids and counts, never a person's values",
        ),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_event")),
        schema="commons",
    )
    op.create_table(
        "mutualisation",
        sa.Column("mutualisation_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "mutualisation_key", sa.Text(), nullable=False, comment="its folded title: one across partners"
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("resource_kind", RESOURCE_KIND, nullable=True),
        sa.Column("step", MUTUALISATION_STEP, nullable=True),
        sa.Column("cooperation", COOPERATION, nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("mutualisation_id", name=op.f("pk_mutualisation")),
        sa.UniqueConstraint("mutualisation_key", name=op.f("uq_mutualisation_mutualisation_key")),
        schema="commons",
    )
    op.create_table(
        "partner",
        sa.Column("partner_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]*$'", name=op.f("ck_partner_slug")),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_partner")),
        sa.UniqueConstraint("slug", name=op.f("uq_partner_slug")),
        schema="commons",
    )
    op.create_table(
        "release_queue",
        sa.Column("queue_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("alternative_ids", sa.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("record_ids", sa.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("dataset_ids", sa.ARRAY(sa.BigInteger()), nullable=True),
        sa.PrimaryKeyConstraint("queue_id", name=op.f("pk_release_queue")),
        schema="commons",
    )
    op.create_geospatial_table(
        "released_alternative",
        sa.Column("audience", AUDIENCE, nullable=False),
        sa.Column("alternative_id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_fr", sa.Text(), nullable=True),
        sa.Column("name_nl", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("description_fr", sa.Text(), nullable=True),
        sa.Column("description_nl", sa.Text(), nullable=True),
        sa.Column("description_en", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("opening_hours", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("house_number", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("contact_person", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("legal_form", sa.Text(), nullable=True),
        sa.Column("enterprise_number", sa.Text(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("offers", sa.ARRAY(RESOURCE_KIND), nullable=True),
        sa.Column("needs", sa.ARRAY(RESOURCE_KIND), nullable=True),
        sa.Column("precision", PRECISION, nullable=False),
        sa.Column("uncertainty_m", sa.Double(), nullable=False),
        sa.Column(
            "commune", sa.Text(), nullable=True, comment="code; null where the published area lies in several"
        ),
        sa.Column("neighbourhood", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False, comment="a shown source grants statistics"),
        sa.Column("reusable", sa.Boolean(), nullable=False, comment="every shown source grants reuse"),
        sa.Column("licences", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("attributions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "provenance",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="field -> slug of the dataset whose value is shown",
        ),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("audience", "alternative_id", name=op.f("pk_released_alternative")),
        schema="commons",
        postgresql_partition_by="LIST (audience)",
    )
    op.create_geospatial_index(
        "ix_released_alternative_geom",
        "released_alternative",
        ["geom"],
        unique=False,
        schema="commons",
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        "ix_released_alternative_public_id",
        "released_alternative",
        ["audience", "public_id"],
        unique=True,
        schema="commons",
    )
    op.create_table(
        "released_participation",
        sa.Column("audience", AUDIENCE, nullable=False),
        sa.Column("alternative_id", sa.BigInteger(), nullable=False),
        sa.Column("mutualisation_id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("resource_kind", RESOURCE_KIND, nullable=True),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "audience", "alternative_id", "mutualisation_id", name=op.f("pk_released_participation")
        ),
        schema="commons",
        postgresql_partition_by="LIST (audience)",
    )
    op.create_table(
        "tombstone",
        sa.Column("audience", AUDIENCE, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("audience", "public_id", name=op.f("pk_tombstone")),
        schema="commons",
    )
    op.create_table(
        "category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label_fr", sa.Text(), nullable=False),
        sa.Column("label_nl", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
        schema="reference",
    )
    op.create_table(
        "source",
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source_key", name=op.f("pk_source")),
        schema="reference",
    )
    op.create_table(
        "dataset",
        sa.Column("dataset_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "attribution",
            sa.Text(),
            nullable=False,
            comment="how the dataset wants to be named where its values are shown",
        ),
        sa.Column(
            "priority",
            sa.Integer(),
            server_default="100",
            nullable=False,
            comment="smaller is preferred on equal precision",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]*$'", name=op.f("ck_dataset_slug")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["commons.partner.partner_id"], name=op.f("fk_dataset_partner_id")
        ),
        sa.PrimaryKeyConstraint("dataset_id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("slug", name=op.f("uq_dataset_slug")),
        schema="commons",
    )
    op.create_index(op.f("ix_dataset_partner_id"), "dataset", ["partner_id"], unique=False, schema="commons")
    op.create_table(
        "mutualisation_obstacle",
        sa.Column("obstacle_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("mutualisation_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("obstacle", OBSTACLE, nullable=False),
        sa.Column("intensity", INTENSITY, nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mutualisation_id"],
            ["commons.mutualisation.mutualisation_id"],
            name=op.f("fk_mutualisation_obstacle_mutualisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["commons.partner.partner_id"], name=op.f("fk_mutualisation_obstacle_partner_id")
        ),
        sa.PrimaryKeyConstraint("obstacle_id", name=op.f("pk_mutualisation_obstacle")),
        schema="commons",
    )
    op.create_index(
        op.f("ix_mutualisation_obstacle_mutualisation_id"),
        "mutualisation_obstacle",
        ["mutualisation_id"],
        unique=False,
        schema="commons",
    )
    op.create_table(
        "partner_token",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "sha256",
            sa.LargeBinary(),
            nullable=False,
            comment="of the secret part, which is shown once and not kept",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["commons.partner.partner_id"], name=op.f("fk_partner_token_partner_id")
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_partner_token")),
        schema="commons",
    )
    op.create_table(
        "released_identity",
        sa.Column("audience", AUDIENCE, nullable=False),
        sa.Column("alternative_id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["alternative_id"],
            ["commons.alternative.alternative_id"],
            name=op.f("fk_released_identity_alternative_id"),
        ),
        sa.PrimaryKeyConstraint("audience", "alternative_id", name=op.f("pk_released_identity")),
        sa.UniqueConstraint("audience", "public_id", name=op.f("uq_released_identity_audience_public_id")),
        schema="commons",
    )
    op.create_table(
        "category_synonym",
        sa.Column("term", sa.Text(), nullable=False, comment="folded: lower case, no accents"),
        sa.Column("category", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category"], ["reference.category.code"], name=op.f("fk_category_synonym_category")
        ),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_category_synonym")),
        schema="reference",
    )
    op.create_geospatial_table(
        "district",
        sa.Column("district_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False, comment="official, or h3 for the stand-in grid"),
        sa.Column("level", DISTRICT_LEVEL, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("name_fr", sa.Text(), nullable=False),
        sa.Column("name_nl", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("residential", sa.Boolean(), nullable=True),
        sa.Column("area_km2", sa.Double(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "label_point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "uncertainty_m", sa.Double(), nullable=False, comment="from label_point to the farthest vertex"
        ),
        sa.Column(
            "sparse", sa.Boolean(), nullable=False, comment="too few inhabitants to hide one address in"
        ),
        sa.ForeignKeyConstraint(["source"], ["reference.source.source_key"], name=op.f("fk_district_source")),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_district")),
        sa.UniqueConstraint(
            "scheme", "level", "code", "revision", name=op.f("uq_district_scheme_level_code_revision")
        ),
        schema="reference",
    )
    op.create_geospatial_index(
        "ix_district_geom",
        "district",
        ["geom"],
        unique=False,
        schema="reference",
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "population",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("level", DISTRICT_LEVEL, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False, comment="on 1 January"),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source"], ["reference.source.source_key"], name=op.f("fk_population_source")
        ),
        sa.PrimaryKeyConstraint("level", "code", "revision", "year", name=op.f("pk_population")),
        schema="reference",
    )
    op.create_table(
        "agreement",
        sa.Column("agreement_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stance", STANCE, nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_agreement_validity")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["commons.dataset.dataset_id"], name=op.f("fk_agreement_dataset_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("dataset_id", "version", name=op.f("uq_agreement_dataset_id_version")),
        schema="commons",
    )
    op.create_index(
        "uq_agreement_in_force",
        "agreement",
        ["dataset_id"],
        unique=True,
        schema="commons",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "dataset_category",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False, comment="the partner's own word"),
        sa.Column("category", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category"], ["reference.category.code"], name=op.f("fk_dataset_category_category")
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["commons.dataset.dataset_id"], name=op.f("fk_dataset_category_dataset_id")
        ),
        sa.UniqueConstraint("dataset_id", "term", name=op.f("uq_dataset_category_dataset_id_term")),
        schema="commons",
    )
    op.create_table(
        "erased_key",
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "keyed_hash", sa.Text(), nullable=False, comment="so that the next upload does not bring it back"
        ),
        sa.Column("erased_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["commons.dataset.dataset_id"], name=op.f("fk_erased_key_dataset_id")
        ),
        sa.PrimaryKeyConstraint("dataset_id", "keyed_hash", name=op.f("pk_erased_key")),
        schema="commons",
    )
    op.create_table(
        "source_record",
        sa.Column("record_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "partner_key",
            sa.Text(),
            nullable=False,
            comment="the partner's own id, else a fingerprint of the row",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["commons.dataset.dataset_id"], name=op.f("fk_source_record_dataset_id")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_source_record")),
        sa.UniqueConstraint(
            "dataset_id", "partner_key", name=op.f("uq_source_record_dataset_id_partner_key")
        ),
        schema="commons",
    )
    op.create_table(
        "upload",
        sa.Column("upload_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("mode", UPLOAD_MODE, nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rows_in", sa.Integer(), nullable=False),
        sa.Column("rows_stored", sa.Integer(), nullable=False),
        sa.Column("rows_set_aside", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rows_in = rows_stored + rows_set_aside", name=op.f("ck_upload_nothing_lost")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["commons.dataset.dataset_id"], name=op.f("fk_upload_dataset_id")
        ),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_upload")),
        schema="commons",
    )
    op.create_index(
        "ix_upload_dataset", "upload", ["dataset_id", "upload_id"], unique=False, schema="commons"
    )
    op.create_table(
        "district_within",
        sa.Column("inner_id", sa.BigInteger(), nullable=False),
        sa.Column("outer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inner_id"], ["reference.district.district_id"], name=op.f("fk_district_within_inner_id")
        ),
        sa.ForeignKeyConstraint(
            ["outer_id"], ["reference.district.district_id"], name=op.f("fk_district_within_outer_id")
        ),
        sa.PrimaryKeyConstraint("inner_id", "outer_id", name=op.f("pk_district_within")),
        schema="reference",
    )
    op.create_table(
        "agreement_term",
        sa.Column("term_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", AUDIENCE, nullable=False),
        sa.Column("named_partner_id", sa.BigInteger(), nullable=True),
        sa.Column("field_groups", sa.ARRAY(FIELD_GROUP), nullable=False),
        sa.Column("purposes", sa.ARRAY(PURPOSE), nullable=False),
        sa.Column("precision", PRECISION, nullable=True),
        sa.Column(
            "cells",
            sa.BigInteger(),
            sa.Computed("commons.cells(field_groups, purposes)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(audience = 'partner') = (named_partner_id IS NOT NULL)",
            name=op.f("ck_agreement_term_named_partner"),
        ),
        sa.CheckConstraint("precision IS NOT NULL", name=op.f("ck_agreement_term_precision_stated")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["commons.agreement.agreement_id"], name=op.f("fk_agreement_term_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["named_partner_id"],
            ["commons.partner.partner_id"],
            name=op.f("fk_agreement_term_named_partner_id"),
        ),
        sa.PrimaryKeyConstraint("term_id", name=op.f("pk_agreement_term")),
        schema="commons",
    )
    op.create_index(
        op.f("ix_agreement_term_agreement_id"),
        "agreement_term",
        ["agreement_id"],
        unique=False,
        schema="commons",
    )
    op.create_table(
        "charter_assessment",
        sa.Column("assessment_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "grade IN ('A', 'B', 'C', 'D', 'E', 'F')", name=op.f("ck_charter_assessment_grade")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["commons.partner.partner_id"], name=op.f("fk_charter_assessment_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["commons.source_record.record_id"], name=op.f("fk_charter_assessment_record_id")
        ),
        sa.PrimaryKeyConstraint("assessment_id", name=op.f("pk_charter_assessment")),
        schema="commons",
    )
    op.create_index(
        op.f("ix_charter_assessment_record_id"),
        "charter_assessment",
        ["record_id"],
        unique=False,
        schema="commons",
    )
    op.create_table(
        "consent",
        sa.Column("consent_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("upload_id", sa.BigInteger(), nullable=True),
        sa.Column("effect", CONSENT_EFFECT, nullable=False),
        sa.Column("audience", AUDIENCE, nullable=False),
        sa.Column("named_partner_id", sa.BigInteger(), nullable=True),
        sa.Column("field_groups", sa.ARRAY(FIELD_GROUP), nullable=False),
        sa.Column("purposes", sa.ARRAY(PURPOSE), nullable=False),
        sa.Column("precision", PRECISION, nullable=True),
        sa.Column(
            "cells",
            sa.BigInteger(),
            sa.Computed("commons.cells(field_groups, purposes)", persisted=True),
            nullable=False,
        ),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=True),
        sa.Column("evidence_kind", sa.Text(), nullable=False, comment="form, mail, import flag, paper"),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("text_version", sa.Text(), nullable=True),
        sa.Column("text_language", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "named_partner_id IS NULL OR audience = 'partner'",
            name=op.f("ck_consent_only_partners_are_named"),
        ),
        sa.CheckConstraint(
            "effect <> 'allow' OR audience <> 'partner' OR named_partner_id IS NOT NULL",
            name=op.f("ck_consent_allows_a_named_partner"),
        ),
        sa.CheckConstraint(
            "effect <> 'coarsen' OR precision IS NOT NULL", name=op.f("ck_consent_coarsen_to")
        ),
        sa.CheckConstraint("ended_as IN ('superseded', 'withdrawn')", name=op.f("ck_consent_ended_as")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_consent_ended")),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_consent_validity")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["commons.dataset.dataset_id"], name=op.f("fk_consent_dataset_id")
        ),
        sa.ForeignKeyConstraint(
            ["named_partner_id"], ["commons.partner.partner_id"], name=op.f("fk_consent_named_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["commons.source_record.record_id"], name=op.f("fk_consent_record_id")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["commons.upload.upload_id"], name=op.f("fk_consent_upload_id")
        ),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consent")),
        schema="commons",
    )
    op.create_index(
        "ix_consent_dataset",
        "consent",
        ["dataset_id"],
        unique=False,
        schema="commons",
        postgresql_where=sa.text("record_id IS NULL"),
    )
    op.create_index("ix_consent_record", "consent", ["record_id"], unique=False, schema="commons")
    op.create_index(op.f("ix_consent_upload_id"), "consent", ["upload_id"], unique=False, schema="commons")
    op.create_index(
        "ix_consent_valid_until",
        "consent",
        ["valid_until"],
        unique=False,
        schema="commons",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "match_decision",
        sa.Column("decision_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("left_record_id", sa.BigInteger(), nullable=False),
        sa.Column("right_record_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", VERDICT, nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "decided_by", sa.Text(), nullable=False, comment="a person, or the linker's name and version"
        ),
        sa.Column("is_human", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("left_record_id < right_record_id", name=op.f("ck_match_decision_ordered_pair")),
        sa.ForeignKeyConstraint(
            ["left_record_id"],
            ["commons.source_record.record_id"],
            name=op.f("fk_match_decision_left_record_id"),
        ),
        sa.ForeignKeyConstraint(
            ["right_record_id"],
            ["commons.source_record.record_id"],
            name=op.f("fk_match_decision_right_record_id"),
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_match_decision")),
        schema="commons",
    )
    op.create_index(
        op.f("ix_match_decision_right_record_id"),
        "match_decision",
        ["right_record_id"],
        unique=False,
        schema="commons",
    )
    op.create_index(
        "uq_match_decision_live",
        "match_decision",
        ["left_record_id", "right_record_id", "is_human"],
        unique=True,
        schema="commons",
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "membership",
        sa.Column("membership_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("alternative_id", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["alternative_id"],
            ["commons.alternative.alternative_id"],
            name=op.f("fk_membership_alternative_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["commons.source_record.record_id"], name=op.f("fk_membership_record_id")
        ),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("pk_membership")),
        schema="commons",
    )
    op.create_index(
        op.f("ix_membership_alternative_id"), "membership", ["alternative_id"], unique=False, schema="commons"
    )
    op.create_index(
        "uq_membership_current",
        "membership",
        ["record_id"],
        unique=True,
        schema="commons",
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=True,
            comment="1-based data row; null speaks of the whole file",
        ),
        sa.Column("column_name", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["commons.upload.upload_id"], name=op.f("fk_notice_upload_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice")),
        schema="commons",
    )
    op.create_index(op.f("ix_notice_upload_id"), "notice", ["upload_id"], unique=False, schema="commons")
    op.create_geospatial_table(
        "record_version",
        sa.Column("version_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "name_composed",
            sa.Boolean(),
            nullable=False,
            comment="of its address: shown only where that may be",
        ),
        sa.Column("name_fr", sa.Text(), nullable=True),
        sa.Column("name_nl", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("description_fr", sa.Text(), nullable=True),
        sa.Column("description_nl", sa.Text(), nullable=True),
        sa.Column("description_en", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("category_raw", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("opening_hours", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("house_number", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("contact_person", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("subject", SUBJECT_KIND, nullable=False),
        sa.Column("legal_form", sa.Text(), nullable=True),
        sa.Column("enterprise_number", sa.Text(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("offers", sa.ARRAY(RESOURCE_KIND), server_default="{}", nullable=False),
        sa.Column("needs", sa.ARRAY(RESOURCE_KIND), server_default="{}", nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=True),
        sa.Column("extras", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("sector_id", sa.BigInteger(), nullable=True),
        sa.Column("neighbourhood_id", sa.BigInteger(), nullable=True),
        sa.Column("commune_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "ended_on IS NULL OR founded_on IS NULL OR ended_on >= founded_on",
            name=op.f("ck_record_version_dates_in_order"),
        ),
        sa.CheckConstraint(
            f"geom IS NULL OR (NOT ST_IsEmpty(geom) AND {REGION_BOX})",
            name=op.f("ck_record_version_in_region_box"),
        ),
        sa.ForeignKeyConstraint(
            ["category"], ["reference.category.code"], name=op.f("fk_record_version_category")
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["reference.district.district_id"], name=op.f("fk_record_version_commune_id")
        ),
        sa.ForeignKeyConstraint(
            ["neighbourhood_id"],
            ["reference.district.district_id"],
            name=op.f("fk_record_version_neighbourhood_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["commons.source_record.record_id"], name=op.f("fk_record_version_record_id")
        ),
        sa.ForeignKeyConstraint(
            ["sector_id"], ["reference.district.district_id"], name=op.f("fk_record_version_sector_id")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["commons.upload.upload_id"], name=op.f("fk_record_version_upload_id")
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_record_version")),
        schema="commons",
    )
    op.create_geospatial_index(
        "ix_record_version_geom",
        "record_version",
        ["geom"],
        unique=False,
        schema="commons",
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        op.f("ix_record_version_upload_id"), "record_version", ["upload_id"], unique=False, schema="commons"
    )
    op.create_index(
        "uq_record_version_current",
        "record_version",
        ["record_id"],
        unique=True,
        schema="commons",
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "set_aside_row",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("codes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "values",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the row as it was in the file, to be corrected and sent again",
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["commons.upload.upload_id"], name=op.f("fk_set_aside_row_upload_id")
        ),
        sa.PrimaryKeyConstraint("upload_id", "row_number", name=op.f("pk_set_aside_row")),
        schema="commons",
    )
    op.create_table(
        "withdrawal",
        sa.Column("withdrawal_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("field_groups", sa.ARRAY(FIELD_GROUP), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column(
            "withdrawn_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("receipt", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["commons.dataset.dataset_id"], name=op.f("fk_withdrawal_dataset_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["commons.source_record.record_id"], name=op.f("fk_withdrawal_record_id")
        ),
        sa.PrimaryKeyConstraint("withdrawal_id", name=op.f("pk_withdrawal")),
        schema="commons",
    )
    op.create_table(
        "participation",
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("mutualisation_id", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mutualisation_id"],
            ["commons.mutualisation.mutualisation_id"],
            name=op.f("fk_participation_mutualisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["commons.source_record.record_id"], name=op.f("fk_participation_record_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["commons.record_version.version_id"], name=op.f("fk_participation_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "mutualisation_id", name=op.f("pk_participation")),
        schema="commons",
    )
    op.create_index(
        op.f("ix_participation_mutualisation_id"),
        "participation",
        ["mutualisation_id"],
        unique=False,
        schema="commons",
    )
    for audience, schema in RELEASED_SCHEMAS.items():
        for table in ("alternative", "participation"):
            op.execute(
                f"CREATE TABLE {schema}.{table}_row PARTITION OF commons.released_{table} FOR VALUES IN ('{audience}')"
            )


def downgrade() -> None:
    op.drop_index(op.f("ix_participation_mutualisation_id"), table_name="participation", schema="commons")
    op.drop_table("participation", schema="commons")
    op.drop_table("withdrawal", schema="commons")
    op.drop_table("set_aside_row", schema="commons")
    op.drop_index(
        "uq_record_version_current",
        table_name="record_version",
        schema="commons",
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(op.f("ix_record_version_upload_id"), table_name="record_version", schema="commons")
    op.drop_geospatial_index(
        "ix_record_version_geom",
        table_name="record_version",
        schema="commons",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("record_version", schema="commons")
    op.drop_index(op.f("ix_notice_upload_id"), table_name="notice", schema="commons")
    op.drop_table("notice", schema="commons")
    op.drop_index(
        "uq_membership_current",
        table_name="membership",
        schema="commons",
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.drop_index(op.f("ix_membership_alternative_id"), table_name="membership", schema="commons")
    op.drop_table("membership", schema="commons")
    op.drop_index(
        "uq_match_decision_live",
        table_name="match_decision",
        schema="commons",
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.drop_index(op.f("ix_match_decision_right_record_id"), table_name="match_decision", schema="commons")
    op.drop_table("match_decision", schema="commons")
    op.drop_index(
        "ix_consent_valid_until",
        table_name="consent",
        schema="commons",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_consent_upload_id"), table_name="consent", schema="commons")
    op.drop_index("ix_consent_record", table_name="consent", schema="commons")
    op.drop_index(
        "ix_consent_dataset",
        table_name="consent",
        schema="commons",
        postgresql_where=sa.text("record_id IS NULL"),
    )
    op.drop_table("consent", schema="commons")
    op.drop_index(op.f("ix_charter_assessment_record_id"), table_name="charter_assessment", schema="commons")
    op.drop_table("charter_assessment", schema="commons")
    op.drop_index(op.f("ix_agreement_term_agreement_id"), table_name="agreement_term", schema="commons")
    op.drop_table("agreement_term", schema="commons")
    op.drop_table("district_within", schema="reference")
    op.drop_index("ix_upload_dataset", table_name="upload", schema="commons")
    op.drop_table("upload", schema="commons")
    op.drop_table("source_record", schema="commons")
    op.drop_table("erased_key", schema="commons")
    op.drop_table("dataset_category", schema="commons")
    op.drop_table("agreement", schema="commons")
    op.drop_table("population", schema="reference")
    op.drop_geospatial_index(
        "ix_district_geom",
        table_name="district",
        schema="reference",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("district", schema="reference")
    op.drop_table("category_synonym", schema="reference")
    op.drop_table("released_identity", schema="commons")
    op.drop_table("partner_token", schema="commons")
    op.drop_index(
        op.f("ix_mutualisation_obstacle_mutualisation_id"),
        table_name="mutualisation_obstacle",
        schema="commons",
    )
    op.drop_table("mutualisation_obstacle", schema="commons")
    op.drop_index(op.f("ix_dataset_partner_id"), table_name="dataset", schema="commons")
    op.drop_table("dataset", schema="commons")
    op.drop_table("source", schema="reference")
    op.drop_table("category", schema="reference")
    op.drop_table("tombstone", schema="commons")
    op.drop_table("released_participation", schema="commons")
    op.drop_index("ix_released_alternative_public_id", table_name="released_alternative", schema="commons")
    op.drop_geospatial_index(
        "ix_released_alternative_geom",
        table_name="released_alternative",
        schema="commons",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("released_alternative", schema="commons")
    op.drop_table("release_queue", schema="commons")
    op.drop_table("partner", schema="commons")
    op.drop_table("mutualisation", schema="commons")
    op.drop_table("audit_event", schema="commons")
    op.drop_table("alternative", schema="commons")
    op.execute("DROP FUNCTION commons.cells")
    for enum in ENUMS:
        enum.drop(op.get_bind())

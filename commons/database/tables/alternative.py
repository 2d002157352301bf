"""Alternatives: which source records speak of the same one, and who decided so."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Double, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import PRIVATE, VERDICT, identity_key, metadata, moment, refers_to

alternative = Table(
    "alternative",
    metadata,
    identity_key("alternative_id"),
    moment("created_at", default_now=True),
    refers_to("redirected_to", "commons.alternative.alternative_id", nullable=True),
    schema=PRIVATE,
)

membership = Table(
    "membership",
    metadata,
    identity_key("membership_id"),
    refers_to("alternative_id", "commons.alternative.alternative_id", index=True),
    refers_to("record_id", "commons.source_record.record_id"),
    moment("since_at", default_now=True),
    moment("until_at", nullable=True),
    Index("uq_membership_current", "record_id", unique=True, postgresql_where=text("until_at IS NULL")),
    schema=PRIVATE,
)

match_decision = Table(
    "match_decision",
    metadata,
    identity_key("decision_id"),
    refers_to("left_record_id", "commons.source_record.record_id"),
    refers_to("right_record_id", "commons.source_record.record_id", index=True),
    Column("verdict", VERDICT, nullable=False),
    Column("score", Double),
    Column("reason", JSONB, nullable=False),
    Column("decided_by", Text, nullable=False, comment="a person, or the linker's name and version"),
    Column("is_human", Boolean, nullable=False),
    moment("decided_at", default_now=True),
    moment("retired_at", nullable=True),
    refers_to(
        "partner_id",
        "commons.partner.partner_id",
        nullable=True,
        comment="for which partner the person spoke; null: for the commons",
    ),
    CheckConstraint("left_record_id < right_record_id", name="ordered_pair"),
    CheckConstraint("partner_id IS NULL OR is_human", name="partner_is_human"),
    Index(
        "uq_match_decision_live",
        "left_record_id",
        "right_record_id",
        "is_human",
        unique=True,
        postgresql_where=text("retired_at IS NULL"),
    ),
    schema=PRIVATE,
)

charter_assessment = Table(
    "charter_assessment",
    metadata,
    identity_key("assessment_id"),
    refers_to("record_id", "commons.source_record.record_id", index=True),
    refers_to("partner_id", "commons.partner.partner_id"),
    Column("grade", Text, nullable=False),
    Column("reasons", Text),
    Column("assessed_on", Date, nullable=False),
    moment("recorded_at", default_now=True),
    CheckConstraint("grade IN ('A', 'B', 'C', 'D', 'E', 'F')", name="grade"),
    schema=PRIVATE,
)

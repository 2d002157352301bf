"""What each reader may have: private parents, one partition per reader in its released schema.

A reader is an audience, or one named partner. Readers never touch these tables: they read the views of
`commons/database/routines/released_views.sql`, which leave out the internal keys and check the clock.

A part of an alternative is what a reader sees as one: all of it, unless only a record hidden from that reader holds its
records together. It is known by its anchor, the smallest of the records that supply it.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from commons.database.tables.base import (
    AUDIENCE,
    PRECISION,
    PRIVATE,
    RESOURCE_KIND,
    array_of,
    geometry_column,
    identity_key,
    metadata,
    moment,
    refers_to,
)
from commons.database.tables.fields import released_columns


def _reader_key() -> list[Column[Any]]:
    return [
        Column("audience", AUDIENCE, nullable=False),
        Column("partner_id", BigInteger, nullable=False, comment="0 but for a named partner"),
    ]


def _part_key() -> list[Column[Any]]:
    return [
        *_reader_key(),
        Column("alternative_id", BigInteger, nullable=False),
        Column("anchor_id", BigInteger, nullable=False),
    ]


reader = Table(
    "reader",
    metadata,
    *_reader_key(),
    Column("schema_name", Text, nullable=False, unique=True),
    Column("login", Text, nullable=False, unique=True),
    PrimaryKeyConstraint("audience", "partner_id"),
    CheckConstraint("(audience = 'partner') = (partner_id <> 0)", name="named_partner"),
    schema=PRIVATE,
)

released_version = Table(
    "released_version",
    metadata,
    *_reader_key(),
    Column("token", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    PrimaryKeyConstraint("audience", "partner_id"),
    comment="renewed whenever what the reader sees becomes another; random, so that none ever comes back",
    schema=PRIVATE,
)

contribution = Table(
    "contribution",
    metadata,
    *_part_key(),
    Column("record_id", BigInteger, nullable=False),
    Column("version_id", BigInteger, nullable=False),
    Column("dataset_id", BigInteger, nullable=False),
    Column("rights", BigInteger, nullable=False, comment="as cells"),
    Column("precision", PRECISION, nullable=False),
    Column("licence", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("rank", Integer, comment="1 is the best source of the part; null: seen, but supplies nothing"),
    PrimaryKeyConstraint("record_id", "audience", "partner_id"),
    Index("ix_contribution_alternative_id", "alternative_id"),
    schema=PRIVATE,
)

released_alternative = Table(
    "released_alternative",
    metadata,
    *_part_key(),
    Column("public_id", Uuid, nullable=False),
    *released_columns(),
    Column("precision", PRECISION, nullable=False),
    Column("uncertainty_m", Double, nullable=False),
    Column("commune", Text, comment="code; null where the published area lies in several"),
    Column("neighbourhood", Text),
    Column("sector", Text),
    Column("counted", Boolean, nullable=False, comment="a shown source grants statistics"),
    Column("reusable", Boolean, nullable=False, comment="every shown source grants reuse"),
    Column("licences", array_of(Text), nullable=False),
    Column("attributions", array_of(Text), nullable=False),
    Column("provenance", JSONB, nullable=False, comment="field -> slug of the dataset whose value is shown"),
    Column(
        "chosen_by",
        JSONB,
        nullable=False,
        server_default="{}",
        comment="field -> why that value, of those that several shown sources tell",
    ),
    Column("updated_on", Date, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    geometry_column("geom", "POINT", nullable=False),
    Column("spot", BigInteger, nullable=False, comment="commons.spot of geom: the order of tiles"),
    Column("title", Text, nullable=False, comment="names and street, folded"),
    Column("words", TSVECTOR, nullable=False, comment="A names, B category and places, C descriptions"),
    PrimaryKeyConstraint("alternative_id", "anchor_id", "audience", "partner_id"),
    Index("ix_released_alternative_public_id", "public_id", "audience", "partner_id", unique=True),
    Index("ix_released_alternative_geom", "geom", postgresql_using="gist"),
    Index("ix_released_alternative_expires_at", "expires_at"),
    Index(
        "ix_released_alternative_spot",
        "spot",
        postgresql_include=["category", "expires_at", "founded_on", "ended_on", "geom"],
    ),
    Index("ix_released_alternative_listed", text('"left"(title, 100)'), "public_id"),
    Index(
        "ix_released_alternative_title",
        "title",
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
    ),
    Index("ix_released_alternative_words", "words", postgresql_using="gin"),
    schema=PRIVATE,
    postgresql_partition_by="LIST (audience)",
)

released_participation = Table(
    "released_participation",
    metadata,
    *_part_key(),
    Column("mutualisation_id", BigInteger, nullable=False),
    Column("public_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("resource_kind", RESOURCE_KIND),
    Column("since_on", Date),
    Column("until_on", Date),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("alternative_id", "anchor_id", "mutualisation_id", "audience", "partner_id"),
    schema=PRIVATE,
    postgresql_partition_by="LIST (audience)",
)

released_identity = Table(
    "released_identity",
    metadata,
    refers_to("record_id", "commons.source_record.record_id", primary_key=True),
    Column("audience", AUDIENCE, primary_key=True, comment="a named partner has the partners' ids"),
    Column("public_id", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    UniqueConstraint("audience", "public_id"),
    schema=PRIVATE,
)

released_redirect = Table(
    "released_redirect",
    metadata,
    *_part_key(),
    Column("public_id", Uuid, nullable=False, comment="of a part that has been merged into another"),
    Column("to_public_id", Uuid, nullable=False),
    PrimaryKeyConstraint("public_id", "audience", "partner_id"),
    Index("ix_released_redirect_alternative_id", "alternative_id"),
    schema=PRIVATE,
)

release_queue = Table(
    "release_queue",
    metadata,
    identity_key("queue_id"),
    Column("alternative_ids", array_of(BigInteger)),
    Column("record_ids", array_of(BigInteger)),
    Column("dataset_ids", array_of(BigInteger)),
    Column(
        "of_consent",
        Boolean,
        nullable=False,
        server_default="false",
        comment="whether what may be done changed",
    ),
    schema=PRIVATE,
)

tombstone = Table(
    "tombstone",
    metadata,
    *_reader_key(),
    Column("public_id", Uuid, nullable=False),
    moment("removed_at", default_now=True),
    PrimaryKeyConstraint("public_id", "audience", "partner_id"),
    schema=PRIVATE,
)

"""Source records and every version a partner has asserted of them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from commons.database.tables.base import (
    PRIVATE,
    RESOURCE_KIND,
    geometry_column,
    identity_key,
    metadata,
    moment,
    refers_to,
)
from commons.database.tables.fields import record_columns
from commons.territory import in_box, territory

REGION_BOX = in_box("ST_X(geom)", "ST_Y(geom)", territory().bounds.records)

source_record = Table(
    "source_record",
    metadata,
    identity_key("record_id"),
    # What is below "referred" is kept by one trigger a statement (referred.sql): a foreign key asks for each row anew.
    Column("dataset_id", BigInteger, nullable=False, comment="referred: commons.dataset"),
    Column(
        "partner_key", Text, nullable=False, comment="the partner's own id, else a fingerprint of the row"
    ),
    moment("created_at", default_now=True),
    moment("gone_at", nullable=True),
    UniqueConstraint("dataset_id", "partner_key"),
    schema=PRIVATE,
)

record_version = Table(
    "record_version",
    metadata,
    identity_key("version_id"),
    Column("record_id", BigInteger, nullable=False, comment="referred: commons.source_record"),
    Column("upload_id", BigInteger, nullable=False, index=True, comment="referred: commons.upload"),
    Column("row_number", Integer, nullable=False),
    moment("stored_at", default_now=True),
    moment("superseded_at", nullable=True),
    Column(
        "returned_from",
        DateTime(timezone=True),
        comment="since when the record had been gone, where this version brought it back",
    ),
    Column("content_hash", LargeBinary, nullable=False),
    *record_columns(),
    geometry_column("geom", "POINT"),
    Column("sector_id", BigInteger, comment="referred: reference.district"),
    Column("neighbourhood_id", BigInteger, comment="referred: reference.district"),
    Column("commune_id", BigInteger, comment="referred: reference.district"),
    CheckConstraint(f"geom IS NULL OR (NOT ST_IsEmpty(geom) AND {REGION_BOX})", name="in_region_box"),
    CheckConstraint(
        "ended_on IS NULL OR founded_on IS NULL OR ended_on >= founded_on", name="dates_in_order"
    ),
    Index(
        "uq_record_version_current", "record_id", unique=True, postgresql_where=text("superseded_at IS NULL")
    ),
    schema=PRIVATE,
)

participation = Table(
    "participation",
    metadata,
    refers_to("version_id", "commons.record_version.version_id", primary_key=True),
    refers_to("mutualisation_id", "commons.mutualisation.mutualisation_id", primary_key=True, index=True),
    refers_to("record_id", "commons.source_record.record_id"),
    Column("title", Text, nullable=False, comment="as this version tells it"),
    Column("resource_kind", RESOURCE_KIND),
    Column("since_on", Date),
    Column("until_on", Date),
    schema=PRIVATE,
)

"""Source records and every version a partner has asserted of them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import (
    PRIVATE,
    RESOURCE_KIND,
    SUBJECT_KIND,
    array_of,
    geometry_column,
    identity_key,
    metadata,
    moment,
    refers_to,
)
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
    Column("name", Text, nullable=False),
    Column("name_composed", Boolean, nullable=False, comment="of its address: shown only where that may be"),
    Column("name_fr", Text),
    Column("name_nl", Text),
    Column("name_en", Text),
    Column("description", Text),
    Column("description_fr", Text),
    Column("description_nl", Text),
    Column("description_en", Text),
    Column("category", Text, nullable=False, comment="referred: reference.category"),
    Column("category_raw", Text),
    Column("website", Text),
    Column("opening_hours", Text),
    Column("street", Text),
    Column("house_number", Text),
    Column("postcode", Text),
    Column("municipality", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("contact_person", Text),
    Column("contact_email", Text),
    Column("contact_phone", Text),
    Column("subject", SUBJECT_KIND, nullable=False),
    Column("legal_form", Text),
    Column("enterprise_number", Text),
    Column("founded_on", Date),
    Column("ended_on", Date),
    Column("offers", array_of(RESOURCE_KIND), nullable=False, server_default="{}"),
    Column("needs", array_of(RESOURCE_KIND), nullable=False, server_default="{}"),
    Column("updated_on", Date),
    Column("extras", JSONB, nullable=False, server_default="{}"),
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

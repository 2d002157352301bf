"""Places found later for records whose partner gives an address and no position, apart from what the partner said."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Double, Index, Table, Text, text

from commons.database.tables.base import (
    PRIVATE,
    array_of,
    geometry_column,
    identity_key,
    metadata,
    moment,
    refers_to,
)
from commons.database.tables.record import REGION_BOX

record_location = Table(
    "record_location",
    metadata,
    identity_key("location_id"),
    refers_to("record_id", "commons.source_record.record_id"),
    Column(
        "address_hash", BigInteger, nullable=False, comment="of the address it was found for, and holds for"
    ),
    Column("method", Text, nullable=False, comment="street, or geocoder:<kind>"),
    Column("kind", Text, nullable=False, comment="address or street: what was found"),
    Column("uncertainty_m", Double, nullable=False),
    geometry_column("geom", "POINT", nullable=False),
    refers_to("sector_id", "reference.district.district_id", nullable=True),
    refers_to("neighbourhood_id", "reference.district.district_id", nullable=True),
    refers_to("commune_id", "reference.district.district_id", nullable=True),
    Column("licences", array_of(Text), nullable=False, comment="of the positions of others that it rests on"),
    Column("attributions", array_of(Text), nullable=False),
    Column(
        "holds_until",
        DateTime(timezone=True),
        nullable=False,
        comment="the first end of what lets it rest on others",
    ),
    moment("found_at", default_now=True),
    moment("retired_at", nullable=True),
    CheckConstraint("kind IN ('address', 'street')", name="known_kind"),
    CheckConstraint("uncertainty_m > 0", name="never_certain"),
    CheckConstraint(f"NOT ST_IsEmpty(geom) AND {REGION_BOX}", name="in_region_box"),
    Index(
        "uq_record_location_live",
        "record_id",
        "address_hash",
        unique=True,
        postgresql_where=text("retired_at IS NULL"),
    ),
    schema=PRIVATE,
)

geocoder_answer = Table(
    "geocoder_answer",
    metadata,
    Column("geocoder", Text, primary_key=True, comment="its kind"),
    Column("address_hash", BigInteger, primary_key=True, autoincrement=False),
    geometry_column("geom", "POINT"),
    moment("asked_at", default_now=True),
    schema=PRIVATE,
)

location_source = Table(
    "location_source",
    metadata,
    refers_to("location_id", "commons.record_location.location_id", primary_key=True),
    refers_to("record_id", "commons.source_record.record_id", primary_key=True, index=True),
    Column("place_hash", BigInteger, nullable=False, comment="of the position and the address taken from it"),
    schema=PRIVATE,
)

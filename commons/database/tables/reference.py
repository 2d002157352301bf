"""Open data that every role may read: districts, population, categories and their sources."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from commons.database.tables.base import (
    DISTRICT_LEVEL,
    REFERENCE,
    geometry_column,
    identity_key,
    metadata,
    refers_to,
)

source = Table(
    "source",
    metadata,
    Column("source_key", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("attribution", Text, nullable=False),
    Column("url", Text),
    schema=REFERENCE,
)

district = Table(
    "district",
    metadata,
    identity_key("district_id"),
    Column("scheme", Text, nullable=False, comment="official, or h3 for the stand-in grid"),
    Column("level", DISTRICT_LEVEL, nullable=False),
    Column("code", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("name_fr", Text, nullable=False),
    Column("name_nl", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("residential", Boolean),
    Column("area_km2", Double, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("source", Text, ForeignKey("reference.source.source_key")),
    geometry_column("geom", "MULTIPOLYGON", nullable=False),
    geometry_column("label_point", "POINT", nullable=False),
    Column("uncertainty_m", Double, nullable=False, comment="from label_point to the farthest vertex"),
    Column("sparse", Boolean, nullable=False, comment="too few inhabitants to hide one address in"),
    UniqueConstraint("scheme", "level", "code", "revision"),
    Index("ix_district_geom", "geom", postgresql_using="gist"),
    schema=REFERENCE,
)

district_within = Table(
    "district_within",
    metadata,
    refers_to("inner_id", "reference.district.district_id", primary_key=True),
    refers_to("outer_id", "reference.district.district_id", primary_key=True),
    schema=REFERENCE,
)

population = Table(
    "population",
    metadata,
    Column("scheme", Text, nullable=False),
    Column("level", DISTRICT_LEVEL, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("revision", Text, primary_key=True),
    Column("year", Integer, primary_key=True, comment="on 1 January"),
    Column("population", Integer, nullable=False),
    Column("source", Text, ForeignKey("reference.source.source_key")),
    schema=REFERENCE,
)

category = Table(
    "category",
    metadata,
    Column("code", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("label_fr", Text, nullable=False),
    Column("label_nl", Text, nullable=False),
    Column("label_en", Text, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    schema=REFERENCE,
)

category_synonym = Table(
    "category_synonym",
    metadata,
    Column("term", Text, primary_key=True, comment="folded: lower case, no accents"),
    Column("category", Text, ForeignKey("reference.category.code"), nullable=False),
    schema=REFERENCE,
)

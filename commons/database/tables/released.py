"""What each audience may have: private parents, one partition per audience in its released schema.

Readers never touch these tables: they read the views of `commons/database/routines/released_views.sql`, which leave out
the internal key and check the clock.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

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

released_alternative = Table(
    "released_alternative",
    metadata,
    Column("audience", AUDIENCE, primary_key=True),
    Column("alternative_id", BigInteger, primary_key=True),
    Column("public_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_fr", Text),
    Column("name_nl", Text),
    Column("name_en", Text),
    Column("description", Text),
    Column("description_fr", Text),
    Column("description_nl", Text),
    Column("description_en", Text),
    Column("category", Text, nullable=False),
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
    Column("legal_form", Text),
    Column("enterprise_number", Text),
    Column("founded_on", Date),
    Column("ended_on", Date),
    Column("offers", array_of(RESOURCE_KIND)),
    Column("needs", array_of(RESOURCE_KIND)),
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
    Column("updated_on", Date, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    geometry_column("geom", "POINT", nullable=False),
    Index("ix_released_alternative_public_id", "audience", "public_id", unique=True),
    Index("ix_released_alternative_geom", "geom", postgresql_using="gist"),
    schema=PRIVATE,
    postgresql_partition_by="LIST (audience)",
)

released_participation = Table(
    "released_participation",
    metadata,
    Column("audience", AUDIENCE, primary_key=True),
    Column("alternative_id", BigInteger, primary_key=True),
    Column("mutualisation_id", BigInteger, primary_key=True),
    Column("public_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("resource_kind", RESOURCE_KIND),
    Column("since_on", Date),
    Column("until_on", Date),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    schema=PRIVATE,
    postgresql_partition_by="LIST (audience)",
)

released_identity = Table(
    "released_identity",
    metadata,
    Column("audience", AUDIENCE, primary_key=True),
    refers_to("alternative_id", "commons.alternative.alternative_id", primary_key=True),
    Column("public_id", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    UniqueConstraint("audience", "public_id"),
    schema=PRIVATE,
)

release_queue = Table(
    "release_queue",
    metadata,
    identity_key("queue_id"),
    Column("alternative_ids", array_of(BigInteger)),
    Column("record_ids", array_of(BigInteger)),
    Column("dataset_ids", array_of(BigInteger)),
    schema=PRIVATE,
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("audience", AUDIENCE, primary_key=True),
    Column("public_id", Uuid, primary_key=True),
    moment("removed_at", default_now=True),
    schema=PRIVATE,
)

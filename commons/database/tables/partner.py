"""Partners, the tokens by which they are known, and their datasets."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from commons.database.tables.base import PRIVATE, identity_key, metadata, moment, refers_to

partner = Table(
    "partner",
    metadata,
    identity_key("partner_id"),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    moment("created_at", default_now=True),
    CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]*$'", name="slug"),
    schema=PRIVATE,
)

partner_token = Table(
    "partner_token",
    metadata,
    Column("token_id", Text, primary_key=True),
    refers_to("partner_id", "commons.partner.partner_id"),
    Column(
        "sha256", LargeBinary, nullable=False, comment="of the secret part, which is shown once and not kept"
    ),
    moment("created_at", default_now=True),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    schema=PRIVATE,
)

dataset = Table(
    "dataset",
    metadata,
    identity_key("dataset_id"),
    refers_to("partner_id", "commons.partner.partner_id", index=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column(
        "attribution",
        Text,
        nullable=False,
        comment="how the dataset wants to be named where its values are shown",
    ),
    Column(
        "priority",
        Integer,
        nullable=False,
        server_default="100",
        comment="smaller is preferred on equal precision",
    ),
    Column(
        "may_repeat",
        Boolean,
        nullable=False,
        server_default="false",
        comment="whether the list may hold one alternative twice; else its records are apart",
    ),
    moment("created_at", default_now=True),
    CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]*$'", name="slug"),
    schema=PRIVATE,
)

dataset_category = Table(
    "dataset_category",
    metadata,
    refers_to("dataset_id", "commons.dataset.dataset_id"),
    Column("term", Text, nullable=False, comment="the partner's own word"),
    Column("category", Text, ForeignKey("reference.category.code"), nullable=False),
    UniqueConstraint("dataset_id", "term"),
    schema=PRIVATE,
)

"""What a partner confirmed of the columns of a dataset's files: every version is kept."""

from sqlalchemy import CheckConstraint, Column, Integer, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import PRIVATE, identity_key, metadata, moment, refers_to

saved_mapping = Table(
    "saved_mapping",
    metadata,
    identity_key("saved_mapping_id"),
    refers_to("dataset_id", "commons.dataset.dataset_id"),
    Column("version", Integer, nullable=False, comment="from 1; the latest holds"),
    Column("document", JSONB, nullable=False, comment="as docs/mapping.md tells; no value of a record"),
    Column("saved_by", Text, nullable=False),
    moment("saved_at", default_now=True),
    UniqueConstraint("dataset_id", "version"),
    CheckConstraint("version > 0", name="version"),
    schema=PRIVATE,
)

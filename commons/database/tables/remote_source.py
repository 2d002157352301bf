"""Where a dataset's list is fetched from, and how the last fetches went."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import (
    PRIVATE,
    SOURCE_KIND,
    SOURCE_STATE,
    identity_key,
    metadata,
    moment,
    refers_to,
)

remote_source = Table(
    "remote_source",
    metadata,
    identity_key("source_id"),
    refers_to("dataset_id", "commons.dataset.dataset_id"),
    Column("kind", SOURCE_KIND, nullable=False),
    Column(
        "address", Text, nullable=False, comment="may hold a key; of a removed source what is shown of it"
    ),
    Column("etag", Text),
    Column("last_modified", Text),
    refers_to("upload_id", "commons.upload.upload_id", nullable=True, comment="what it last gave"),
    moment("last_tried_at", nullable=True),
    moment("last_fetched_at", nullable=True),
    Column("state", SOURCE_STATE, nullable=False, server_default="new"),
    Column("failures", Integer, nullable=False, server_default="0", comment="in a row"),
    Column("problem", JSONB, comment="the last failure: its key and what fills its text, never a value"),
    Column("unreachable", Integer, nullable=False, server_default="0", comment="entries of its last list"),
    Column("lost", Integer, comment="records that the refused list would have ended"),
    Column("accepted_lost", Integer, comment="as many may end: a person said so"),
    Column("accepted_by", Text),
    Column("added_by", Text, nullable=False),
    moment("added_at", default_now=True),
    moment("removed_at", nullable=True),
    Column("removed_by", Text),
    CheckConstraint("(accepted_lost IS NULL) = (accepted_by IS NULL)", name="accepted"),
    CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed"),
    Index("uq_remote_source_dataset", "dataset_id", unique=True, postgresql_where=text("removed_at IS NULL")),
    schema=PRIVATE,
)

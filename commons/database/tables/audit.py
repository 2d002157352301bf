"""The audit log: append-only events, each carrying the hash of the one before."""

from sqlalchemy import Column, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import PRIVATE, identity_key, metadata, moment

audit_event = Table(
    "audit_event",
    metadata,
    identity_key("event_id"),
    moment("at", default_now=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column(
        "detail",
        JSONB,
        nullable=False,
        server_default="{}",
        comment="ids and counts, never a person's values",
    ),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    schema=PRIVATE,
)

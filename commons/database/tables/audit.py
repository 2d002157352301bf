"""The audit log: append-only events, and the chain that each is linked to when it commits."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import PRIVATE, identity_key, metadata, moment, refers_to

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
    schema=PRIVATE,
)

audit_link = Table(
    "audit_link",
    metadata,
    Column(
        "number",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="without gaps, in the order of commits",
    ),
    refers_to("event_id", "commons.audit_event.event_id", unique=True),
    moment("linked_at"),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    schema=PRIVATE,
)

"""What linking keeps between its runs: models, what changed since, and by which keys each record is found."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import PRIVATE, array_of, identity_key, metadata, moment

link_model = Table(
    "link_model",
    metadata,
    identity_key("link_model_id"),
    Column("name", Text, nullable=False, comment="method and a mark of its content, as decisions name it"),
    Column(
        "document", JSONB, nullable=False, comment="weights, and shares of frequent words; the latest holds"
    ),
    Column("records", BigInteger, nullable=False, comment="from how many it was learned"),
    Column("learned_by", Text, nullable=False),
    moment("learned_at", default_now=True),
    schema=PRIVATE,
)

linked_record = Table(
    "linked_record",
    metadata,
    Column("record_id", BigInteger, primary_key=True, autoincrement=False),
    moment("linked_at", default_now=True),
    moment("expires_at", nullable=True),
    Index("ix_linked_record_expires_at", "expires_at"),
    schema=PRIVATE,
)

record_key = Table(
    "record_key",
    metadata,
    Column("key", BigInteger, nullable=False, comment="a hash of a cell, a contact, an address or a name"),
    Column("record_id", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("key", "record_id"),
    schema=PRIVATE,
)

link_queue = Table(
    "link_queue",
    metadata,
    identity_key("queue_id"),
    Column("record_ids", array_of(BigInteger)),
    Column("dataset_ids", array_of(BigInteger)),
    schema=PRIVATE,
)

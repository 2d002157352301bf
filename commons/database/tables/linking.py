"""What linking keeps between its runs: models, what changed since, and how each record is found."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import BIT, JSONB

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
    Column("key", BigInteger, nullable=False, comment="a hash of a contact, an address or a name"),
    Column("record_id", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("key", "record_id"),
    schema=PRIVATE,
)

linked_place = Table(
    "linked_place",
    metadata,
    Column("record_id", BigInteger, primary_key=True, autoincrement=False),
    Column("x", Double, nullable=False, comment="metres, as finely as may be compared"),
    Column("y", Double, nullable=False),
    Column("cell", BigInteger, nullable=False, index=True, comment="a number for 200 m by 200 m"),
    Column("spot", BigInteger, nullable=False, index=True, comment="a number for a metre by a metre"),
    Column("letters", BIT(256), nullable=False, comment="the three-letter pieces of all its names, as bits"),
    Column("fewest", Integer, nullable=False, comment="bits of the name that has the fewest"),
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

"""Statistics of what is not shown: frozen snapshots, and the batches in which hidden records are counted.

No reader touches these tables: researchers read the views of `commons/database/routines/statistic_views.sql`.
docs/decisions/0008-statistics-in-batches.md says why there are batches and what must hold of them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from commons.database.tables.base import PRECISION, PRIVATE, metadata, moment, refers_to

SNAPSHOT = "commons.statistic_snapshot.snapshot_id"
RECORD = "commons.source_record.record_id"
BATCH = "commons.statistic_batch.batch_id"


def _districts() -> list[Column[str]]:
    """Return where something is counted: a level is null where no district of it contains the whole."""
    return [Column(level, Text) for level in ("sector", "neighbourhood", "commune")]


statistic_snapshot = Table(
    "statistic_snapshot",
    metadata,
    Column("snapshot_id", BigInteger, primary_key=True, autoincrement=False),
    moment("frozen_at"),
    Column("frozen_on", Date, nullable=False),
    Column("k", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False, comment="of what researchers read when it was frozen"),
    schema=PRIVATE,
)

statistic_batch = Table(
    "statistic_batch",
    metadata,
    Column("batch_id", BigInteger, primary_key=True, autoincrement=False),
    refers_to("snapshot_id", SNAPSHOT, comment="in which it was formed"),
    Column("pool", Text, nullable=False, comment="who else knows of its members"),
    Column("size", Integer, nullable=False, comment="a multiple of k"),
    schema=PRIVATE,
)

statistic_member = Table(
    "statistic_member",
    metadata,
    refers_to("record_id", RECORD, primary_key=True),
    refers_to("batch_id", BATCH, primary_key=True, index=True),
    Column("counts", Boolean, nullable=False, comment="false: it speaks of the same as one that counts"),
    schema=PRIVATE,
)

statistic_count = Table(
    "statistic_count",
    metadata,
    refers_to("batch_id", BATCH, primary_key=True),
    refers_to("first_snapshot_id", SNAPSHOT, primary_key=True),
    refers_to("last_snapshot_id", SNAPSHOT, nullable=True, comment="null: so far"),
    Column("size", Integer, nullable=False, comment="its batch's: readers' plans show no other table"),
    Column("category", Text, comment="null: several, or not to be told"),
    *_districts(),
    moment("expires_at"),
    schema=PRIVATE,
)

statistic_shown = Table(
    "statistic_shown",
    metadata,
    refers_to("record_id", RECORD, primary_key=True, comment="whose category and place were shown"),
    refers_to("first_snapshot_id", SNAPSHOT, primary_key=True),
    refers_to("last_snapshot_id", SNAPSHOT, nullable=True, comment="null: so far"),
    Column("category", Text, nullable=False),
    Column("precision", PRECISION, nullable=False),
    *_districts(),
    moment("expires_at"),
    schema=PRIVATE,
)

statistic_redacted = Table(
    "statistic_redacted",
    metadata,
    refers_to("record_id", RECORD, primary_key=True),
    refers_to("first_snapshot_id", SNAPSHOT, primary_key=True),
    refers_to("last_snapshot_id", SNAPSHOT, comment="the last that was frozen with it"),
    moment("redacted_at", default_now=True),
    schema=PRIVATE,
)

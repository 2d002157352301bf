"""An upload: what came in, what was stored, what was set aside and why."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import (
    PRIVATE,
    UPLOAD_MODE,
    array_of,
    identity_key,
    metadata,
    moment,
    refers_to,
)

upload = Table(
    "upload",
    metadata,
    identity_key("upload_id"),
    refers_to("dataset_id", "commons.dataset.dataset_id"),
    Column("sha256", LargeBinary, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("mode", UPLOAD_MODE, nullable=False),
    Column("mapping", JSONB, nullable=False, comment="the file's column by field"),
    refers_to("saved_mapping_id", "commons.saved_mapping.saved_mapping_id", nullable=True),
    Column("preset", Text, comment="the shipped mapping that the file was recognised by"),
    Column("rows_in", Integer, nullable=False),
    Column("rows_stored", Integer, nullable=False),
    Column("rows_set_aside", Integer, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    moment("uploaded_at", default_now=True),
    moment("undone_at", nullable=True),
    CheckConstraint("rows_in = rows_stored + rows_set_aside", name="nothing_lost"),
    Index("ix_upload_dataset", "dataset_id", "upload_id"),
    schema=PRIVATE,
)

notice = Table(
    "notice",
    metadata,
    identity_key("notice_id"),
    Column("upload_id", BigInteger, nullable=False, index=True, comment="referred: commons.upload"),
    Column("row_number", Integer, comment="1-based data row; null speaks of the whole file"),
    Column("column_name", Text),
    Column("code", Text, nullable=False),
    schema=PRIVATE,
)

set_aside_row = Table(
    "set_aside_row",
    metadata,
    refers_to("upload_id", "commons.upload.upload_id", primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("codes", array_of(Text), nullable=False),
    Column(
        "values",
        JSONB,
        nullable=False,
        comment="the row as it was in the file, to be corrected and sent again",
    ),
    schema=PRIVATE,
)

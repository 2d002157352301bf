"""Records stored by the hundred thousand: their dataset, and a version's record, are checked by the statement too.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"

REFERRED = {
    ("source_record", "dataset_id"): "commons.dataset",
    ("record_version", "record_id"): "commons.source_record",
}


def upgrade() -> None:
    for (table, column), target in REFERRED.items():
        op.execute(f"ALTER TABLE commons.{table} DROP CONSTRAINT fk_{table}_{column}")
        op.execute(f"COMMENT ON COLUMN commons.{table}.{column} IS 'referred: {target}'")


def downgrade() -> None:
    for (table, column), target in REFERRED.items():
        op.execute(f"COMMENT ON COLUMN commons.{table}.{column} IS NULL")
        op.execute(
            f"ALTER TABLE commons.{table} ADD CONSTRAINT fk_{table}_{column}"
            f" FOREIGN KEY ({column}) REFERENCES {target}"
        )

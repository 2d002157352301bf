"""What is queued is taken within the transaction: ids by the ten thousand are not worth being compressed for that.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"

QUEUED = (
    ("release_queue", "record_ids"),
    ("release_queue", "alternative_ids"),
    ("link_queue", "record_ids"),
)


def upgrade() -> None:
    for table, column in QUEUED:
        op.execute(f"ALTER TABLE commons.{table} ALTER COLUMN {column} SET STORAGE EXTERNAL")


def downgrade() -> None:
    for table, column in QUEUED:
        op.execute(f"ALTER TABLE commons.{table} ALTER COLUMN {column} SET STORAGE EXTENDED")

"""Found places outside the region are taken back; names are compared anew, with their slips.

Revision ID: 0021
Revises: 0020
"""

from alembic import op

revision = "0021"
down_revision = "0020"

UP = """
UPDATE commons.record_location SET retired_at = now() WHERE retired_at IS NULL AND commune_id IS NULL;
"""
AGAIN = """
-- The next run of linking compares everything anew, and keeps how each record is found.
DELETE FROM commons.record_key;
DELETE FROM commons.linked_record;
INSERT INTO commons.link_queue (dataset_ids)
SELECT array_agg(dataset_id) FROM commons.dataset HAVING count(*) > 0;
"""


def upgrade() -> None:
    op.execute(UP + AGAIN)  # the release is computed anew after every new revision


def downgrade() -> None:
    op.execute(AGAIN)

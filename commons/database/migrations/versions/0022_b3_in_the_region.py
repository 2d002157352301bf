"""Found places outside the region are no longer lent; what lies outside it is released no more.

Revision ID: 0022_b3
Revises: 0018
"""

from alembic import op

revision = "0022_b3"
down_revision = "0018"

UP = """
UPDATE commons.record_location SET retired_at = now() WHERE retired_at IS NULL AND commune_id IS NULL;
"""


def upgrade() -> None:
    op.execute(UP)  # the release is computed anew after every new revision


def downgrade() -> None:
    pass

"""What has left since midnight is found by its time: each record is written down once a day for each way out.

Revision ID: 0024
Revises: 0023
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("DROP INDEX commons.ix_egress_sha256; CREATE INDEX ix_egress_at ON commons.egress (at)")


def downgrade() -> None:
    op.execute("DROP INDEX commons.ix_egress_at; CREATE INDEX ix_egress_sha256 ON commons.egress (sha256)")

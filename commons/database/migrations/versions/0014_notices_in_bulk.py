"""Notices stored by the hundred thousand: that their upload exists is checked by the statement, not for each row.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("ALTER TABLE commons.notice DROP CONSTRAINT fk_notice_upload_id")
    op.execute("COMMENT ON COLUMN commons.notice.upload_id IS 'referred: commons.upload'")


def downgrade() -> None:
    op.execute("COMMENT ON COLUMN commons.notice.upload_id IS NULL")
    op.execute(
        "ALTER TABLE commons.notice ADD CONSTRAINT fk_notice_upload_id"
        " FOREIGN KEY (upload_id) REFERENCES commons.upload (upload_id)"
    )

"""Narrowings of a consent or an agreement, each known by its line in the ledger outside the database.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"

UP = """
CREATE TABLE commons.narrowing (
    uid uuid NOT NULL,
    dataset_id bigint NOT NULL,
    record_id bigint,
    wanted jsonb NOT NULL,
    narrowed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_narrowing PRIMARY KEY (uid),
    CONSTRAINT fk_narrowing_dataset_id FOREIGN KEY (dataset_id) REFERENCES commons.dataset (dataset_id),
    CONSTRAINT fk_narrowing_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id)
);
COMMENT ON COLUMN commons.narrowing.uid IS 'as in the ledger outside the database';
COMMENT ON COLUMN commons.narrowing.wanted IS 'flags as codes, never a value of a record';
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("DROP TABLE commons.narrowing")

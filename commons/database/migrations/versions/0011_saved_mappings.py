"""Mappings of a dataset's columns, confirmed by a person, in versions; each upload says which one it was read by.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"

UP = """
CREATE TABLE commons.saved_mapping (
    saved_mapping_id bigint GENERATED ALWAYS AS IDENTITY,
    dataset_id bigint NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL,
    saved_by text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_saved_mapping PRIMARY KEY (saved_mapping_id),
    CONSTRAINT fk_saved_mapping_dataset_id FOREIGN KEY (dataset_id) REFERENCES commons.dataset (dataset_id),
    CONSTRAINT uq_saved_mapping_dataset_id_version UNIQUE (dataset_id, version),
    CONSTRAINT ck_saved_mapping_version CHECK (version > 0)
);
COMMENT ON COLUMN commons.saved_mapping.version IS 'from 1; the latest holds';
COMMENT ON COLUMN commons.saved_mapping.document IS 'as docs/mapping.md tells; no value of a record';
ALTER TABLE commons.upload
    ADD COLUMN saved_mapping_id bigint,
    ADD COLUMN preset text,
    ADD CONSTRAINT fk_upload_saved_mapping_id FOREIGN KEY (saved_mapping_id)
        REFERENCES commons.saved_mapping (saved_mapping_id);
COMMENT ON COLUMN commons.upload.mapping IS 'the file''s column by field';
COMMENT ON COLUMN commons.upload.preset IS 'the shipped mapping that the file was recognised by';
"""
DOWN = """
ALTER TABLE commons.upload DROP COLUMN saved_mapping_id, DROP COLUMN preset;
COMMENT ON COLUMN commons.upload.mapping IS NULL;
DROP TABLE commons.saved_mapping;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)

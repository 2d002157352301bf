"""Sources: the addresses that lists are fetched from.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"

UP = """
CREATE TYPE reference.source_kind AS ENUM ('url', 'ogcapi', 'wfs', 'gogocarto', 'murmurations');
CREATE TYPE reference.source_state AS ENUM ('new', 'ok', 'failing', 'shrunk', 'gone');
CREATE TABLE commons.remote_source (
    source_id bigint GENERATED ALWAYS AS IDENTITY,
    dataset_id bigint NOT NULL,
    kind reference.source_kind NOT NULL,
    address text NOT NULL,
    etag text,
    last_modified text,
    upload_id bigint,
    last_tried_at timestamptz,
    last_fetched_at timestamptz,
    state reference.source_state NOT NULL DEFAULT 'new',
    failures integer NOT NULL DEFAULT 0,
    problem jsonb,
    unreachable integer NOT NULL DEFAULT 0,
    lost integer,
    accepted_lost integer,
    accepted_by text,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    removed_by text,
    CONSTRAINT pk_remote_source PRIMARY KEY (source_id),
    CONSTRAINT fk_remote_source_dataset_id FOREIGN KEY (dataset_id) REFERENCES commons.dataset (dataset_id),
    CONSTRAINT fk_remote_source_upload_id FOREIGN KEY (upload_id) REFERENCES commons.upload (upload_id),
    CONSTRAINT ck_remote_source_accepted CHECK ((accepted_lost IS NULL) = (accepted_by IS NULL)),
    CONSTRAINT ck_remote_source_removed CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);
CREATE UNIQUE INDEX uq_remote_source_dataset ON commons.remote_source (dataset_id) WHERE removed_at IS NULL;
COMMENT ON COLUMN commons.remote_source.address IS 'may hold a key; of a removed source what is shown of it';
COMMENT ON COLUMN commons.remote_source.upload_id IS 'what it last gave';
COMMENT ON COLUMN commons.remote_source.failures IS 'in a row';
COMMENT ON COLUMN commons.remote_source.problem IS 'the last failure: its key and what fills its text, never a value';
COMMENT ON COLUMN commons.remote_source.unreachable IS 'entries of its last list';
COMMENT ON COLUMN commons.remote_source.lost IS 'records that the refused list would have ended';
COMMENT ON COLUMN commons.remote_source.accepted_lost IS 'as many may end: a person said so';
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("DROP TABLE commons.remote_source")
    op.execute("DROP TYPE reference.source_state")
    op.execute("DROP TYPE reference.source_kind")

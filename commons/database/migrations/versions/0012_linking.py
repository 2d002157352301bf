"""Linking as it is stored: models, keys, what changed since the last run, and pairs that a person is asked about.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"

UP = """
ALTER TYPE reference.verdict ADD VALUE IF NOT EXISTS 'unsure';
ALTER TABLE commons.dataset ADD COLUMN may_repeat boolean DEFAULT false NOT NULL;
COMMENT ON COLUMN commons.dataset.may_repeat
    IS 'whether the list may hold one alternative twice; else its records are apart';
ALTER TABLE commons.release_queue ADD COLUMN of_consent boolean DEFAULT false NOT NULL;
COMMENT ON COLUMN commons.release_queue.of_consent IS 'whether what may be done changed';
ALTER TABLE commons.released_alternative ADD COLUMN chosen_by jsonb DEFAULT '{}' NOT NULL;
COMMENT ON COLUMN commons.released_alternative.chosen_by
    IS 'field -> why that value, of those that several shown sources tell';
CREATE TABLE commons.link_model (
    link_model_id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    document jsonb NOT NULL,
    records bigint NOT NULL,
    learned_by text NOT NULL,
    learned_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_link_model PRIMARY KEY (link_model_id)
);
COMMENT ON COLUMN commons.link_model.name IS 'method and a mark of its content, as decisions name it';
COMMENT ON COLUMN commons.link_model.document IS 'weights, and shares of frequent words; the latest holds';
COMMENT ON COLUMN commons.link_model.records IS 'from how many it was learned';
CREATE TABLE commons.linked_record (
    record_id bigint NOT NULL,
    linked_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    CONSTRAINT pk_linked_record PRIMARY KEY (record_id)
);
CREATE INDEX ix_linked_record_expires_at ON commons.linked_record (expires_at);
CREATE TABLE commons.record_key (
    key bigint NOT NULL,
    record_id bigint NOT NULL,
    CONSTRAINT pk_record_key PRIMARY KEY (key, record_id)
);
COMMENT ON COLUMN commons.record_key.key IS 'a hash of a cell, a contact, an address or a name';
CREATE INDEX ix_record_key_record_id ON commons.record_key (record_id);
CREATE TABLE commons.link_queue (
    queue_id bigint GENERATED ALWAYS AS IDENTITY,
    record_ids bigint[],
    dataset_ids bigint[],
    CONSTRAINT pk_link_queue PRIMARY KEY (queue_id)
);
INSERT INTO commons.link_queue (dataset_ids)
SELECT array_agg(dataset_id) FROM commons.dataset HAVING count(*) > 0;
"""
DOWN = """
DROP TABLE commons.link_queue, commons.record_key, commons.linked_record, commons.link_model;
ALTER TABLE commons.released_alternative DROP COLUMN chosen_by;
ALTER TABLE commons.release_queue DROP COLUMN of_consent;
ALTER TABLE commons.dataset DROP COLUMN may_repeat;
UPDATE commons.match_decision SET retired_at = now() WHERE verdict::text = 'unsure' AND retired_at IS NULL;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)

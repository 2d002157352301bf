"""By what each erased record is known, each by itself; the rows that are held back; what was handed out, by its content.

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"

UP = """
ALTER TABLE commons.erased_key
    DROP CONSTRAINT pk_erased_key,
    ADD CONSTRAINT uq_erased_key_dataset_kind_keyed_hash_record_id
        UNIQUE NULLS NOT DISTINCT (dataset, kind, keyed_hash, record_id),
    DROP CONSTRAINT ck_erased_key_kind,
    ADD CONSTRAINT ck_erased_key_kind CHECK (kind IN ('key', 'name', 'place', 'address', 'slip', 'part', 'cell', 'street',
                                                      'phone', 'email', 'website', 'enterprise'));

CREATE TABLE commons.held_row (
    dataset_id bigint NOT NULL,
    row_hash text NOT NULL,
    key_hash text NOT NULL,
    key_id text NOT NULL,
    upload_id bigint NOT NULL,
    row_number integer NOT NULL,
    held_at timestamp with time zone DEFAULT now() NOT NULL,
    asked_by text,
    approved_by text,
    admitted_at timestamp with time zone,
    CONSTRAINT pk_held_row PRIMARY KEY (dataset_id, row_hash),
    CONSTRAINT fk_held_row_dataset_id FOREIGN KEY (dataset_id) REFERENCES commons.dataset (dataset_id),
    CONSTRAINT fk_held_row_upload_id FOREIGN KEY (upload_id) REFERENCES commons.upload (upload_id),
    CONSTRAINT ck_held_row_admitted CHECK ((admitted_at IS NULL) = (approved_by IS NULL)),
    CONSTRAINT ck_held_row_two_people CHECK (approved_by IS NULL OR (asked_by IS NOT NULL AND asked_by <> approved_by))
);
CREATE INDEX ix_held_row_upload_id ON commons.held_row (upload_id);
COMMENT ON TABLE commons.held_row IS 'rows that look like a record of their list that was closed or erased, by keyed hashes';
COMMENT ON COLUMN commons.held_row.row_hash IS 'of its key, name and place: another row under its key is held anew';
COMMENT ON COLUMN commons.held_row.key_hash IS 'by which people find it';
CREATE INDEX ix_egress_sha256 ON commons.egress (sha256);
CREATE INDEX ix_consent_by_people ON commons.consent (dataset_id, record_id) WHERE evidence_kind <> 'import flag';
"""
DOWN = """
DROP INDEX commons.ix_egress_sha256, commons.ix_consent_by_people;
DROP TABLE commons.held_row;
DELETE FROM commons.erased_key WHERE kind NOT IN ('key', 'name', 'place', 'address');
DELETE FROM commons.erased_key e
 USING commons.erased_key other
 WHERE (e.dataset, e.kind, e.keyed_hash) = (other.dataset, other.kind, other.keyed_hash)
   AND e.ctid > other.ctid;
ALTER TABLE commons.erased_key
    DROP CONSTRAINT uq_erased_key_dataset_kind_keyed_hash_record_id,
    ADD CONSTRAINT pk_erased_key PRIMARY KEY (dataset, kind, keyed_hash),
    DROP CONSTRAINT ck_erased_key_kind,
    ADD CONSTRAINT ck_erased_key_kind CHECK (kind IN ('key', 'name', 'place', 'address'));
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)

"""Safekeeping: the audit chain in a table of its own, withdrawals known by uid, and what an erased record is known by.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"

UP = """
CREATE TABLE commons.audit_link (
    number bigint NOT NULL,
    event_id bigint NOT NULL,
    linked_at timestamptz NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_audit_link PRIMARY KEY (number),
    CONSTRAINT uq_audit_link_event_id UNIQUE (event_id),
    CONSTRAINT fk_audit_link_event_id FOREIGN KEY (event_id) REFERENCES commons.audit_event (event_id)
);
COMMENT ON COLUMN commons.audit_link.number IS 'without gaps, in the order of commits';

-- The old chain could fork, and its hashes depended on the time zone of the session: it is made anew.
DO $$
DECLARE
    event commons.audit_event;
    link commons.audit_link;
BEGIN
    link.number := 0;
    link.hash := '';
    FOR event IN SELECT * FROM commons.audit_event ORDER BY event_id LOOP
        link := ROW(link.number + 1, event.event_id, clock_timestamp(), link.hash, sha256(link.hash || convert_to(
            jsonb_build_array(event.event_id, event.at AT TIME ZONE 'UTC', event.actor, event.action, event.object_kind,
                              event.object_id, event.detail)::text, 'UTF8')));
        INSERT INTO commons.audit_link SELECT (link).*;
    END LOOP;
END
$$;
ALTER TABLE commons.audit_event DROP COLUMN previous_hash, DROP COLUMN hash;

ALTER TABLE commons.withdrawal
    ADD COLUMN uid uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD CONSTRAINT uq_withdrawal_uid UNIQUE (uid);
COMMENT ON COLUMN commons.withdrawal.uid IS 'as in the ledger outside the database';

DROP TABLE commons.erased_key;
CREATE TABLE commons.erased_key (
    dataset text NOT NULL,
    kind text NOT NULL,
    keyed_hash text NOT NULL,
    key_id text NOT NULL,
    record_id bigint,
    withdrawal_id bigint,
    erased_at timestamptz NOT NULL DEFAULT now(),
    lifted_at timestamptz,
    lifted_by text,
    approved_by text,
    CONSTRAINT pk_erased_key PRIMARY KEY (dataset, kind, keyed_hash),
    CONSTRAINT fk_erased_key_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id),
    CONSTRAINT fk_erased_key_withdrawal_id FOREIGN KEY (withdrawal_id) REFERENCES commons.withdrawal (withdrawal_id),
    CONSTRAINT ck_erased_key_kind CHECK (kind IN ('key', 'name', 'place', 'address')),
    CONSTRAINT ck_erased_key_lifted CHECK ((lifted_at IS NULL) = (approved_by IS NULL)),
    CONSTRAINT ck_erased_key_two_people CHECK (approved_by IS NULL OR (lifted_by IS NOT NULL AND lifted_by <> approved_by))
);
COMMENT ON COLUMN commons.erased_key.dataset IS 'slug: a restored backup may lack the dataset itself';
COMMENT ON COLUMN commons.erased_key.keyed_hash IS 'so that the next upload does not bring it back';
COMMENT ON COLUMN commons.erased_key.key_id IS 'which secret it was made with';
COMMENT ON COLUMN commons.erased_key.lifted_by IS 'who proposed to take such rows again';
COMMENT ON COLUMN commons.erased_key.record_id IS 'null where a restored backup lacks it';
"""

DOWN = """
DROP TABLE commons.erased_key;
CREATE TABLE commons.erased_key (
    dataset_id bigint NOT NULL,
    keyed_hash text NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_erased_key_dataset_id FOREIGN KEY (dataset_id) REFERENCES commons.dataset (dataset_id),
    CONSTRAINT pk_erased_key PRIMARY KEY (dataset_id, keyed_hash)
);
COMMENT ON COLUMN commons.erased_key.keyed_hash IS 'so that the next upload does not bring it back';

ALTER TABLE commons.withdrawal DROP CONSTRAINT uq_withdrawal_uid, DROP COLUMN uid;

ALTER TABLE commons.audit_event ADD COLUMN previous_hash bytea, ADD COLUMN hash bytea;
UPDATE commons.audit_event e SET previous_hash = l.previous_hash, hash = l.hash
  FROM commons.audit_link l WHERE l.event_id = e.event_id;
ALTER TABLE commons.audit_event ALTER COLUMN previous_hash SET NOT NULL, ALTER COLUMN hash SET NOT NULL;
DROP TABLE commons.audit_link;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)

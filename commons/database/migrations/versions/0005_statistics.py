"""Statistics of what is not shown: snapshots, batches, and what is counted in them.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"

UP = """
CREATE TABLE commons.statistic_snapshot (
    snapshot_id bigint NOT NULL,
    frozen_at timestamptz NOT NULL,
    frozen_on date NOT NULL,
    k integer NOT NULL,
    sha256 bytea NOT NULL,
    CONSTRAINT pk_statistic_snapshot PRIMARY KEY (snapshot_id)
);
COMMENT ON COLUMN commons.statistic_snapshot.sha256 IS 'of what researchers read when it was frozen';

CREATE TABLE commons.statistic_batch (
    batch_id bigint NOT NULL,
    snapshot_id bigint NOT NULL,
    pool text NOT NULL,
    size integer NOT NULL,
    CONSTRAINT pk_statistic_batch PRIMARY KEY (batch_id),
    CONSTRAINT fk_statistic_batch_snapshot_id FOREIGN KEY (snapshot_id)
        REFERENCES commons.statistic_snapshot (snapshot_id)
);
COMMENT ON COLUMN commons.statistic_batch.snapshot_id IS 'in which it was formed';
COMMENT ON COLUMN commons.statistic_batch.pool IS 'who else knows of its members';
COMMENT ON COLUMN commons.statistic_batch.size IS 'a multiple of k';

CREATE TABLE commons.statistic_member (
    record_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    counts boolean NOT NULL,
    CONSTRAINT pk_statistic_member PRIMARY KEY (record_id, batch_id),
    CONSTRAINT fk_statistic_member_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id),
    CONSTRAINT fk_statistic_member_batch_id FOREIGN KEY (batch_id) REFERENCES commons.statistic_batch (batch_id)
);
COMMENT ON COLUMN commons.statistic_member.counts IS 'false: it speaks of the same as one that counts';
CREATE INDEX ix_statistic_member_batch_id ON commons.statistic_member (batch_id);

CREATE TABLE commons.statistic_count (
    batch_id bigint NOT NULL,
    first_snapshot_id bigint NOT NULL,
    last_snapshot_id bigint,
    size integer NOT NULL,
    category text,
    sector text,
    neighbourhood text,
    commune text,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_statistic_count PRIMARY KEY (batch_id, first_snapshot_id),
    CONSTRAINT fk_statistic_count_batch_id FOREIGN KEY (batch_id) REFERENCES commons.statistic_batch (batch_id),
    CONSTRAINT fk_statistic_count_first_snapshot_id FOREIGN KEY (first_snapshot_id)
        REFERENCES commons.statistic_snapshot (snapshot_id),
    CONSTRAINT fk_statistic_count_last_snapshot_id FOREIGN KEY (last_snapshot_id)
        REFERENCES commons.statistic_snapshot (snapshot_id)
);
COMMENT ON COLUMN commons.statistic_count.last_snapshot_id IS 'null: so far';
COMMENT ON COLUMN commons.statistic_count.size IS 'its batch''s: readers'' plans show no other table';
COMMENT ON COLUMN commons.statistic_count.category IS 'null: several, or not to be told';

CREATE TABLE commons.statistic_shown (
    record_id bigint NOT NULL,
    first_snapshot_id bigint NOT NULL,
    last_snapshot_id bigint,
    category text NOT NULL,
    precision reference.precision NOT NULL,
    sector text,
    neighbourhood text,
    commune text,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_statistic_shown PRIMARY KEY (record_id, first_snapshot_id),
    CONSTRAINT fk_statistic_shown_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id),
    CONSTRAINT fk_statistic_shown_first_snapshot_id FOREIGN KEY (first_snapshot_id)
        REFERENCES commons.statistic_snapshot (snapshot_id),
    CONSTRAINT fk_statistic_shown_last_snapshot_id FOREIGN KEY (last_snapshot_id)
        REFERENCES commons.statistic_snapshot (snapshot_id)
);
COMMENT ON COLUMN commons.statistic_shown.record_id IS 'whose category and place were shown';
COMMENT ON COLUMN commons.statistic_shown.last_snapshot_id IS 'null: so far';

CREATE TABLE commons.statistic_redacted (
    record_id bigint NOT NULL,
    first_snapshot_id bigint NOT NULL,
    last_snapshot_id bigint NOT NULL,
    redacted_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_statistic_redacted PRIMARY KEY (record_id, first_snapshot_id),
    CONSTRAINT fk_statistic_redacted_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id),
    CONSTRAINT fk_statistic_redacted_first_snapshot_id FOREIGN KEY (first_snapshot_id)
        REFERENCES commons.statistic_snapshot (snapshot_id),
    CONSTRAINT fk_statistic_redacted_last_snapshot_id FOREIGN KEY (last_snapshot_id)
        REFERENCES commons.statistic_snapshot (snapshot_id)
);
COMMENT ON COLUMN commons.statistic_redacted.last_snapshot_id IS 'the last that was frozen with it';
"""

DOWN = """
DROP TABLE commons.statistic_redacted;
DROP TABLE commons.statistic_shown;
DROP TABLE commons.statistic_count;
DROP TABLE commons.statistic_member;
DROP TABLE commons.statistic_batch;
DROP TABLE commons.statistic_snapshot;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)

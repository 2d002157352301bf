"""What visitors propose: an error of what is shown, or an alternative that is missing.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

from commons.territory import in_box, territory

revision = "0016"
down_revision = "0015"

UP = r"""
CREATE TABLE commons.proposal (
    reference text NOT NULL,
    kind text NOT NULL,
    language text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    public_id uuid,
    record_ids bigint[] NOT NULL,
    field text,
    told text,
    why text,
    name text,
    category text,
    address text,
    lon double precision,
    lat double precision,
    website text,
    description text,
    contact text,
    decided_at timestamptz,
    decision text,
    decided_by text,
    note text,
    upload_id bigint,
    CONSTRAINT pk_proposal PRIMARY KEY (reference),
    CONSTRAINT fk_proposal_upload_id FOREIGN KEY (upload_id) REFERENCES commons.upload (upload_id),
    CONSTRAINT ck_proposal_language CHECK (language IN ('fr', 'nl', 'en')),
    CONSTRAINT ck_proposal_kind CHECK (
        CASE kind
            WHEN 'error' THEN num_nulls(public_id, field) = 0
                AND num_nonnulls(name, category, address, lon, lat, website, description) = 0
                AND field IN ('name', 'category', 'place', 'website', 'opening_hours', 'description', 'contact', 'closed', 'other')
                AND (told IS NOT NULL OR field = 'closed')
            WHEN 'addition' THEN name IS NOT NULL AND num_nonnulls(public_id, field, told) = 0 AND record_ids = '{}'
                AND num_nonnulls(address, lon) > 0
            ELSE false END),
    CONSTRAINT ck_proposal_point CHECK (
        CASE WHEN num_nulls(lon, lat) = 2 THEN true
             ELSE coalesce(@around@, false) END),
    CONSTRAINT ck_proposal_length CHECK (
        coalesce(length(told) <= 1000, true) AND coalesce(length(why) <= 1000, true)
        AND coalesce(length(name) <= 200, true) AND coalesce(length(category) <= 50, true)
        AND coalesce(length(address) <= 300, true) AND coalesce(length(website) <= 300, true)
        AND coalesce(length(description) <= 2000, true) AND coalesce(length(contact) <= 254, true)
        AND coalesce(length(note) <= 500, true) AND coalesce(length(decided_by) <= 200, true)),
    CONSTRAINT ck_proposal_plain CHECK (
        concat(told, why, name, category, address, website, description, contact)
        !~ '[\u0001-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'),
    CONSTRAINT ck_proposal_decided CHECK (
        num_nulls(decided_at, decision, decided_by) IN (0, 3)
        AND (decision IS NULL OR decision IN ('accepted', 'refused') AND contact IS NULL))
);
COMMENT ON COLUMN commons.proposal.reference IS 'random: it tells nothing of how many there are';
COMMENT ON COLUMN commons.proposal.public_id IS 'of what everyone saw';
COMMENT ON COLUMN commons.proposal.record_ids IS 'those that supplied it then';
COMMENT ON COLUMN commons.proposal.told IS 'what would be right';
COMMENT ON COLUMN commons.proposal.lon IS 'degrees, EPSG:4326';
COMMENT ON COLUMN commons.proposal.contact IS 'an e-mail address; gone with the decision';
CREATE INDEX ix_proposal_received_at ON commons.proposal (received_at);
CREATE INDEX ix_proposal_record_ids ON commons.proposal USING gin (record_ids);
CREATE INDEX ix_proposal_upload_id ON commons.proposal (upload_id) WHERE upload_id IS NOT NULL;

-- What is erased of it stays neither in statistics nor, for longer than a minute, in dead rows.
ALTER TABLE commons.proposal SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
    vacuum_index_cleanup = on, toast.autovacuum_vacuum_threshold = 0, toast.autovacuum_vacuum_scale_factor = 0);
"""
QUIET = (
    "told", "why", "name", "category", "address", "lon", "lat", "website", "description", "contact", "decided_by", "note",
)  # fmt: skip


def upgrade() -> None:
    op.execute(UP.replace("@around@", in_box("lon", "lat", territory().bounds.around)))
    for column in QUIET:
        op.execute(f"ALTER TABLE commons.proposal ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    op.execute("DROP TABLE commons.proposal")

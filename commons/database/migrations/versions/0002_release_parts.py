"""Readers, contributions and parts: what is released is keyed by its anchor record, and a named partner can be a reader.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = """
CREATE SCHEMA released_named;
CREATE TABLE commons.reader (
    audience reference.audience NOT NULL,
    partner_id bigint NOT NULL,
    schema_name text NOT NULL,
    login text NOT NULL,
    CONSTRAINT pk_reader PRIMARY KEY (audience, partner_id),
    CONSTRAINT uq_reader_schema_name UNIQUE (schema_name),
    CONSTRAINT uq_reader_login UNIQUE (login),
    CONSTRAINT ck_reader_named_partner CHECK ((audience = 'partner') = (partner_id <> 0))
);
COMMENT ON COLUMN commons.reader.partner_id IS '0 but for a named partner';
INSERT INTO commons.reader (audience, partner_id, schema_name, login) VALUES
    ('public', 0, 'released_public', 'commons_public'),
    ('partners', 0, 'released_partners', 'commons_partner'),
    ('researchers', 0, 'released_research', 'commons_researcher');

CREATE TABLE commons.contribution (
    audience reference.audience NOT NULL,
    partner_id bigint NOT NULL,
    alternative_id bigint NOT NULL,
    anchor_id bigint NOT NULL,
    record_id bigint NOT NULL,
    version_id bigint NOT NULL,
    dataset_id bigint NOT NULL,
    rights bigint NOT NULL,
    precision reference.precision NOT NULL,
    licence text NOT NULL,
    expires_at timestamptz NOT NULL,
    rank integer,
    CONSTRAINT pk_contribution PRIMARY KEY (record_id, audience, partner_id)
);
COMMENT ON COLUMN commons.contribution.partner_id IS '0 but for a named partner';
COMMENT ON COLUMN commons.contribution.rights IS 'as cells';
COMMENT ON COLUMN commons.contribution.rank IS '1 is the best source of the part; null: seen, but supplies nothing';
CREATE INDEX ix_contribution_alternative_id ON commons.contribution (alternative_id);

CREATE TABLE commons.released_redirect (
    audience reference.audience NOT NULL,
    partner_id bigint NOT NULL,
    alternative_id bigint NOT NULL,
    anchor_id bigint NOT NULL,
    public_id uuid NOT NULL,
    to_public_id uuid NOT NULL,
    CONSTRAINT pk_released_redirect PRIMARY KEY (public_id, audience, partner_id)
);
COMMENT ON COLUMN commons.released_redirect.partner_id IS '0 but for a named partner';
COMMENT ON COLUMN commons.released_redirect.public_id IS 'of a part that has been merged into another';
CREATE INDEX ix_released_redirect_alternative_id ON commons.released_redirect (alternative_id);

-- What is released is computed anew after the upgrade; only the public ids are carried over.
DELETE FROM commons.released_alternative;
ALTER TABLE commons.released_alternative
    ADD COLUMN partner_id bigint NOT NULL,
    ADD COLUMN anchor_id bigint NOT NULL,
    ADD COLUMN charter_grade text,
    ADD COLUMN charter_reasons text,
    ADD COLUMN charter_assessed_on date,
    ADD COLUMN charter_assessed_by text,
    DROP CONSTRAINT pk_released_alternative,
    ADD CONSTRAINT pk_released_alternative PRIMARY KEY (alternative_id, anchor_id, audience, partner_id);
COMMENT ON COLUMN commons.released_alternative.partner_id IS '0 but for a named partner';
COMMENT ON COLUMN commons.released_alternative.charter_grade IS 'A to F; null is not assessed';
DROP INDEX commons.ix_released_alternative_public_id;
CREATE UNIQUE INDEX ix_released_alternative_public_id
    ON commons.released_alternative (public_id, audience, partner_id);
CREATE TABLE released_named.alternative_row PARTITION OF commons.released_alternative
    FOR VALUES IN ('partner') PARTITION BY LIST (partner_id);

DELETE FROM commons.released_participation;
ALTER TABLE commons.released_participation
    ADD COLUMN partner_id bigint NOT NULL,
    ADD COLUMN anchor_id bigint NOT NULL,
    DROP CONSTRAINT pk_released_participation,
    ADD CONSTRAINT pk_released_participation
        PRIMARY KEY (alternative_id, anchor_id, mutualisation_id, audience, partner_id);
COMMENT ON COLUMN commons.released_participation.partner_id IS '0 but for a named partner';
CREATE TABLE released_named.participation_row PARTITION OF commons.released_participation
    FOR VALUES IN ('partner') PARTITION BY LIST (partner_id);

ALTER TABLE commons.participation ADD COLUMN title text, ADD COLUMN resource_kind reference.resource_kind;
UPDATE commons.participation p SET title = m.title, resource_kind = m.resource_kind
  FROM commons.mutualisation m WHERE m.mutualisation_id = p.mutualisation_id;
ALTER TABLE commons.participation ALTER COLUMN title SET NOT NULL;
COMMENT ON COLUMN commons.participation.title IS 'as this version tells it';

ALTER TABLE commons.tombstone
    ADD COLUMN partner_id bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT pk_tombstone,
    ADD CONSTRAINT pk_tombstone PRIMARY KEY (public_id, audience, partner_id);
ALTER TABLE commons.tombstone ALTER COLUMN partner_id DROP DEFAULT;
COMMENT ON COLUMN commons.tombstone.partner_id IS '0 but for a named partner';

CREATE TEMPORARY TABLE kept ON COMMIT DROP AS
SELECT i.audience, min(m.record_id) AS record_id, i.public_id
  FROM commons.released_identity i
  JOIN commons.membership m ON m.alternative_id = i.alternative_id AND m.until_at IS NULL
 GROUP BY i.audience, i.alternative_id, i.public_id;
DELETE FROM commons.released_identity;
ALTER TABLE commons.released_identity
    DROP CONSTRAINT pk_released_identity,
    DROP COLUMN alternative_id,
    ADD COLUMN record_id bigint NOT NULL,
    ADD CONSTRAINT pk_released_identity PRIMARY KEY (record_id, audience),
    ADD CONSTRAINT fk_released_identity_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id);
COMMENT ON COLUMN commons.released_identity.audience IS 'a named partner has the partners'' ids';
INSERT INTO commons.released_identity (audience, record_id, public_id) SELECT audience, record_id, public_id FROM kept;
DROP TABLE kept;

CREATE INDEX ix_consent_named_partner_id ON commons.consent (named_partner_id) WHERE named_partner_id IS NOT NULL;
"""

DOWN = """
DROP INDEX commons.ix_consent_named_partner_id;
CREATE TEMPORARY TABLE kept ON COMMIT DROP AS
SELECT DISTINCT ON (i.audience, m.alternative_id) i.audience, m.alternative_id, i.public_id
  FROM commons.released_identity i
  JOIN commons.membership m ON m.record_id = i.record_id AND m.until_at IS NULL
 ORDER BY i.audience, m.alternative_id, i.record_id;
DELETE FROM commons.released_identity;
ALTER TABLE commons.released_identity
    DROP CONSTRAINT pk_released_identity,
    DROP COLUMN record_id,
    ADD COLUMN alternative_id bigint NOT NULL,
    ADD CONSTRAINT pk_released_identity PRIMARY KEY (audience, alternative_id),
    ADD CONSTRAINT fk_released_identity_alternative_id FOREIGN KEY (alternative_id) REFERENCES commons.alternative (alternative_id);
COMMENT ON COLUMN commons.released_identity.audience IS NULL;
INSERT INTO commons.released_identity (audience, alternative_id, public_id) SELECT audience, alternative_id, public_id FROM kept;
DROP TABLE kept;

ALTER TABLE commons.participation DROP COLUMN title, DROP COLUMN resource_kind;

DELETE FROM commons.tombstone WHERE partner_id <> 0;
ALTER TABLE commons.tombstone
    DROP CONSTRAINT pk_tombstone,
    DROP COLUMN partner_id,
    ADD CONSTRAINT pk_tombstone PRIMARY KEY (audience, public_id);

DROP SCHEMA released_named CASCADE;
DELETE FROM commons.released_participation;
ALTER TABLE commons.released_participation
    DROP CONSTRAINT pk_released_participation,
    DROP COLUMN partner_id,
    DROP COLUMN anchor_id,
    ADD CONSTRAINT pk_released_participation PRIMARY KEY (audience, alternative_id, mutualisation_id);
DELETE FROM commons.released_alternative;
DROP INDEX commons.ix_released_alternative_public_id;
ALTER TABLE commons.released_alternative
    DROP CONSTRAINT pk_released_alternative,
    DROP COLUMN partner_id,
    DROP COLUMN anchor_id,
    DROP COLUMN charter_grade,
    DROP COLUMN charter_reasons,
    DROP COLUMN charter_assessed_on,
    DROP COLUMN charter_assessed_by,
    ADD CONSTRAINT pk_released_alternative PRIMARY KEY (audience, alternative_id);
CREATE UNIQUE INDEX ix_released_alternative_public_id ON commons.released_alternative (audience, public_id);

DROP TABLE commons.released_redirect;
DROP TABLE commons.contribution;
DO $$
DECLARE
    named record;
BEGIN
    FOR named IN SELECT schema_name FROM commons.reader WHERE partner_id <> 0 LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', named.schema_name);
    END LOOP;
END
$$;
DROP TABLE commons.reader;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)

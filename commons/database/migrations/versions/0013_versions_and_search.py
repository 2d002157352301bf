"""A version of each reader's release; where a released place lies among the tiles; the words it is found by.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"

UP = """
CREATE TABLE commons.released_version (
    audience reference.audience NOT NULL,
    partner_id bigint NOT NULL,
    token uuid NOT NULL DEFAULT gen_random_uuid(),
    CONSTRAINT pk_released_version PRIMARY KEY (audience, partner_id)
);
COMMENT ON TABLE commons.released_version IS
    'renewed whenever what the reader sees becomes another; random, so that none ever comes back';
COMMENT ON COLUMN commons.released_version.partner_id IS '0 but for a named partner';

-- What is released is computed anew after the upgrade.
DELETE FROM commons.released_alternative;
ALTER TABLE commons.released_alternative
    ADD COLUMN spot bigint NOT NULL,
    ADD COLUMN title text NOT NULL,
    ADD COLUMN words tsvector NOT NULL;
COMMENT ON COLUMN commons.released_alternative.spot IS 'commons.spot of geom: the order of tiles';
COMMENT ON COLUMN commons.released_alternative.title IS 'names and street, folded';
COMMENT ON COLUMN commons.released_alternative.words IS 'A names, B category and places, C descriptions';
CREATE INDEX ix_released_alternative_expires_at ON commons.released_alternative (expires_at);
CREATE INDEX ix_released_alternative_spot ON commons.released_alternative (spot) INCLUDE (category, expires_at, geom);
CREATE INDEX ix_released_alternative_title ON commons.released_alternative USING gin (title gin_trgm_ops);
CREATE INDEX ix_released_alternative_words ON commons.released_alternative USING gin (words);
"""
DOWN = """
ALTER TABLE commons.released_alternative DROP COLUMN spot, DROP COLUMN title, DROP COLUMN words;
DROP INDEX commons.ix_released_alternative_expires_at;
DROP TABLE commons.released_version;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)

"""For which partner a person spoke of a pair; where the records lie that few new ones are compared with.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"

UP = """
ALTER TABLE commons.match_decision
    ADD COLUMN partner_id bigint CONSTRAINT fk_match_decision_partner_id REFERENCES commons.partner (partner_id),
    ADD CONSTRAINT ck_match_decision_partner_is_human CHECK (partner_id IS NULL OR is_human);
COMMENT ON COLUMN commons.match_decision.partner_id IS 'for which partner the person spoke; null: for the commons';

CREATE TABLE commons.linked_place (
    record_id bigint NOT NULL,
    x double precision NOT NULL,
    y double precision NOT NULL,
    cell bigint NOT NULL,
    spot bigint NOT NULL,
    letters bit(256) NOT NULL,
    fewest integer NOT NULL,
    CONSTRAINT pk_linked_place PRIMARY KEY (record_id)
);
COMMENT ON COLUMN commons.linked_place.x IS 'metres, as finely as may be compared';
COMMENT ON COLUMN commons.linked_place.cell IS 'a number for 200 m by 200 m';
COMMENT ON COLUMN commons.linked_place.spot IS 'a number for a metre by a metre';
COMMENT ON COLUMN commons.linked_place.letters IS 'the three-letter pieces of all its names, as bits';
COMMENT ON COLUMN commons.linked_place.fewest IS 'bits of the name that has the fewest';
CREATE INDEX ix_linked_place_cell ON commons.linked_place (cell);
CREATE INDEX ix_linked_place_spot ON commons.linked_place (spot);
COMMENT ON COLUMN commons.record_key.key IS 'a hash of a contact, an address or a name';
"""
AGAIN = """
-- The next run of linking compares everything anew, and keeps how each record is found.
DELETE FROM commons.record_key;
DELETE FROM commons.linked_record;
INSERT INTO commons.link_queue (dataset_ids)
SELECT array_agg(dataset_id) FROM commons.dataset HAVING count(*) > 0;
"""
DOWN = """
DROP TABLE commons.linked_place;
ALTER TABLE commons.match_decision DROP COLUMN partner_id;
COMMENT ON COLUMN commons.record_key.key IS 'a hash of a cell, a contact, an address or a name';
"""


def upgrade() -> None:
    op.execute(UP + AGAIN)


def downgrade() -> None:
    op.execute(DOWN + AGAIN)

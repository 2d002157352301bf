"""For which partner a person spoke of a pair.

Revision ID: 0016
Revises: 0014
"""

from alembic import op

revision = "0016"
down_revision = "0014"

UP = """
ALTER TABLE commons.match_decision
    ADD COLUMN partner_id bigint CONSTRAINT fk_match_decision_partner_id REFERENCES commons.partner (partner_id),
    ADD CONSTRAINT ck_match_decision_partner_is_human CHECK (partner_id IS NULL OR is_human);
COMMENT ON COLUMN commons.match_decision.partner_id IS 'for which partner the person spoke; null: for the commons';
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("ALTER TABLE commons.match_decision DROP COLUMN partner_id")

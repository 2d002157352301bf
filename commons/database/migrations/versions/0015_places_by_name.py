"""Released places in the order of their names, and among tiles only those that exist today.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"

UP = """
DROP INDEX commons.ix_released_alternative_spot;
CREATE INDEX ix_released_alternative_spot
    ON commons.released_alternative (spot) INCLUDE (category, expires_at, founded_on, ended_on, geom);
CREATE INDEX ix_released_alternative_listed ON commons.released_alternative ("left"(title, 100), public_id);
"""
DOWN = """
DROP INDEX commons.ix_released_alternative_listed;
DROP INDEX commons.ix_released_alternative_spot;
CREATE INDEX ix_released_alternative_spot ON commons.released_alternative (spot) INCLUDE (category, expires_at, geom);
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)

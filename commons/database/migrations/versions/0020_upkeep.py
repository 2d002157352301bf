"""When what must be done by the clock was done last.

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute("""
CREATE TABLE commons.upkeep (
    job text NOT NULL,
    done_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_upkeep PRIMARY KEY (job),
    CONSTRAINT ck_upkeep_job CHECK (job IN ('due', 'everything'))
);
COMMENT ON TABLE commons.upkeep IS 'when the release was last swept: what was due by the clock, or everything'
""")


def downgrade() -> None:
    op.execute("DROP TABLE commons.upkeep")

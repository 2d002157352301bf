"""An erased record is known by the words of its name and by a fine cell of its place too.

Revision ID: 0023
Revises: 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"

KINDS = "'key', 'name', 'place', 'address', 'slip', 'part', 'cell', 'street', 'phone', 'email', 'website', 'enterprise'"
NEW = "'word', 'bag', 'point'"
RESTRICT = "ALTER TABLE commons.erased_key DROP CONSTRAINT ck_erased_key_kind, ADD CONSTRAINT ck_erased_key_kind CHECK (kind IN ({}))"


def upgrade() -> None:
    op.execute(RESTRICT.format(f"{KINDS}, {NEW}"))


def downgrade() -> None:
    op.execute(f"DELETE FROM commons.erased_key WHERE kind IN ({NEW})")
    op.execute(RESTRICT.format(KINDS))

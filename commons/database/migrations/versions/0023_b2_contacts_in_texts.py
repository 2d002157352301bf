"""Contacts in free texts obey the contact groups: no table changes, and every release is computed anew.

Revision ID: 0023_b2
Revises: 0022_b3
"""

revision = "0023_b2"
down_revision = "0022_b3"


def upgrade() -> None:
    """Change nothing: an upgrade to another revision ends with the release of everything."""


def downgrade() -> None:
    """Change nothing."""

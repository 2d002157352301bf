"""Contacts in free texts obey the contact groups: no table changes, and every release is computed anew.

Revision ID: 0022
Revises: 0021
"""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Change nothing: an upgrade to another revision ends with the release of everything."""


def downgrade() -> None:
    """Change nothing."""

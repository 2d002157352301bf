"""Versions stored by the hundred thousand: what they refer to is checked by the statement; a record that came back says so.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"

REFERRED = {
    "upload_id": "commons.upload (upload_id)",
    "category": "reference.category (code)",
    "sector_id": "reference.district (district_id)",
    "neighbourhood_id": "reference.district (district_id)",
    "commune_id": "reference.district (district_id)",
}


def upgrade() -> None:
    for column, target in REFERRED.items():
        op.execute(f"ALTER TABLE commons.record_version DROP CONSTRAINT fk_record_version_{column}")
        op.execute(
            f"COMMENT ON COLUMN commons.record_version.{column} IS 'referred: {target.partition(' ')[0]}'"
        )
    op.execute("DROP INDEX commons.ix_record_version_geom")
    op.execute("ALTER TABLE commons.record_version ADD COLUMN returned_from timestamptz")
    op.execute(
        "COMMENT ON COLUMN commons.record_version.returned_from IS"
        " 'since when the record had been gone, where this version brought it back'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE commons.record_version DROP COLUMN returned_from")
    op.execute("CREATE INDEX ix_record_version_geom ON commons.record_version USING gist (geom)")
    for column, target in REFERRED.items():
        op.execute(f"COMMENT ON COLUMN commons.record_version.{column} IS NULL")
        op.execute(
            f"ALTER TABLE commons.record_version ADD CONSTRAINT fk_record_version_{column}"
            f" FOREIGN KEY ({column}) REFERENCES {target}"
        )

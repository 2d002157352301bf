"""Places found for addresses without a position, apart from what partners assert, and the records they rest on.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

from commons.territory import in_box, territory

revision = "0010"
down_revision = "0009"

UP = """
CREATE TABLE commons.record_location (
    location_id bigint GENERATED ALWAYS AS IDENTITY,
    record_id bigint NOT NULL,
    address_hash bigint NOT NULL,
    method text NOT NULL,
    kind text NOT NULL,
    uncertainty_m double precision NOT NULL,
    geom geometry(POINT, 4326) NOT NULL,
    sector_id bigint,
    neighbourhood_id bigint,
    commune_id bigint,
    licences text[] NOT NULL,
    attributions text[] NOT NULL,
    holds_until timestamptz NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    CONSTRAINT pk_record_location PRIMARY KEY (location_id),
    CONSTRAINT ck_record_location_known_kind CHECK (kind IN ('address', 'street')),
    CONSTRAINT ck_record_location_never_certain CHECK (uncertainty_m > 0),
    CONSTRAINT ck_record_location_in_region_box
        CHECK (NOT ST_IsEmpty(geom) AND @region_box@),
    CONSTRAINT fk_record_location_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id),
    CONSTRAINT fk_record_location_sector_id FOREIGN KEY (sector_id) REFERENCES reference.district (district_id),
    CONSTRAINT fk_record_location_neighbourhood_id
        FOREIGN KEY (neighbourhood_id) REFERENCES reference.district (district_id),
    CONSTRAINT fk_record_location_commune_id FOREIGN KEY (commune_id) REFERENCES reference.district (district_id)
);
COMMENT ON COLUMN commons.record_location.address_hash IS 'of the address it was found for, and holds for';
COMMENT ON COLUMN commons.record_location.method IS 'street, or geocoder:<kind>';
COMMENT ON COLUMN commons.record_location.kind IS 'address or street: what was found';
COMMENT ON COLUMN commons.record_location.licences IS 'of the positions of others that it rests on';
COMMENT ON COLUMN commons.record_location.holds_until IS 'the first end of what lets it rest on others';
CREATE UNIQUE INDEX uq_record_location_live ON commons.record_location (record_id, address_hash)
    WHERE retired_at IS NULL;

CREATE TABLE commons.location_source (
    location_id bigint NOT NULL,
    record_id bigint NOT NULL,
    place_hash bigint NOT NULL,
    CONSTRAINT pk_location_source PRIMARY KEY (location_id, record_id),
    CONSTRAINT fk_location_source_location_id
        FOREIGN KEY (location_id) REFERENCES commons.record_location (location_id),
    CONSTRAINT fk_location_source_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id)
);
COMMENT ON COLUMN commons.location_source.place_hash IS 'of the position and the address taken from it';
CREATE INDEX ix_location_source_record_id ON commons.location_source (record_id);

CREATE TABLE commons.geocoder_answer (
    geocoder text NOT NULL,
    address_hash bigint NOT NULL,
    geom geometry(POINT, 4326),
    asked_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_geocoder_answer PRIMARY KEY (geocoder, address_hash)
);
COMMENT ON COLUMN commons.geocoder_answer.geocoder IS 'its kind';
"""


def upgrade() -> None:
    box = in_box("ST_X(geom)", "ST_Y(geom)", territory().bounds.records)
    op.execute(UP.replace("@region_box@", box))


def downgrade() -> None:
    op.execute("DROP TABLE commons.geocoder_answer, commons.location_source, commons.record_location")

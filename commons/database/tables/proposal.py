"""What visitors propose: an error of what is shown, or an alternative that is missing. Nothing here is on the map."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Double, Index, Table, Text, Uuid, text

from commons.database.proposal_lengths import LONGEST
from commons.database.tables.base import PRIVATE, array_of, metadata, moment, refers_to
from commons.territory import in_box, territory

_OF_KIND = """CASE kind
    WHEN 'error' THEN num_nulls(public_id, field) = 0
        AND num_nonnulls(name, category, address, lon, lat, website, description) = 0
        AND field IN ('name', 'category', 'place', 'website', 'opening_hours', 'description', 'contact', 'closed',
                      'other')
        AND (told IS NOT NULL OR field = 'closed')
    WHEN 'addition' THEN name IS NOT NULL AND num_nonnulls(public_id, field, told) = 0 AND record_ids = '{}'
        AND num_nonnulls(address, lon) > 0
    ELSE false END"""
_IN_REACH = f"""CASE WHEN num_nulls(lon, lat) = 2 THEN true
    ELSE coalesce({in_box("lon", "lat", territory().bounds.around)}, false) END"""
_PLAIN = r"""concat(told, why, name, category, address, website, description, contact)
    !~ '[\u0001-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'"""
"""Nothing that a terminal obeys, or that turns a text around."""
_DECIDED = """num_nulls(decided_at, decision, decided_by) IN (0, 3)
    AND (decision IS NULL OR decision IN ('accepted', 'refused') AND contact IS NULL)"""

proposal = Table(
    "proposal",
    metadata,
    Column("reference", Text, primary_key=True, comment="random: it tells nothing of how many there are"),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    moment("received_at", default_now=True),
    Column("public_id", Uuid, comment="of what everyone saw"),
    Column("record_ids", array_of(BigInteger), nullable=False, comment="those that supplied it then"),
    Column("field", Text),
    Column("told", Text, comment="what would be right"),
    Column("why", Text),
    Column("name", Text),
    Column("category", Text),
    Column("address", Text),
    Column("lon", Double, comment="degrees, EPSG:4326"),
    Column("lat", Double),
    Column("website", Text),
    Column("description", Text),
    Column("contact", Text, comment="an e-mail address; gone with the decision"),
    moment("decided_at", nullable=True),
    Column("decision", Text),
    Column("decided_by", Text),
    Column("note", Text),
    refers_to("upload_id", "commons.upload.upload_id", nullable=True),
    CheckConstraint("language IN ('fr', 'nl', 'en')", name="language"),
    CheckConstraint(_OF_KIND, name="kind"),
    CheckConstraint(_IN_REACH, name="point"),
    CheckConstraint(
        " AND ".join(f"coalesce(length({column}) <= {most}, true)" for column, most in LONGEST.items()),
        name="length",
    ),
    CheckConstraint(_PLAIN, name="plain"),
    CheckConstraint(_DECIDED, name="decided"),
    Index("ix_proposal_received_at", "received_at"),
    Index("ix_proposal_record_ids", "record_ids", postgresql_using="gin"),
    Index("ix_proposal_upload_id", "upload_id", postgresql_where=text("upload_id IS NOT NULL")),
    schema=PRIVATE,
)

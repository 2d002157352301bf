"""What has been handed out: by which way, on which day, and the records whose values it held, each once."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Table, Text

from commons.database.tables.base import (
    AUDIENCE,
    PRIVATE,
    array_of,
    identity_key,
    metadata,
    moment,
    refers_to,
)

egress = Table(
    "egress",
    metadata,
    identity_key("egress_id"),
    Column("audience", AUDIENCE, nullable=False),
    refers_to("partner_id", "commons.partner.partner_id", nullable=True),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    moment("at", default_now=True),
    Column("alternative_ids", array_of(BigInteger), nullable=False),
    Column("record_ids", array_of(BigInteger), nullable=False, comment="those that supplied its values then"),
    Column("sha256", LargeBinary, nullable=False, comment="of what was handed out"),
    CheckConstraint("kind IN ('download', 'snapshot', 'feed')", name="kind"),
    CheckConstraint("audience <> 'partner' OR partner_id IS NOT NULL", name="named_partner"),
    CheckConstraint("length(sha256) = 32", name="sha256"),
    Index("ix_egress_at", "at"),
    Index("ix_egress_record_ids", "record_ids", postgresql_using="gin"),
    schema=PRIVATE,
)

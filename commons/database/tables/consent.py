"""Who allowed what to whom: agreements (the ceiling and the default), consents within them, proposals to widen either.

An agreement's term and a consent are the same sentence: this audience may use these field groups for these
purposes, the place no finer than this precision. `cells` is that sentence's field groups x purposes as bits, computed
by PostgreSQL.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import (
    AUDIENCE,
    CONSENT_EFFECT,
    FIELD_GROUP,
    PRECISION,
    PRIVATE,
    PURPOSE,
    STANCE,
    array_of,
    identity_key,
    metadata,
    moment,
    refers_to,
)


def _sentence() -> list[Any]:
    return [
        Column("audience", AUDIENCE, nullable=False),
        refers_to("named_partner_id", "commons.partner.partner_id", nullable=True),
        Column("field_groups", array_of(FIELD_GROUP), nullable=False),
        Column("purposes", array_of(PURPOSE), nullable=False),
        Column("precision", PRECISION),
        Column(
            "cells",
            BigInteger,
            Computed("commons.cells(field_groups, purposes)", persisted=True),
            nullable=False,
        ),
    ]


agreement = Table(
    "agreement",
    metadata,
    identity_key("agreement_id"),
    refers_to("dataset_id", "commons.dataset.dataset_id"),
    Column("version", Integer, nullable=False),
    Column("stance", STANCE, nullable=False),
    Column("licence", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("capacity", Text),
    Column("signed_on", Date, nullable=False),
    Column("evidence", Text),
    moment("signed_at", default_now=True),
    Column("approved_by", Text, comment="the second person, where it opens more than the one before"),
    moment("valid_from"),
    moment("valid_until"),
    moment("ended_at", nullable=True),
    UniqueConstraint("dataset_id", "version"),
    Index("uq_agreement_in_force", "dataset_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    CheckConstraint("valid_until > valid_from", name="validity"),
    schema=PRIVATE,
)

agreement_term = Table(
    "agreement_term",
    metadata,
    identity_key("term_id"),
    refers_to("agreement_id", "commons.agreement.agreement_id", index=True),
    *_sentence(),
    CheckConstraint("precision IS NOT NULL", name="precision_stated"),
    CheckConstraint("(audience = 'partner') = (named_partner_id IS NOT NULL)", name="named_partner"),
    schema=PRIVATE,
)

consent = Table(
    "consent",
    metadata,
    identity_key("consent_id"),
    refers_to("dataset_id", "commons.dataset.dataset_id"),
    refers_to("record_id", "commons.source_record.record_id", nullable=True),
    refers_to("upload_id", "commons.upload.upload_id", nullable=True, index=True),
    Column("effect", CONSENT_EFFECT, nullable=False),
    *_sentence(),
    Column("licence", Text),
    Column("given_by", Text, nullable=False),
    Column("capacity", Text),
    Column("evidence_kind", Text, nullable=False, comment="form, mail, import flag, paper"),
    Column("evidence", Text),
    Column("text_version", Text),
    Column("text_language", Text),
    moment("given_at", default_now=True),
    Column("approved_by", Text, comment="the second person, where it allows otherwise than a file's flag"),
    moment("valid_from"),
    moment("valid_until"),
    moment("ended_at", nullable=True),
    Column("ended_as", Text),
    Column("ended_by", Text),
    Column("end_approved_by", Text, comment="the second person, where a restriction was lifted"),
    # A restriction with no name binds every named partner, and so, flowing outward, the partners and the public.
    CheckConstraint("named_partner_id IS NULL OR audience = 'partner'", name="only_partners_are_named"),
    CheckConstraint(
        "effect <> 'allow' OR audience <> 'partner' OR named_partner_id IS NOT NULL",
        name="allows_a_named_partner",
    ),
    CheckConstraint("valid_until > valid_from", name="validity"),
    CheckConstraint("ended_as IN ('superseded', 'withdrawn', 'lifted')", name="ended_as"),
    CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended"),
    CheckConstraint("effect <> 'coarsen' OR precision IS NOT NULL", name="coarsen_to"),
    CheckConstraint("evidence_kind <> 'import flag' OR upload_id IS NOT NULL", name="flag_of_an_upload"),
    Index("ix_consent_record", "record_id"),
    Index("ix_consent_dataset", "dataset_id", postgresql_where=text("record_id IS NULL")),
    Index(
        "ix_consent_named_partner_id",
        "named_partner_id",
        postgresql_where=text("named_partner_id IS NOT NULL"),
    ),
    Index(
        "ix_consent_by_people",
        "dataset_id",
        "record_id",
        postgresql_where=text("evidence_kind <> 'import flag'"),
    ),
    Index("ix_consent_valid_until", "valid_until", postgresql_where=text("ended_at IS NULL")),
    schema=PRIVATE,
)

withdrawal = Table(
    "withdrawal",
    metadata,
    identity_key("withdrawal_id"),
    refers_to("dataset_id", "commons.dataset.dataset_id"),
    refers_to("record_id", "commons.source_record.record_id", nullable=True),
    Column("field_groups", array_of(FIELD_GROUP), nullable=False),
    Column("withdrawn_by", Text, nullable=False),
    moment("withdrawn_at", default_now=True),
    Column("receipt", JSONB, nullable=False),
    Column(
        "uid",
        Uuid,
        nullable=False,
        unique=True,
        server_default=func.gen_random_uuid(),
        comment="as in the ledger outside the database",
    ),
    schema=PRIVATE,
)

narrowing = Table(
    "narrowing",
    metadata,
    Column("uid", Uuid, primary_key=True, comment="as in the ledger outside the database"),
    refers_to("dataset_id", "commons.dataset.dataset_id"),
    refers_to("record_id", "commons.source_record.record_id", nullable=True),
    Column("wanted", JSONB, nullable=False, comment="flags as codes, never a value of a record"),
    moment("narrowed_at", default_now=True),
    schema=PRIVATE,
)

consent_proposal = Table(
    "consent_proposal",
    metadata,
    identity_key("proposal_id"),
    refers_to("dataset_id", "commons.dataset.dataset_id", index=True),
    refers_to("record_id", "commons.source_record.record_id", nullable=True, index=True),
    refers_to("agreement_id", "commons.agreement.agreement_id", nullable=True),
    Column("wanted", JSONB, nullable=False, comment="flags as codes, never a value of a record"),
    Column(
        "lifts",
        array_of(BigInteger),
        nullable=False,
        comment="the restrictions it would lift, as they stood when it was proposed",
    ),
    Column("proposed_by", Text, nullable=False),
    moment("proposed_at", default_now=True),
    Column("capacity", Text),
    Column("evidence_kind", Text, nullable=False),
    Column("evidence", Text),
    moment("decided_at", nullable=True),
    Column("decision", Text),
    Column("decided_by", Text),
    CheckConstraint("decision IN ('approved', 'refused')", name="decision"),
    CheckConstraint("num_nulls(decided_at, decision, decided_by) IN (0, 3)", name="decided"),
    schema=PRIVATE,
)

consent_link = Table(
    "consent_link",
    metadata,
    identity_key("link_id"),
    refers_to("record_id", "commons.source_record.record_id", index=True),
    Column(
        "sha256",
        LargeBinary,
        nullable=False,
        unique=True,
        comment="of the token, which is shown once and not kept",
    ),
    moment("created_at", default_now=True),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    CheckConstraint("length(sha256) = 32", name="sha256"),
    CheckConstraint("expires_at > created_at", name="validity"),
    schema=PRIVATE,
)

erased_key = Table(
    "erased_key",
    metadata,
    Column("dataset", Text, nullable=False, comment="slug: a restored backup may lack the dataset itself"),
    Column("kind", Text, nullable=False),
    Column("keyed_hash", Text, nullable=False, comment="so that the next upload does not bring it back"),
    Column("key_id", Text, nullable=False, comment="which secret it was made with"),
    Column(
        "record_id",
        BigInteger,
        ForeignKey("commons.source_record.record_id"),
        comment="null where a restored backup lacks it",
    ),
    refers_to("withdrawal_id", "commons.withdrawal.withdrawal_id", nullable=True),
    moment("erased_at", default_now=True),
    moment("lifted_at", nullable=True),
    Column("lifted_by", Text, comment="who proposed to take such rows again"),
    Column("approved_by", Text),
    CheckConstraint(
        "kind IN ('key', 'name', 'place', 'address', 'slip', 'part', 'cell', 'street', 'phone', 'email', 'website',"
        " 'enterprise', 'word', 'bag', 'point')",
        name="kind",
    ),
    UniqueConstraint("dataset", "kind", "keyed_hash", "record_id", postgresql_nulls_not_distinct=True),
    CheckConstraint("(lifted_at IS NULL) = (approved_by IS NULL)", name="lifted"),
    CheckConstraint(
        "approved_by IS NULL OR (lifted_by IS NOT NULL AND lifted_by <> approved_by)", name="two_people"
    ),
    schema=PRIVATE,
)

held_row = Table(
    "held_row",
    metadata,
    refers_to("dataset_id", "commons.dataset.dataset_id", primary_key=True),
    Column(
        "row_hash",
        Text,
        primary_key=True,
        comment="of its key, name and place: another row under its key is held anew",
    ),
    Column("key_hash", Text, nullable=False, comment="by which people find it"),
    Column("key_id", Text, nullable=False),
    refers_to("upload_id", "commons.upload.upload_id", index=True),
    Column("row_number", Integer, nullable=False),
    moment("held_at", default_now=True),
    Column("asked_by", Text),
    Column("approved_by", Text),
    moment("admitted_at", nullable=True),
    CheckConstraint("(admitted_at IS NULL) = (approved_by IS NULL)", name="admitted"),
    CheckConstraint(
        "approved_by IS NULL OR (asked_by IS NOT NULL AND asked_by <> approved_by)", name="two_people"
    ),
    comment="rows that look like a record of their list that was closed or erased, by keyed hashes",
    schema=PRIVATE,
)

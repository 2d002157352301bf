"""Two people for widening: who approved, what is proposed; links for the person concerned; what was handed out.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"

UP = """
ALTER TABLE commons.agreement
    ADD COLUMN signed_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN approved_by text;
COMMENT ON COLUMN commons.agreement.approved_by IS 'the second person, where it opens more than the one before';

ALTER TABLE commons.consent
    ADD COLUMN approved_by text,
    ADD COLUMN end_approved_by text,
    DROP CONSTRAINT ck_consent_ended_as,
    ADD CONSTRAINT ck_consent_ended_as CHECK (ended_as IN ('superseded', 'withdrawn', 'lifted')),
    ADD CONSTRAINT ck_consent_flag_of_an_upload CHECK (evidence_kind <> 'import flag' OR upload_id IS NOT NULL);
COMMENT ON COLUMN commons.consent.approved_by IS 'the second person, where it allows otherwise than a file''s flag';
COMMENT ON COLUMN commons.consent.end_approved_by IS 'the second person, where a restriction was lifted';

CREATE TABLE commons.consent_proposal (
    proposal_id bigint GENERATED ALWAYS AS IDENTITY,
    dataset_id bigint NOT NULL,
    record_id bigint,
    agreement_id bigint,
    wanted jsonb NOT NULL,
    lifts bigint[] NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    capacity text,
    evidence_kind text NOT NULL,
    evidence text,
    decided_at timestamptz,
    decision text,
    decided_by text,
    CONSTRAINT pk_consent_proposal PRIMARY KEY (proposal_id),
    CONSTRAINT fk_consent_proposal_dataset_id FOREIGN KEY (dataset_id) REFERENCES commons.dataset (dataset_id),
    CONSTRAINT fk_consent_proposal_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id),
    CONSTRAINT fk_consent_proposal_agreement_id FOREIGN KEY (agreement_id) REFERENCES commons.agreement (agreement_id),
    CONSTRAINT ck_consent_proposal_decision CHECK (decision IN ('approved', 'refused')),
    CONSTRAINT ck_consent_proposal_decided CHECK (num_nulls(decided_at, decision, decided_by) IN (0, 3))
);
COMMENT ON COLUMN commons.consent_proposal.wanted IS 'flags as codes, never a value of a record';
COMMENT ON COLUMN commons.consent_proposal.lifts IS 'the restrictions it would lift, as they stood when it was proposed';
CREATE INDEX ix_consent_proposal_dataset_id ON commons.consent_proposal (dataset_id);
CREATE INDEX ix_consent_proposal_record_id ON commons.consent_proposal (record_id);

CREATE TABLE commons.consent_link (
    link_id bigint GENERATED ALWAYS AS IDENTITY,
    record_id bigint NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT pk_consent_link PRIMARY KEY (link_id),
    CONSTRAINT fk_consent_link_record_id FOREIGN KEY (record_id) REFERENCES commons.source_record (record_id),
    CONSTRAINT uq_consent_link_sha256 UNIQUE (sha256),
    CONSTRAINT ck_consent_link_sha256 CHECK (length(sha256) = 32),
    CONSTRAINT ck_consent_link_validity CHECK (expires_at > created_at)
);
COMMENT ON COLUMN commons.consent_link.sha256 IS 'of the token, which is shown once and not kept';
CREATE INDEX ix_consent_link_record_id ON commons.consent_link (record_id);

CREATE TABLE commons.egress (
    egress_id bigint GENERATED ALWAYS AS IDENTITY,
    audience reference.audience NOT NULL,
    partner_id bigint,
    kind text NOT NULL,
    what text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    alternative_ids bigint[] NOT NULL,
    record_ids bigint[] NOT NULL,
    sha256 bytea NOT NULL,
    CONSTRAINT pk_egress PRIMARY KEY (egress_id),
    CONSTRAINT fk_egress_partner_id FOREIGN KEY (partner_id) REFERENCES commons.partner (partner_id),
    CONSTRAINT ck_egress_kind CHECK (kind IN ('download', 'snapshot', 'feed')),
    CONSTRAINT ck_egress_named_partner CHECK (audience <> 'partner' OR partner_id IS NOT NULL),
    CONSTRAINT ck_egress_sha256 CHECK (length(sha256) = 32)
);
COMMENT ON COLUMN commons.egress.record_ids IS 'those that supplied its values then';
COMMENT ON COLUMN commons.egress.sha256 IS 'of what was handed out';
CREATE INDEX ix_egress_record_ids ON commons.egress USING gin (record_ids);
"""

DOWN = """
DROP TABLE commons.egress;
DROP TABLE commons.consent_link;
DROP TABLE commons.consent_proposal;
UPDATE commons.consent SET ended_as = 'superseded' WHERE ended_as = 'lifted';
ALTER TABLE commons.consent
    DROP CONSTRAINT ck_consent_flag_of_an_upload,
    DROP CONSTRAINT ck_consent_ended_as,
    ADD CONSTRAINT ck_consent_ended_as CHECK (ended_as IN ('superseded', 'withdrawn')),
    DROP COLUMN end_approved_by,
    DROP COLUMN approved_by;
ALTER TABLE commons.agreement DROP COLUMN approved_by, DROP COLUMN signed_at;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)

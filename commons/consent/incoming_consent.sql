-- The temporary table into which record_flags copies what a file's flags say.
DROP TABLE IF EXISTS pg_temp.incoming_consent;
CREATE TEMPORARY TABLE incoming_consent (
    record_id bigint NOT NULL,
    effect reference.consent_effect NOT NULL,
    audience reference.audience NOT NULL,
    field_groups reference.field_group[] NOT NULL,
    purposes reference.purpose[] NOT NULL,
    precision reference.precision,
    licence text,
    consent_by text,
    consent_evidence text,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL
) ON COMMIT DROP;

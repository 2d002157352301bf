-- The temporary tables of a file's flags: what each record's row says, and what each combination of flags means.
DROP TABLE IF EXISTS pg_temp.flagged_record, pg_temp.flag_statement;
CREATE TEMPORARY TABLE flagged_record (
    record_id bigint NOT NULL,
    visibility text,
    "precision" text,
    contact text,
    statistics boolean,
    reuse boolean,
    licence text,
    consent_by text,
    consent_evidence text,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    combination text NOT NULL GENERATED ALWAYS AS (
        coalesce(visibility, '') || '|' || coalesce("precision", '') || '|' || coalesce(contact, '') || '|'
        || coalesce(statistics::text, '') || '|' || coalesce(reuse::text, '')) STORED
) ON COMMIT DROP;

CREATE TEMPORARY TABLE flag_statement (
    combination text NOT NULL,
    effect reference.consent_effect NOT NULL,
    audience reference.audience NOT NULL,
    field_groups reference.field_group[] NOT NULL,
    purposes reference.purpose[] NOT NULL,
    "precision" reference.precision
) ON COMMIT DROP;

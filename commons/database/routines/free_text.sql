-- An e-mail address or a telephone number in a text is a contact, whatever field it stands in: docs/consent.md, "What is published".
-- tests/support/oracle.py tells the same again; ingest/check/contacts_in_texts.py finds the same for the partner's report.

-- The text with a mark in the place of whatever has the pattern; it is looked for only where the text has the sign: a long pattern
-- costs a hundred times as much. Of a variable of PL/pgSQL it is asked without the call of a function.
CREATE OR REPLACE FUNCTION commons.masked(body text, sign text, pattern text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN body ~* sign THEN regexp_replace(body, pattern, '[…]', 'gi') ELSE body END;

-- The text without its e-mail addresses, also without those that are written "info (at) exemple.be" or "info at exemple dot be".
CREATE OR REPLACE FUNCTION commons.without_emails(body text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    body := commons.masked(
        body, '@',
        '[^][\s@<>(){},;:"''|/\\]+\s?@\s?[[:alnum:]_-]+(?:\s?[.]\s?[[:alnum:]_-]{2,})+');
    RETURN commons.masked(
        body,
        'arobase|apenstaartje|[(<[{]\s?(?:at?|@)\s?[])>}]|\sat\s.*\s(?:dot|point|punt)\s',
        '[^][\s@<>(){},;:"''|/\\]+(?:'
        '(?:\s?[(<[{]\s?(?:at?|@|arobase|apenstaartje)\s?[])>}]|\s(?:arobase|apenstaartje)\s)\s?'
        '[[:alnum:]_-]+(?:\s?(?:[.]|[(<[{]\s?(?:[.]|dot|point|punt)\s?[])>}]|\s(?:dot|point|punt)\s)\s?[[:alnum:]_-]{2,})+'
        '|\sat\s[[:alnum:]_-]+(?:\s(?:dot|point|punt)\s[[:alnum:]_-]{2,})+)');
END
$$;

-- The text without its telephone numbers: international ones, Belgian and neighbours' ones of 9 or 10 digits, and any that its word
-- announces. A date, hours ("09.00-12.00") and an enterprise number ("0878.065.378") are none: what follows a 0 is looked at there
-- only, for a pattern that begins with a look ahead is tried at every letter.
CREATE OR REPLACE FUNCTION commons.without_phones(body text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF body !~ '[0-9][^a-zA-Z]{6}' THEN
        RETURN body;
    END IF;
    body := commons.masked(
        body, '(?:[+]|00)\s?[1-9]',
        '(?:[+]|(?<![0-9])(?<![0-9][.])00)\s?[1-9](?:[\s./()\u00a0\u2009\u202f\u2010-\u2015-]*[0-9]){7,13}');
    body := commons.masked(
        body, '32', '(?<![0-9])32(?:[\s./()\u00a0\u2009\u202f\u2010-\u2015-]*[0-9]){8,9}(?![0-9])');
    body := commons.masked(
        body, '(?<![0-9])0[1-9](?:[\s./()\u00a0\u2009\u202f\u2010-\u2015-]*[0-9]){7}',
        '0(?<![0-9]0)'
        '(?![0-9][\s./-][01][0-9][\s./-](?:19|20)[0-9]{2}(?![0-9]))'
        '(?![0-9][.][0-9]{2}\s?[\u2010-\u2015-]\s?[0-9]{1,2}[.][0-9]{2})'
        '(?![0-35-9][0-9]{2}[.][0-9]{3}[.][0-9]{3}(?![0-9]))'
        '[1-9](?:[\s./()\u00a0\u2009\u202f\u2010-\u2015-]*[0-9]){7,8}(?![0-9])');
    RETURN commons.masked(
        body, 't[eé]l|gsm|phone|mobi|whatsapp|signal|sms',
        '(?:t[eé]l(?:[eé]phone|efoon)?|gsm|phone|mobile|mobiel|whatsapp|signal|sms)[\s.:\u00a0]*'
        '(?:[0-9][\s./()\u00a0\u2009\u202f\u2010-\u2015-]*){6,14}[0-9]');
END
$$;

CREATE OR REPLACE FUNCTION commons.without_contacts(body text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN commons.without_phones(commons.without_emails(body));

-- What a version asserts, its contacts apart, without the contacts in its texts. A link to one ("https://wa.me/…") goes whole.
CREATE OR REPLACE FUNCTION commons.without_contacts(fields jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    texts constant jsonb := fields - commons.fields_without_text();
    perhaps constant text := '@|arobase|apenstaartje|[(<[{]\s?at?\s?[])>}]|\sat\s|[0-9][^a-z"]{6}';
    field record;
BEGIN
    -- Nearly no text has either: one look at all of them, where JSON writes the end of a line as two characters.
    IF replace(replace(texts::text, '\n', ' '), '\r', ' ') !~* (perhaps || '|wa[.]me|whatsapp') THEN
        RETURN fields;
    END IF;
    FOR field IN SELECT t.key, t.value, CASE t.key WHEN 'charter' THEN t.value ->> 'charter_reasons' ELSE t.value #>> '{}' END AS body
                   FROM jsonb_each(texts) t
    LOOP
        IF field.key = 'website' THEN
            IF field.body ~* '//(?:[^/]*[.])?(?:wa[.]me|whatsapp[.]com)/'
               OR field.body ~* perhaps AND commons.without_emails(field.body) <> field.body THEN
                fields := fields - 'website';
            END IF;
        ELSIF field.body ~* perhaps THEN
            field.body := commons.without_contacts(field.body);
            fields := jsonb_set(fields, CASE field.key WHEN 'charter' THEN '{charter,charter_reasons}' ELSE ARRAY[field.key] END,
                                to_jsonb(field.body));
        END IF;
    END LOOP;
    RETURN fields;
END
$$;

-- Whether a record's texts may be shown with the contacts in them: whose these are nobody says. Where the record has contacts of a
-- person, they could be that person's.
CREATE OR REPLACE FUNCTION commons.may_show_contacts(rights bigint, fields jsonb)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN rights & commons.cells('{contact_organisation}', '{display}') <> 0
   AND (rights & commons.cells('{contact_person}', '{display}') <> 0
        OR NOT fields ?| commons.fields_of_person());

GRANT EXECUTE ON FUNCTION commons.masked(text, text, text), commons.without_emails(text), commons.without_phones(text), commons.without_contacts(text),
                          commons.without_contacts(jsonb), commons.may_show_contacts(bigint, jsonb) TO commons_ingest;

"""A link opens one record, for whoever has it; a wrong one opens nothing and tells nothing."""

import hashlib

import pytest

from builders import make_dataset, make_record, open_terms
from commons.consent.link import follow_link, issue_link, revoke_links
from commons.database.connection import Role
from commons.errors import CommonsError


@pytest.fixture
def dataset(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms())
        for key in ("one", "two"):
            make_record(connection, dataset, key=key, name=key, flags={})
    return dataset


def issue(database, dataset, key="one", **options):
    with database.connect(Role.INGEST) as connection:
        return issue_link(connection, dataset, key, **options).removeprefix("/consent/")


def follow(database, token):
    with database.connect(Role.INGEST) as connection:
        return follow_link(connection, token)


def test_a_link_opens_its_own_record(database, dataset):
    one, two = issue(database, dataset), issue(database, dataset, "two")
    assert len(one) == 43
    assert follow(database, one).record_key == "one"
    assert follow(database, two).record_key == "two"
    kept = database.rows("SELECT sha256, l::text FROM commons.consent_link l ORDER BY link_id")
    assert [row[0] for row in kept] == [hashlib.sha256(token.encode()).digest() for token in (one, two)]
    logged = database.rows("SELECT e::text FROM commons.audit_event e")
    assert not any(token in str(row) for token in (one, two) for row in [*kept, *logged])


def test_no_other_token_opens_anything(database, dataset):
    token = issue(database, dataset)
    stored = database.rows("SELECT encode(sha256, 'hex') FROM commons.consent_link")[0][0]
    wrong = [
        token[:-1],
        token + "A",
        token.swapcase(),
        "",
        " ",
        stored,
        token + "\n",
        "é",
        "\udc80",
        "'; --",
        "%",
    ]
    for attempt in wrong:
        with pytest.raises(CommonsError) as told:
            follow(database, attempt)
        assert told.value.key == "link.unknown"
        assert attempt.strip() == "" or attempt not in str(told.value)


def test_an_ended_link_opens_nothing(database, dataset):
    revoked, expired, other = (
        issue(database, dataset),
        issue(database, dataset),
        issue(database, dataset, "two"),
    )
    with database.connect() as connection:
        connection.execute("UPDATE commons.consent_link SET created_at = now() - interval '2 days', expires_at = now()"
                           " WHERE link_id = 2")  # fmt: skip
    with pytest.raises(CommonsError):
        follow(database, expired)
    with database.connect(Role.INGEST) as connection:
        assert revoke_links(connection, dataset, "one") == 1
    with pytest.raises(CommonsError):
        follow(database, revoked)
    assert follow(database, other).record_key == "two"


@pytest.mark.parametrize(
    ("key", "days", "error"), [("nobody", 1, "consent.no_record"), ("one", 0, "link.no_days")]
)
def test_a_link_to_nothing_or_for_no_time_is_not_made(database, dataset, key, days, error):
    with pytest.raises(CommonsError) as told:
        issue(database, dataset, key, days=days)
    assert told.value.key == error
    assert database.rows("SELECT * FROM commons.consent_link") == []


def test_a_record_that_has_gone_keeps_its_links_which_can_be_ended(database, dataset):
    token = issue(database, dataset)
    with database.connect() as connection:
        connection.execute("UPDATE commons.source_record SET gone_at = now()")
    assert follow(database, token).record_key == "one"
    with database.connect(Role.INGEST) as connection:
        assert revoke_links(connection, dataset, "one") == 1

"""A partner that consents name has of its own what no other partner has, and never less than all partners have."""

import psycopg
import pytest

from builders import make_dataset, make_deny, make_record, names, open_terms
from commons.database.connection import connect
from commons.partners import add_partner
from commons.release import released
from commons.release.readers import give_login
from commons.vocabulary import Audience, Visibility

EVERYTHING = "{existence,identity,description,location,resources,contact_organisation}"


@pytest.fixture
def friend(database):
    with database.connect() as connection:
        partner = add_partner(connection, "friend", "Friend")
        give_login(connection, partner)
    return partner


def allow_by_name(connection, dataset, record_id, partner, precision="exact"):
    """Say that the partner may see it, under an agreement that names the partner too."""
    connection.execute(
        "INSERT INTO commons.agreement_term (agreement_id, audience, named_partner_id, field_groups, purposes, precision)"
        " SELECT agreement_id, 'partner', %s, %s, '{display,reuse,statistics}', 'exact'"
        "   FROM commons.agreement WHERE dataset_id = %s AND ended_at IS NULL"
        "    AND NOT EXISTS (SELECT FROM commons.agreement_term WHERE named_partner_id = %s)",
        (partner.partner_id, EVERYTHING, dataset.dataset_id, partner.partner_id),
    )
    connection.execute(
        "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, named_partner_id, field_groups, purposes,"
        " precision, given_by, approved_by, evidence_kind, valid_from, valid_until)"
        " VALUES (%s, %s, 'allow', 'partner', %s, %s, '{display,reuse,statistics}', %s, 'one', 'two', 'form', now(), 'infinity')",
        (dataset.dataset_id, record_id, partner.partner_id, EVERYTHING, precision),
    )


def seen(partner):
    frame = released(Audience.PARTNER, partner).alternatives()
    return sorted(frame["name"])


def test_what_is_consented_by_name_is_for_that_partner_alone(database, friend):
    with database.connect() as connection:
        dataset = make_dataset(connection, "kept", open_terms(visibility=Visibility.WITHHELD))
        kept = make_record(connection, dataset, name="for the friend")
        make_record(connection, make_dataset(connection, "open", open_terms()), name="for everyone")
        allow_by_name(connection, dataset, kept.record_id, friend)
    assert seen(friend) == ["for everyone", "for the friend"]
    for audience in (Audience.PUBLIC, Audience.PARTNERS, Audience.RESEARCHERS):
        assert names(audience) == ["for everyone"]
    assert database.rows("SELECT * FROM commons.release_drift()") == []


def test_a_record_denied_to_partners_is_still_there_for_the_partner_it_names(database, friend):
    with database.connect() as connection:
        dataset = make_dataset(connection, "open", open_terms())
        record = make_record(connection, dataset, name="denied to most")
        allow_by_name(connection, dataset, record.record_id, friend)
        make_deny(connection, dataset, record.record_id, "partners")
    assert seen(friend) == ["denied to most"]
    assert names(Audience.PARTNERS) == names(Audience.PUBLIC) == []


def test_a_deny_for_the_partners_kind_binds_the_named_one_too(database, friend):
    with database.connect() as connection:
        dataset = make_dataset(connection, "open", open_terms())
        record = make_record(connection, dataset, name="denied to all")
        allow_by_name(connection, dataset, record.record_id, friend)
        connection.execute(
            "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by,"
            " evidence_kind, valid_from, valid_until)"
            " VALUES (%s, %s, 'deny', 'partner', '{existence}', '{display}', 't', 'form', now(), 'infinity')",
            (dataset.dataset_id, record.record_id),
        )
    assert seen(friend) == []


def test_of_a_merged_alternative_the_named_partner_sees_its_own_telling_under_the_partners_id(
    database, friend
):
    with database.connect() as connection:
        open_ = make_dataset(connection, "b-open", open_terms())
        kept = make_dataset(connection, "a-kept", open_terms(visibility=Visibility.WITHHELD))
        shown = make_record(connection, open_, name="as told to all")
        told = make_record(
            connection, kept, alternative_id=shown.alternative_id, name="as told to the friend"
        )
        allow_by_name(connection, kept, told.record_id, friend)
    own = released(Audience.PARTNER, friend).alternatives()
    every = released(Audience.PARTNERS).alternatives()
    assert own["name"].tolist() == ["as told to the friend"]
    assert every["name"].tolist() == ["as told to all"]
    assert own["public_id"].tolist() == every["public_id"].tolist()


def test_the_named_login_reaches_its_own_views_and_nothing_else(database, friend):
    login = f"commons_partner_{friend.partner_id}"
    for attempt in (
        "TABLE commons.consent",
        "TABLE released_partners.alternative",
        "TABLE released_named.alternative_row",
        f"TABLE released_to_{friend.partner_id}.alternative_row",
        "CREATE TEMPORARY TABLE trap (a int)",
        "SET ROLE commons_partner",
    ):
        with connect(login) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.commit()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attempt)


def test_a_name_given_before_the_login_is_released_when_there_is_one(database):
    with database.connect() as connection:
        partner = add_partner(connection, "late", "Late")
        dataset = make_dataset(connection, "kept", open_terms(visibility=Visibility.WITHHELD))
        record = make_record(connection, dataset, name="waiting")
        allow_by_name(connection, dataset, record.record_id, partner)
        give_login(connection, partner)
    with database.connect() as connection:
        give_login(connection, partner)
    assert seen(partner) == ["waiting"]


@pytest.mark.parametrize("ended", [True, False])
def test_a_name_that_no_longer_holds_leaves_no_way_round_a_denial(database, friend, ended):
    with database.connect() as connection:
        dataset = make_dataset(connection, "open", open_terms())
        record = make_record(connection, dataset, name="denied", flags={})
        make_deny(connection, dataset, record.record_id, "partners")
        connection.execute(
            "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, named_partner_id, field_groups, purposes,"
            " given_by, approved_by, evidence_kind, valid_from, valid_until, ended_at, ended_as)"
            " VALUES (%s, %s, %s, 'partner', %s, '{description}', '{display}', 'one', 'two', 'form', now(), 'infinity', %s, %s)",
            (dataset.dataset_id, record.record_id, "allow" if ended else "deny", friend.partner_id,
             *(("2026-11-01", "withdrawn") if ended else (None, None))),
        )  # fmt: skip
    assert seen(friend) == []

"""Tokens can be listed, revoked and replaced; who tries wrong ones waits longer each time, and the log hears of it."""

import pytest
from command_line import commons

from builders import make_dataset, open_terms
from commons import tokens
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.partners import find_partner, issue_token, partner_of_token
from commons.tokens import (
    FIRST_WAIT_S,
    FORGET_S,
    LONGEST_WAIT_S,
    WrongTries,
    revoke_token,
    rotate_token,
    tokens_of,
    try_token,
)


@pytest.fixture
def partners(database):
    with connect(Role.INGEST) as connection:
        for slug in ("one", "other"):
            make_dataset(connection, slug, open_terms())
        return [find_partner(connection, f"partner-of-{slug}") for slug in ("one", "other")]


@pytest.fixture
def waited(monkeypatch):
    monkeypatch.setattr(tokens, "_wrong_tries", WrongTries())
    return []


def ask(work, *words):
    with connect(Role.INGEST) as connection:
        return work(connection, *words)


def opens(token):
    try:
        return ask(partner_of_token, token).slug
    except CommonsError:
        return None


def id_of(token):
    return token.split("_")[1]


def events(database):
    return database.rows("SELECT action, object_id, detail FROM commons.audit_event ORDER BY event_id")


def test_a_revoked_token_opens_nothing_and_the_others_stay(database, partners):
    one, other = partners
    first, second, theirs = ask(issue_token, one), ask(issue_token, one), ask(issue_token, other)
    ask(revoke_token, one, id_of(first))
    assert [opens(first), opens(second), opens(theirs)] == [None, one.slug, other.slug]
    assert {token.token_id: token.state.value for token in ask(tokens_of, one)} == {
        id_of(first): "revoked",
        id_of(second): "live",
    }
    assert events(database)[-1] == ("revoke token", id_of(first), {})


@pytest.mark.parametrize("which", ["theirs", "again", "nobody's"])
def test_only_a_live_token_of_the_partner_itself_is_revoked(partners, which):
    one, other = partners
    mine, theirs = ask(issue_token, one), ask(issue_token, other)
    ask(revoke_token, one, id_of(mine))
    names = {"theirs": id_of(theirs), "again": id_of(mine), "nobody's": "abcd1234"}
    with pytest.raises(CommonsError) as told:
        ask(revoke_token, one, names[which])
    assert told.value.key == "token.none_such"
    assert opens(theirs) == other.slug


def test_a_new_token_for_all_is_the_only_one_that_opens(partners):
    one, other = partners
    before = [ask(issue_token, one) for _ in range(3)]
    theirs = ask(issue_token, other)
    new = ask(rotate_token, one)
    assert [opens(token) for token in (*before, new, theirs)] == [None, None, None, one.slug, other.slug]


def test_wrong_tries_wait_longer_each_time_and_a_right_one_never(database, partners, waited):
    token = ask(issue_token, partners[0])
    for wrong in [token[:-1]] * 6:
        with pytest.raises(CommonsError):
            try_token(wrong, wait=waited.append)
    assert waited == [FIRST_WAIT_S * 2**n for n in range(5)] + [LONGEST_WAIT_S]
    assert try_token(token, wait=waited.append) == partners[0]
    assert len(waited) == 6
    with pytest.raises(CommonsError):
        try_token("bxl_abcd1234_other", wait=waited.append)
    assert waited[-1] == FIRST_WAIT_S, "another token's tries are its own"
    told = [event for event in events(database) if event[0] == "wrong token"]
    assert told == [
        ("wrong token", id_of(token), {"tries": 1, "partner": partners[0].slug}),
        ("wrong token", "unknown", {"tries": 1, "partner": None}),
    ]


@pytest.mark.parametrize(
    "wrong", ["", " ", "\x00", "bxl_\x00_x", "bxl__", "'; --", "é" * 200, "\udc80", "Jeanne Personne"]
)
def test_nothing_that_was_typed_is_in_the_log(database, partners, waited, wrong):
    with pytest.raises(CommonsError) as told:
        try_token(wrong, wait=waited.append)
    assert told.value.key == "token.unknown"
    assert events(database)[-1] == ("wrong token", "unknown", {"tries": 1, "partner": None})


def test_the_log_hears_once_a_minute_how_many_there_were_and_a_quiet_minute_is_forgotten():
    now = [1000.0]
    tries = WrongTries(lambda: now[0])
    assert [tries.note("a") for _ in range(3)] == [(0.5, 1), (1.0, 0), (2.0, 0)]
    now[0] += FORGET_S
    assert tries.note("a") == (4.0, 3)
    now[0] += FORGET_S + 1
    assert tries.note("a") == (0.5, 1)
    assert tries.note("b") == (0.5, 1)


def test_who_tries_fills_no_memory():
    tries = WrongTries(lambda: 0.0)
    for number in range(5000):
        tries.note(str(number))
    assert len(tries._tries) <= tokens.BUCKETS


def test_the_commands_list_revoke_and_replace(database, partners):
    def token(*words):
        return commons("partners", "token", "partner-of-one", *words)

    first = token().stdout.split()[-1]
    second = token("--rotate").stdout.split()[-1]
    assert [opens(first), opens(second)] == [None, "partner-of-one"]
    listed = token("--list").stdout
    assert id_of(first) in listed
    assert id_of(second) in listed
    assert second.split("_", 2)[2] not in listed, "the secret, which may hold the mark itself"
    assert token("--revoke", id_of(second)).returncode == 0
    assert opens(second) is None
    assert token("--revoke", id_of(second)).returncode == 1
    assert token("--list", "--rotate").returncode == 2
